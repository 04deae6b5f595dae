"""Where the machine believes to be is of no account: the tests of time come out the same."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ("tests/unit/test_calendar.py", "tests/unit/test_timers.py", "tests/web/test_time.py")
#: On 8 March 2026, when the cases begin, the clocks of New York go forward; Apia lies beyond the date line.
ZONES = ("America/New_York", "Pacific/Apia")


def begun(zone: str) -> subprocess.Popen[str]:
    """A run of the tests of time on a machine in *zone*."""
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *TESTS]
    return subprocess.Popen(command, env={**os.environ, "TZ": zone}, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def outcome(run: subprocess.Popen[str]) -> dict[str, str]:
    """What came of each test."""
    told, _ = run.communicate()
    return dict(re.findall(r"^(tests/\S.*?) (PASSED|FAILED|ERROR|SKIPPED)", told, re.MULTILINE))


def test_the_tests_of_time_come_out_the_same() -> None:
    one, other = (outcome(run) for run in [begun(zone) for zone in ZONES])
    assert len(one) > 60
    assert set(one.values()) == {"PASSED"}
    assert one == other
