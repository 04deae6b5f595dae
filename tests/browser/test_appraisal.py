"""A whole appraisal as the people of it see it, from the sign-in page to the decided result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from engine.scenario import Scenario
from tests.browser.conftest import Visit
from tests.browser.service import Service, scenario
from tests.browser.visitor import PDF, Visitor, typed

PEERS = ("rekan_1", "rekan_2", "rekan_3")
#: A word that nobody else writes, for each peer.
CANARIES = {"rekan_1": "kenariselatan", "rekan_2": "kenariutara", "rekan_3": "kenaritimur"}


class Appraisal:
    """One case and the windows of its people."""

    def __init__(self, service: Service, visit: Visit, told: Scenario, **options: Any) -> None:
        self.service = service
        self.told = told
        self.case_id = service.open_case()
        self._open = lambda role: visit(role, **options)
        self._windows: dict[str, Visitor] = {}

    def window(self, role: str) -> Visitor:
        if role not in self._windows:
            self._windows[role] = self._open(role)
        return self._windows[role]

    @property
    def path(self) -> str:
        return f"/berkas/{self.case_id}"

    def choose_peers(self) -> None:
        """The employee proposes, the superior confirms."""
        for role, button in (("pegawai", "Usulkan daftar ini"), ("atasan_langsung", "Setujui daftar ini")):
            window = self.window(role).go("/tugas")
            window.page.locator(f'a[href="{self.path}/penilai/rekan_kerja"]').click()
            for peer in PEERS:
                window.page.get_by_label(self.service.who(peer).name).check()
            window.button(button).click()
            expect(window.page).to_have_url(re.compile(f"{self.path}$"))

    def steps(self) -> Iterator[Mapping[str, Any]]:
        return (step for step in self.told.steps if step["actor"] != self.service.process.system)

    def take(self, step: Mapping[str, Any]) -> Visitor:
        """One step through its pages, from the inbox to the confirmation."""
        role = step.get("rater") or step["actor"]
        self.service.wait_until_open(self.case_id)
        window = self.window(role).begin(self.case_id, step["action"])
        texts, files = typed(self.service.process, step)
        return window.fill(self._with_canary(role, texts), files).check().send()

    def _with_canary(self, role: str, texts: dict[str, str]) -> dict[str, str]:
        return {**texts, "saran_dukungan": CANARIES[role]} if role in CANARIES else texts


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_an_appraisal_goes_from_the_plan_to_the_decision(service: Service, visit: Visit, javascript: bool) -> None:
    appraisal = Appraisal(service, visit, scenario("PTK-1"), javascript=javascript)
    appraisal.choose_peers()
    for step in appraisal.steps():
        appraisal.take(step)
    employee = appraisal.window("pegawai").open_case(appraisal.case_id)
    expect(employee.page.locator("[aria-current=step]")).to_contain_text("Selesai")
    assert _way(employee.page) == [
        "Rencana kerja tahunan", "Persetujuan rencana", "Evaluasi semester I", "Penilaian semester I",
        "Evaluasi semester II", "Penilaian semester II", "Penilaian kompetensi: atasan, rekan, diri",
        "Tanggapan pegawai", "Penetapan dan pengembangan karier", "Selesai",
    ]  # fmt: skip
    employee.link("Lihat nilai dan asal-usulnya").click()
    figures = employee.page.locator(".figures")
    # The scenario's employee is proposed for promotion; nobody knows how this one was rated the year before.
    for word in ("Baik", "107,70", "Dipertahankan pada jabatan sekarang"):
        expect(figures).to_contain_text(word)
    assert _adds_up(employee.page)
    why = employee.page.locator("#nilai-predikat")
    expect(why).to_be_hidden()
    employee.page.get_by_role("link", name="Mengapa? Predikat kinerja").click()
    expect(why).to_contain_text("nilai ≥ 90 → Baik")


def _way(page: Page) -> list[str]:
    """The stages of the case, as its page lists them: those it never came to are not said to be passed over."""
    return page.locator(".course__title").all_inner_texts()


def _adds_up(page: Page) -> bool:
    """Whether the weighted parts of the score, as printed, make the score."""
    table = page.locator(".receipt").first
    parts = table.locator("tbody tr:not(.receipt__part):not(.receipt__total) .receipt__value").all_inner_texts()
    total = table.locator(".receipt__total .receipt__value").inner_text()
    return round(sum(map(_number, parts)), 2) == _number(total)


def _number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))


def test_a_clarification_and_an_objection_with_documents(service: Service, visit: Visit) -> None:
    appraisal = Appraisal(service, visit, scenario("PTK-16"))
    service.seat_peers(appraisal.case_id, PEERS[:2])
    steps = [step for step in appraisal.steps() if not step.get("expect_error")]
    begin = next(n for n, step in enumerate(steps) if step["stage"] == "tanggapan_pegawai")
    service.play(appraisal.case_id, steps[:begin])
    employee = appraisal.window("pegawai").open_case(appraisal.case_id)
    expect(employee.page.get_by_text("Mengapa saya belum bisa: Ajukan keberatan?")).to_be_visible()
    appraisal.take(steps[begin])
    employee.begin(appraisal.case_id, "_isi").fill(
        {"penjelasan_pegawai": "Notulen terlampir."}, {"bukti_tambahan": PDF}
    )
    employee.button("Simpan dan keluar").click()
    employee.begin(appraisal.case_id, "_isi")
    assert _downloads(employee.page, "bukti rapat.pdf") == PDF["buffer"]
    employee.check().send()
    superior = appraisal.window("atasan_langsung").begin(appraisal.case_id, "pertahankan_nilai")
    expect(superior.page.get_by_label("Penjelasan pegawai")).to_have_value("Notulen terlampir.")
    _tells_of_a_file_that_is_too_large(superior.page)
    for step in steps[begin + 1 :]:
        appraisal.take(step)
    employee.go(appraisal.path)
    assert _way(employee.page)[-5:] == [
        "Klarifikasi", "Tanggapan pegawai", "Keberatan", "Penetapan dan pengembangan karier", "Selesai"
    ]  # fmt: skip
    employee.page.locator("summary").get_by_text("Klarifikasi", exact=True).click()
    assert _downloads(employee.page, "bukti rapat.pdf") == PDF["buffer"]
    employee.go(f"{appraisal.path}/hasil")
    expect(employee.page.locator(".receipt").first).to_contain_text("Ditetapkan oleh pejabat")


def _tells_of_a_file_that_is_too_large(page: Page) -> None:
    """When it is chosen, and not after it has been sent."""
    chosen, told = page.locator("[name=berita_acara]"), page.get_by_role("alert")
    chosen.set_input_files({**PDF, "buffer": PDF["buffer"] + b"0" * (6 << 20)})
    expect(told).to_have_text("Berkas ini lebih besar dari 5 MB. Perkecil, lalu lampirkan lagi.")
    expect(chosen).to_have_value("")
    chosen.set_input_files(PDF)
    expect(told).to_have_count(0)
    expect(chosen).not_to_have_value("")
    chosen.set_input_files([])


def _downloads(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).first.click()
    return waiting.value.path().read_bytes()


# --- what a form does while it is filled in ---------------------------------------------------------------------------


def test_a_row_is_added_and_a_total_counted_without_leaving_the_page(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    employee = visit("pegawai").begin(case_id, "ajukan_rencana")
    employee.page.evaluate("window.here = true")
    employee.page.get_by_role("button", name="Tambah baris").click()
    added = employee.page.locator('[name="target.2.kode"]')
    expect(added).to_be_focused()
    employee.fill({"target.0.bobot": "40", "target.1.bobot": "35,5"})
    employee.page.keyboard.press("Tab")
    expect(employee.page.locator("output")).to_have_text("75,50")
    employee.page.get_by_role("button", name="Hapus baris 3").click()
    expect(added).to_have_count(0)
    assert employee.page.evaluate("window.here"), "the page was loaded anew"


def test_a_field_appears_when_it_is_wanted(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:4])
    service.wait_until_open(case_id)
    employee = visit("pegawai").begin(case_id, "kirim_evaluasi_s2")
    described = employee.page.get_by_label("Uraian ide atau cara baru")
    expect(described).to_have_count(0)
    employee.page.get_by_label("Ya", exact=True).check()
    expect(described).to_be_visible()


def test_a_draft_saves_itself_and_is_there_again(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:1])
    superior = visit("atasan_langsung").begin(case_id, "kembalikan_rencana")
    superior.fill({"alasan": "Satukan dua target pertama."})
    expect(superior.page.locator("[data-draft-status]")).to_have_text(re.compile(r"^Tersimpan \d\d\.\d\d$"))
    elsewhere = visit("atasan_langsung").begin(case_id, "kembalikan_rencana")
    expect(elsewhere.page.get_by_label("Alasan")).to_have_value("Satukan dua target pertama.")


@pytest.mark.parametrize("leave", ["EN (English)", "Keluar"])
def test_who_leaves_in_the_middle_of_a_sentence_finds_it_again(service: Service, visit: Visit, leave: str) -> None:
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:1])
    superior = visit("atasan_langsung").begin(case_id, "kembalikan_rencana")
    superior.page.get_by_label("Alasan").press_sequentially("Satukan dua target pertama.")
    superior.button(leave).click()
    if leave == "Keluar":
        expect(superior.heading()).to_have_text("Masuk")
        superior.sign_in().begin(case_id, "kembalikan_rencana")
    else:
        expect(superior.page.locator("html")).to_have_attribute("lang", "en")
    expect(superior.page.locator("[name=alasan]")).to_have_value("Satukan dua target pertama.")
    if leave != "Keluar":
        superior.button("ID (Bahasa Indonesia)").click()


def test_two_presses_on_send_make_one_submission(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:1])
    superior = visit("atasan_langsung", javascript=False).begin(case_id, "setujui_rencana").check()
    expect(superior.heading()).to_have_text("Periksa jawaban")
    superior.page.locator("form[action*='/kirim/'] button[data-module]").dblclick()
    expect(superior.heading()).to_have_text("Terkirim: Setujui rencana")
    assert service.case(case_id).submitted == {"rencana_kerja_tahunan": 1, "persetujuan_rencana": 1}


def test_who_comes_too_late_keeps_what_was_typed(service: Service, visit: Visit) -> None:
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:1])
    superior = visit("atasan_langsung", javascript=False).begin(case_id, "kembalikan_rencana")
    superior.fill({"alasan": "Kalimat yang tidak boleh hilang."})
    service.play(case_id, scenario("PTK-1").steps[1:2])
    superior.check()
    expect(superior.heading()).to_have_text("Berkas ini sudah berubah")
    expect(superior.page.locator("main")).to_contain_text("Kalimat yang tidak boleh hilang.")
    expect(superior.page.locator("main")).to_contain_text("Setujui rencana, oleh Sari Wulandari")


def test_who_signs_in_again_in_another_window_keeps_what_was_typed(service: Service, visit: Visit) -> None:
    """The form was opened before; it has the token of a session that is over."""
    case_id = service.open_case()
    service.play(case_id, scenario("PTK-1").steps[:1])
    superior = visit("atasan_langsung", javascript=False).begin(case_id, "kembalikan_rencana")
    superior.fill({"alasan": "Kalimat yang tidak boleh hilang."})
    other = Visitor(service, superior.page.context.new_page(), superior.who).go("/tugas")
    other.button("Keluar").click()
    other.sign_in()
    superior.check()
    expect(superior.heading()).to_have_text("Halaman ini sudah tidak berlaku")
    expect(superior.page.locator("main")).to_contain_text("Kalimat yang tidak boleh hilang.")
    superior.link("Buka halamannya lagi").click()
    expect(superior.page.get_by_label("Alasan")).to_be_visible()


# --- what peers write stays with nobody -------------------------------------------------------------------------------


@pytest.fixture
def rated(service: Service) -> str:
    """A case in which it is the peers' turn."""
    case_id = service.open_case()
    service.seat_peers(case_id, PEERS)
    service.play(case_id, filter(_before_ratings, scenario("PTK-1").steps))
    service.wait_until_open(case_id)
    return case_id


