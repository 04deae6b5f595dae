"""Taking an action: who may, every reason why not, and what follows."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.act import act, begin, set_seats
from engine.case import Actor, Case, Outcome
from engine.desk import desk, offer_of
from engine.errors import Refused
from engine.process import NOTE, Process
from tests.unit.definitions import FILES, NOW, YEAR, begun, process_of, short

EMPLOYEE = Actor(role="pegawai", person="Sari")
SUPERIOR = Actor(role="atasan", person="Hasan")
ADMIN = Actor(role="admin", person="Dewi")
SYSTEM = Actor(role="sistem")
LATE = NOW + timedelta(days=60)

PLAN = {"sasaran": [{"kode": "a", "bobot": Decimal(60), "catatan": "x"}, {"kode": "b", "bobot": Decimal(40)}],
        "mulai": NOW.date()}  # fmt: skip
MARKS = {"km": Decimal(4), "pl": Decimal(5)}
RATING = {
    "dinilai": {"a": Decimal(10), "b": Decimal(8)},
    "setuju": "ya",
    "catatan": "Bagus",
    "sikap": Decimal(5),
    "tahu": True,
}


@pytest.fixture(scope="module")
def process() -> Process:
    return process_of(FILES)


def peer(number: int, *, answered: bool = False) -> Actor:
    return Actor(role="rekan", person=f"rekan {number}", answered=answered)


def planned(process: Process) -> Case:
    case = begun(process, nama="Sari", golongan="IV", hukuman=False)
    case = set_seats(process, case, SUPERIOR, "rekan", ["r1", "r2"], NOW).case
    return act(process, case, EMPLOYEE, "ajukan", PLAN, NOW).case


def rated(process: Process) -> Case:
    """The case when everybody has given feedback: it stands at the superior's rating."""
    case = act(process, planned(process), EMPLOYEE, "jawab", MARKS, NOW).case
    case = act(process, case, peer(1), "jawab", MARKS, NOW, answer="j1").case
    return act(process, case, peer(2), "jawab", MARKS, NOW, answer="j2").case


def codes(process: Process, case: Case, actor: Actor, action: str, values: dict[str, Any], now: Any = NOW) -> list[str]:
    with pytest.raises(Refused) as refused:
        act(process, case, actor, action, values, now)
    return list(refused.value.codes)


class TestWhoMay:
    def test_only_the_roles_of_the_stage_may_act(self, process: Process) -> None:
        assert codes(process, begun(process), SUPERIOR, "ajukan", PLAN) == ["peran_tidak_berwenang"]

    def test_only_the_roles_of_an_action_may_take_it(self, process: Process) -> None:
        assert codes(process, planned(process), EMPLOYEE, "tutup", {}) == ["peran_tidak_berwenang"]

    @pytest.mark.parametrize("action", ["tetapkan", "tidak_ada", "", "__class__"])
    def test_an_action_of_another_stage_cannot_be_taken(self, process: Process, action: str) -> None:
        assert codes(process, begun(process), EMPLOYEE, action, PLAN) == ["tidak_pada_tahap_ini"]

    def test_an_action_that_is_not_offered_cannot_be_taken(self) -> None:
        process = short(
            "stages:\n  isi:\n    title: Isi\n    actor: pegawai\n"
            "    actions: {kirim: {title: K, show_if: count(history.isi) > 5, to: habis}}\n"
            "  habis: {title: H, final: true}\n"
        )
        assert codes(process, begun(process), EMPLOYEE, "kirim", {}) == ["tidak_pada_tahap_ini"]

    def test_nobody_acts_before_a_stage_opens(self, process: Process) -> None:
        early = NOW.replace(month=1, day=10)
        case = begin(process, "k", YEAR, {}, early).case
        assert codes(process, case, EMPLOYEE, "ajukan", PLAN, early) == ["belum_waktunya"]
        assert act(process, case, EMPLOYEE, "ajukan", PLAN, NOW).case.stage == "umpan_balik"

    def test_the_system_acts_only_when_it_is_time(self, process: Process) -> None:
        case = act(process, planned(process), EMPLOYEE, "jawab", MARKS, NOW).case
        assert codes(process, case, SYSTEM, "tutup", {}) == ["belum_waktunya"]
        assert act(process, case, SYSTEM, "tutup", {}, LATE).case.stage == "penilaian"

    def test_a_final_stage_has_no_actions(self, process: Process) -> None:
        case = act(process, rated(process), SUPERIOR, "tetapkan", RATING, NOW).case
        assert case.stage == "selesai" and case.open == frozenset()
        assert codes(process, case, SUPERIOR, "tetapkan", RATING) == ["tidak_pada_tahap_ini"]

    def test_one_offer_is_what_it_is_on_the_whole_desk(self, process: Process) -> None:
        actors = (EMPLOYEE, SUPERIOR, ADMIN, peer(1), peer(1, answered=True))
        actions = {NOTE.id, "", *(name for stage in process.stages.values() for name in stage.actions)}
        found = 0
        for case in (begun(process), planned(process), rated(process)):
            for mine in ((), *((actor,) for actor in actors), actors):
                whole = desk(process, case, mine, NOW)
                for action in actions:
                    offer = offer_of(process, case, mine, NOW, action)
                    assert offer == whole.offer(action)
                    found += offer is not None
        assert found > 10


