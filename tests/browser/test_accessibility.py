"""Every page for everybody: no rule of axe is broken, the keyboard suffices, paper shows all, English is English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.gather_texts import gathered, merged, translated
from tests.browser.conftest import Visit
from tests.browser.service import ROOT, Service, scenario
from tests.browser.stages import PEERS, SCENARIO, pages
from tests.browser.visitor import Visitor
from tests.cast import PASSWORD
from web import sessions
from web.definitions import library

WIDTHS = (1280, 390)
#: How high, in pixels, whatever is pressed on a phone should be; WCAG 2.2 asks 24.
THUMB = 44
#: WCAG 2.2 AA and what axe's authors recommend beyond it.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, everything unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    page.evaluate(axe())
    found = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", TAGS)["violations"]
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]


def everything(service: Service, visit: Visit, **options: Any) -> Iterator[tuple[str, Page]]:
    """Every page of a whole appraisal as somebody sees it."""
    windows: dict[str, Visitor] = {}
    for role, path in pages(service):
        windows[role] = windows.get(role) or visit(role, **options)
        yield f"{role} {path.partition('/berkas/')[2][36:] or path}", windows[role].go(path).page


def test_no_page_breaks_a_rule_of_accessibility(service: Service, visit: Visit) -> None:
    found = {}
    for name, page in everything(service, visit):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            found[f"{name} at {width}"] = violations(page) + _sideways(page) + _small(page, width)
    assert len(found) >= 50
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def _sideways(page: Page) -> list[str]:
    """Nobody should have to move a page sideways to read it."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px too wide"] if wide > 0 else []


def _small(page: Page, width: int) -> list[str]:
    """On a phone whatever is pressed is as high as a thumb, but for links within a sentence."""
    found: list[str] = page.evaluate(_SMALL, THUMB) if width == min(WIDTHS) else []
    return found


#: What is shown to be pressed and is lower than so many pixels: what it is, how high, and its words. A radio button and
#: a box are pressed by their label. A link has words beside it where it stands within a sentence.
_SMALL = """least => [...document.querySelectorAll('a[href], button, select, summary, input, textarea')]
  .filter(e => !['hidden', 'radio', 'checkbox'].includes(e.type))
  .filter(e => !e.closest('.govuk-visually-hidden, .govuk-skip-link'))
  .filter(e => e.tagName !== 'A' || getComputedStyle(e).display !== 'inline'
    || e.closest('p, li, dd, td, div').innerText.trim() === e.innerText.trim())
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width > 1 && box.height > 1 && box.height < least)
  .map(([e, box]) => `${e.tagName} ${Math.round(box.height)} px: ${e.innerText.trim().slice(0, 40)}`)"""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_visitors_and_refused_forms_break_no_rule(
    service: Service, browser: Browser, visit: Visit, width: int
) -> None:
    with browser.new_context(locale="id-ID", viewport={"width": width, "height": 844}) as window:
        page = window.new_page()
        page.goto(f"{service.address}/masuk")
        assert violations(page) + _small(page, width) == []
        page.get_by_role("button", name="Masuk", exact=True).click()
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        assert violations(page) == []
    employee = visit("pegawai", width=width).begin(service.open_case(), "ajukan_rencana").check()
    expect(employee.page.locator(".govuk-error-summary")).to_be_focused()
    assert violations(employee.page) + _sideways(employee.page) + _small(employee.page, width) == []
    employee.page.locator(".govuk-error-summary a").first.click()
    expect(employee.page.locator("#isian-target")).to_be_focused()


def test_a_form_survives_the_end_of_its_session(service: Service, visit: Visit) -> None:
    width = min(WIDTHS)
    employee = visit("pegawai", width=width).begin(service.open_case(), "ajukan_rencana")
    employee.fill({"target.0.nama": "Kalimat yang tidak boleh hilang.", "target.0.bobot": "40"})
    with service.app.app_context():
        sessions.end_all(employee.who.id)
    page = employee.check().page
    expect(page.locator(".notice__title")).to_have_text("Sesi Anda sudah berakhir")
    assert violations(page) + _sideways(page) + _small(page, width) == []
    page.get_by_label("NIP").fill(employee.who.nip)
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    employee.button("Masuk").click()
    expect(employee.heading()).to_have_text("Anda sudah masuk lagi")
    assert violations(page) + _sideways(page) + _small(page, width) == []
    employee.button("Lanjutkan").click()
    expect(page.locator('[name="target.0.nama"]')).to_have_value("Kalimat yang tidak boleh hilang.")
    expect(page.locator(".govuk-error-summary")).to_be_visible()


