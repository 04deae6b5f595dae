"""Several processes that write to one SQLite file without a pause: nobody waits until their patience ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from tests.cast import SECRET
from web import create_app
from web.config import Settings, definitions_root
from web.database import initialise, writing

WRITERS, SECONDS = 4, 2.0
#: One process: how often it wrote, and how long it waited at most.
_WRITER = """
import json, sys, time
from contextlib import nullcontext
from pathlib import Path
from sqlalchemy import text
from tests.web.test_turns import settings_of
from web import create_app
from web.database import WRITER, writing
app = create_app(settings_of(Path(sys.argv[1])))
if sys.argv[2] == "off":
    app.extensions[WRITER].turns = nullcontext
count, longest = 0, 0.0
with app.app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + {seconds}
    while (began := time.monotonic()) < until:
        try:
            with writing() as rows:
                rows.execute(text("update region set title = :t"), {{"t": str(count)}})
            count += 1
        except Exception:
            pass
        longest = max(longest, time.monotonic() - began)
print(json.dumps([count, longest]))
"""


def settings_of(folder: Path) -> Settings:
    return Settings(
        instance=folder,
        database_url=f"sqlite:///{folder}/borang.sqlite",
        secret_key=SECRET,
        definitions=definitions_root(),
    )


def _written(folder: Path, turns: str) -> tuple[list[int], float]:
    """How often each process wrote, and the longest that one waited."""
    command = [sys.executable, "-c", _WRITER.format(seconds=SECONDS), str(folder), turns]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    started = [subprocess.Popen(command, text=True, **pipes) for _ in range(WRITERS)]
    # None begins before all are there: who comes late would have the database to itself.
    for process in started:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [json.loads(process.communicate(timeout=60)[0]) for process in started]
    return [count for count, _ in told], max(longest for _, longest in told)


def test_writers_in_several_processes_take_turns(tmp_path: Path, figures: list[str]) -> None:
    app = create_app(settings_of(tmp_path))
    with app.app_context():
        initialise()
        with writing() as rows:
            rows.execute(text("insert into region (id, title, zone) values ('daerah', '', 'Asia/Jakarta')"))
    unordered, starved = _written(tmp_path, "off")
    ordered, waited = _written(tmp_path, "on")
    shares = [min(written) / max(written) for written in (ordered, unordered)]
    figures.append(
        f"SQLite, {WRITERS} processes write without a pause: longest wait {waited:.2f} s, {starved:.2f} s out of turn; "
        f"fewest to most writes {shares[0]:.2f}, {shares[1]:.2f} out of turn"
    )
    assert starved > waited
    assert waited < 1
    assert min(ordered) > max(ordered) / 4
