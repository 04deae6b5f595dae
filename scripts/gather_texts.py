"""Gathers the service's Indonesian texts into the English catalogue.

What is new gets an empty text, which a test tells.
Texts that are used no more are dropped. The file depends on the texts alone: no dates, no places.
"""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
ENGLISH = ROOT / "web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"

HEAD = r"""# English texts of the service. `make texts` gathers new ones; an empty msgstr fails the tests.
msgid ""
msgstr ""
"Language: en\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""


def gathered() -> Catalog:
    """Every text that code and templates mark for translation."""
    with TemporaryDirectory() as folder:
        found = Path(folder) / "messages.pot"
        words = ["extract", "--mapping-file", "pyproject.toml", "--keywords", "N_", "--omit-header"]
        words = [sys.executable, "-m", "babel.messages.frontend", "--quiet", *words, "--output-file", str(found), "."]
        subprocess.run(words, cwd=ROOT, check=True)
        return read_po(BytesIO(found.read_bytes()))


def translated() -> Catalog:
    """The English catalogue as it is."""
    with ENGLISH.open("rb") as opened:
        return read_po(opened, locale="en")


def merged(texts: Catalog, known: Catalog) -> Catalog:
    """*texts* with the translations that are *known*."""
    result = Catalog(locale="en", fuzzy=False)
    for message in texts:
        if message.id:
            before = known.get(message.id)
            result.add(message.id, before.string if before else None, flags=message.flags)
    return result


def main() -> None:
    written = BytesIO()
    result = merged(gathered(), translated())
    write_po(written, result, no_location=True, sort_output=True, omit_header=True, width=120)
    ENGLISH.write_text(HEAD + written.getvalue().decode().lstrip(), encoding="utf-8")
    missing = sum(not any(m.string) if m.pluralizable else not m.string for m in result if m.id)
    print(f"{ENGLISH.relative_to(ROOT)}: {missing} without English")


if __name__ == "__main__":
    main()
