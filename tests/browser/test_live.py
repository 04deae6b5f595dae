"""What the browser works out by itself while a form is filled in, and that the service has the last word."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from engine.case import Actor
from engine.sheet import sheet
from engine.twin import data, twin_of
from tests.browser.conftest import Visit
from tests.browser.service import ROOT, Service, scenario
from tests.browser.test_accessibility import violations
from tests.browser.visitor import Visitor
from tests.unit.definitions import NOW, begun, short

TARGET = {
    "kode": "A-1", "nama": "Berkas diproses", "satuan": "berkas", "target_s1": "10", "target_s2": "12,5", "bobot": "60",
}  # fmt: skip


def asked(page: Page) -> list[str]:
    """What the page asks the service from now on, drafts aside."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "simpan" not in (request.post_data or ""):
            found.append(request.url)

    page.on("request", note)
    return found


@pytest.fixture
def planning(service: Service, visit: Visit) -> Visitor:
    """The employee with an empty plan."""
    return visit("pegawai").begin(service.open_case(), "ajukan_rencana")


@pytest.mark.parametrize(
    ("weights", "total"),
    [
        (("40", "35,5"), "75,50"),
        (("40", "35.5"), "75,50"),
        (("1.000,25", "0"), "1.000,25"),
        (("0,1", "0,2"), "0,30"),
        (("33,335", "33,335"), "66,67"),
        (("60", ""), "Belum dapat dihitung"),
        (("60", "empat puluh"), "Belum dapat dihitung"),
    ],
)
def test_a_total_follows_what_is_typed_without_asking(planning: Visitor, weights: tuple[str, str], total: str) -> None:
    requests = asked(planning.page)
    planning.fill({"target.0.kode": "A-1", "target.1.kode": "A-2"})
    planning.fill({"target.0.bobot": weights[0], "target.1.bobot": weights[1]})
    expect(planning.page.locator("output")).to_have_text(total)
    assert requests == []


def test_the_total_on_the_screen_is_what_the_service_counts(planning: Visitor) -> None:
    for row, weight in enumerate(("60", "39,5")):
        cells = {**TARGET, "kode": f"A-{row}", "bobot": weight}
        planning.fill({f"target.{row}.{name}": text for name, text in cells.items()})
        planning.page.locator(f'[name="target.{row}.arah"]').select_option("naik")
    expect(planning.page.locator("output")).to_have_text("99,50")
    planning.check()
    assert planning.errors() == ["Atur bobot supaya jumlahnya 100. Sekarang 99,50."]
    planning.fill({"target.1.bobot": "40"}).check()
    expect(planning.heading()).to_have_text("Periksa jawaban")


def test_a_total_that_the_service_counts_otherwise_is_refused_in_words(planning: Visitor) -> None:
    planning.fill({"target.0.kode": "A-1", "target.0.bobot": "60"})
    expect(planning.page.locator("output")).to_have_text("60,00")
    # Somebody, or something, has meddled with the page.
    planning.page.evaluate(
        "document.getElementById('formulir').addEventListener('submit', event => {"
        " document.querySelector('[name=\"_layar.jumlah_bobot\"]').value = '95' })"
    )
    planning.check()
    said = "Jumlah bobot di layar 95, perhitungan layanan 60,00."
    assert any(line.startswith(said) for line in planning.errors())
    expect(planning.page.locator("output")).to_have_text("60,00")


def test_the_achievement_stands_beside_each_target(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:3])
    superior = visit("atasan_langsung").begin(case_id, "kirim_penilaian_s1")
    requests = asked(superior.page)
    inputs = superior.page.locator('[name$=".terverifikasi"]')
    cells = superior.page.locator('output[data-live^="realisasi_s1_terverifikasi."]')
    total = superior.page.locator('output[data-live="capaian_semester"]')
    before = total.inner_text()
    inputs.first.fill("0")
    inputs.first.press("Tab")
    expect(total).not_to_have_text(before)
    first = cells.first.inner_text()
    inputs.first.fill("1,5")
    inputs.first.press("Tab")
    expect(cells.first).not_to_have_text(first)
    live = [total.inner_text(), *cells.all_inner_texts()]
    assert requests == []
    superior.button("Simpan dan keluar").click()
    again = visit("atasan_langsung", javascript=False).begin(case_id, "kirim_penilaian_s1")
    total, cells = again.page.locator("output").last, again.page.locator('output[data-live*=".capaian"]')
    assert [total.inner_text(), *cells.all_inner_texts()] == live


