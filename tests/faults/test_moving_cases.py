"""Cases on their way to another definition: killed at any write, each is whole, and the rest go when started again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

from engine.library import load_texts
from engine.process import Process
from tests.cast import app_with, close, settings_in
from tests.faults.strace import Fault, struck
from tests.races.crowd import DEFINITIONS, NOW, Crowd
from web.config import Settings
from web.database import initialise, snapshot
from web.definitions import Definitions
from web.integrity import examined
from web.migrating import Migration, rounds
from web.store import store
from web.tables import db

CASES = 3


def prepared(settings: Settings, definitions: Definitions) -> None:
    """A cycle with a few cases at the second stage."""
    app = app_with(settings, definitions)
    with app.app_context():
        initialise()
    crowd = Crowd(app, employees=CASES)
    crowd.submit(crowd.open("rencana", CASES))
    close(app)


def other_words(definitions: Definitions) -> Process:
    files = dict(definitions.library.processes["rencana"].files)
    (name,) = [name for name, text in files.items() if text.startswith("form: putusan")]
    files[name] = files[name].replace("title: Catatan", "title: Catatan atasan")
    return load_texts(files).processes["rencana"]


def moving(settings: Settings, definitions: Definitions, process: Process) -> None:
    """The work of ``borang cycle migrate``."""
    app = app_with(settings, definitions)
    with app.app_context():
        (round_,) = rounds(db.session)
        assert not any(one.reasons for one in Migration(store(), round_, process).run(lambda: NOW))
    close(app)


def moved(settings: Settings, definitions: Definitions) -> int:
    """How many cases have been moved. Each is what its journal makes of it, and every journal is right."""
    app = app_with(settings, definitions)
    with app.app_context():
        with snapshot() as rows:
            found = examined(rows, settings.derived("audit"), follows=lambda case: store().follows(rows, case))
            count_ = rows.exec_driver_sql("select count(*) from journal where event = 'migrated'").scalar_one()
            pinned = rows.exec_driver_sql("select definition, count(*) from appraisal group by definition").all()
        assert found.faults == []
        assert sum(number for _, number in pinned) == CASES
    close(app)
    return int(count_)


def test_killed_at_any_write(tmp_path: Path, figures: list[str]) -> None:
    definitions = Definitions(DEFINITIONS)
    rest, settings = settings_in(tmp_path / "rest"), settings_in(tmp_path / "now")
    prepared(rest, definitions)
    process, reached = other_words(definitions), set()

    def work(say: Callable[[str], None]) -> None:
        moving(settings, definitions, process)

    for nth in count(1):
        shutil.rmtree(settings.instance)
        shutil.copytree(rest.instance, settings.instance)
        met = struck(work, Fault("pwrite64", "signal=KILL", nth)).met
        reached.add(moved(settings, definitions))
        moving(settings, definitions, process)
        assert moved(settings, definitions) == CASES
        if not met:
            break
    assert reached == set(range(CASES + 1))
    figures.append(f"R-33: moving {CASES} cases killed at each of {nth - 1} writes: whole cases, the rest moved after")
