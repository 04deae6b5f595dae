"""Weightings: every line can come into use, and where none does the value says that it may be null."""

from __future__ import annotations

from engine.draft import Draft
from engine.model import Value


def check_weights(draft: Draft, value: Value) -> None:
    """Report lines that are never reached, and a value that can be null without saying so."""
    lines = value.weights or ()
    values = draft.workflow.values
    always = [{name for name in line.parts if not values[name].optional} for line in lines]
    for number, line in enumerate(lines):
        for earlier in lines[:number]:
            missing = {name for name in earlier.parts if values[name].optional} - set(line.parts)
            if not missing:
                line.at.report("E16line", name=value.id, other=", ".join(earlier.parts))
                break
    whole = any(set(line.parts) == kept for line, kept in zip(lines, always, strict=True))
    if lines and not whole and not value.optional:
        parts = sorted({name for line in lines for name in line.parts if values[name].optional})
        value.at.of_key().report("E16null", name=value.id, parts=", ".join(parts))
