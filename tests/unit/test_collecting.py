"""Answers beside the path, tickets, follow-up cases, rows that stay, other wordings, and what time brings about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.access import reading_refusal, reads_value
from engine.act import act, begin
from engine.case import Actor, Case
from engine.clock import due_on
from engine.codec import Codec
from engine.collecting import collections_of, is_open, receive
from engine.errors import Refused
from engine.journal import fold
from engine.process import Process
from engine.timers import due_actions, notices, overtaken
from tests.unit.definitions import NOW, YEAR, process_of

EMPLOYEE = Actor(role="pegawai", person="Sari")
SUPERIOR = Actor(role="atasan", person="Hasan")
PUBLIC = Actor(role="warga")

VOCABULARY = """\
vocabulary: umum
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  warga: {title: Warga, is: public}
  sistem: {title: Sistem, is: system}
profile:
  nip: {type: employee_number, title: NIP}
  jabatan: text
scales: {empat: {1: Satu, 2: Dua, 3: Tiga, 4: Empat}}
variants:
  guru: starts with(pegawai.jabatan, "Guru")
defaults: {readers: {pegawai: now, atasan: now}, remind: [3, 0], overdue: atasan}
"""

ITEMS = """\
catalogue: butir
key: kode
columns: {}
rows:
  t1: {title: Penguasaan tugas, variants: {guru: {title: Perencanaan pembelajaran}}}
  t2: {title: Disiplin}
"""

PROCESS = """\
workflow: layanan
title: Layanan
use: [umum, butir]
start: mandiri
stages:
  mandiri:
    title: Mandiri
    actor: pegawai
    form: mandiri
    deadline: 14d
    actions: {kirim: {title: Kirim, to: nilai}}
  nilai:
    title: Penilaian
    actor: atasan
    form: nilai
    deadline: 12-01
    actions:
      kembali: {title: Kembali, without_form: true, to: mandiri}
      putuskan:
        title: Putuskan
        starts: {lanjutan: kepuasan < 50}
        to:
          tinjau: count(laporan[status = "terbuka"]) > 0
          selesai: otherwise
  tinjau:
    title: Tinjauan
    actor: pegawai
    form: tinjau
    pauses: true
    deadline: 14d
    actions:
      tutup: {title: Tutup, close: laporan, to: {selesai: 'count(laporan[status = "terbuka"]) = 0', mandiri: otherwise}}
      otomatis: {title: Otomatis, actor: sistem, auto: deadline, without_form: true, to: nilai}
  selesai: {title: Selesai, final: true}
collections:
  survei:
    title: Survei
    actor: warga
    form: survei
    closes: putuskan
    anonymous: true
    at_least: 3
    actions: {jawab: {title: Jawab}}
  laporan: {title: Laporan, actor: warga, form: laporan, opens: nilai, ticket: LAP, actions: {lapor: {title: Lapor}}}
values:
  kepuasan: {title: Kepuasan, formula: mean(survei.puas) * 25, optional: true}
  tindakan: {formula: "laporan.tindakan", optional: true}
"""

FOLLOW_UP = """\
workflow: lanjutan
title: Lanjutan
use: [umum]
start: rencana
stages:
  rencana: {title: Rencana, actor: atasan, actions: {mulai: {title: Mulai, to: akhir}}}
  akhir: {title: Akhir, final: true}
"""

FORMS = {
    "forms/mandiri.yaml": """\
form: mandiri
title: Mandiri
fields:
  butir: {type: ratings, title: Butir, from: butir, scale: empat}
  usul:
    type: table
    title: Usul
    rows: 0..2
    append: true
    columns: {nama: {type: text, title: Nama, variants: {guru: {title: Nama kegiatan}}}}
""",
    "forms/nilai.yaml": "form: nilai\ntitle: N\nfields: {catatan: {type: textarea, title: Catatan, optional: true}}\n",
    "forms/tinjau.yaml": "form: tinjau\ntitle: T\nfields: {tindakan: {type: textarea, title: Tindakan}}\n",
    "forms/survei.yaml": """\
