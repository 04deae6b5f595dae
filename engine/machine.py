"""One ``transitions.Machine`` a process: which action leads from which stage. The only module that knows the library.

The machine is built once when a process is made and never changed. It holds no case: a token goes in with the stage it
stands on and is dropped. Only compiled callables reach ``transitions``, which would import and run a text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from transitions import Machine, MachineError

from engine.errors import Refusal, Refused
from engine.journal import Step
from engine.model import Action
from engine.process import Process

_MACHINES: WeakKeyDictionary[Process, Machine] = WeakKeyDictionary()


class _Token:
    """What ``transitions`` moves: the stage, and what the move will make of the case."""

    __slots__ = ("stage", "step")

    def __init__(self, stage: str, step: Step) -> None:
        self.stage = stage
        self.step = step


def fire(process: Process, action: Action, step: Step, follow: Callable[[], Step]) -> Step:
    """The step that *action* makes of the case in *step*, worked out by *follow*, if the machine allows it.

    Raises ``Refused`` where no transition leads from this stage, by this action, to where *follow* arrives.
    """
    followed = follow()
    if action.to is None:
        return followed
    token = _Token(step.case.stage, followed)
    try:
        moved = machine_of(process).events[action.id].trigger(token)
    except (MachineError, KeyError):
        moved = False
    if not moved:
        raise Refused(Refusal("tidak_pada_tahap_ini", "", {"action": action.title, "stage": ""}))
    return followed


def machine_of(process: Process) -> Machine:
    """The process's machine, built when it is first wanted."""
    if process not in _MACHINES:
        _MACHINES[process] = _built(process)
    return _MACHINES[process]


def _built(process: Process) -> Machine:
    return Machine(
        model=None,
        states=list(process.stages),
        initial=process.workflow.start,
        transitions=list(_transitions(process)),
        auto_transitions=False,
        model_attribute="stage",
        send_event=True,
    )


def _transitions(process: Process) -> Any:
    for stage in process.stages.values():
        for action in stage.actions.values():
            for target in dict.fromkeys(clause.id for clause in action.to or ()):
                yield {"trigger": action.id, "source": stage.id, "dest": target, "conditions": [_leads_to(target)]}


def _leads_to(target: str) -> Callable[[Any], bool]:
    return lambda event: event.model.step.case.stage == target
