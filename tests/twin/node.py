"""The browser's evaluator, run by Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def node() -> str:
    """Node from PATH (``make`` puts the one in .venv on it). None is a failure, not a skip."""
    found = shutil.which("node")
    assert found, "no Node: run make setup"
    return found


def outcomes(cases: Iterable[Mapping[str, Any]], called: Mapping[str, Any] = {}) -> list[dict[str, Any]]:
    """What the evaluator makes of *cases*, in their order; the first says what it knows."""
    given = json.dumps({"called": called, "cases": list(cases)})
    run = subprocess.run(
        [node(), str(HERE / "run.mjs")], input=given, capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.split("\n")]
