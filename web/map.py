"""The whole course of a process on a page: the picture with the present stage marked, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from engine.graph import Arc, Graph, dot, graph, label, stage_class
from engine.prose import condition
from web.answers import Grid
from web.definitions import text_of
from web.held import Held
from web.languages import language, translated
from web.pictures import NoPictures, svg


@dataclass(frozen=True, kw_only=True)
class CourseMap:
    """``picture`` is empty where pictures cannot be drawn; the table says the same."""

    picture: Markup
    ways: Grid


def course_map(held: Held) -> CourseMap:
    """The course of the process that *held* is on."""
    course = graph(held.process)
    return CourseMap(picture=_picture(held, course), ways=_ways(held, course))


def _picture(held: Held, course: Graph) -> Markup:
    drawn: dict[tuple[str, str], str] = current_app.extensions.setdefault("pictures", {})
    key = (held.process.hash, language())
    if key not in drawn:
        try:
            drawn[key] = svg(dot(course, translated))
        except NoPictures:
            drawn[key] = ""
    here = stage_class(held.case.stage)
    return Markup(drawn[key].replace(f'{here}"', f'{here} now"'))


def _ways(held: Held, course: Graph) -> Grid:
    titles = {node.id: translated(node.title) for node in course.nodes}
    columns = [("source", _("Dari"), False), ("action", _("Tindakan"), False), ("who", _("Oleh"), False),
               ("when", _("Bila"), False), ("target", _("Ke"), False)]  # fmt: skip
    rows = [
        {
            "source": titles[arc.source],
            "action": label(arc, translated),
            "who": ", ".join(translated(actor) for actor in arc.actors),
            "when": _condition(held, arc),
            "target": titles[arc.target],
        }
        for arc in course.arcs
    ]
    return Grid(title=_("Semua jalan dalam proses ini"), columns=columns, rows=rows)


def _condition(held: Held, arc: Arc) -> str:
    """When a way is taken, in words."""
    if arc.condition is None:
        return _("selain itu") if arc.line else ""
    return condition(held.process, arc.condition, language(), text_of)
