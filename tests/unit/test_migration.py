"""A running case on another definition: what it becomes there, and when it may not go."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.act import act, begin, set_seats
from engine.case import Actor, Entry, Outcome
from engine.catalogue import LANGUAGES, say
from engine.codec import Codec
from engine.collecting import receive
from engine.errors import Refused
from engine.export import exported, moments
from engine.journal import fold
from engine.library import load
from engine.migration import migrate
from engine.process import Process
from engine.replay import replayed
from engine.scenario import read_scenarios, run
from tests.unit.definitions import FILES, NOW, WORKFLOW, YEAR, process_of
from tests.unit.test_act import MARKS, PLAN, RATING
from tests.unit.test_journal import ANSWERS
from web.verifier import verify

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "workflows" / "scenarios").glob("*.yaml"))
LIBRARY = load(ROOT)
FIRST = process_of(FILES)


EMPLOYEE, SUPERIOR, ADMIN = (Actor(role=role, person=role) for role in ("pegawai", "atasan", "admin"))
WEIGHTS = ("weights: {hasil: 60, perilaku: 40}", "weights: {hasil: 10, perilaku: 90}")
LATER = NOW + timedelta(days=3)


def changed(*changes: tuple[str, str]) -> Process:
    """The small process with each of *changes* in the file that has it: what stands there, and what stands instead."""
    files = dict(FILES)
    for was, now in changes:
        (name,) = [name for name, content in files.items() if was in content and not name.endswith("en.yaml")]
        files[name] = files[name].replace(was, now)
    return process_of(files)


class Walk:
    """A case of the small process with its journal."""

    def __init__(self, process: Process = FIRST) -> None:
        self.process = process
        self.entries: tuple[Entry, ...] = ()
        self.moves: list[tuple[str, str]] = []
        profile = {"nama": "Sari", "golongan": "IV", "hukuman": False}
        self.take(begin(process, "kasus", YEAR, {"pegawai": profile}, NOW))

    def take(self, outcome: Outcome) -> None:
        self.case = outcome.case
        self.entries += outcome.entries
        assert fold(self.process, "kasus", self.entries) == self.case

    def act(self, actor: Actor, action: str, values: Mapping[str, Any], answer: str = "", now: datetime = NOW) -> Walk:
        self.take(act(self.process, self.case, actor, action, values, now, answer=answer))
        return self

    def migrate(self, process: Process, now: datetime = LATER) -> Outcome:
        outcome = migrate(self.process, process, self.case, self.entries, now)
        self.process = process
        self.take(outcome)
        self.moves.append((self.case.stage, process.hash))
        return outcome

    def refused(self, process: Process, now: datetime = LATER) -> list[str]:
        """Why the case may not go to *process*; it stays as it is."""
        before = self.case, self.entries
        with pytest.raises(Refused) as refused:
            self.migrate(process, now)
        assert (self.case, self.entries) == before
        for reason in refused.value.reasons:
            assert all("{" not in say(reason.code, language, **reason.params) for language in LANGUAGES)
        return list(refused.value.codes)

    def planned(self) -> Walk:
        self.take(set_seats(self.process, self.case, SUPERIOR, "rekan", ["r1", "r2"], NOW))
        return self.act(EMPLOYEE, "ajukan", PLAN)

    def rated(self) -> Walk:
        self.planned().act(EMPLOYEE, "jawab", {**MARKS, "pendapat": "Cukup"})
        for number in (1, 2):
            self.act(Actor(role="rekan", person=f"r{number}"), "jawab", MARKS, answer=f"j{number}")
        assert self.case.stage == "penilaian"
        return self


# --- to the same definition -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_worked_example_can_go_at_every_point_to_a_definition_that_says_the_same(file: Path) -> None:
    """Nothing that was once possible is taken for impossible; what the case becomes is what it was."""
    moved = 0
    for scenario in (s for s in read_scenarios(file.read_text(), file.name) if not s.expect_error):
        process = LIBRARY.processes[scenario.workflow]
        twin = replace(process, hash="0" * 64)
        entries = run(process, scenario).entries
        for end in range(2, len(entries) + 1, 3):
            case, before = fold(process, "kasus", entries[:end]), entries[:end]
            if not case.stage or case.locked or process.stages[case.stage].final:
                continue
            outcome = migrate(process, twin, case, before, case.at or NOW)
            assert fold(twin, "kasus", [*before, *outcome.entries]) == outcome.case
            if len(outcome.entries) == 1:  # The example goes on with a step of the system otherwise.
                assert outcome.case == replace(case, definition=twin.hash, version=case.version + 1)
                assert outcome.entries[0].noted == {}
            moved += 1
    assert moved


# --- to another one ---------------------------------------------------------------------------------------------------


def test_other_weights_count_from_then_on_and_back_again() -> None:
    walk = Walk().rated().act(ADMIN, "_isi", {"sikap": Decimal(4)})
    heavier = changed(WEIGHTS)
    outcome = walk.migrate(heavier)
    (entry,) = outcome.entries
    assert (entry.event, entry.person, entry.at) == ("migrated", "", LATER)
    assert entry.inputs == {"from": FIRST.hash, "to": heavier.hash}
    assert (walk.case.definition, walk.case.stage) == (heavier.hash, "penilaian")
    assert walk.case.notes == {"penilaian": {"sikap": Decimal(4)}}
    walk.migrate(FIRST)
    walk.act(SUPERIOR, "tetapkan", RATING)
    first = walk.case
    again = Walk().rated()
    again.migrate(heavier)
    again.act(SUPERIOR, "tetapkan", RATING)
    assert (first.stage, again.case.stage) == ("selesai", "selesai")
    assert (first.values["nilai"], again.case.values["nilai"]) == (Decimal("88.80"), Decimal("84.80"))
    assert [e.event for e in walk.entries].count("migrated") == 2


def test_what_a_form_no_longer_asks_is_left_out_and_there_again_on_the_way_back() -> None:
    walk = Walk().rated()
    shorter = changed(("  pendapat: {type: textarea, title: Pendapat, optional: true}\n", ""))
    outcome = walk.migrate(shorter)
    assert outcome.entries[0].noted["left_out"] == {"diri": ["pendapat"]}
    assert "pendapat" not in walk.case.answers["diri"]
    codec = Codec(shorter)
    text = codec.dump_case(walk.case)
    loaded = codec.load_case("kasus", YEAR, walk.case.stage, walk.case.entry, walk.case.version, text)
    assert loaded == walk.case
    walk.migrate(FIRST)
    assert walk.case.answers["diri"]["pendapat"] == "Cukup"


def test_a_task_that_is_new_at_the_present_stage_is_asked_and_one_that_is_answered_stays_answered() -> None:
    walk = Walk().planned().act(EMPLOYEE, "jawab", MARKS)
    more = changed(
        (
            "      sejawat: {title: Sejawat",
            "      atasan_juga: {title: Diri, actor: atasan, form: perilaku}\n      sejawat: {title: Sejawat",
        )
    )
    walk.migrate(more)
    assert walk.case.open == {"sejawat", "atasan_juga"}


def test_a_step_of_the_system_that_is_due_by_the_new_definition_is_taken() -> None:
    walk = Walk().planned().act(EMPLOYEE, "jawab", MARKS)
    soon = changed(("auto: [complete, deadline]", "auto: [entry, deadline]"))
    outcome = walk.migrate(soon)
    assert [(entry.event, entry.role) for entry in outcome.entries] == [("migrated", ""), ("moved", "sistem")]
    assert walk.case.stage == "penilaian"


def test_a_collection_that_only_the_new_definition_has_opens_if_its_time_has_come() -> None:
    without = changed(
        (WORKFLOW[WORKFLOW.index("collections:\n") : WORKFLOW.index("values:\n")], ""), ("        close: laporan\n", "")
    )
    walk = Walk(without).rated()
    outcome = walk.migrate(changed(("closes: tetapkan", "closes: kembalikan")))
    assert [entry.event for entry in outcome.entries] == ["migrated", "collection_opened"]
    assert walk.case.collecting == {"laporan"}


# --- refused ----------------------------------------------------------------------------------------------------------

RETURNED = {"alasan": "Lengkapi"}
REFUSED = {
    "a stage that the case has left": (
        [("        to: umpan_balik\n", "        to: penilaian\n"),
         ("umpan_balik: nilai < 50 and", "rencana: nilai < 50 and"),
         ("count(history.umpan_balik) < 3", "count(history.rencana) < 3")],
        ["migrasi_jalan"],
    ),
    "a stage that is gone": ([("umpan_balik", "balikan")], ["migrasi_tahap"]),
    "another route": (
        [("        to: umpan_balik\n", "        to: {penilaian: jumlah > 50, umpan_balik: otherwise}\n")],
        ["migrasi_jalan"],
    ),
    "an action that was taken": ([("      ajukan:", "      serahkan:")], ["migrasi_tindakan"]),
    "a task done by another role": (
        [("diri: {title: Diri, actor: pegawai,", "diri: {title: Diri, actor: atasan,")], ["migrasi_tugas"],
    ),
    "an anonymous task that is so no more": ([("anonymous: true, at_least: 2", "at_least: 2")], ["migrasi_tugas"]),
    "fewer to hide among": ([("anonymous: true, at_least: 2}", "anonymous: true, at_least: 3}")], ["migrasi_tugas"]),
    "an answer out of bounds": ([("allow: \"(0..100]\"", "allow: \"(0..50]\"")], ["migrasi_jawaban"]),
    "a field of another type": (
        [("kode: {type: text, title: Kode, length: 1..5}", "kode: {type: integer, title: Kode}")],
        ["migrasi_jawaban"] * 2,
    ),
    "a question that was not asked": (
        [("  jumlah: {type: computed", "  pokok: {type: text, title: Pokok}\n  jumlah: {type: computed")],
        ["migrasi_jawaban"],
    ),
    "a requirement that did not hold": ([("sasaran_kurang: jumlah = 100", "sasaran_kurang: jumlah = 90")],
                                        ["migrasi_syarat"]),
    "people who are too few": ([("seats: 2..3", "seats: 3..4")], ["migrasi_penilai"]),
    "a value that is frozen": (
        [("nilai_awal: {formula: nilai, frozen_at", "nilai_awal: {formula: perilaku + 1, frozen_at")], ["migrasi_beku"],
    ),
    "a deadline that comes earlier": ([("deadline: 03-31", "deadline: 03-10")], ["migrasi_tenggat"]),
    "a field of the profile that was not noted": (
        [("  hukuman: {type: boolean", "  pangkat: {type: text, title: Pangkat}\n  hukuman: {type: boolean")],
        ["migrasi_profil"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_case_stays_where_the_new_definition_has_no_place_for_its_past(what: str) -> None:
    changes, wanted = REFUSED[what]
    assert Walk().rated().refused(changed(*changes)) == wanted


def test_what_the_public_was_asked_otherwise_keeps_a_case_where_it_is() -> None:
    walk = Walk()
    public, report = Actor(role="masyarakat"), {"isi": "Antrean panjang"}
    walk.take(receive(FIRST, walk.case, "laporan", public, "kirim", report, NOW, answer="l1", number="LAP-001"))
    walk.planned().migrate(changed(WEIGHTS))
    assert list(walk.case.answers["laporan"]) == ["l1"]
    assert walk.refused(changed(("isi: {type: textarea", "isi: {type: number"))) == ["migrasi_pengumpulan"]


def test_a_case_that_has_ended_stays() -> None:
    assert Walk().rated().act(SUPERIOR, "tetapkan", RATING).refused(changed(WEIGHTS)) == ["migrasi_selesai"]


def test_a_case_whose_values_are_locked_stays() -> None:
    process = changed(("        to: umpan_balik\n", "        lock: true\n        to: umpan_balik\n"))
    walk = Walk(process).planned()
    assert walk.refused(changed(WEIGHTS)) == ["migrasi_terkunci"]


def test_somebody_late_may_go_where_the_deadline_was_earlier_still() -> None:
    walk = Walk().rated()
    walk.migrate(changed(("deadline: 03-31", "deadline: 03-10")), datetime(2025, 4, 7, tzinfo=UTC))
    assert walk.case.stage == "penilaian"


# --- what follows from it ---------------------------------------------------------------------------------------------


def test_the_receipts_of_a_moved_case_are_recomputed_from_their_file() -> None:
    walk = Walk().rated()
    process = changed(WEIGHTS, ("  nilai:\n    weights", "  nilai:\n    title: Hasil\n    weights"))
    walk.migrate(process)
    walk.act(SUPERIOR, "tetapkan", RATING)
    document = exported(process, walk.case, list(process.words.roles), moments(process, walk.entries))
    found = {finding.id: finding for finding in verify(json.dumps(document))}
    assert [finding for finding in found.values() if finding.differences] == []
    assert found["nilai"].agrees
    assert document["process"]["definition"] == process.hash


def test_a_closed_case_that_was_moved_is_replayed_as_it_ended() -> None:
    walk = Walk().rated()
    process = changed(WEIGHTS)
    walk.migrate(process)
    walk.act(SUPERIOR, "tetapkan", RATING)
    assert not replayed(process, process, "kasus", walk.entries).differs
    differing = {change.value for change in replayed(process, FIRST, "kasus", walk.entries).changes}
    assert "nilai" in differing


VARIANTS = [
    FIRST,
    changed(WEIGHTS),
    changed(("  pendapat: {type: textarea, title: Pendapat, optional: true}\n", "")),
    changed(("rows: 1..3", "rows: 1..5"), ("deadline: 10wd", "deadline: 20wd")),
]


@given(some.integers(min_value=0, max_value=2**32))
@settings(max_examples=15, deadline=None)
def test_wherever_a_case_is_moved_and_whatever_people_do_its_journal_folds_to_it(seed: int) -> None:
    wander(seed)


def test_the_walks_go_to_other_definitions_at_several_stages() -> None:
    moved = [place for seed in range(10) for place in wander(seed)]
    assert {stage for stage, _ in moved} >= {"rencana", "umpan_balik"}
    assert {definition for _, definition in moved} == {variant.hash for variant in VARIANTS}


def wander(seed: int) -> list[tuple[str, str]]:
    """At which stages a case went to which definitions, in the hands of people who try anything."""
    dice, walk, now = random.Random(seed), Walk(), NOW
    for step in range(60):
        now += timedelta(hours=dice.choice([1, 30]))
        actor = Actor(role=dice.choice(list(FIRST.words.roles)), person=f"orang {dice.randrange(3)}")
        with suppress(Refused):
            if dice.random() < 0.2:
                walk.migrate(dice.choice(VARIANTS), now)
            elif dice.random() < 0.1:
                walk.take(set_seats(walk.process, walk.case, SUPERIOR, "rekan", ["r1", "r2"], now))
            else:
                action = dice.choice([*walk.process.stages[walk.case.stage].actions, "_isi"])
                walk.act(actor, action, dice.choice(ANSWERS), f"{step:09d}", now)
        codec = Codec(walk.process)
        text, place = codec.dump_case(walk.case), (walk.case.stage, walk.case.entry, walk.case.version)
        assert codec.load_case("kasus", YEAR, *place, text) == walk.case
    return walk.moves