class TestAnswering:
    def test_everything_that_is_wrong_is_told_at_once(self, process: Process) -> None:
        plan = {"sasaran": [{"kode": "", "bobot": Decimal(0)}], "mulai": None}
        assert sorted(codes(process, begun(process), EMPLOYEE, "ajukan", plan)) == [
            "di_luar_skala", "nilai_wajib", "nilai_wajib", "nilai_wajib", "sasaran_kurang",
        ]  # fmt: skip

    def test_a_refused_act_changes_nothing(self, process: Process) -> None:
        case = begun(process)
        before = replace(case)
        codes(process, case, EMPLOYEE, "ajukan", {})
        assert case == before

    def test_a_mark_outside_the_scale_is_refused(self, process: Process) -> None:
        marks = {**MARKS, "km": Decimal(6)}
        assert codes(process, planned(process), EMPLOYEE, "jawab", marks) == ["di_luar_skala"]

    def test_answers_that_nobody_asked_for_are_left_out_and_named(self, process: Process) -> None:
        rows = [{**row, "nilai": Decimal(1)} for row in PLAN["sasaran"]]  # type: ignore[attr-defined]
        outcome = act(process, begun(process), EMPLOYEE, "ajukan", {**PLAN, "sasaran": rows, "jumlah": 5, "x": 1}, NOW)
        assert outcome.ignored == ("jumlah", "x", "sasaran.0.nilai", "sasaran.1.nilai")
        assert "x" not in outcome.case.answers["rencana"]
        assert outcome.case.answers["rencana"]["jumlah"] == 100
        assert "nilai" not in outcome.case.answers["rencana"]["sasaran"][0]

    def test_a_field_of_other_writers_is_left_out(self, process: Process) -> None:
        case = rated(process)
        outcome = act(process, case, ADMIN, "_isi", {"sikap": Decimal(2), "catatan": "x"}, NOW)
        assert outcome.ignored == ("catatan",)
        assert outcome.case.notes == {"penilaian": {"sikap": 2}}
        assert outcome.case.stage == "penilaian"

    def test_whoever_writes_no_field_cannot_leave_a_note(self, process: Process) -> None:
        assert codes(process, rated(process), EMPLOYEE, "_isi", {"sikap": Decimal(2)}) == ["peran_tidak_berwenang"]

    def test_a_seat_answers_once(self, process: Process) -> None:
        case = act(process, planned(process), peer(1), "jawab", MARKS, NOW, answer="j1").case
        assert codes(process, case, peer(1, answered=True), "jawab", MARKS) == ["sudah_menilai"]

    def test_a_single_task_is_answered_once(self, process: Process) -> None:
        case = act(process, planned(process), EMPLOYEE, "jawab", MARKS, NOW).case
        assert codes(process, case, EMPLOYEE, "jawab", MARKS) == ["sudah_menilai"]

    @pytest.mark.parametrize("strange", ["x", 5, [1], {"a": 1}, [{"kode": ["a"]}], {"a": {"b": 1}}, True])
    def test_values_of_a_strange_shape_are_refused(self, process: Process, strange: Any) -> None:
        for name in PLAN:
            assert codes(process, begun(process), EMPLOYEE, "ajukan", {**PLAN, name: strange})
        for name in RATING:
            values = {**RATING, name: strange}
            if (name, strange) not in [("tahu", True), ("catatan", "x")]:
                assert codes(process, rated(process), SUPERIOR, "tetapkan", values)