def _before_ratings(step: Mapping[str, Any]) -> bool:
    return step["stage"] not in ("penilaian_kompetensi_360", "tanggapan_pegawai", "penetapan")


def _rate(peer: Visitor, role: str, case_id: str) -> None:
    marks = dict.fromkeys(("kt", "pa", "km", "ks", "ig", "op"), "4")
    peer.begin(case_id, "kirim_360").fill({**marks, "saran_dukungan": CANARIES[role]}).check().send()


def test_a_page_is_the_same_before_and_after_one_peer_has_answered(service: Service, visit: Visit, rated: str) -> None:
    watched = [(visit(role), path) for role in ("pegawai", "atasan_langsung") for path in _pages_of(rated)]
    before = [_bytes(window, path) for window, path in watched]
    _rate(visit("rekan_1"), "rekan_1", rated)
    assert [_bytes(window, path) for window, path in watched] == before


def _pages_of(case_id: str) -> list[str]:
    case = f"/berkas/{case_id}"
    return ["/tugas", case, f"{case}/hasil", f"{case}/penilai/rekan_kerja"]


def _bytes(window: Visitor, path: str) -> str:
    """The page as it is sent, without the token that each session has of its own."""
    response = window.page.request.get(window.service.address + path)
    assert response.ok, path
    return re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", response.text())


