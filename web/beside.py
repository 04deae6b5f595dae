"""What somebody else answered to the same questions, shown next to each of them: the ``beside`` of a form."""

from __future__ import annotations

from engine.access import reads_field
from engine.kinds import Ratings, Table
from engine.process import Duty
from engine.scope import worded
from web import showing
from web.held import Held
from web.languages import translated


def beside(held: Held, duty: Duty) -> dict[str, str]:
    """What the task that the form of *duty* names as ``beside`` answered, if it may be read, by the name of the input.

    Tables carry earlier rows themselves, so only what stands alone and rated items are meant.
    """
    form, process = duty.form, held.process
    other = worded(process, held.case, process.duties[form.beside]) if form and form.beside else None
    if other is None or other.many:
        return {}
    roles = [actor.role for actor in held.actors]
    answers = held.case.answers.get(other.id, {})
    found: dict[str, str] = {}
    for name in form.fields if form else ():
        item = other.fields.get(name)
        if item is None or isinstance(item, Table) or not reads_field(held.case, other, item, roles):
            continue
        setting = other.settings[name]
        for key in setting.columns if isinstance(item, Ratings) else (name,):
            if answers.get(key) is not None:
                said = showing.answer(process, item, setting, answers[key])
                found[key] = f"{translated(other.title)}: {said}"
    return found
