"""Pages without an account and those of offices in a real browser: without scripts, on a phone, by axe's rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from tests.browser.service import _Silent
from tests.browser.test_accessibility import WIDTHS, _sideways, violations
from tests.web.village import REGION, UNIT, WORKFLOW, Village

REPORT = f"/masyarakat/lapor/{REGION}/{WORKFLOW}/{UNIT}/aduan/warga"


@pytest.fixture(scope="module")
def village(make_sqlite_app: Callable[..., Flask]) -> Iterator[tuple[Village, str]]:
    """The village, and where its service answers."""
    found = Village(make_sqlite_app)
    server = make_server("127.0.0.1", 0, found.app, threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def window(browser: Browser, *, scripts: bool = True, width: int = 390) -> BrowserContext:
    made = browser.new_context(locale="id-ID", java_script_enabled=scripts, viewport={"width": width, "height": 844})
    made.set_default_timeout(10_000)
    return made


def sent_report(page: Page, address: str) -> tuple[str, str]:
    """Number and tracking code of a report that was just sent."""
    page.goto(address + REPORT)
    page.get_by_label("Perihal").select_option("sikap")
    page.get_by_label("Uraian").fill("Petugas tidak ada di loket.")
    page.get_by_role("button", name="Periksa jawaban").click()
    page.get_by_role("button", name="Kirim aduan").click()
    told = page.locator(".confirmation").inner_text()
    number, tracking = re.search(r"ADU-\d+", told), re.search(r"(?:\w{4}-){3}\w{4}", told)
    assert number and tracking
    return number[0], tracking[0]


@pytest.mark.parametrize("scripts", [True, False])
def test_feedback_from_the_code_to_the_thanks(village: tuple[Village, str], browser: Browser, scripts: bool) -> None:
    people, address = village
    before = len(people.case().answers.get("suara", {}))
    with window(browser, scripts=scripts) as opened:
        page = opened.new_page()
        page.goto(f"{address}/masyarakat/{people.codes()[0]}")
        page.get_by_role("button", name="Lanjutkan").click()
        page.get_by_role("link", name="Isi Suara warga sebagai Warga", exact=True).click()
        page.locator("[name=waktu][value='3']").check()
        page.locator("[name=masalah][value='tidak']").check()
        page.get_by_label("Saya membaca keterangan").check()
        page.get_by_role("button", name="Periksa jawaban").click()
        expect(page.locator("h1")).to_have_text("Periksa jawaban")
        page.get_by_role("button", name="Kirim jawaban").click()
        expect(page.locator("h1")).to_have_text("Terkirim: Suara warga")
    assert len(people.case().answers["suara"]) == before + 1


def test_a_field_that_appears_is_asked_for_without_losing_what_was_typed(
    village: tuple[Village, str], browser: Browser
) -> None:
    people, address = village
    with window(browser, scripts=True) as opened:
        page = opened.new_page()
        page.goto(f"{address}/masyarakat/{people.codes()[0]}")
        page.get_by_role("button", name="Lanjutkan").click()
        page.get_by_role("link", name="Isi Suara warga sebagai Warga", exact=True).click()
        page.get_by_label("Pendapat").fill("Antre lama")
        expect(page.get_by_label("Masalahnya")).to_be_hidden()
        page.locator("[name=masalah][value='ya']").check()
        expect(page.get_by_label("Masalahnya")).to_be_visible()
        expect(page.get_by_label("Pendapat")).to_have_value("Antre lama")


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_break_no_rule(village: tuple[Village, str], browser: Browser, width: int) -> None:
    people, address = village
    found = {}

    def look(name: str, page: Page) -> None:
        found[name] = violations(page) + _sideways(page)

    with window(browser, width=width) as opened:
        page = opened.new_page()
        for path in ("/masyarakat", "/masyarakat/status", f"/masyarakat/laporan/{REGION}/{WORKFLOW}", REPORT):
            page.goto(address + path)
            look(path, page)
        page.get_by_role("button", name="Periksa jawaban").click()
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        look("refused", page)
        number, tracking = sent_report(page, address)
        look("sent", page)
        page.goto(f"{address}/masyarakat/status")
        page.get_by_label("Nomor laporan").fill(number)
        page.get_by_label("Kode pelacakan").fill(tracking)
        page.get_by_role("button", name="Lihat status").click()
        look("status", page)
        page.goto(f"{address}/masyarakat/{people.codes()[0]}")
        page.get_by_role("button", name="Lanjutkan").click()
        look("choice", page)
    assert len(found) == 8
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_offices_break_no_rule(village: tuple[Village, str], browser: Browser, width: int) -> None:
    people, address = village
    cookie = people.signed_in("Petra").client.get_cookie("borang")
    assert cookie
    found = {}
    with window(browser, width=width) as opened:
        opened.add_cookies([{"name": "borang", "value": cookie.value, "url": address}])
        page = opened.new_page()
        sent_report(page, address)
        for path in ("/berkas", "/siklus", "/kode", f"/kode/{people.case_id}", "/laporan-masuk", "/berkas?cari=xyz"):
            page.goto(address + path)
            found[path] = violations(page) + _sideways(page)
        page.goto(f"{address}/kode/{people.case_id}")
        page.get_by_role("button", name="Terbitkan kode").click()
        expect(page.locator(".slip")).to_have_count(12)
        found["slips"] = violations(page) + _sideways(page)
    assert len(found) == 7
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
