"""The n-th write of a submit is its last, or finds the disk full or failing; for every n until none is met."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.nth import SYNCS, WRITES, Submit, SubmitToPostgres, each, outcome_of, whole
from tests.faults.strace import Fault
from tests.postgres import Server
from web.definitions import Definitions

KILL = "signal=KILL"


@pytest.mark.parametrize("call", WRITES + SYNCS)
def test_a_process_killed_at_any_write_has_lost_nothing_and_left_nothing_half(
    submit: Submit, call: str, figures: list[str]
) -> None:
    wrong, ends = [], []
    for fault, ended in each(submit, Fault(call, KILL)):
        assert ended.killed
        ends.append(ended.said)
        wrong += whole(submit, fault, ended)
    assert ends and wrong == []
    figures.append(f"killed at each of {len(ends)} {call}, {ends.count('303')} of them after the answer: nothing lost")


@pytest.mark.parametrize("call", WRITES + SYNCS)
@pytest.mark.parametrize(("error", "onwards"), [("ENOSPC", True), ("EIO", False)])
def test_a_full_or_failing_disk_is_told_calmly_and_loses_nothing(
    submit: Submit, call: str, error: str, onwards: bool, figures: list[str]
) -> None:
    wrong, ends = [], []
    for fault, ended in each(submit, Fault(call, f"error={error}", onwards=onwards)):
        assert ended.said in ("303", "503"), str(fault)
        ends.append(ended.said)
        wrong += whole(submit, fault, ended)
    assert ends and wrong == []
    figures.append(f"{error} at each of {len(ends)} {call}: {ends.count('503')} answered 503, nothing lost")


def test_on_postgresql_a_process_killed_at_any_message(
    tmp_path: Path, definitions: Definitions, postgres: Server, figures: list[str]
) -> None:
    submit = SubmitToPostgres(tmp_path, definitions, postgres)
    wrong, ends = [], []
    for fault, ended in each(submit, Fault("sendto", KILL)):
        assert ended.killed
        ends.append(ended.said)
        wrong += whole(submit, fault, ended)
    assert ends and wrong == []
    figures.append(f"killed at each of {len(ends)} messages to PostgreSQL: nothing lost")


def test_killed_a_second_time_while_it_recovers(submit: Submit, figures: list[str]) -> None:
    wrong, tries = [], 0
    for first, _ in each(submit, Fault("pwrite64", KILL), step=5):
        for nth in range(1, 60, 4):
            submit.restore()
            before = submit.struck(first)
            second = submit.struck(Fault("pwrite64", KILL, nth))
            if not second.met:
                break
            tries += 1
            both = "ok" if "ok" in (outcome_of(before), outcome_of(second)) else "unknown"
            wrong += [f"{first}, {nth}: {what}" for what in submit.wrong(both)]
            assert submit.again() == 303
            wrong += [f"{first}, {nth}, sent again: {what}" for what in submit.wrong("ok")]
    assert tries and wrong == []
    figures.append(f"killed twice, at {tries} pairs of writes: nothing lost")
