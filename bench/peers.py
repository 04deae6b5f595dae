"""``python -m bench.peers FOLDER PYTHON``: SpiffWorkflow, viewflow and Django doing our work beside us, in one run.

FOLDER holds the shared benchmarks and their driver, PYTHON is the interpreter that has the peers. One JSON object a
line, a contender each; what happens meanwhile is told on stderr. Ends with 1 where we did not do the work, with 2 where
something is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.postgres import Missing, Server, running

ROOT = Path(__file__).resolve().parent.parent
DRIVER = "bench_engine.py"
#: So many cases a round; the first round warms up. Every case but the last is played to its end.
ROUNDS, EACH = 9, 20
CASES = (ROUNDS + 1) * EACH + 1

FLOOR, FLOOR_PG = "floor_sqlite:full_read", "floor_pg:read"
#: The floors and the peers, as the driver names them. Django's pages run in a folder of their own: see `_apart`.
OTHERS = (
    *(FLOOR, "floor_sqlite:full", "floor_pg:write", FLOOR_PG),
    *("spiff:split", "spiff:full", "viewflow:fsm-sqlite", "viewflow:flow-sqlite", "viewflow:fsm-pg"),
)
DJANGO = "e2e_django:fsm-sqlite"
OURS = ("sqlite", "postgresql", "http-sqlite", "pages-sqlite")


class Impossible(Exception):
    """Something is missing, and what to do about it."""


def main() -> int:
    """Prints the contenders."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description="Borang beside its peers.")
    parser.add_argument("folder", type=Path, help="the folder of the shared benchmarks")
    parser.add_argument("python", type=Path, help="an interpreter that has the peers")
    given = parser.parse_args()
    try:
        found = _run(_driver(given.folder), given.python.absolute())
    except (Impossible, Missing) as error:
        print(f"bench-peers: {error}", file=sys.stderr)
        return 2
    for line in lines(found):
        print(json.dumps(line))
    return 0 if all(_worked(found[f"contender:{variant}"]) for variant in OURS) else 1


def lines(found: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What is told of each contender; who writes into PostgreSQL is compared with PostgreSQL's floor too."""
    for name, one in found.items():
        told = {"name": name.replace("contender:", "borang:"), "us": one["p50_us"], "x_floor": one["x_floor"]}
        if name.startswith("floor_pg") or name.endswith(("-pg", ":postgresql")):
            told["x_floor_pg"] = round(one["p50_us"] / found[FLOOR_PG]["p50_us"], 2)
        told |= {"cpu_us": one["cpu_us"], "bytes_per_case": round(one["bytes_on_disk"] / CASES)}
        yield told | {name: one[name] for name in ("wrong_results", "guards_refused")}


def _worked(one: dict[str, Any]) -> bool:
    return one["wrong_results"] == 0 and one["guards_refused"] == 2


def _driver(folder: Path) -> Path:
    """The shared driver. Raises ``Impossible`` where *folder* has none."""
    driver = folder.absolute() / DRIVER
    if not driver.is_file():
        raise Impossible(f"there is no {DRIVER} in {folder}. Say where it is: make bench-peers PEERS=path/to/bench")
    return driver


def _run(driver: Path, python: Path) -> dict[str, dict[str, Any]]:
    """What the driver found of each contender, by its name for it."""
    with TemporaryDirectory(prefix="borang-peers-") as folder, running("fsync=on") as server:
        command = [python, driver, "-v", f"--size={CASES}", f"--k={EACH}", f"--rounds={ROUNDS}", "--launch=0"]
        contenders = [_script(name) for name in OTHERS]
        contenders += [f"{_apart(Path(folder), python)},{_script(DJANGO)}"]
        contenders += [f"{sys.executable},{ROOT / 'bench' / 'contender.py'}:{variant}" for variant in OURS]
        environment = {**os.environ, **_surroundings(driver.parent, Path(folder), server)}
        done = subprocess.run([*command, *contenders], env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise Impossible("the shared driver ended early: its last lines above say which contender, and why")
    return dict(json.loads(done.stdout)["r"])


def _script(name: str) -> str:
    """A contender as the driver is given it."""
    script, _, variant = name.partition(":")
    return f"c_{script}.py:{variant}"


def _surroundings(peers: Path, folder: Path, server: Server) -> dict[str, str]:
    """Where the contenders work and what they import. Nothing is left behind in the peers' folder."""
    with server.connect() as connection:
        connection.execute("create role bench superuser login")
        connection.execute("create database bench owner bench")
    return {
        "BENCH_DIR": str(folder),
        "BENCH_PG": f"host=127.0.0.1 port={server.port} user=bench dbname=bench",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{peers}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _apart(folder: Path, python: Path) -> Path:
    """An interpreter that works in a folder of its own: two variants of the same peer would share a database file."""
    (folder / "apart").mkdir()
    script = folder / "python-apart"
    script.write_text(f'#!/bin/sh\nBENCH_DIR="{folder}/apart" exec "{python}" "$@"\n')
    script.chmod(0o755)
    return script


if __name__ == "__main__":
    sys.exit(main())