def test_the_keyboard_is_enough_from_signing_in_to_sending(service: Service, browser: Browser) -> None:
    case_id = service.open_case()
    service.seat_peers(case_id, PEERS)
    service.play(case_id, scenario("PTK-1").steps[:6])
    service.wait_until_open(case_id)
    with browser.new_context(locale="id-ID") as window:
        page = window.new_page()
        page.goto(f"{service.address}/masuk")
        _until_focused(page, "#nip")
        page.keyboard.type(service.who("rekan_1").nip)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Tugas saya")
        _press(page, ".tasks a")
        _press(page, 'a[href$="/isi/kirim_360"]')
        for item in ("kt", "pa", "km", "ks", "ig", "op"):
            _until_focused(page, f"[name={item}]")
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
            expect(page.locator(f"[name={item}]").nth(1)).to_be_checked()
        _press(page, 'button[value="periksa"]')
        _press(page, "form[action*='/kirim/'] button[data-module]")
        expect(page.locator("h1")).to_have_text("Terkirim: Kirim jawaban")


def _until_focused(page: Page, selector: str) -> None:
    """Tab until the focus is there, as somebody without a mouse does; it is always to be seen where it is."""
    page.locator(selector).first.wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def _press(page: Page, selector: str) -> None:
    before = page.url
    _until_focused(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def test_paper_shows_what_is_folded_on_the_screen(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:2])
    page = visit("atasan_langsung").open_case(case_id).page
    target = page.get_by_text("Berkas kenaikan pangkat diproses")
    expect(target).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(target).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".masthead__nav")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(target).to_be_hidden()


# --- English ----------------------------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(r"%\\\(\w+\\\)s")


def indonesian(service: Service) -> tuple[set[str], list[re.Pattern[str]]]:
    """The texts of pages and definitions that are something else in English: whole, and with places to fill."""
    with service.app.app_context():
        texts = {text for text, english in library().translations["en"].items() if text != english}
    told = [pair for message in merged(gathered(), translated()) for pair in _pairs(message)]
    texts |= {text for text, english in told if text and text != english}
    filled = [_PLACEHOLDER.sub(".+", re.escape(text)) for text in texts if "%(" in text]
    english_too = {english for _text, english in told}
    return texts - english_too, [re.compile(pattern) for pattern in filled if len(pattern.replace(".+", "")) > 8]


def _pairs(message: Any) -> list[tuple[str, str]]:
    if message.pluralizable:
        return list(zip(message.id, message.string, strict=True))
    return [(str(message.id), str(message.string))]


def test_in_english_nothing_of_the_service_is_indonesian(service: Service, visit: Visit) -> None:
    whole, filled = indonesian(service)
    whole -= set(_strings([step["form"] for step in scenario(SCENARIO).steps]))
    found = {}
    for name, page in everything(service, visit):
        if page.locator("html").get_attribute("lang") == "id":
            page.get_by_role("button", name="EN (English)").click()
            expect(page.locator("html")).to_have_attribute("lang", "en")
        texts = page.evaluate(_TEXTS)
        found[name] = [text for text in texts if text in whole or any(p.fullmatch(text) for p in filled)]
    assert {text: name for name, texts in found.items() for text in texts} == {}


def _strings(value: Any) -> Iterator[str]:
    """What people wrote, whatever it is called in forms."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


#: Every text of a page that is read or heard, but not what people typed into fields.
_TEXTS = """() => {
  const texts = [document.title, ...[...document.querySelectorAll('[aria-label]')].map(e => e.ariaLabel)];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const inside = walker.currentNode.parentElement.closest('script, textarea, [lang=id], .rule');
    if (!inside) texts.push(walker.currentNode.data);
  }
  return texts.map(text => text.replace(/\\s+/g, ' ').trim()).filter(text => text);
}"""


# --- what a page weighs -----------------------------------------------------------------------------------------------


def test_a_first_page_weighs_no_more_than_60_kb(service: Service, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as window:
        page = window.new_page()
        listener = window.new_cdp_session(page)
        listener.send("Network.enable")
        weights: list[float] = []
        listener.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
        page.goto(f"{service.address}/masuk", wait_until="networkidle")
        assert len(weights) >= 3, "the page, its styles and its script"
        assert sum(weights) <= 60 * 1024


def test_our_script_weighs_no_more_than_30_kb() -> None:
    [packed] = Path(ROOT / "web" / "static" / "build").glob("main-*.js.gz")
    assert packed.stat().st_size <= 30 * 1024
