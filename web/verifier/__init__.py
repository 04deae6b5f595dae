"""Recomputes the receipts of a case from the exported file alone.

Imports nothing of the engine, so that the same mistake cannot be made twice: an import contract holds it to that.
"""

from __future__ import annotations

from web.verifier.document import Difference, Finding, Unreadable, verify

__all__ = ["Difference", "Finding", "Unreadable", "verify"]
