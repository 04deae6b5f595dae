"""Proofs about rules: tables, branches, ratings, weights, secrecy, texts. Each finding carries a case that shows it."""

from __future__ import annotations

from engine.draft import Draft
from engine.proofs.branches import check_branches, check_general_table
from engine.proofs.tables import check_table, grid_of


def check_rules(draft: Draft) -> None:
    """Report what is wrong in the rules of *draft*, whose names and types are known to be right."""
    for table in draft.words.tables.values():
        grid = grid_of(draft, table)
        if grid is None:
            check_general_table(draft, table)
        else:
            check_table(draft, table, grid)
    check_branches(draft)
