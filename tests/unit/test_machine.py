"""The machine of a process: built once, holds no case, knows no step that the definition does not name."""

import gc
import sys
from dataclasses import replace

import pytest

from engine.act import act
from engine.case import Actor
from engine.errors import Refused
from engine.journal import Step
from engine.machine import _MACHINES, fire, machine_of
from engine.process import Process
from tests.unit.definitions import FILES, NOW, begun, process_of, short

EMPLOYEE = Actor(role="pegawai", person="p")


@pytest.fixture(scope="module")
def process() -> Process:
    return process_of(FILES)


def test_a_process_has_one_machine(process: Process) -> None:
    assert machine_of(process) is machine_of(process)


def test_the_machine_has_the_actions_of_the_definition_and_no_others(process: Process) -> None:
    moving = {a.id for stage in process.stages.values() for a in stage.actions.values() if a.to}
    assert set(machine_of(process).events) == moving
    assert set(machine_of(process).states) == set(process.stages)


def test_a_step_that_no_transition_allows_is_refused(process: Process) -> None:
    case = begun(process)
    action = process.stages["rencana"].actions["ajukan"]
    elsewhere = replace(case, stage="selesai")
    with pytest.raises(Refused) as refused:
        fire(process, action, Step(case, {}), lambda: Step(elsewhere, {}))
    assert refused.value.codes == ("tidak_pada_tahap_ini",)
    with pytest.raises(Refused):
        fire(process, action, Step(elsewhere, {}), lambda: Step(case, {}))


def test_ten_thousand_moves_leave_nothing_behind() -> None:
    process = short(
        "stages:\n"
        "  isi: {title: I, actor: pegawai, actions: {kirim: {title: K, to: lain}}}\n"
        "  lain: {title: L, actor: pegawai, actions: {balik: {title: B, to: isi}}}\n"
    )
    first = begun(process)
    second = act(process, first, EMPLOYEE, "kirim", {}, NOW).case
    machine = machine_of(process)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(5_000):
        act(process, first, EMPLOYEE, "kirim", {}, NOW)
        act(process, second, EMPLOYEE, "balik", {}, NOW)
    gc.collect()
    assert machine.models == []
    assert sys.getallocatedblocks() - before < 500


def test_a_machine_goes_with_its_process() -> None:
    process = short("stages: {isi: {title: I, actor: pegawai, final: true}}\n")
    machine_of(process)
    before = len(_MACHINES)
    del process
    gc.collect()
    assert len(_MACHINES) < before