def test_a_field_comes_and_goes_and_keeps_what_was_typed(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:4])
    service.wait_until_open(case_id)
    employee = visit("pegawai").begin(case_id, "kirim_evaluasi_s2")
    requests = asked(employee.page)
    described = employee.page.get_by_label("Uraian ide atau cara baru")
    expect(described).to_have_count(0)
    employee.page.get_by_label("Ya", exact=True).check()
    described.fill("Loket cepat.")
    expect(employee.page.locator("[data-announce]")).to_have_text("Ada isian tambahan: Uraian ide atau cara baru")
    assert violations(employee.page) == []
    employee.page.get_by_label("Tidak", exact=True).check()
    expect(described).to_have_count(0)
    employee.page.get_by_label("Ya", exact=True).check()
    expect(described).to_have_value("Loket cepat.")
    assert requests == []


def test_without_scripts_the_form_is_complete_and_says_nothing_of_the_screen(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    employee = visit("pegawai", javascript=False).begin(case_id, "ajukan_rencana")
    assert employee.page.locator('[name^="_layar"]').count() == 0
    expect(employee.page.locator("output")).to_have_text("Belum dapat dihitung")
    employee.fill({"target.0.kode": "A-1", "target.0.bobot": "60,5"}).check()
    expect(employee.page.locator("output")).to_have_text("60,50")
    assert not any("di layar" in line for line in employee.errors())


def test_the_mark_of_an_optional_field_goes_when_what_is_typed_makes_it_wanted(browser: Browser) -> None:
    of = short(
        "stages:\n  isi: {title: Isi, actor: pegawai, form: isi, actions: {kirim: {title: Kirim, to: selesai}}}\n"
        "  selesai: {title: Selesai, final: true}\n",
        isi="  a: {type: number, title: A}\n"
        "  c: {type: text, title: C, optional: true, required_if: a > 92.4}\n"
        "  bagian: {type: section, title: Bagian, show_if: a > 95}\n"
        "  d: {type: text, title: D, optional: true}\n",
    )
    action, case = of.stages["isi"].actions["kirim"], begun(of)
    twin, actor = twin_of(of, of.duties["isi"], action, "pegawai"), Actor(role="pegawai", person="rahmadi")
    told = data(twin, of, sheet(of, case, actor, action, {}, NOW), actor, case)
    texts = {"none": "-", "yes": "Ya", "no": "Tidak", "more": "{}", "codes": {}}
    page = browser.new_page()
    page.set_content(
        "<body><form id=formulir><input name=a>"
        "<label>C<span data-optional=c>(opsional)</span><input name=c></label>"
        "<template data-part=bagian><h2>Bagian</h2></template><template data-part=d><input name=d></template>"
        f"<script type=application/json data-twin>{json.dumps({**twin.rules, **told, 'texts': texts})}</script>"
        f"</form><script type=module>{main_script()}</script></body>"
    )
    mark, section = page.locator("[data-optional=c]"), page.locator("h2")
    expect(mark).to_be_visible()
    page.locator("[name=a]").fill("92,45")
    expect(mark).to_be_hidden()
    expect(section).to_have_count(0)
    page.locator("[name=a]").fill("95.5")
    expect(section).to_be_visible()
    expect(page.locator("[name=d]")).to_be_visible()
    page.locator("[name=a]").fill("92,4")
    expect(mark).to_be_visible()
    expect(section).to_have_count(0)
    page.close()


def main_script() -> str:
    """The script of every page, as it is built."""
    build = ROOT / "web" / "static" / "build"
    names = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    return (build / names["main.js"]).read_text(encoding="utf-8")