class TestAnonymous:
    def test_an_anonymous_entry_has_neither_author_nor_time(self, process: Process) -> None:
        outcome = act(process, planned(process), peer(1), "jawab", MARKS, NOW + timedelta(hours=3), answer="j1")
        (entry,) = outcome.entries
        assert (entry.person, entry.at, entry.answer, entry.noted) == ("", NOW, "j1", {})
        assert outcome.took_seat
        assert outcome.case.history.get("sejawat", ()) == ()

    def test_too_few_answers_count_as_none(self, process: Process) -> None:
        case = act(process, planned(process), EMPLOYEE, "jawab", MARKS, NOW).case
        one = act(process, case, peer(1), "jawab", MARKS, NOW, answer="j1").case
        assert "perilaku_rekan" not in one.values
        assert one.values["perilaku"] == 90
        two = act(process, one, peer(2), "jawab", MARKS, NOW, answer="j2").case
        assert two.values["perilaku_rekan"] == 80
        assert two.values["perilaku"] == 84


class TestRequirements:
    def test_all_codes_that_do_not_hold_are_told(self) -> None:
        process = short(
            "stages:\n  isi:\n    title: Isi\n    actor: pegawai\n    form: isi\n    actions:\n      kirim:\n"
            "        title: K\n        require: {kurang: a > 1, lebih: a < 3, pas: a != 5}\n        to: habis\n"
            "  habis: {title: H, final: true}\n"
            "messages: {kurang: K., lebih: L., pas: P.}\n",
            isi="  a: {type: number, title: A}\n",
        )
        assert codes(process, begun(process), EMPLOYEE, "kirim", {"a": Decimal(0)}) == ["kurang"]
        assert codes(process, begun(process), EMPLOYEE, "kirim", {"a": Decimal(5)}) == ["lebih", "pas"]

    def test_the_history_counts_the_action_being_taken(self, process: Process) -> None:
        case = act(process, rated(process), SUPERIOR, "kembalikan", {"alasan": "Lengkapi"}, NOW).case
        assert case.stage == "rencana"
        case = act(process, case, EMPLOYEE, "ajukan", PLAN, NOW).case
        for number in (1, 2):
            case = act(process, case, peer(number), "jawab", MARKS, NOW, answer=f"l{number}").case
        assert case.stage == "penilaian"
        assert codes(process, case, SUPERIOR, "kembalikan", {"alasan": "Lagi"}) == ["batas_pengembalian"]

    def test_a_return_does_not_submit_the_form(self, process: Process) -> None:
        case = act(process, rated(process), SUPERIOR, "kembalikan", {"alasan": "x", "sikap": Decimal(1)}, NOW).case
        assert "sikap" not in case.answers["penilaian"]
        assert case.answers["penilaian"]["alasan"] == "x"


class TestRoutes:
    def test_the_first_route_that_holds_is_taken_and_noted(self, process: Process) -> None:
        outcome = act(process, rated(process), SUPERIOR, "tetapkan", RATING, NOW)
        assert outcome.entries[0].noted["to"] == "selesai"
        assert outcome.entries[0].noted["line"] == 2
        low = {**RATING, "dinilai": {"a": Decimal(0), "b": Decimal(0)}}
        outcome = act(process, rated(process), SUPERIOR, "tetapkan", low, NOW)
        assert (outcome.entries[0].noted["to"], outcome.entries[0].noted["line"]) == ("umpan_balik", 1)

    def test_a_loop_back_asks_again_and_keeps_what_is_kept(self, process: Process) -> None:
        low = {**RATING, "dinilai": {"a": Decimal(0), "b": Decimal(0)}}
        outcome = act(process, rated(process), SUPERIOR, "tetapkan", low, NOW)
        assert outcome.reopened == {"rekan"}
        assert "diri" not in outcome.case.open
        assert outcome.case.answers["diri"] == MARKS
        assert "sejawat" not in outcome.case.answers
        assert "perilaku_rekan" not in outcome.case.values or outcome.case.locked

    def test_changed_values_are_noted_old_and_new(self, process: Process) -> None:
        noted = act(process, rated(process), SUPERIOR, "tetapkan", RATING, NOW).entries[0].noted["values"]
        assert noted["hasil"] == {"old": None, "new": Decimal("92.00"), "by": ("formula", 0)}
        assert "perilaku" not in noted

    def test_lock_keeps_values_and_marks_the_case(self, process: Process) -> None:
        assert act(process, rated(process), SUPERIOR, "tetapkan", RATING, NOW).case.locked


