"""Which tests one process does in a row, where several share a run (``pytest -n``)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

#: Folders and files whose tests race or keep time with processes of their own: never two of them at once.
ONE_BY_ONE = frozenset({"jobs", "races", "test_serving.py", "test_turns.py"})
_DATABASE = re.compile(r"\[(?:.*-)?(sqlite|postgresql)(?:-.*)?\]$")


class Sharing(LoadScopeScheduling):
    """Tests of one file on one database stay together, for what they share is made once a process."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(test: str) -> str:
    """The group of a *test*, by its id."""
    file = PurePosixPath(test.partition("::")[0])
    if ONE_BY_ONE.intersection(file.parts):
        return "one by one"
    database = _DATABASE.search(test)
    return f"{file} {database[1]}" if database else str(file)
