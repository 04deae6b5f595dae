"""What a phone has to load."""

from __future__ import annotations

import gzip
import json
import subprocess

from tests.twin.node import ROOT, node

EVALUATOR_LIMIT, SCRIPT_LIMIT = 8 * 1024, 30 * 1024


BUNDLE = """
import { build } from "esbuild";
const { outputFiles } = await build({
  entryPoints: [process.argv[1]], bundle: true, minify: true, write: false, format: "esm", target: "es2020",
});
process.stdout.write(outputFiles[0].text);
"""


def bundled(entry: str) -> int:
    """The size of a script with all that it imports, minified and packed as the build does it."""
    run = subprocess.run(
        [node(), "--input-type=module", "-e", BUNDLE, str(ROOT / entry)], capture_output=True, check=True, cwd=ROOT
    )
    return len(gzip.compress(run.stdout, 9))


def test_the_evaluator_takes_at_most_8_kb(figures):
    size = bundled("web/assets/js/feel/evaluate.js")
    figures.append(f"Browser twin: the evaluator takes {size:,} bytes packed, limit {EVALUATOR_LIMIT:,}")
    assert size <= EVALUATOR_LIMIT


def test_the_script_of_every_page_takes_at_most_30_kb(figures):
    build = ROOT / "web" / "static" / "build"
    names = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    size = len(gzip.compress((build / names["main.js"]).read_bytes(), 9))
    figures.append(f"The script of every page takes {size:,} bytes packed, limit {SCRIPT_LIMIT:,}")
    assert size <= SCRIPT_LIMIT
