"""A browser, and a service for it to visit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.service import Service
from tests.browser.visitor import Visitor

#: Nothing that would reach for the network, and no sandbox, which needs rights that a container does not give.
ARGUMENTS = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CANDIDATES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that ``scripts/install_tools.sh`` finds or installs."""
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, CANDIDATES)), None)
    assert found, "no Chromium: run sh scripts/install_tools.sh chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, chromium_sandbox=False, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with people and no cases, for the tests of one module."""
    instance: Path = tmp_path_factory.mktemp("instance")
    with Service(instance).running() as running:
        yield running


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, service: Service) -> Iterator[Visit]:
    """Opens a browser window for somebody: ``visit("pegawai", javascript=False, width=390)``. Signs them in."""
    windows = []

    def open_window(role: str, *, javascript: bool = True, width: int = 1280, **more: Any) -> Visitor:
        size = {"width": width, "height": 844}
        window = browser.new_context(locale="id-ID", viewport=size, java_script_enabled=javascript, **more)
        windows.append(window)
        window.set_default_timeout(10_000)
        return Visitor(service, window.new_page(), service.who(role)).sign_in()

    yield open_window
    for window in windows:
        window.close()
