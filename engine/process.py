"""A process ready to run: the declarations of one workflow, linked, typed and compiled. Made by ``engine.compile``.

Nothing here changes after it is made, so that one process serves every case and every thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from engine import feel
from engine.kinds import Computed, Field, Ratings, Setting, Table
from engine.model import Action, Form, Stage, Value, Workflow
from engine.order import ordered
from engine.shape import At
from engine.source import read
from engine.terms import Expression
from engine.words import NIP, Decision, Words

Code = Callable[[Any], Any]

#: The words of ``readers`` that are not stages.
NOW, NEVER = "now", "none"

#: Where a ticket of a collection stands, as expressions read it.
OPEN_TICKET, CLOSED_TICKET = "terbuka", "ditutup"

#: What somebody does who writes into a form that another person will submit (a field's ``writers``). No author can
#: name an action so.
NOTE = Action(id="_isi", at=At(read("_isi:\n", ""), (), []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The fields that somebody submits at once, and what follows from their declarations alone."""

    fields: Mapping[str, Field]
    #: The names under which their answers are kept: those of a ratings field are its items.
    names: frozenset[str]
    #: Those that whoever works here may write, and the fields that name their writers.
    open: frozenset[str]
    guarded: tuple[Field, ...]
    #: A null for every name that expressions may read here.
    blank: Mapping[str, None]
    ratings: tuple[str, ...]
    tables: tuple[Table, ...]
    #: Tables whose rows come from elsewhere.
    given: tuple[Table, ...]
    #: Tables whose earlier rows stay.
    appended: tuple[Table, ...]
    #: By table, the column that names a row.
    keys: Mapping[str, str]
    #: Computed fields, and tables in which something is worked out row by row, each after those it reads.
    worked: tuple[Field, ...]

    @classmethod
    def of(cls, fields: Mapping[str, Field], read: Mapping[str, Field], settings: Mapping[str, Setting]) -> Page:
        """The page of *fields* whose expressions may read those of *read*, none of which depends on itself."""
        worked = worked_reads(fields, settings)
        tables = tuple(item for item in fields.values() if isinstance(item, Table))
        free = [item for item in fields.values() if item.asked and item.writers is None]
        return cls(
            fields=fields,
            names=frozenset(_kept_under(fields.values(), settings)),
            open=frozenset(_kept_under(free, settings)),
            guarded=tuple(item for item in fields.values() if item.asked and item.writers is not None),
            blank=dict.fromkeys([*_kept_under(read.values(), settings), *_rated(read)]),
            ratings=tuple(_rated(fields)),
            tables=tables,
            given=tuple(table for table in tables if table.from_),
            appended=tuple(table for table in tables if table.append),
            keys={table.id: settings[table.id].key for table in tables},
            worked=tuple(fields[name] for name in ordered(worked, worked)[0]),
        )


def _kept_under(fields: Iterable[Field], settings: Mapping[str, Setting]) -> Iterator[str]:
    for item in fields:
        if isinstance(item, Ratings):
            yield from settings[item.id].columns
        elif item.asked or isinstance(item, Computed):
            yield item.id


def _rated(fields: Mapping[str, Field]) -> Iterator[str]:
    return (name for name, item in fields.items() if isinstance(item, Ratings))


def worked_reads(fields: Mapping[str, Field], settings: Mapping[str, Setting]) -> dict[str, set[str]]:
    """What is worked out among *fields*, computed fields and tables, and the names that each reads."""
    found: dict[str, set[str]] = {}
    for name, item in fields.items():
        if isinstance(item, Computed):
            found[name] = _names_read(item.formula)
        elif isinstance(item, Table) and (parts := item.row_rules()):
            row = settings[name].item
            hidden = row.members.keys() if isinstance(row, feel.Context) else set()
            found[name] = set().union(*map(_names_read, parts)) - hidden
    return found


