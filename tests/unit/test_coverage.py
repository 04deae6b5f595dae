"""What scenarios reach, the stories that reach the rest, and closed cases on a draft."""

import random
from typing import Any

import pytest

from engine.act import act, begin
from engine.calls import fired_rows
from engine.case import Actor, Entry
from engine.coverage import KINDS, REQUIREMENT, ROW, TIMER, TRANSITION, Target, coverage, targets
from engine.process import Process
from engine.replay import changed_rules, replayed
from engine.scenario import Result, Scenario, run
from engine.walks import stories
from tests.unit.definitions import NOW, YEAR, process_of

FILES = {
    "workflows/proses.yaml": """\
workflow: proses
title: Proses
start: isi
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  sistem: {title: Sistem, is: system}
choices:
  mutu: {title: Mutu, ordered: true, options: {C: Cukup, B: Baik, A: Istimewa}}
tables:
  mutu_dari: {inputs: {nilai: "[0..100]"}, output: mutu, rows: [[">= 90", A], [">= 60", B], ["-", C]]}
  tak_dipakai: {inputs: {nilai: "[0..100]"}, output: mutu, rows: [["-", C]]}
stages:
  isi:
    title: Isi
    actor: pegawai
    form: isi
    actions: {kirim: {title: Kirim, to: nilai}}
  nilai:
    title: Nilai
    actor: atasan
    deadline: 14d
    actions:
      kembali: {title: Kembali, require: {batas: count(history.nilai) <= 1}, to: isi}
      tetapkan: {title: Tetapkan, to: {ulang: 'mutu = "C"', selesai: otherwise}}
      otomatis: {title: Otomatis, actor: sistem, auto: deadline, to: selesai}
  ulang: {title: Ulang, actor: pegawai, actions: {lanjut: {title: Lanjut, to: selesai}}}
  selesai: {title: Selesai, final: true}
values:
  jumlah: {title: Jumlah, formula: sum(isi.sasaran.capaian) / count(isi.sasaran)}
  mutu: {title: Mutu, formula: mutu_dari(jumlah)}
messages: {batas: Sudah., bobot: Jumlahnya 100.}
""",
    "forms/isi.yaml": """\
form: isi
title: Isi
fields:
  sasaran:
    type: table
    title: Sasaran
    rows: 2..4
    key: kode
    columns:
      kode: {type: text, title: Kode}
      bobot: {type: number, title: Bobot, allow: "(0..100]"}
      capaian: {type: number, title: Capaian, allow: "[0..100]"}
  mulai: {type: date, title: Mulai}
  akhir: {type: date, title: Akhir, allow: "> mulai"}
require: {bobot: sum(sasaran.bobot) = 100}
""",
}


@pytest.fixture(scope="module")
def process() -> Process:
    return process_of(FILES)