form: survei
title: Survei
fields:
  kode: {type: text, title: Kode, unique: true}
  puas: {type: scale, title: Puas, scale: empat}
""",
    "forms/laporan.yaml": "form: laporan\ntitle: L\nfields: {uraian: {type: textarea, title: Uraian}}\n",
}
FILES = {"workflows/umum.yaml": VOCABULARY, "workflows/butir.yaml": ITEMS, "workflows/layanan.yaml": PROCESS,
         "workflows/lanjutan.yaml": FOLLOW_UP, **FORMS}  # fmt: skip


@pytest.fixture(scope="module")
def process() -> Process:
    return process_of(FILES, "layanan")


def opened(process: Process, **profile: Any) -> Case:
    return begin(process, "k1", YEAR, {"pegawai": profile}, NOW).case


def surveyed(process: Process, case: Case, *marks: int, first: int = 1) -> Case:
    for number, mark in enumerate(marks, first):
        values = {"kode": f"K{number}", "puas": Decimal(mark)}
        case = receive(process, case, "survei", PUBLIC, "jawab", values, NOW, answer=f"a{number}").case
    return case


def sent(process: Process, case: Case, *names: str) -> Case:
    values = {"t1": Decimal(3), "t2": Decimal(4), "usul": [{"nama": name} for name in names]}
    return act(process, case, EMPLOYEE, "kirim", values, NOW).case


def reported(process: Process, case: Case, number: str) -> Case:
    values = {"uraian": f"Laporan {number}"}
    return receive(process, case, "laporan", PUBLIC, "lapor", values, NOW, answer=f"l{number}", number=number).case


def refused(process: Process, case: Case, collection: str, values: Mapping[str, Any], **more: Any) -> list[str]:
    action = next(iter(process.duties[collection].actions))
    with pytest.raises(Refused) as found:
        receive(process, case, collection, PUBLIC, action, values, NOW, answer="x", **more)
    return list(found.value.codes)


class TestCollections:
    def test_a_collection_opens_with_its_stage_and_closes_with_its_action(self, process: Process) -> None:
        case = opened(process)
        assert [duty.id for duty in collections_of(process, case, "warga")] == ["survei"]
        assert refused(process, case, "laporan", {"uraian": "x"}, number="LAP-001") == ["pengumpulan_belum_dibuka"]
        case = sent(process, case)
        assert is_open(process, case, "laporan")
        case = act(process, case, SUPERIOR, "putuskan", {}, NOW).case
        assert not is_open(process, case, "survei")
        assert refused(process, case, "survei", {"puas": Decimal(1)}) == ["pengumpulan_sudah_ditutup"]

    def test_below_the_least_number_the_answers_count_as_none(self, process: Process) -> None:
        case = surveyed(process, opened(process), 4, 3)
        assert "kepuasan" not in case.values
        assert surveyed(process, case, 2, first=3).values["kepuasan"] == Decimal("75.00")

    def test_an_entry_has_no_author_no_time_and_no_code(self, process: Process) -> None:
        values = {"kode": "K1", "puas": Decimal(4)}
        later = NOW + timedelta(days=3)
        outcome = receive(process, opened(process), "survei", PUBLIC, "jawab", values, later, answer="a1")
        (entry,) = outcome.entries
        assert (entry.person, entry.at, dict(entry.fields)) == ("", NOW, {"puas": Decimal(4)})
        assert "K1" not in Codec(process).dump_case(outcome.case) + Codec(process).dump_inputs(entry)

    def test_a_code_can_be_used_once(self, process: Process) -> None:
        values = {"kode": "K1", "puas": Decimal(4)}
        assert refused(process, opened(process), "survei", values, spent=frozenset({"kode"})) == ["kode_sudah_dipakai"]

    def test_what_a_form_asks_is_asked_of_the_public_too(self, process: Process) -> None:
        assert refused(process, opened(process), "survei", {"puas": Decimal(9)}) == ["nilai_wajib", "di_luar_skala"]

    def test_another_role_may_not_answer(self, process: Process) -> None:
        with pytest.raises(Refused) as found:
            receive(process, opened(process), "survei", EMPLOYEE, "jawab", {}, NOW, answer="x")
        assert found.value.codes == ("peran_tidak_berwenang",)

    def test_after_somebody_may_have_seen_them_answers_join_in_groups(self, process: Process) -> None:
        case = sent(process, surveyed(process, opened(process), 4, 4, 4))
        assert case.values["kepuasan"] == 100
        case = surveyed(process, case, 1, 1, first=4)
        assert case.values["kepuasan"] == 100
        assert surveyed(process, case, 1, first=6).values["kepuasan"] == Decimal("62.50")

    def test_while_they_join_one_by_one_nobody_reads_what_they_give(self, process: Process) -> None:
        case = surveyed(process, opened(process), 4, 4, 4)
        value = process.values["kepuasan"]
        assert not reads_value(process, case, value, ["atasan"])
        assert reads_value(process, sent(process, case), value, ["atasan"])

    def test_the_journal_folds_to_the_same_case(self, process: Process) -> None:
        outcome = begin(process, "k1", YEAR, {"pegawai": {"jabatan": "Guru Ahli"}}, NOW)
        entries, case = list(outcome.entries), outcome.case
        values = {"t1": Decimal(1), "t2": Decimal(1), "usul": [{"nama": "satu"}]}
        steps: list[Any] = [
            lambda c: receive(
                process, c, "survei", PUBLIC, "jawab", {"kode": "1", "puas": Decimal(1)}, NOW, answer="a"
            ),
            lambda c: act(process, c, EMPLOYEE, "kirim", values, NOW),
            lambda c: receive(
                process, c, "survei", PUBLIC, "jawab", {"kode": "2", "puas": Decimal(1)}, NOW, answer="b"
            ),
            lambda c: receive(process, c, "laporan", PUBLIC, "lapor", {"uraian": "x"}, NOW, answer="c", number="LAP-1"),
            lambda c: act(process, c, SUPERIOR, "putuskan", {}, NOW),
            lambda c: act(process, c, EMPLOYEE, "tutup", {"tindakan": "Sudah"}, NOW + timedelta(days=4)),
        ]
        for step in steps:
            outcome = step(case)
            case, entries = outcome.case, [*entries, *outcome.entries]
        assert fold(process, "k1", entries) == case
        assert case.stage == "selesai"


class TestReading:
    def test_single_answers_of_an_anonymous_task_are_nobodys(self, process: Process) -> None:
        case = surveyed(process, opened(process), 4)
        refusal = reading_refusal(case, process.duties["survei"], ["atasan", "warga"])
        assert refusal and refusal.code == "jawaban_rekan_rahasia"
        assert reading_refusal(case, process.duties["nilai"], ["pegawai"]) is None


class TestTickets:
    def test_closing_says_of_each_open_ticket_what_was_done(self, process: Process) -> None:
        case = reported(process, reported(process, sent(process, opened(process)), "LAP-001"), "LAP-002")
        case = act(process, case, SUPERIOR, "putuskan", {}, NOW).case
        assert case.stage == "tinjau"
        case = act(process, case, EMPLOYEE, "tutup", {"tindakan": "Loket ditambah"}, NOW).case
        assert case.stage == "selesai"
        tickets = sorted(case.answers["laporan"].values(), key=lambda ticket: ticket["nomor"])
        assert [(t["nomor"], t["status"], t["tindakan"]) for t in tickets] == [
            ("LAP-001", "ditutup", "Loket ditambah"), ("LAP-002", "ditutup", "Loket ditambah"),
        ]  # fmt: skip
        assert case.values["tindakan"] == ["Loket ditambah", "Loket ditambah"]


class TestFollowUp:
    def test_an_action_starts_a_case_of_another_process_if_its_condition_holds(self, process: Process) -> None:
        unhappy = sent(process, surveyed(process, opened(process), 1, 1, 2))
        (started,) = act(process, unhappy, SUPERIOR, "putuskan", {}, NOW).starts
        assert started.workflow == "lanjutan"
        assert act(process, unhappy, SUPERIOR, "putuskan", {}, NOW).starts == (started,)
        content = sent(process, surveyed(process, opened(process), 4, 4, 4))
        assert act(process, content, SUPERIOR, "putuskan", {}, NOW).starts == ()


class TestRows:
    def test_earlier_rows_stay_and_new_ones_join(self, process: Process) -> None:
        case = sent(process, opened(process), "satu", "dua")
        case = sent(process, act(process, case, SUPERIOR, "kembali", {}, NOW).case, "tiga")
        assert [row["nama"] for row in case.answers["mandiri"]["usul"]] == ["satu", "dua", "tiga"]

    def test_the_limit_is_that_of_one_submission(self, process: Process) -> None:
        values = {"t1": Decimal(3), "t2": Decimal(4), "usul": [{"nama": n} for n in "abc"]}
        with pytest.raises(Refused) as found:
            act(process, opened(process), EMPLOYEE, "kirim", values, NOW)
        assert found.value.codes == ("jumlah_baris",)


class TestWording:
    def test_some_people_read_other_titles(self, process: Process) -> None:
        duty = process.duties["mandiri"].in_wording("guru")
        assert [row["title"] for row in duty.settings["butir"].rows or ()] == ["Perencanaan pembelajaran", "Disiplin"]
        assert duty.fields["usul"].columns["nama"].title == "Nama kegiatan"  # type: ignore[attr-defined]
        assert process.duties["nilai"].in_wording("guru") is process.duties["nilai"]

    def test_the_journal_notes_what_the_person_read(self, process: Process) -> None:
        values = {"t1": Decimal(3), "t2": Decimal(4)}
        outcome = act(process, opened(process, jabatan="Guru Ahli Muda"), EMPLOYEE, "kirim", values, NOW)
        assert outcome.entries[0].noted["variant"] == "guru"


class TestTime:
    def test_time_in_a_stage_that_pauses_moves_dated_deadlines_only(self, process: Process) -> None:
        case = reported(process, sent(process, opened(process)), "LAP-001")
        case = act(process, case, SUPERIOR, "putuskan", {}, NOW).case
        late = NOW + timedelta(days=15)
        outcome = overtaken(process, case, late)
        assert outcome is not None
        assert (outcome.case.stage, outcome.case.paused) == ("nilai", timedelta(days=15))
        assert due_on(process, outcome.case) == date(2025, 12, 16)
        assert due_on(process, replace(outcome.case, stage="mandiri")) == late.date() + timedelta(days=14)

    def test_the_system_acts_only_after_the_deadline(self, process: Process) -> None:
        case = reported(process, sent(process, opened(process)), "LAP-001")
        case = act(process, case, SUPERIOR, "putuskan", {}, NOW).case
        assert due_actions(process, case, NOW + timedelta(days=14)) == ()
        assert overtaken(process, case, NOW + timedelta(days=14)) is None
        assert due_actions(process, case, NOW + timedelta(days=15)) == ("otomatis",)

    def test_reminders_come_before_and_on_the_day_and_then_it_is_late(self, process: Process) -> None:
        told = [(notice.kind, notice.day, notice.roles) for notice in notices(process, opened(process))]
        assert told == [
            ("reminder", date(2025, 3, 14), ("pegawai",)),
            ("reminder", date(2025, 3, 17), ("pegawai",)),
            ("overdue", date(2025, 3, 18), ("pegawai", "atasan")),
        ]


class TestNumbers:
    @pytest.mark.parametrize(
        ("number", "code"),
        [
            ("19870412201101190", "nip_18_digit"),
            ("198713122011011901", "nip_tanggal_lahir"),
            ("198704122011151901", "nip_pengangkatan"),
            ("198704122011013901", "nip_jenis_kelamin"),
            ("198704122011011000", "nip_nomor_urut"),
        ],
    )
    def test_no_case_begins_with_a_number_that_cannot_be(self, process: Process, number: str, code: str) -> None:
        with pytest.raises(Refused) as found:
            opened(process, nip=number)
        assert found.value.codes == (code,)