def _names_read(expression: Expression) -> set[str]:
    return {path[0] for path in feel.reads(expression.parsed)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Duty:
    """One piece of work: a task of a stage, a stage that is its own task, or a collection.

    A stage with tasks has a duty of its own as well, under which whoever has no task there acts. ``fields`` are all
    that can be answered here, by id: those of the form, ratings spread into their items, and those of its actions.
    """

    id: str
    stage: str
    title: str
    actor: tuple[str, ...]
    form: Form | None
    readers: Mapping[str, str]
    anonymous: bool = False
    many: bool = False
    at_least: int = 1
    on_return: str = "reopen"
    actions: Mapping[str, Action] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    #: By action, the form's fields and the action's own.
    sheets: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    type: feel.Context = field(default_factory=feel.Context)
    #: The wording in which its texts stand; empty for the general one.
    variant: str = ""
    #: The number of each answer begins with it, where each is a ticket.
    ticket: str = ""
    _wordings: dict[str, Duty] = field(default_factory=dict, repr=False)
    _pages: dict[tuple[str, str], Page] = field(default_factory=dict, repr=False)

    def submitted_by(self, action: Action, role: str) -> Mapping[str, Field]:
        """The fields that *action* submits when *role* takes it, in the order of the page.

        Whoever does not work on this duty (the system, an admin who closes it) submits the action's own fields only.
        """
        if action is NOTE:
            return {name: item for name, item in self.fields.items() if item.writers and role in item.writers}
        if action.without_form or role not in self.actor:
            return action.fields
        return self.sheets.get(action.id, action.fields)

    def page(self, action: Action, role: str) -> Page:
        """The page that *role* submits with *action*, worked out when it is first wanted."""
        part = role if action is NOTE or role in self.actor else ""
        page = self._pages.get((action.id, part))
        if page is None:
            fields = self.submitted_by(action, role)
            page = Page.of(fields, {**self.sheets.get(action.id, {}), **fields}, self.settings)
            self._pages[action.id, part] = page
        return page

    @cached_property
    def varied(self) -> bool:
        """Whether some of its texts differ for some people."""
        return any(_is_varied(item, self.settings[name]) for name, item in self.fields.items())

    def in_wording(self, variant: str) -> Duty:
        """The same work with the texts for people of *variant*; worked out when it is first wanted."""
        if not variant or not self.varied:
            return self
        if variant not in self._wordings:
            fields = {name: _worded(item, variant) for name, item in self.fields.items()}
            self._wordings[variant] = replace(
                self,
                fields=fields,
                settings={name: _worded_setting(setting, variant) for name, setting in self.settings.items()},
                sheets={name: {f: fields[f] for f in sheet} for name, sheet in self.sheets.items()},
                actions={n: replace(a, fields={f: fields[f] for f in a.fields}) for n, a in self.actions.items()},
                variant=variant,
                _wordings={},
                _pages={},
            )
        return self._wordings[variant]

    @cached_property
    def once(self) -> frozenset[str]:
        """The fields whose answer can be given once in the collection and cycle. They are not kept with the answer."""
        return frozenset(name for name, item in self.fields.items() if item.unique)

    @cached_property
    def rated(self) -> tuple[str, ...]:
        """The ratings fields that can be answered here."""
        return tuple(_rated(self.fields))

    def writers_of(self, item: Field) -> tuple[str, ...]:
        return item.writers or self.actor


def _is_varied(item: Field, setting: Setting) -> bool:
    columns = item.columns.values() if isinstance(item, Table) else ()
    return bool(item.variants or setting.worded or any(column.variants for column in columns))


def _worded(item: Field, variant: str) -> Field:
    """*item* with its texts for *variant*; what it says nothing of stays."""
    wording = item.variants.get(variant)
    if isinstance(item, Table) and any(variant in column.variants for column in item.columns.values()):
        item = replace(item, columns={name: _worded(column, variant) for name, column in item.columns.items()})
    if wording is None:
        return item
    return replace(item, title=wording.title or item.title, help=wording.help or item.help)


def _worded_setting(setting: Setting, variant: str) -> Setting:
    return replace(setting, rows=setting.worded[variant]) if variant in setting.worded else setting


@dataclass(frozen=True, kw_only=True, eq=False)
class Process:
    """One workflow, ready to run. ``hash`` names exactly these definitions; a case is pinned to it."""

    id: str
    hash: str
    title: str
    workflow: Workflow
    words: Words
    stages: Mapping[str, Stage]
    duties: Mapping[str, Duty]
    values: Mapping[str, Value]
    types: Mapping[str, feel.Type]
    parameters: Mapping[str, Any]
    code: Mapping[Expression, Code]
    decisions: Mapping[str, Decision]
    #: Per task, the fields that some expression reads from its history; the others are not carried along.
    history_fields: Mapping[str, frozenset[str]]
    #: Per value, the names it reads.
    value_reads: Mapping[str, frozenset[str]]
    files: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_stage(self) -> dict[str, tuple[Duty, ...]]:
        """The duties of each stage, in order; collections are under ``""``."""
        found: dict[str, list[Duty]] = {}
        for duty in self.duties.values():
            found.setdefault(duty.stage, []).append(duty)
        return {stage: tuple(duties) for stage, duties in found.items()}

    @cached_property
    def closing_stages(self) -> dict[str, frozenset[str]]:
        """Per collection, the stages at which the action that closes it can be taken."""
        return {
            c.id: frozenset(stage.id for stage in self.stages.values() if c.closes in stage.actions)
            for c in self.workflow.collections.values()
        }

    @cached_property
    def roles_of(self) -> dict[str, frozenset[str]]:
        """Role ids by relation, such as ``system`` or ``subject``."""
        found: dict[str, set[str]] = {}
        for role in self.words.roles.values():
            found.setdefault(role.is_, set()).add(role.id)
        return {relation: frozenset(ids) for relation, ids in found.items()}

    @cached_property
    def feeds(self) -> dict[str, frozenset[str]]:
        """Per name, the values that depend on it, through other values too; names that feed none are left out."""
        found: dict[str, set[str]] = {}
        for value in self.values:
            for name in self._reaches(value):
                found.setdefault(name, set()).add(value)
        return {name: frozenset(fed) for name, fed in found.items()}

    def _reaches(self, value: str) -> set[str]:
        reached: set[str] = set()
        waiting = [value]
        while waiting:
            names = self.value_reads.get(waiting.pop(), frozenset()) - reached
            reached |= names
            waiting += names
        return reached

    @cached_property
    def profile_fields_of(self) -> dict[str, frozenset[str]]:
        """Per value, the profile fields of the person appraised that its own expressions read."""
        return {name: frozenset(self._profile_reads(value)) for name, value in self.values.items()}

    def _profile_reads(self, value: Value) -> Iterator[str]:
        for expression in value.expressions():
            paths = feel.reads(expression.parsed)
            yield from (path[1] for path in paths if path[0] == self.subject and len(path) > 1)

    @cached_property
    def employee_numbers(self) -> tuple[str, ...]:
        """The profile fields that hold a number of a civil servant."""
        return tuple(name for name, item in self.words.profile.items() if item.type == NIP)

    @cached_property
    def subject(self) -> str:
        return self._only("subject")

    @cached_property
    def system(self) -> str:
        return self._only("system")

    def _only(self, relation: str) -> str:
        return min(self.roles_of.get(relation, frozenset({relation})))

    def actors_of(self, stage: Stage, action: Action) -> tuple[str, ...]:
        """The roles that may take *action*: its own, else those who work at the stage."""
        if action.actor:
            return action.actor
        return tuple(dict.fromkeys(role for duty in self.by_stage[stage.id] for role in duty.actor))

    def duty_of(self, stage: str, action: Action, role: str) -> Duty:
        """The piece of work under which *role* takes *action* at *stage*.

        A role without a task of its own there, such as an admin who closes a collection, acts under the stage.
        """
        for duty in self.by_stage[stage]:
            if role in duty.actor and not action.actor:
                return duty
        return self.duties[stage]

    def message(self, code: str) -> str | None:
        """The definition's own words for a refusal, if it has any."""
        return self.words.messages.get(code)

    def run(self, expression: Expression, scope: Any) -> Any:
        return self.code[expression](scope)

    def holds(self, expression: Expression | None, scope: Any) -> bool:
        """Whether a condition holds; none at all always does, and null never."""
        return expression is None or self.code[expression](scope) is True
