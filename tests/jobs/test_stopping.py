"""Who is asked to end finishes the job in hand, hands back the others, and leaves no thread behind."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from time import sleep

from tests.jobs.deeds import Deeds
from tests.jobs.office import Office
from web.runtime import running


def test_a_worker_that_is_asked_to_end_finishes_what_it_began_and_hands_back_the_rest(
    office: Office, tmp_path: Path
) -> None:
    deeds = Deeds(office, tmp_path, 8, pause=1.5, kinds=["write"])
    worker = office.start("--workers", "1", BORANG_TEST_FILE=str(deeds.file))
    while not deeds.written():
        sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    _out, problems = worker.communicate(timeout=30)
    assert worker.returncode == 0, problems.decode()
    begun = deeds.written()
    assert 0 < len(begun) < 8
    assert office.counted("select state, count(*) from job group by state") == {
        "done": len(begun), "waiting": 8 - len(begun),
    }  # fmt: skip
    held = "select count(*) from job where state = 'waiting' and (claimed_until is not null or attempts > 0)"
    assert office.rows(held)[0][0] == 0


def test_beside_the_pages_it_ends_with_them(office: Office) -> None:
    before = set(threading.enumerate())
    with running(office.app, workers=2):
        sleep(0.5)
        assert len(set(threading.enumerate()) - before) == 4
    assert set(threading.enumerate()) <= before


def test_a_service_in_a_test_or_behind_another_server_starts_no_worker(office: Office) -> None:
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("Worker-", "Scheduler"))]
