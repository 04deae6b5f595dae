"""Division by what can be zero: it gives null, and an appraisal without a score. A warning, with a case that shows it.

Told only where the case is exact. Conditions around the division (``if n = 0 then … else x / n``) count.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.draft import Draft
from engine.feel.nodes import Arithmetic, If, Literal, Node, children
from engine.proofs.naming import CaseNames
from engine.proofs.translation import Translator
from engine.proofs.witness import Witness
from engine.proofs.worlds import World, none_of, world
from engine.terms import Expression


def check_divisions(draft: Draft) -> None:
    """Warn of divisions in values whose divisor can be zero."""
    if world() is None:
        return
    for value in draft.workflow.values.values():
        if value.formula:
            _check(draft, value.formula)


def _check(draft: Draft, expression: Expression) -> None:
    for node, guards in _divisions(expression.parsed.root, ()):
        names = CaseNames(draft, World())
        translator = names.translator(shows=expression.source)
        divisor = translator.term(node.right)
        if divisor.kind != "number":
            continue
        answer = names.world.case(
            divisor.value == names.world.constant(Decimal(0)).value,
            none_of(divisor.null),
            *(_guard(translator, *guard) for guard in guards),
        )
        if answer.found is not None and answer.sure:
            text = expression.source[node.right.start : node.right.end]
            expression.report("W23", node.right.start, warning=True, text=text, witness=Witness(answer.found))


def _divisions(node: Node, guards: tuple[tuple[Node, bool], ...]) -> Iterator[tuple[Arithmetic, Any]]:
    """Every division in *node* by something that is not fixed, with the conditions under which it is worked out."""
    if isinstance(node, If):
        yield from _divisions(node.condition, guards)
        yield from _divisions(node.yes, (*guards, (node.condition, True)))
        yield from _divisions(node.no, (*guards, (node.condition, False)))
        return
    if isinstance(node, Arithmetic) and node.op == "/" and not isinstance(node.right, Literal):
        yield node, guards
    for child in children(node):
        yield from _divisions(child, guards)


def _guard(translator: Translator, condition: Node, held: bool) -> Any:
    holds = translator.holds(condition)
    return holds if held else none_of(holds)
