"""A process in the making: what the names of one workflow mean so far, and where its problems are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine import feel
from engine.catalogue import TEXTS
from engine.errors import Place
from engine.files import Files
from engine.model import Action, Vocabulary, Workflow
from engine.process import Code, Duty
from engine.shape import At, nearest
from engine.source import Source
from engine.terms import Clauses, Expression
from engine.words import Words

Scope = Mapping[str, feel.Type]


@dataclass(kw_only=True)
class Draft:
    """One workflow while its process is made. Each step adds what it finds and reports what is wrong.

    ``scope`` says what a name means everywhere in the process; ``code`` holds every expression that was checked.
    """

    files: Files
    workflow: Workflow
    words: Words
    used: dict[tuple[str, str], Source]
    scope: dict[str, feel.Type] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    value_reads: dict[str, frozenset[str]] = field(default_factory=dict)
    code: dict[Expression, Code] = field(default_factory=dict)
    #: Whether something is wrong in it that was told elsewhere, of the process it extends.
    flawed: bool = False
    #: By function or table and input, the types of what it is called with.
    called: dict[tuple[str, str], set[feel.Type]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, so far, in the files that this workflow is made of."""
        files = {source.file for source in self.used.values()}
        return not self.flawed and not any(p.place.file in files and not p.warning for p in self.files.problems)

    @property
    def layers(self) -> list[Vocabulary | Workflow]:
        """Where its words come from: the vocabularies in use, and the workflow's own over them."""
        vocabularies = [self.files.vocabularies[name] for kind, name in self.used if kind == "vocabulary"]
        return [*vocabularies, self.workflow]

    def actions_at(self, duty: Duty) -> Iterable[Action]:
        """Everything that can be done where *duty* is done."""
        if not duty.stage:
            return duty.actions.values()
        return self.workflow.stages[duty.stage].actions.values()

    @cached_property
    def removed(self) -> dict[str, Place]:
        """The names that overlays took out of what this process uses, and where they say so."""
        forms = [source for (kind, _), source in self.used.items() if kind == "form"]
        return {name: place for source in (*forms, self.workflow.at.source) for name, place in source.removed.items()}

    # --- names that refer to something ---

    def known(self, at: At, code: str, name: str, names: Iterable[str]) -> bool:
        """Whether *name* is one of *names*; reported with *code* if not, unless it names a part that is lost."""
        names = list(names)
        if name in names:
            return True
        if name in self.removed:
            at.report("L009", name=name, other=str(self.removed[name]))
        elif name not in self.files.lost:
            at.report(code, name=name, known=", ".join(names), maybe_id=nearest(name, names))
        return False

    def all_known(self, at: At, code: str, some: Iterable[str], names: Iterable[str]) -> None:
        """The same for each name of a list, or for the one that stands there alone."""
        alone = isinstance(at.value, str)
        for index, name in enumerate(some):
            self.known(at if alone else at / index, code, name, names)

    def has_message(self, at: At, code: str) -> None:
        """A code of a refusal needs a text, the definition's own or the engine's."""
        if code not in TEXTS:
            self.known(at, "N010", code, self.words.messages)

    # --- expressions ---

    def check(self, expression: Expression, scope: Scope, tested: feel.Type | None = None) -> feel.Type:
        """The type of *expression*; its code is kept. What is wrong in it is reported."""
        type_, findings = feel.infer(expression.parsed, scope, self.words.signatures, tested, self.called)
        for finding in findings:
            self._report(expression, finding)
        if not findings and expression not in self.code:
            self._compile(expression)
        return type_

    def _compile(self, expression: Expression) -> None:
        """Its code; a call of something that is not there, whose absence was reported elsewhere, has none."""
        try:
            self.code[expression] = feel.compile(expression.parsed, self.words.callables)
        except feel.FeelError as error:
            expression.report(error.code, error.start, **error.params)

    def _report(self, expression: Expression, finding: feel.Finding) -> None:
        about = {str(finding.params.get(param)) for param in ("name", "member")}
        if about & self.files.lost:
            return
        if removed := about & self.removed.keys():
            name = removed.pop()
            expression.report("L009", finding.start, name=name, other=str(self.removed[name]))
        elif finding.code == "X020" and finding.params["name"] == "today":
            expression.report("N020", finding.start)
        else:
            expression.report(finding.code, finding.start, **finding.params)

    def wanted(self, expression: Expression, wanted: feel.Type, scope: Scope) -> None:
        """*expression* must give a *wanted* value."""
        found = self.check(expression, scope)
        if not wanted.accepts(found):
            expression.report("X101", wanted=wanted, found=found)

    def condition(self, expression: Expression | None, scope: Scope) -> None:
        """A condition, if there is one, is yes or no."""
        if expression is not None:
            self.wanted(expression, feel.BOOLEAN, scope)

    def clauses(self, clauses: Clauses, scope: Scope) -> None:
        """Lines ``result: condition``, of which only the last may be ``otherwise``."""
        for clause in clauses:
            if clause.result.formula is not None:
                self.check(clause.result.formula, scope)
            if clause.condition is not None:
                self.condition(clause.condition, scope)
            elif clause is not clauses[-1]:
                clause.result.at.report("E11")