class TestSystem:
    def test_the_last_answer_closes_the_collection(self, process: Process) -> None:
        case = act(process, planned(process), EMPLOYEE, "jawab", MARKS, NOW).case
        case = act(process, case, peer(1), "jawab", MARKS, NOW, answer="j1").case
        outcome = act(process, case, peer(2), "jawab", MARKS, NOW, answer="j2")
        assert [(entry.event, entry.action, entry.role) for entry in outcome.entries] == [
            ("answered", "jawab", "rekan"), ("moved", "tutup", "sistem"),
        ]  # fmt: skip
        assert outcome.case.stage == "penilaian"

    def test_what_a_requirement_refuses_stays_open(self, process: Process) -> None:
        case = planned(process)
        for number in (1, 2):
            case = act(process, case, peer(number), "jawab", MARKS, NOW, answer=f"j{number}").case
        assert case.stage == "umpan_balik"
        assert codes(process, case, ADMIN, "tutup", {}) == ["belum_lengkap"]

    def test_a_step_on_entry_is_taken_at_once(self) -> None:
        process = short(
            "stages:\n  isi: {title: I, actor: pegawai, actions: {kirim: {title: K, to: hitung}}}\n"
            "  hitung: {title: H, actor: sistem, actions: {hasil: {title: H, auto: entry, to: habis}}}\n"
            "  habis: {title: S, final: true}\n"
        )
        case = act(process, begun(process), EMPLOYEE, "kirim", {}, NOW).case
        assert case.path == ("isi", "hitung", "habis")

    def test_automatic_steps_that_go_round_come_to_an_end(self) -> None:
        process = short(
            "stages:\n  isi: {title: I, actor: sistem, actions: {maju: {title: M, auto: entry, to: balik}}}\n"
            "  balik: {title: B, actor: sistem, actions: {mundur: {title: M, auto: entry, to: isi}}}\n"
        )
        assert len(begun(process).path) < 50


class TestSeats:
    @pytest.mark.parametrize("people", [["r1"], ["r1", "r2", "r3", "r4"]])
    def test_too_few_or_too_many_people_are_refused(self, process: Process, people: list[str]) -> None:
        with pytest.raises(Refused) as refused:
            set_seats(process, begun(process), SUPERIOR, "rekan", people, NOW)
        assert refused.value.codes == ("jumlah_penilai",)

    def test_fewer_people_than_the_least_never_complete_a_stage(self, process: Process) -> None:
        case = act(process, begun(process), EMPLOYEE, "ajukan", PLAN, NOW).case
        case = act(process, case, EMPLOYEE, "jawab", MARKS, NOW).case
        assert case.stage == "umpan_balik"


class TestOutcome:
    def test_the_case_counts_its_entries(self, process: Process) -> None:
        outcome: Outcome = begin(process, "k", YEAR, {"pegawai": {"golongan": "IV"}}, NOW)
        assert [(entry.seq, entry.event) for entry in outcome.entries] == [
            (1, "profile_set"), (2, "opened"), (3, "collection_opened"),
        ]  # fmt: skip
        assert outcome.case.version == 3
        assert outcome.case.entry == 1

    def test_the_same_act_gives_the_same_outcome(self, process: Process) -> None:
        case = rated(process)
        first = act(process, case, SUPERIOR, "tetapkan", RATING, NOW)
        assert act(process, case, SUPERIOR, "tetapkan", RATING, NOW) == first
