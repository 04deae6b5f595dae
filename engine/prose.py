"""Conditions and formulas of a process in the words of the people who work with it.

``condition(process, expression, "id")`` tells when something happens: *capaian semester I kurang dari batas pembinaan
s1 (70)*. Names are told by their titles, options and catalogue rows by their texts, answers by the title of the field
and of the work where they are given. What no rule here can say is quoted as FEEL, so that nothing is ever left out.

Texts in which names stand begin with a small letter; whoever makes a sentence of them begins it with a capital one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from engine import feel
from engine.feel import nodes as n
from engine.kinds import Field, Ratings, Setting, Table
from engine.model import Workflow
from engine.process import Duty
from engine.prose_texts import say
from engine.shape import At
from engine.terms import Expression, Text
from engine.words import Words

#: Says a text of a definition in a language.
Translate = Callable[[str, str], str]

NO_OPTIONS: Mapping[str, str] = {}

_DATES = (feel.DATE, feel.DATE_TIME)
_AGGREGATES = ("mean", "sum", "count", "min", "max")
#: Functions that are told as their arguments with a word before or behind.
_TOLD_OF_ARGUMENTS = ("distinct values", "concatenate", "flatten", "abs", "date")
_DAYS = re.compile(r"P([0-9]+)D")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_ENDS = {(True, True): "within", (False, True): "open_low", (True, False): "open_high", (False, False): "open"}


class Told(Protocol):
    """What must be known of a process to tell it; a ``Process`` knows it."""

    @property
    def words(self) -> Words: ...
    @property
    def workflow(self) -> Workflow: ...
    @property
    def duties(self) -> Mapping[str, Duty]: ...
    @property
    def types(self) -> Mapping[str, feel.Type]: ...


def own_text(text: str, language: str) -> str:
    """*text* in *language* where its translation stands beside it, else Indonesian."""
    return text.translations.get(language, text) if isinstance(text, Text) else text


def condition(process: Told, expression: Expression, language: str = "id", translate: Translate = own_text) -> str:
    """When *expression* holds, as a clause without capital letter and full stop.

    *translate* finds the texts of the definition in *language*, such as ``Library.text``.
    """
    return Speaker(process, language, translate).condition(expression)


def value(process: Told, expression: Expression, language: str = "id", translate: Translate = own_text) -> str:
    """What *expression* gives, as a noun phrase without capital letter."""
    return Speaker(process, language, translate).value(expression)


def number(given: Decimal | int | str, language: str = "id") -> str:
    """A number as people write it: with a comma in Indonesian, without needless zeros."""
    text = f"{Decimal(given):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if language == "id" else text


def spaced(name: str) -> str:
    """An id where there is no title for it."""
    return name.replace("_", " ")


def small(text: str) -> str:
    """*text* as it stands inside a sentence; abbreviations keep their capitals."""
    return text if text[1:] and not text[1].islower() else text[:1].lower() + text[1:]


def joined(parts: Iterable[str], last: str) -> str:
    """``a, b dan c``"""
    some = list(parts)
    return f"{', '.join(some[:-1])} {last} {some[-1]}" if len(some) > 1 else "".join(some)


class Speaker:
    """Says the expressions of one process in one language."""

    def __init__(self, process: Told, language: str = "id", translate: Translate = own_text) -> None:
        self.process = process
        self.language = language
        self._translate = translate

    def condition(self, expression: Expression) -> str:
        """When *expression* holds."""
        return _Saying(self, expression, expression.at).holds(expression.parsed.root)

    def value(self, expression: Expression) -> str:
        """What *expression* gives."""
        return _Saying(self, expression, expression.at).said(expression.parsed.root)

    def entries(self, expression: Expression) -> dict[str, str]:
        """The parts of what *expression* gives, each by its name, where it writes them out."""
        root = expression.parsed.root
        saying = _Saying(self, expression, expression.at)
        parts = root.entries if isinstance(root, n.ContextLiteral) else ()
        return {saying.row(entry.key): saying.said(entry.value) for entry in parts}

    def tests(self, expression: Expression, tested: str, type_: feel.Type | None) -> str:
        """When unary tests hold of *tested*; empty where they always do."""
        saying = _Saying(self, expression, expression.at)
        root = expression.parsed.root
        return "" if isinstance(root, n.Tests) and not root.tests else saying.tests(root, tested, type_)

    # --- names ---

    def text(self, text: str) -> str:
        return self._translate(text, self.language)

    def say(self, key: str, **params: object) -> str:
        return say(key, self.language, **params)

    def quoted(self, text: str) -> str:
        return f'"{self.text(text)}"'

    def stage(self, name: str) -> str:
        stage = self.process.workflow.stages.get(name)
        return self.quoted(stage.title) if stage else self.named(name)

    def duty(self, name: str) -> str:
        duty = self.process.duties.get(name)
        return self.quoted(duty.title) if duty else self.named(name)

    def role(self, name: str) -> str:
        """A role by its title, without what stands in brackets behind it."""
        role = self.process.words.roles.get(name)
        return self.text(role.title).split(" (")[0] if role else self.named(name)

    def named(self, name: str) -> str:
        """An id where there is no title for it."""
        return small(self.text(spaced(name).capitalize()))

    def roles(self, names: Iterable[str], last: str = "or") -> str:
        return joined((self.role(name) for name in names), self.say(last))

    def of_value(self, name: str) -> str:
        """A value, a parameter or a catalogue by its title."""
        workflow, words = self.process.workflow, self.process.words
        if name in workflow.parameters:
            text = workflow.parameters[name].text
            shown = number(text, self.language) if self.process.types.get(name) == feel.NUMBER else text
            return self.say("parameter", title=self.named(name), value=shown)
        titled = workflow.values.get(name) or words.catalogues.get(name)
        return small(self.text(titled.title)) if titled and titled.title else self.named(name)

    def option(self, type_: feel.Type | None, code: str) -> str:
        """An option by its text."""
        words = self.process.words
        if isinstance(type_, feel.ListOf):
            return self.option(type_.item, code)
        if isinstance(type_, feel.Codes):
            if type_.name in words.choices and code in words.choices[type_.name].options:
                return self.quoted(words.choices[type_.name].options[code])
            if type_.name in words.catalogues and code in words.catalogues[type_.name].rows:
                return self.quoted(words.catalogues[type_.name].rows[code].cells.get("title", code))
            lists = [c.options for c in words.choices.values() if set(type_.options) <= set(c.options)]
            if len(lists) == 1 and code in lists[0]:
                return self.quoted(lists[0][code])
        rows = [catalogue.rows[code] for catalogue in words.catalogues.values() if code in catalogue.rows]
        return self.quoted(rows[0].cells.get("title", code)) if len(rows) == 1 else f'"{code}"'


@dataclass(frozen=True, slots=True)
class _Answer:
    """A field that a name or path in an expression means."""

    field: Field
    setting: Setting
    duty: Duty | None
    item: str = ""


class _Saying:
    """One expression on its way into words, with the names that mean something where it stands."""

    def __init__(self, speaker: Speaker, expression: Expression, at: At) -> None:
        self.speaker = speaker
        self.source = expression.parsed.source
        self.process = speaker.process
        self.say = speaker.say
        self.rows: dict[str, n.Node] = _rows_at(speaker.process, at)
        self.here: list[n.Node] = []
        self.local, self.settings, given = _fields_at(speaker.process, at)
        if given is not None:
            self.here.append(given)
        self.inputs = _inputs_at(speaker.process, at)

    # --- what holds ---

    def holds(self, node: n.Node) -> str:
        match node:
            case n.Logic(op=op, parts=parts):
                return (
                    joined((self._inner(part, op) for part in parts), self.say(op))
                    if len(parts) < 3
                    else (f" {self.say(op)} ".join(self._inner(part, op) for part in parts))
                )
            case n.Comparison(op=op, left=left, right=right):
                return self._compared(op, left, right)
            case n.Between(value=tested, low=low, high=high):
                return self.say("within", a=self.said(tested), low=self.said(low), high=self.said(high))
            case n.In(value=tested, tests=tests):
                return self._among(self.said(tested), self.type(tested), tests, self._options(tested))
            case n.Quantified(quantifier=quantifier, bindings=(binding,), condition=inside) if binding.last is None:
                self.rows[binding.name] = binding.source
                return self.say(quantifier, x=self.said(binding.source), condition=self.holds(inside))
            case n.Literal(value=bool() as given):
                return self.say("always" if given else "never")
            case n.Call():
                return self._called(node)
            case n.Name() | n.Path() if self.type(node) == feel.BOOLEAN:
                return self._yes(node, True)
        return self.said(node)

    def _inner(self, node: n.Node, op: str) -> str:
        told = self.holds(node)
        return f"({told})" if isinstance(node, n.Logic) and node.op != op else told

    def _called(self, node: n.Call) -> str:
        name = _called_name(node)
        if name == "not" and len(node.arguments) == 1:
            return self.say("not", x=self.holds(node.arguments[0]))
        if name in ("list contains", "contains", "starts with") and len(node.arguments) == 2:
            inside, wanted = node.arguments
            key = "starts" if name == "starts with" else "contains"
            return self.say(key, a=self.said(inside), b=self._option(wanted, self.type(inside), self._options(inside)))
        return self.said(node)

    def _compared(self, op: str, left: n.Node, right: n.Node) -> str:
        if isinstance(left, n.Literal) and not isinstance(right, n.Literal):
            return self._compared(_MIRRORED[op], right, left)
        equal = op == "="
        if op in ("=", "!=") and isinstance(right, n.Literal):
            if right.value is None:
                return self._null(left, equal)
            if isinstance(right.value, bool):
                return self._yes(left, right.value is equal)
            if isinstance(left, n.Name) and left.name in ("actor", "action"):
                return self._acting(left.name, str(right.value), equal)
        if (counted := self._counted(left)) and (told := self._happened(op, counted, right)):
            return told
        type_ = self.type(left)
        if op in ("=", "!=") and (
            isinstance(type_, feel.Codes) or (isinstance(right, n.Literal) and isinstance(right.value, str))
        ):
            return self.say(
                "is" if equal else "is_not", a=self.said(left), b=self._option(right, type_, self._options(left))
            )
        key = f"date{op}" if type_ in _DATES and f"date{op}" in ("date<", "date<=", "date>", "date>=") else op
        return self.say(key, a=self.said(left), b=self.said(right))

    def _is_local(self, name: str) -> bool:
        return name in self.local or name in self.inputs or name in self.rows

    def _yes(self, node: n.Node, holds: bool) -> str:
        return self.say(("says_" if self.answer(node) else "recorded_") + ("yes" if holds else "no"), a=self.said(node))

    def _null(self, node: n.Node, empty: bool) -> str:
        duty = (
            self.process.duties.get(node.name) if isinstance(node, n.Name) and not self._is_local(node.name) else None
        )
        if duty:
            least = duty.at_least
            key = ("unanswered" if empty else "answered") + ("_by" if least > 1 else "")
            return self.say(key, duty=self.speaker.duty(duty.id), least=least)
        if self.answer(node):
            return self.say("empty" if empty else "filled", a=self.said(node))
        if isinstance(node, n.Name) and (node.name in self.inputs or node.name == "item"):
            return self.say("empty" if empty else "not_empty", a=self.said(node))
        return self.say("not_there" if empty else "there", a=self.said(node))

    def _acting(self, name: str, code: str, equal: bool) -> str:
        key = ("" if equal else "not_") + ("acting" if name == "actor" else "acted")
        if name == "actor":
            return self.say(key, b=self.speaker.role(code))
        actions = [a for stage in self.process.workflow.stages.values() for a in stage.actions.values() if a.id == code]
        return self.say(key, b=self.speaker.quoted(actions[0].title or code) if actions else f'"{code}"')

    def _counted(self, node: n.Node) -> n.Node | None:
        """What ``count(...)`` counts."""
        counts = isinstance(node, n.Call) and _called_name(node) == "count" and len(node.arguments) == 1
        return node.arguments[0] if counts and isinstance(node, n.Call) else None

    def _history(self, node: n.Node) -> str:
        match node:
            case n.Path(base=n.Name(name="history"), member=member):
                return self.say("actions_at", duty=self.speaker.duty(member))
            case n.Filter(
                base=n.Path(base=n.Name(name="history"), member=member),
                condition=n.Comparison(op="=", left=n.Name(name="action"), right=n.Literal(value=str() as action)),
            ):
                return self.say("actions_of", action=self._action(member, action), duty=self.speaker.duty(member))
        return ""

    def _action(self, duty: str, action: str) -> str:
        work = self.process.duties.get(duty)
        stage = self.process.workflow.stages.get(work.stage) if work else None
        found = stage.actions.get(action) if stage else None
        return self.speaker.text(found.title) if found and found.title else self.speaker.named(action)

    def _happened(self, op: str, counted: n.Node, right: n.Node) -> str:
        """Whether there are any of what is counted; empty where the number matters."""
        limit = (op, right.value if isinstance(right, n.Literal) else None)
        some, none = limit in ((">", 0), (">=", 1), ("!=", 0)), limit in (("=", 0), ("<", 1))
        past = self._history(counted)
        if past:
            return self.say("happened", x=past) if some else self.say("not_happened", x=past) if none else ""
        told = self.said(counted)
        return self.say("not_empty", a=told) if some else self.say("empty", a=told) if none else ""

    def _among(
        self, tested: str, type_: feel.Type | None, tests: Iterable[n.Node], options: Mapping[str, str] = NO_OPTIONS
    ) -> str:
        some = list(tests)
        if all(_is_option(test, type_) for test in some):
            told = (self._option(test, type_, options) for test in some)
            return self.say("one_of", a=tested, b=joined(told, self.say("or")))
        return f" {self.say('or')} ".join(self._tested(test, tested, type_) for test in some)

    def tests(self, node: n.Node, tested: str, type_: feel.Type | None) -> str:
        """When unary tests hold of what is called *tested*."""
        if not isinstance(node, n.Tests):
            return self._tested(node, tested, type_)
        told = self._among(tested, type_, node.tests)
        if node.negated and all(_is_option(test, type_) for test in node.tests):
            options = joined((self._option(test, type_) for test in node.tests), self.say("or"))
            return self.say("is_not", a=tested, b=options)
        return self.say("not", x=told) if node.negated else told

    def _tested(self, test: n.Node, tested: str, type_: feel.Type | None) -> str:
        match test:
            case n.HalfRange(op=op, bound=bound):
                key = f"date{op}" if type_ in _DATES and op in ("<", "<=", ">", ">=") else op
                return self.say(key, a=tested, b=self.said(bound))
            case n.RangeLiteral(low=low, high=high, low_closed=least, high_closed=most):
                return self.say(_ENDS[least, most], a=tested, low=self.said(low), high=self.said(high))
            case n.Literal(value=None):
                return self.say("empty", a=tested)
            case n.Literal(value=bool() as given):
                return self.say("recorded_yes" if given else "recorded_no", a=tested)
            case n.Literal(value=str()):
                return self.say("is", a=tested, b=self._option(test, type_))
            case n.Comparison() | n.Logic() | n.Call() | n.In():
                return self.holds(test)
        return self.say("=", a=tested, b=self.said(test))

    def _options(self, node: n.Node) -> Mapping[str, str]:
        """The options of the field that *node* means."""
        found = self.answer(node)
        return found.setting.options if found else NO_OPTIONS

    def _option(self, node: n.Node, type_: feel.Type | None, options: Mapping[str, str] = NO_OPTIONS) -> str:
        code = node.name if isinstance(node, n.Name) and _is_option(node, type_) else getattr(node, "value", None)
        if not isinstance(code, str):
            return self.said(node)
        return self.speaker.quoted(options[code]) if code in options else self.speaker.option(type_, code)

    # --- what is ---

    def said(self, node: n.Node) -> str:
        """What *node* gives."""
        match node:
            case n.Literal(value=given):
                return self._literal(given)
            case n.Name() | n.Path() if answer := self.answer(node):
                return self._answered(answer)
            case n.Name(name=name):
                return self._named(name)
            case n.Path():
                return self._path(node)
            case n.Call():
                return self._result(node)
            case n.Comparison() | n.Logic() | n.In() | n.Between() | n.Quantified():
                return self.holds(node)
        return self._made(node)

    def _made(self, node: n.Node) -> str:
        """What is made of several parts."""
        match node:
            case n.Arithmetic(op=op, left=left, right=right):
                sign = self.say("/") if op == "/" else {"*": "×", "-": "−"}.get(op, op)
                return f"{self._operand(left, op)} {sign} {self._operand(right, op, right=True)}"
            case n.Negate(value=inside):
                return f"−{self._operand(inside, '*')}"
            case n.If(condition=when, yes=yes, no=no):
                return self.say("if", condition=self.holds(when), yes=self.said(yes), no=self.said(no))
            case n.Filter(base=base, condition=n.Literal() | n.Negate() as index):
                return self._row_at(node, base, index)
            case n.Filter(base=base, condition=inside):
                return self._filtered(base, inside)
            case n.For(bindings=(binding,), body=body) if binding.last is None:
                self.rows[binding.name] = binding.source
                return self.say("for_each", body=self.said(body), x=self.said(binding.source))
            case n.ListLiteral(items=items):
                return joined(map(self.said, items), self.say("and"))
            case n.ContextLiteral(entries=entries):
                return "; ".join(f"{self.row(entry.key)}: {self.said(entry.value)}" for entry in entries)
        return self._quoted(node)

    def _quoted(self, node: n.Node) -> str:
        return self.say("formula", source=" ".join(self.source[node.start : node.end].split()))

    def _literal(self, given: Any) -> str:
        if given is None:
            return self.say("nothing")
        if isinstance(given, bool):
            return self.say("yes" if given else "no")
        if isinstance(given, Decimal | int):
            return number(given, self.speaker.language)
        return f'"{given}"' if isinstance(given, str) else feel.written(given)

    def _operand(self, node: n.Node, op: str, *, right: bool = False) -> str:
        told = self.said(node)
        if (
            isinstance(node, n.If | n.For)
            or _has_for(node)
            or (isinstance(node, n.Arithmetic) and _looser(node.op, op, right=right))
        ):
            return f"({told})"
        return told

    def _row_at(self, node: n.Node, base: n.Node, index: n.Node) -> str:
        """One row of a list. The first of those that a condition picks is most often the only one."""
        match index:
            case n.Literal(value=1):
                return self.said(base) if isinstance(base, n.Filter) else self.say("first_row_of", x=self.said(base))
            case n.Negate(value=n.Literal(value=1)):
                return self.say("last_row_of", x=self.said(base))
        return self._quoted(node)

    def _filtered(self, base: n.Node, inside: n.Node) -> str:
        told = self._history(n.Filter(0, 0, base, inside))
        if told:
            return told
        self.here.append(base)
        try:
            return self.say("filtered", x=self.said(base), condition=self.holds(inside))
        finally:
            self.here.pop()

    def _result(self, node: n.Call) -> str:
        name, words = _called_name(node), self.process.words
        if name in _AGGREGATES and len(node.arguments) == 1:
            past = self._history(node.arguments[0]) if name == "count" else ""
            return self.say(name, x=past or self.said(node.arguments[0]))
        if name in ("min", "max"):
            return self.say(name, x=f"({'; '.join(map(self.said, node.arguments))})")
        if name in _TOLD_OF_ARGUMENTS:
            return self.say(name, x=joined(map(self.said, node.arguments), self.say("and")))
        if name == "duration" and (days := _days(node.arguments)):
            return self.say("days", days=days)
        if name in words.catalogues and len(node.arguments) == 1:
            (key,) = node.arguments
            if isinstance(key, n.Literal) and str(key.value) in words.catalogues[name].rows:
                row = words.catalogues[name].rows[str(key.value)]
                return self.speaker.quoted(row.cells.get("title", str(key.value)))
            return self.say("row_of", row=self.said(key), base=self.speaker.of_value(name))
        inputs = joined(map(self.said, node.arguments), self.say("and"))
        if name in words.tables:
            title = self.speaker.text(words.tables[name].title) or self.speaker.named(name)
            return self.say("table_for", title=title, inputs=inputs)
        if name in words.functions:
            return self.say("function_for", title=self.speaker.named(name), inputs=inputs)
        return self.holds(node) if name in ("not", "list contains", "contains", "starts with") else self._quoted(node)

    def _named(self, name: str) -> str:
        if name in ("today", "item", "case", "?"):
            return self.say({"?": "tested"}.get(name, name))
        if name in self.inputs:
            return self.speaker.named(name)
        duty = self.process.duties.get(name)
        if duty:
            return self.say("answers_of", duty=self.speaker.duty(name))
        if name in self.process.words.roles:
            return small(self.speaker.role(name))
        return self._column(name) or self.speaker.of_value(name)

    def _column(self, name: str) -> str:
        """A column of the rows that are being filtered."""
        return next((columns[name] for base in reversed(self.here) if name in (columns := self.columns(base))), "")

    def _path(self, node: n.Path) -> str:
        base, member = node.base, node.member
        if isinstance(base, n.Name):
            if f"{base.name}.{member}" in ("cycle.start", "cycle.end"):
                return self.say(f"{base.name}.{member}")
            if base.name in self.process.words.roles and member in self.process.words.profile:
                return self._of_person(base.name, member)
            if base.name in self.rows:
                return self.columns(self.rows[base.name]).get(member) or self.speaker.named(member)
        if isinstance(base, n.Call) and member == "title":
            return self.said(base)
        title = self.columns(base).get(member) or self.row(member)
        return self.say("member", member=title, base=self.said(base))

    def row(self, key: str) -> str:
        """The member of a context, told as the row of a catalogue where it is the key of one."""
        rows = [c.rows[key] for c in self.process.words.catalogues.values() if key in c.rows]
        return small(self.speaker.text(rows[0].cells.get("title", key))) if len(rows) == 1 else self.speaker.named(key)

    def _of_person(self, role: str, field: str) -> str:
        known = self.process.words.profile[field]
        title = small(self.speaker.text(known.title)) if known.title else self.speaker.named(field)
        if self.process.words.roles[role].is_ == "subject":
            return title
        return self.say("of_role", title=title, role=small(self.speaker.role(role)))

    def _answered(self, answer: _Answer) -> str:
        title = answer.item or self.speaker.text(answer.field.title) or self.speaker.named(answer.field.id)
        if answer.duty is None:
            return self.say("answer", title=title)
        return self.say("answer_at", title=title, duty=self.speaker.duty(answer.duty.id))

    # --- what a name means ---

    def answer(self, node: n.Node) -> _Answer | None:
        """The field that *node* means."""
        match node:
            case n.Name(name=name) if name not in self.rows and name not in self.inputs:
                return self._field(name, self.local, self.settings, None)
            case n.Path(base=n.Name(name=name), member=member) if (
                name in self.process.duties and name not in self.local
            ):
                duty = self.process.duties[name]
                return self._field(member, duty.fields, duty.settings, duty)
            case n.Path(base=n.Path(base=n.Name(name="history"), member=name), member=member):
                duty = self.process.duties[name]
                return self._field(member, duty.fields, duty.settings, duty)
            case n.Path(base=base, member="nilai"):
                found = self.answer(base)
                return found if found and isinstance(found.field, Ratings) else None
        return None

    def _field(
        self, name: str, fields: Mapping[str, Field], settings: Mapping[str, Setting], duty: Duty | None
    ) -> _Answer | None:
        if name in fields:
            return _Answer(fields[name], settings.get(name, Setting()), duty)
        for item in fields.values():
            setting = settings.get(item.id)
            if isinstance(item, Ratings) and setting and name in setting.columns:
                return _Answer(item, setting, duty, self._item(setting, name))
        return None

    def _item(self, setting: Setting, name: str) -> str:
        rows = [row for row in setting.rows or () if row.get(setting.key) == name]
        return self.speaker.text(str(rows[0]["title"])) if rows else self.speaker.named(name)

    def columns(self, node: n.Node) -> dict[str, str]:
        """The columns of a list of rows, by their titles."""
        match node:
            case n.Filter(base=base):
                return self.columns(base)
            case n.Name(name=name) if name in self.process.workflow.values:
                of_value = self.process.workflow.values[name].columns
                return {
                    c.id: small(self.speaker.text(c.title)) if c.title else self.speaker.named(c.id)
                    for c in of_value.values()
                }
        found = self.answer(node)
        if found is None or not isinstance(found.field, Table):
            return {}
        table = found.field
        given = self.columns(table.from_.parsed.root) if table.from_ else {}
        own = {
            c.id: small(self.speaker.text(c.title)) if c.title else self.speaker.named(c.id)
            for c in table.columns.values()
        }
        return {**given, **own}

    def type(self, node: n.Node) -> feel.Type | None:
        """The type of what *node* means, if it is known here."""
        found = self.answer(node)
        if found:
            return found.field.type_in(found.setting)
        match node:
            case n.Literal(value=Decimal()):
                return feel.NUMBER
            case n.Name(name=name):
                return self.process.types.get(name) or (feel.DATE if name == "today" else None)
            case n.Path(base=base, member=member):
                around = self.type(base)
                inside = around.item if isinstance(around, feel.ListOf) else around
                return inside.members.get(member) if isinstance(inside, feel.Context) else None
            case n.Arithmetic(left=left) if (found_left := self.type(left)) in _DATES:
                return found_left
            case n.Call() if _called_name(node) in self.process.words.signatures:
                return self.process.words.signatures[_called_name(node)].result
        return None


def _is_option(test: n.Node, type_: feel.Type | None) -> bool:
    """Whether *test* is a constant. In the cell of a table the codes of options stand without quotes."""
    known = type_.options if isinstance(type_, feel.Codes) else ()
    return isinstance(test, n.Literal) or (isinstance(test, n.Name) and test.name in known)


def _called_name(node: n.Call) -> str:
    return node.function.name if isinstance(node.function, n.Name) else ""


def _days(arguments: tuple[n.Node, ...]) -> str:
    """How many days a duration lasts that is written in days."""
    text = arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], n.Literal) else ""
    found = _DAYS.fullmatch(text) if isinstance(text, str) else None
    return found[1] if found else ""


def _has_for(node: n.Node) -> bool:
    return isinstance(node, n.Call) and any(isinstance(argument, n.For) for argument in node.arguments)


def _looser(inner: str, outer: str, *, right: bool) -> bool:
    """Whether *inner* needs parentheses inside *outer*."""
    strength = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
    if right and outer in ("-", "/"):
        return strength[inner] <= strength[outer]
    return strength[inner] < strength[outer]


def _rows_at(process: Told, at: At) -> dict[str, n.Node]:
    """The loop variable of the value in which *at* stands, and the rows that it goes through."""
    loop = process.workflow.values[str(at.path[1])].for_ if _is_value(process, at) else None
    return {loop.variable: loop.over.parsed.root} if loop else {}


def _is_value(process: Told, at: At) -> bool:
    of_workflow = at.source is process.workflow.at.source
    return of_workflow and at.path[:1] == ("values",) and at.path[1] in process.workflow.values


def _inputs_at(process: Told, at: At) -> frozenset[str]:
    """The inputs that names mean inside a function or a table."""
    kind, name = [*map(str, at.path[:2]), "", ""][:2]
    if kind == "functions" and name in process.words.functions:
        return frozenset(process.words.functions[name].inputs)
    return frozenset(process.words.tables[name].inputs if kind == "tables" and name in process.words.tables else ())


def _fields_at(process: Told, at: At) -> tuple[dict[str, Field], dict[str, Setting], n.Node | None]:
    """The fields that bare names mean where *at* stands: those of the form or action; inside a table its columns, and
    the rows that are given."""
    found: dict[str, Field] = {}
    settings: dict[str, Setting] = {}
    for duty in process.duties.values():
        of_form = duty.form is not None and duty.form.at.source is at.source
        of_stage = at.source is process.workflow.at.source and at.path[:1] in (("stages",), ("collections",))
        if of_form or (of_stage and at.path[1:2] in ((duty.stage,), (duty.id,))):
            found |= duty.fields
            settings |= duty.settings
    if "columns" in at.path:
        table = found.get(str(at.path[at.path.index("columns") - 1]))
        if isinstance(table, Table):
            inside = settings.get(table.id, Setting()).columns
            given = table.from_.parsed.root if table.from_ else None
            return {**found, **table.columns}, {**settings, **inside}, given
    return found, settings, None