def form(*marks: int) -> dict[str, Any]:
    rows = [{"kode": f"k{n}", "bobot": 100 // len(marks), "capaian": mark} for n, mark in enumerate(marks)]
    return {"sasaran": rows, "mulai": "2025-01-01", "akhir": "2025-02-01"}


def played(process: Process, *steps: dict[str, Any]) -> Result:
    result = run(process, Scenario(id="s", workflow="proses", title="s", employee={}, steps=steps, expected={}))
    assert result.differences == ()
    return result


SEND = {"stage": "isi", "actor": "pegawai", "action": "kirim", "form": form(95, 90)}
SETTLE = {"stage": "nilai", "actor": "atasan", "action": "tetapkan", "form": {}}


class TestCoverage:
    def test_every_route_row_code_and_deadline_is_a_target(self, process: Process) -> None:
        found = list(targets(process))
        assert [len([t for t in found if t.kind == kind]) for kind in KINDS] == [6, 3, 2, 1]
        assert Target(ROW, "tak_dipakai", number=1) not in found

    def test_what_a_scenario_did_is_reached_and_nothing_else(self, process: Process) -> None:
        found = coverage(process, [played(process, SEND, SETTLE)])
        assert found.reached & set(found.targets) == {
            Target(TRANSITION, "isi", "kirim", 1), Target(TRANSITION, "nilai", "tetapkan", 2),
            Target(ROW, "mutu_dari", number=1),
        }  # fmt: skip
        assert found.counted(TRANSITION) == (2, 6)

    def test_refusals_and_deadlines_count_by_where_they_happen(self, process: Process) -> None:
        bad = {**SEND, "form": {**form(50, 50), "sasaran": form(50, 50)["sasaran"] + form(50)["sasaran"][:0]}}
        bad["form"]["sasaran"][0]["bobot"] = 10
        late = {"stage": "nilai", "actor": "sistem", "action": "otomatis", "form": {}, "after": "15d"}
        found = coverage(process, [played(process, {**bad, "expect_error": "bobot"}, SEND, late)])
        assert {Target(REQUIREMENT, "isi", "bobot"), Target(TIMER, "nilai", "otomatis")} <= found.reached

    def test_rows_are_gathered_inside_the_block_only(self, process: Process) -> None:
        call = process.words.callables["mutu_dari"]
        with fired_rows() as rows:
            call(95)
        call(10)
        assert {tuple(row) for row in rows} == {("mutu_dari", 1)}


class TestStories:
    def test_a_few_stories_reach_everything_there_is(self, process: Process) -> None:
        wanted = list(targets(process))
        made = stories(process, wanted, random.Random(3), range(60))
        assert {target for story in made for target in story.reaches} >= set(wanted)
        assert len(made) <= 6

    def test_each_story_passes_when_it_is_played_as_a_scenario(self, process: Process) -> None:
        for story in stories(process, targets(process), random.Random(3), range(60)):
            assert run(process, story.scenario).differences == ()
            assert story.scenario.expected["path"][-1] == "selesai"

    def test_the_same_dice_tell_the_same_stories(self, process: Process) -> None:
        first, second = (stories(process, targets(process), random.Random(5), range(20)) for _ in range(2))
        assert [story.scenario for story in first] == [story.scenario for story in second]


class TestReplay:
    @pytest.fixture
    def entries(self, process: Process) -> list[Entry]:
        outcome = begin(process, "k1", YEAR, {}, NOW)
        entries = list(outcome.entries)
        from engine.scenario import typed_form

        values = dict(typed_form(process.duties["isi"], form(95, 90)))
        for role, action, given in (("pegawai", "kirim", values), ("atasan", "tetapkan", {})):
            outcome = act(process, outcome.case, Actor(role=role, person=role), action, given, NOW)
            entries += outcome.entries
        return entries

    def test_the_same_rules_change_nothing(self, process: Process, entries: list[Entry]) -> None:
        assert not replayed(process, process_of(FILES), "k1", entries).differs

    def test_a_changed_row_is_told_with_what_it_changes(self, process: Process, entries: list[Entry]) -> None:
        draft = process_of(changed(">= 90", ">= 95"))
        assert changed_rules(process, draft) == {"mutu_dari"}
        (change,) = replayed(process, draft, "k1", entries).changes
        assert (change.value, change.before, change.after, change.because) == ("mutu", "A", "B", ("mutu_dari",))

    def test_another_way_is_told_with_both_paths(self, process: Process, entries: list[Entry]) -> None:
        draft = process_of(changed('mutu = "C"', 'mutu = "A"'))
        found = replayed(process, draft, "k1", entries)
        assert found.paths == (("isi", "nilai", "selesai"), ("isi", "nilai", "ulang"))

    def test_what_no_longer_fits_is_told_where_it_stops(self, process: Process, entries: list[Entry]) -> None:
        draft = process_of(changed("kirim: {title: Kirim, to: nilai}", "ajukan: {title: Ajukan, to: nilai}"))
        assert replayed(process, draft, "k1", entries).stuck == 2


def changed(old: str, new: str) -> dict[str, str]:
    assert old in FILES["workflows/proses.yaml"]
    return {**FILES, "workflows/proses.yaml": FILES["workflows/proses.yaml"].replace(old, new)}
