"""Proofs about rules: tables, branches, ratings, weights, secrecy, texts. Each finding carries a case that shows it."""

from __future__ import annotations

from engine.draft import Draft
from engine.proofs.branches import check_branches, check_general_table
from engine.proofs.divisions import check_divisions
from engine.proofs.limits import check_limits, check_results
from engine.proofs.monotone import check_monotone_table, check_monotone_value
from engine.proofs.secrecy import check_secrecy
from engine.proofs.tables import check_table, grid_of
from engine.proofs.weights import check_weights
from engine.proofs.wording import check_messages


def check_rules(draft: Draft) -> None:
    """Report what is wrong in the rules of *draft*, whose names and types are known to be right."""
    for table in draft.words.tables.values():
        grid = grid_of(draft, table)
        if grid is None:
            check_general_table(draft, table)
        elif check_table(draft, table, grid):
            check_monotone_table(draft, table, grid)
    for value in draft.workflow.values.values():
        check_weights(draft, value)
        check_monotone_value(draft, value)
    check_branches(draft)
    check_divisions(draft)
    check_secrecy(draft)
    check_messages(draft)
    check_limits(draft)
    check_results(draft)
