"""Checks the lock files: every dependency pinned and hashed, and no registry's address in them.

Which registry serves a package is each machine's own matter, so an address in a lock is a mistake.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Of each lock: does it hold the project's own dependencies, and which groups of pyproject.toml?
PYTHON_LOCKS: dict[str, tuple[bool, tuple[str, ...]]] = {
    "requirements.lock": (True, ()),
    "requirements-dev.lock": (True, ("dev",)),
    "requirements-uv.lock": (False, ("uv",)),
    "requirements-node.lock": (False, ("node",)),
    "requirements-peers.lock": (False, ("peers",)),
}


def name_of(requirement: str) -> str:
    """The normalised name at the head of a requirement (`Flask_SQLAlchemy>=3` gives `flask-sqlalchemy`)."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""


def wanted_by(lock: str, project: dict[str, Any]) -> set[str]:
    """Names that pyproject.toml asks of a lock."""
    with_project, groups = PYTHON_LOCKS[lock]
    wanted = list(project["project"]["dependencies"]) if with_project else []
    for group in groups:
        wanted += project["dependency-groups"][group]
    return {name_of(requirement) for requirement in wanted}


def python_problems(text: str, wanted: set[str]) -> Iterator[str]:
    """What is wrong with one requirements lock."""
    if "://" in text or re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links)\b", text, re.MULTILINE):
        yield "holds an address"
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip() and not entry.startswith("#")]
    for entry in entries:
        if "==" not in entry or "--hash=sha256:" not in entry:
            yield f"is not pinned and hashed: {entry.split()[0]}"
    for name in sorted(wanted - {name_of(entry) for entry in entries}):
        yield f"lacks {name}, which pyproject.toml asks for: run `make lock`"


def npm_problems(lock: dict[str, Any], package: dict[str, Any]) -> Iterator[str]:
    """What is wrong with package-lock.json."""
    asked = lock["packages"][""].get("devDependencies", {})
    if asked != package.get("devDependencies", {}):
        yield "does not fit package.json: run `make lock`"
    for name, entry in lock["packages"].items():
        if "resolved" in entry:
            yield f"holds an address: {name}"
        if name and "integrity" not in entry:
            yield f"holds no hash: {name}"


def problems() -> Iterator[str]:
    """Every problem of every lock, a line each."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for lock in PYTHON_LOCKS:
        text = (ROOT / lock).read_text(encoding="utf-8")
        yield from (f"{lock} {problem}" for problem in python_problems(text, wanted_by(lock, project)))
    npm_lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    yield from (f"package-lock.json {problem}" for problem in npm_problems(npm_lock, package))


def main() -> int:
    """Prints the problems; 1 when there are any."""
    found = list(problems())
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
