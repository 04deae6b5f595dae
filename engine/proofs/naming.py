"""What the names of a process are to a proof: answers with types and limits, values with what makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine import feel
from engine.draft import Draft
from engine.duties import members
from engine.kinds import (
    Acknowledgement,
    Choice,
    Computed,
    Field,
    Integer,
    Number,
    Ratings,
    Scale,
    Section,
    Setting,
    Table,
)
from engine.model import AS_DEFAULT, Action, Value
from engine.process import Duty
from engine.proofs.domains import parts_of
from engine.proofs.translation import Spread, Translator, kind_of
from engine.proofs.worlds import NULL, Term, Untranslatable, World, all_of, any_of, none_of
from engine.terms import Clause
from engine.words import constant

Path = tuple[str, ...]


@dataclass
class CaseNames:
    """Names where *duty* is done, with *fields* by their bare names; everywhere else, of the case alone.

    ``submits``: the form of the duty comes with the action. ``free``: settings that are words may be any word, for a
    switch that stands one way today is no mistake. ``bare``: the fields have bare names here; in values they have not.
    """

    draft: Draft
    world: World
    duty: Duty | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    action: Action | None = None
    submits: bool = False
    free: bool = False
    bare: bool = True
    _open: set[Any] = field(default_factory=set)

    def __post_init__(self) -> None:
        own = dict(members(self.fields, self.duty.settings)) if self.duty and self.bare else {}
        actions = tuple(action.id for action in self.draft.actions_at(self.duty)) if self.duty else ()
        self.types: Mapping[str, feel.Type] = {
            **self.draft.scope,
            "action": feel.Codes("action", actions),
            "actor": feel.Codes("actor", tuple(self.draft.words.roles)),
            "today": feel.DATE,
            **own,
        }

    def translator(self, *, shows: str = "") -> Translator:
        place = (self.duty.id,) if self.duty and self.bare else ()
        return Translator(self.draft, self.world, self, shows, place)

    # --- what a path is ---------------------------------------------------------------------------------------------

    def term(self, path: Path) -> Term | None:
        name, *rest = path
        if self.duty and self.bare and name in self.own_names():
            return self.answer(self.duty, name) if not rest else None
        if name in self.draft.workflow.values:
            return self.value(self.draft.workflow.values[name]) if not rest else None
        if name in self.draft.workflow.parameters:
            return self.parameter(name) if not rest else None
        if name in self.draft.duties:
            return self.of_duty(self.draft.duties[name], rest)
        if name in self.draft.words.roles and len(rest) == 1:
            return self.typed(path, self.draft.words.profile_type().members.get(rest[0], feel.ANY))
        return self.ambient(path)

    def own_names(self) -> set[str]:
        assert self.duty
        rated = (name for name, item in self.fields.items() if isinstance(item, Ratings)
                 for name in self.duty.settings[name].columns)  # fmt: skip
        return {*self.fields, *rated}

    def ambient(self, path: Path) -> Term | None:
        if path == ("action",) and self.action:
            return self.world.constant(self.action.id)
        if path == ("actor",) and self.action:
            actors = self.action.actor or (self.duty.actor if self.duty else ())
            return self.world.variable(path, "text", null=False, options=actors)
        if path in (("action",), ("actor",), ("today",), ("cycle", "start"), ("cycle", "end")):
            type_ = self.types[path[0]]
            return self.typed(path, feel.DATE if path[0] == "cycle" else type_, null=False)
        if path[0] == "history" or path[0] in self.draft.words.catalogues:
            return Term("other", None)
        return None

    def typed(self, path: Path, type_: feel.Type, *, null: Any = True) -> Term:
        kind, options = kind_of(type_)
        return self.world.variable(path, kind, null=null, options=options)

    def parameter(self, name: str) -> Term:
        text = self.draft.workflow.parameters[name].text
        value = constant(text, self.draft.scope[name])
        if self.free and not isinstance(value, Decimal):
            return self.typed((name,), self.draft.scope[name], null=False)
        return self.world.constant(value)

    # --- answers ----------------------------------------------------------------------------------------------------

    def of_duty(self, duty: Duty, rest: Sequence[str]) -> Term | None:
        absent = self.absent(duty)
        if duty.many or not rest:
            return Term("other", None, absent)
        return self.answer(duty, rest[0]) if len(rest) == 1 else Term("other", None, absent)

    def absent(self, duty: Duty) -> Any:
        """When nobody has answered *duty*, or too few have."""
        if self.submits and self.duty is duty and not duty.many:
            return False
        return self.world.variable(("absent", duty.id), "boolean", null=False).value

    def answer(self, duty: Duty, name: str) -> Term | None:
        """What stands in the field *name* of *duty*."""
        key = ("answer", duty.id, name)
        if key in self.world.known:
            return self.world.known[key]
        if key in self._open:
            return None
        self._open.add(key)
        term = self.world.known[key] = self._answer(duty, name, key)
        self._open.discard(key)
        return term

    def _answer(self, duty: Duty, name: str, key: Any) -> Term:
        item = duty.fields.get(name)
        if item is None:
            return self._rated(duty, name, key)
        if isinstance(item, Computed):
            return self._computed(duty, item)
        setting = duty.settings[name]
        kind, options = kind_of(item.type_in(setting))
        if isinstance(item, Choice) and kind == "text":
            options = tuple(setting.options)
        term = self.world.variable(("given", *key), kind, null=self._empty(duty, item), options=options,
                                   whole=isinstance(item, Integer))  # fmt: skip
        if isinstance(item, Acknowledgement):
            return Term(kind, True, term.null)
        if isinstance(item, Scale) and kind == "number":
            self._steps(term, setting)
        self._limits(duty, item, setting, term)
        return term

    def _rated(self, duty: Duty, name: str, key: Any) -> Term:
        """The mark of one item of a ratings field."""
        for rated in duty.rated:
            if name in duty.settings[rated].columns:
                item = duty.fields[rated]
                term = self.world.variable(("given", *key), "number", null=self._empty(duty, item), whole=True)
                self._steps(term, duty.settings[rated])
                return term
        raise Untranslatable

    def _steps(self, term: Term, setting: Setting) -> None:
        steps = [self.world.constant(Decimal(step)).value for step in setting.options]
        self.world.fact(any_of(term.value == step for step in steps))

    def _computed(self, duty: Duty, item: Computed) -> Term:
        names = self.in_form() if duty is self.duty else self._of(duty)
        term = names.translator().term(item.formula.parsed.root)
        return self.world.rounded(term, item.decimals)

    def in_form(self) -> CaseNames:
        """The same, as the form's own expressions see it."""
        return self if self.bare else replace(self, bare=True)

    def _of(self, duty: Duty) -> CaseNames:
        return replace(self, duty=duty, fields=_asked(duty), action=None, submits=False, bare=True)

    def _empty(self, duty: Duty, item: Field) -> Any:
        """When *item* is null: the task was never done, or the field was left empty or hidden."""
        absent = self.absent(duty)
        may_be = item.optional or item.id not in _asked(duty) or self._hidden(duty, item)
        own = self.world.variable(("empty", duty.id, item.id), "boolean", null=False).value if may_be else False
        if own is not False and duty is self.duty:
            self._tie(duty, item, own)
        return any_of((absent, own))

    def _hidden(self, duty: Duty, item: Field) -> bool:
        return item.show_if is not None or _section_of(duty, item) is not None

    def _tie(self, duty: Duty, item: Field, empty: Any) -> None:
        """A field that is not shown is null; one that is shown and required is not."""
        if item.id not in self.fields:
            return
        conditions = [one for one in (item.show_if, _section_of(duty, item)) if one is not None]
        try:
            shown = all_of(self.in_form().translator().holds(one.parsed.root) for one in conditions)
            needed = not item.optional
            wanted = any_of((needed, item.required_if is not None
                             and self.in_form().translator().holds(item.required_if.parsed.root)))  # fmt: skip
        except Untranslatable:
            return
        self.world.fact(any_of((shown, empty)))
        self.world.fact(any_of((none_of(all_of((shown, wanted))), none_of(empty))))

    def _limits(self, duty: Duty, item: Field, setting: Setting, term: Term) -> None:
        """What ``allow`` says; of another task's field only where it reads nothing else."""
        allow = item.allow if isinstance(item, Number) else None
        if allow is None or (duty is not self.duty and feel.reads(allow.parsed)):
            return
        place, tested = ("allow", duty.id, item.id), Term("number", term.value)
        whole = Translator(self.draft, self.world, self.in_form(), place=place, tested=tested)
        self.world.fact(any_of((term.null, whole.holds(allow.parsed.root))))

    # --- lists ------------------------------------------------------------------------------------------------------

    def _ratings_at(self, path: Path) -> tuple[Duty, Ratings] | None:
        """The ratings field whose marks *path* lists."""
        if path[-1] != "nilai":
            return None
        if len(path) == 2 and self.duty and self.bare and path[0] in self.fields:
            duty, name = self.duty, path[0]
        elif len(path) == 3 and path[0] in self.draft.duties:
            duty, name = self.draft.duties[path[0]], path[1]
        else:
            return None
        item = duty.fields.get(name)
        return (duty, item) if isinstance(item, Ratings) else None

    def items(self, path: Path) -> Sequence[Term] | None:
        found = self._ratings_at(path)
        if found is None or found[0].many or found[1].optional:
            return None
        duty, item = found
        if item.from_.source.strip() not in self.draft.words.catalogues:
            return None
        terms = [self.answer(duty, name) for name in duty.settings[item.id].columns]
        known = [term for term in terms if term is not None]
        return known if len(known) == len(terms) and known else None

    def spread(self, path: Path) -> Spread | None:
        found = self._ratings_at(path)
        if found is not None:
            duty, item = found
            return self._spread(duty, item, duty.settings[item.id])
        if len(path) != 2 or path[0] not in self.draft.duties or not self.draft.duties[path[0]].many:
            return None
        duty = self.draft.duties[path[0]]
        if path[1] in duty.fields:
            return self._spread(duty, duty.fields[path[1]], duty.settings[path[1]])
        for rated in duty.rated:
            if path[1] in duty.settings[rated].columns:
                return self._spread(duty, duty.fields[rated], duty.settings[rated])
        return None

    def _spread(self, duty: Duty, item: Field, setting: Setting) -> Spread | None:
        empty = self.world.variable(("none", duty.id, item.id), "boolean", null=False).value if item.optional else False
        null = any_of((self.absent(duty), empty))
        if isinstance(item, Scale):
            steps = [Decimal(step) for step in setting.options]
            return Spread(min(steps, default=None), max(steps, default=None), null)
        if not isinstance(item, Number):
            return None
        tests = [item.allow.source] if item.allow and not feel.reads(item.allow.parsed) else []
        parts = parts_of(self.draft.words, "number", tests) or ()
        allowed = [part for part in parts if setting.permits(part.sample)]
        low = min((p.sample if p.point else p.low for p in allowed if p.point or p.low is not None), default=None)
        high = max((p.sample if p.point else p.high for p in allowed if p.point or p.high is not None), default=None)
        open_low = any(p.low is None and not p.point for p in allowed)
        open_high = any(p.high is None and not p.point for p in allowed)
        return Spread(None if open_low else low, None if open_high else high, null)

    def least(self, path: Path) -> int:
        if len(path) == 1 and self.duty and self.bare and path[0] in self.fields:
            item: Field | None = self.fields[path[0]]
        elif path[0] in self.draft.duties:
            duty = self.draft.duties[path[0]]
            item = duty.fields.get(path[1]) if len(path) == 2 else None
            if duty.many and item is None:
                return max(duty.at_least, 1)
        else:
            return 0
        return item.rows.least if isinstance(item, Table) and item.rows else 0

    def lines(self, path: Path) -> Sequence[Any] | None:
        value = self.draft.workflow.values.get(path[0]) if len(path) == 1 else None
        if value is None or not value.collect or any(line.result.formula for line in value.collect):
            return None
        translator = self.in_values().translator()
        return [self._line(translator, line) for line in value.collect]

    def _line(self, translator: Translator, line: Clause) -> Any:
        return True if line.condition is None else translator.holds(line.condition.parsed.root)

    # --- values -----------------------------------------------------------------------------------------------------

    def value(self, value: Value) -> Term | None:
        """What *value* is made of. One that must not be null is not: that is proved elsewhere."""
        key = ("value", value.id)
        if key in self.world.known:
            return self.world.known[key]
        if key in self._open:
            return None
        self._open.add(key)
        try:
            term = self._value(value)
        except Untranslatable:
            term = None
        self._open.discard(key)
        if term is None:
            kind, options = kind_of(self.draft.scope[value.id])
            if kind == "other":
                return None
            term = self.world.variable(("rough", value.id), kind, options=options, rough=True)
        if not value.optional:
            term = Term(term.kind, term.value, False) if term.kind != "null" else term
        self.world.known[key] = term
        return term

    def _value(self, value: Value) -> Term | None:
        if value.frozen_at or value.for_ or value.collect:
            return None
        names = self.in_values()
        term = names.by_rule(value)
        for expression in reversed(value.override):
            self.world.tested |= {path[0] for path in feel.reads(expression.parsed)}
            decided = names.translator().term(expression.parsed.root)
            term = self.world.choose(none_of(decided.null), decided, term)
        decimals = self.draft.words.defaults.decimals if value.decimals == AS_DEFAULT else value.decimals
        return self.world.rounded(term, decimals)

    def in_values(self) -> CaseNames:
        """The same, as values see it: without the bare names of a form."""
        return replace(self, bare=False) if self.bare else self

    def by_rule(self, value: Value) -> Term:
        if value.formula:
            return self.translator().term(value.formula.parsed.root)
        result: Term = NULL
        for line in reversed(value.weights or ()):
            parts = [self._number(name) for name in line.parts]
            weighted = [t.value * self.world.constant(w).value for t, w in zip(parts, line.parts.values(), strict=True)]
            total = sum(weighted[1:], weighted[0])
            whole = none_of(any_of(term.null for term in parts))
            result = self.world.choose(whole, Term("number", total / 100), result)
        for clause in reversed(value.first or ()):
            result = self.world.choose(self._line(self.translator(), clause), self._result(value, clause), result)
        return result

    def _number(self, name: str) -> Term:
        term = self.term((name,))
        if term is None or term.kind != "number":
            raise Untranslatable
        return term

    def _result(self, value: Value, clause: Clause) -> Term:
        if clause.result.formula:
            return self.translator().term(clause.result.formula.parsed.root)
        return self.world.constant(constant(clause.id, self.draft.scope[value.id]))


def _asked(duty: Duty) -> Mapping[str, Field]:
    return duty.form.fields if duty.form else {}


def _section_of(duty: Duty, item: Field) -> Any:
    """The condition of the section under which *item* stands, if there is one."""
    condition = None
    for other in _asked(duty).values():
        if isinstance(other, Section):
            condition = other.show_if
        if other is item:
            return condition
    return None
