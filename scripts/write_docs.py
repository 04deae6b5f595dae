"""Writes what is made from the declarations: the language reference and the schemas for editors.

With ``--check`` it writes nothing and tells what is stale.
"""

import json
import sys
from pathlib import Path

from engine.reference import reference, schemas

DOCS = Path(__file__).resolve().parent.parent / "docs"


def made() -> dict[Path, str]:
    """Every file that is made, with its text."""
    texts = {kind: json.dumps(schema) + "\n" for kind, schema in schemas().items()}
    return {DOCS / "language.md": reference(), **{DOCS / "schema" / f"{kind}.json": t for kind, t in texts.items()}}


def main() -> int:
    check = "--check" in sys.argv[1:]
    stale = [path for path, text in made().items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(DOCS.parent)} is stale: make docs", file=sys.stderr)
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_text(made()[path])
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
