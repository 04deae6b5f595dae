"""The guide for HR admins, word for word: its files are written, its commands run and print what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import Visitor, close, settings_in
from web import demo

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "panduan.md"

_BLOCK = re.compile(r"^```(console|yaml)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r" (file|append)=(\S+)")


class Terminal:
    """A shell whose folder and environment last from one command to the next."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = ROOT
        command = home / "bin" / "borang"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -m web.cli "$@"\n')
        command.chmod(0o755)
        path = f"{command.parent}:{os.environ['PATH']}"
        self.environ = {**os.environ, "HOME": str(home), "PATH": path, "PYTHONPATH": str(ROOT)}

    def run(self, command: str) -> str:
        """What *command* prints."""
        where, environ = self.home / ".folder", self.home / ".environ"
        script = f"{command}\ncode=$?; pwd > {where}; env -0 > {environ}; exit $code"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=300
        )
        self.folder = Path(where.read_text().strip())
        pairs = (line.split("=", 1) for line in environ.read_text().split("\0") if "=" in line)
        self.environ = dict(pairs)
        return done.stdout + done.stderr

    def write(self, how: str, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text() if how == "append" else ""
        file.write_text(before + text)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with what it should print."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, list[tuple[str, str, str]]]:
    """The guide, followed: the terminal at its end, and of each command what it should print and what it printed."""
    terminal = Terminal(tmp_path_factory.mktemp("home"))
    found = []
    for kind, info, body in _BLOCK.findall(GUIDE.read_text()):
        if kind == "console":
            found += [(command, said, terminal.run(command)) for command, said in commands(body)]
        elif told := _FILE.match(info):
            terminal.write(told[1], told[2], body)
    return terminal, found


def test_every_command_prints_what_the_guide_says(followed: tuple[Terminal, list[tuple[str, str, str]]]) -> None:
    assert len(followed[1]) > 15
    for command, said, printed in followed[1]:
        assert printed.rstrip("\n") == said.rstrip("\n"), command


def test_what_was_written_on_the_way_is_a_region_without_a_problem(
    followed: tuple[Terminal, list[tuple[str, str, str]]],
) -> None:
    assert followed[0].run("borang check").strip() == "Tidak ada masalah."


def test_the_region_of_the_guide_runs_in_the_demo(
    followed: tuple[Terminal, list[tuple[str, str, str]]], tmp_path: Path
) -> None:
    folder = followed[0].folder
    settings = settings_in(tmp_path / "instance", definitions=folder, demo=True)
    app = demo.prepare(settings, None, lambda text: None, [folder / "orang.yaml"])
    try:
        account = next(a for a in app.extensions["examples"] if a.nip == "199003032015031973")
        visitor = Visitor(app)
        visitor.post("/masuk", {"nip": account.nip, "kata_sandi": account.password})
        page = visitor.get("/tugas").get_data(as_text=True)
        assert "Sosialisasi kebijakan" in page
        assert "Kabupaten Muara Contoh" in page
    finally:
        close(app)