def test_no_page_shows_a_single_peers_answer_or_who_has_answered(service: Service, visit: Visit, rated: str) -> None:
    """What peers wrote stands side by side from three of them on, in no order of theirs; a peer reads nothing of it."""
    for role in PEERS:
        _rate(visit(role), role, rated)
    marks = [step for step in scenario("PTK-1").steps if step["stage"] == "penilaian_kompetensi_360"]
    service.play(rated, [step for step in marks if "rater" not in step])
    assert service.case(rated).stage == "tanggapan_pegawai"
    names = [service.who(role).name for role in PEERS]
    for role in ("pegawai", "atasan_langsung", "atasan_penilai", "admin_bkd", "tim_penilai", *PEERS):
        window = visit(role)
        for path in _reachable(window, f"/berkas/{rated}"):
            text = _bytes(window, path)
            written = sorted((word for word in CANARIES.values() if word in text), key=text.index)
            assert written == [] or (role not in PEERS and written == sorted(CANARIES.values())), f"{role} {path}"
            seen = [name for name in names if name in text and name != window.who.name]
            assert not seen or "/penilai/" in path, f"{role} {path}: {seen}"


def _reachable(window: Visitor, case: str) -> set[str]:
    """The pages that links lead to from a case, and the case's own."""
    window.go(case)
    links = window.page.locator("main a").evaluate_all("links => links.map(link => link.pathname)")
    return {case, f"{case}/hasil", *(link for link in links if link.startswith("/berkas/"))}


def test_a_peer_sees_nothing_of_the_case_but_the_form(service: Service, visit: Visit, rated: str) -> None:
    peer = visit("rekan_1").open_case(rated)
    hidden = ("Perjalanan berkas", "Jawaban sebelumnya", "Riwayat", "Berkas kenaikan pangkat", "Sari Wulandari", "NIP")
    for path in (f"/berkas/{rated}", f"/berkas/{rated}/isi/kirim_360", f"/berkas/{rated}/hasil"):
        text = _bytes(peer, path)
        assert not [word for word in hidden if word in text], path


def test_a_stranger_finds_no_case(service: Service, visit: Visit, rated: str) -> None:
    stranger = visit("joko")
    for path in _pages_of(rated)[1:]:
        response = stranger.page.goto(service.address + path)
        assert response and response.status == 404
    expect(stranger.heading()).to_have_text("Halaman tidak ditemukan")
