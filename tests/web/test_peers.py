"""Our contender among the shared benchmarks does the work, through the store and over HTTP, on both databases.

The peers need not be there: a driver of this test's own speaks for theirs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.peers import ROOT
from tests.postgres import Server

#: What the contenders of the shared benchmarks share, as far as ours uses it; it plays two cases and tries another.
COMMON = """
import json, os
from bench.work import STEPS, answers, expected

BENCH, PG = os.environ["BENCH_DIR"], os.environ.get("BENCH_PG", "")
THEIRS = {"pegawai": "pegawai", "atasan": "atasan", "rekan_kerja": "rekan"}

class Worker: ...

def dirsize(path):
    return os.path.getsize(path)

def serve(cls):
    worker = cls()
    worker.tag = "4"
    worker.setup()
    worker.launch(4)
    for step in STEPS:
        for case in (0, 1):
            worker.submit(case, step.id, {"id": 1, "role": THEIRS[step.role]}, answers(case, step))
    refused = []
    for step, role in ((STEPS[0], "rekan"), (STEPS[2], "atasan")):
        try:
            worker.submit(3, step.id, {"id": 99, "role": role}, answers(3, step))
        except Exception as error:
            refused.append(type(error).__name__)
    ended = [(worker.result(case), float(expected(case)[0]), expected(case)[1]) for case in (0, 1)]
    worker.launch_real(2)
    told = {"ended": ended, "untouched": worker.service.held(3).case.stage, "refused": refused, "size": worker.size()}
    worker.close()
    print(json.dumps(told))
"""


@pytest.mark.parametrize("variant", ["sqlite", "postgresql", "http-sqlite", "pages-sqlite"])
def test_our_contender_ends_every_case_as_it_must_and_refuses_others(
    variant: str, tmp_path: Path, postgres: Server
) -> None:
    (tmp_path / "common.py").write_text(COMMON)
    environment = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
        "BENCH_DIR": str(tmp_path),
        "BENCH_PG": f"host=127.0.0.1 port={postgres.port}",
    }
    script = ROOT / "bench" / "contender.py"
    done = subprocess.run(
        [sys.executable, script, variant], env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for (stage, score, title), wanted, name in told["ended"]:
        assert (stage, score, title.lower().replace(" ", "_")) == ("selesai", wanted, name)
    assert told["untouched"] == "perencanaan"
    assert len(told["refused"]) == 2 and set(told["refused"]) <= {"Refused", "Stale", "Turned"}
    assert told["size"] > 0


def test_a_missing_folder_of_peers_is_told_with_the_remedy(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.peers", str(tmp_path), sys.executable]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "make bench-peers PEERS=" in done.stderr and not done.stdout
