"""Definitions that stand for two: ``«bad¦good»`` is read once as the one and once as the other, ``§`` marks the place.

A form stands behind a line ``--- forms/ID``.
"""

import re

from engine.errors import Place, Problem
from tests.unit.definitions import ROLES, problems_of

_TWO = re.compile("«(.*?)¦(.*?)»", re.DOTALL)
HEAD = "workflow: contoh\ntitle: Contoh\nstart: isi\n"


def files_of(text: str, *, bad: bool) -> tuple[dict[str, str], Place | None]:
    """The files that *text* stands for, and the place that is marked."""
    chosen = _TWO.sub(lambda found: found.group(1 if bad else 2), text)
    whole, *forms = re.split(r"^--- ", chosen, flags=re.MULTILINE)
    head = HEAD + ("" if re.search("^roles:", whole, re.MULTILINE) else ROLES)
    files = {"workflows/contoh.yaml": head + whole}
    for form in forms:
        name, _, body = form.partition("\n")
        files[f"{name}.yaml"] = f"form: {name.removeprefix('forms/')}\ntitle: Isian\n{body}"
    place = None
    for file, content in files.items():
        at = content.find("§")
        if at >= 0:
            place = Place(file, content[:at].count("\n") + 1, at - content.rfind("\n", 0, at))
    return {file: content.replace("§", "") for file, content in files.items()}, place


def found_in(text: str, *, bad: bool) -> tuple[tuple[Problem, ...], Place | None]:
    """What is found in the bad or the good reading of *text*, and the place that is marked.

    A route back to where it began (E05), or an action that its neighbours never let be taken (E02action), is wrong
    for a reason of its own, which is not what is looked at here.
    """
    files, place = files_of(text, bad=bad)
    return tuple(problem for problem in problems_of(files) if problem.code not in ("E05", "E02action")), place
