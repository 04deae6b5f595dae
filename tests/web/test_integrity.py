"""`borang audit`: every way in which somebody with the database alone could change a journal is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from tests.cast import Cast, open_case
from tests.web.walk import Walk
from tests.web.walked import PROCESSES, SCENARIOS
from web import anchors
from web.chain import chained
from web.cli import cli
from web.clock import wall
from web.config import Settings
from web.database import snapshot, writing
from web.integrity import Findings, examined

GOOD, PROBLEMS, MISUSE = 0, 1, 2
#: What of a line somebody would change who wants another result.
LINE = "region_id, case_id, seq, event, at, person_id, role, action, duty, answer, inputs, noted, chain"


@pytest.fixture
def case(app: Flask) -> str:
    """A case with a journal of a dozen lines, between two others."""
    walk = Walk(app, PROCESSES["pontianak_kinerja_semesteran_360"], SCENARIOS["PTK-1"])
    walk.until("penilaian_kompetensi_360")
    return walk.case_id


def key_of(app: Flask) -> bytes:
    return app.extensions["settings"].derived("audit")


def found(app: Flask, key: bytes | None = None) -> list[tuple[str, str, int]]:
    """What is wrong: kind, case, line."""
    return [(fault.kind, fault.case, fault.seq) for fault in findings(app, key).faults]


def findings(app: Flask, key: bytes | None = None) -> Findings:
    with app.app_context(), snapshot() as rows:
        return examined(rows, key or key_of(app))


def change(app: Flask, *statements: str, **values: Any) -> None:
    """What somebody does who has the database and not the key."""
    with app.app_context(), writing() as rows:
        for statement in statements:
            rows.execute(text(statement), values)


def one(app: Flask, query: str, **values: Any) -> Any:
    with app.app_context(), snapshot() as rows:
        return rows.execute(text(query), values).scalar_one()


def anchor(app: Flask) -> anchors.Anchor:
    with app.app_context(), writing() as rows:
        return anchors.fix(rows, key_of(app), wall())


def length(app: Flask, case: str) -> int:
    return one(app, "select max(seq) from journal where case_id = :c", c=case)


def renumber(app: Flask, case: str, after: int, by: int) -> None:
    """Move the numbers of the lines after *after*, so that no gap shows."""
    lines = range(length(app, case), after, -1) if by > 0 else range(after + 1, length(app, case) + 1)
    for seq in lines:
        change(app, "update journal set seq = :new where case_id = :c and seq = :old", c=case, old=seq, new=seq + by)


def insert_copy(app: Flask, case: str, of: int, at: int) -> None:
    kept = LINE.replace("seq", ":at")
    change(app, f"insert into journal ({LINE}) select {kept} from journal where case_id = :c and seq = :of",
           c=case, of=of, at=at)  # fmt: skip


def test_what_nobody_touched_is_good(app: Flask, case: str) -> None:
    anchor(app)
    result = findings(app)
    assert (result.faults, result.cases) == ([], 1)
    assert result.entries == length(app, case) > 8


CHANGES = {
    "its answers": "update journal set inputs = replace(inputs, 'fields', 'field') where case_id = :c and seq = 5",
    "its person": "update journal set person_id = 'orang-lain' where case_id = :c and seq = 5",
    "its instant": "update journal set at = '2025-02-03T04:05:06.000000+00:00' where case_id = :c and seq = 5",
    "its link": "update journal set chain = (select chain from journal where case_id = :c and seq = 4)"
    " where case_id = :c and seq = 5",
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_line_is_named(app: Flask, case: str, what: str) -> None:
    before = one(app, "select inputs || at || coalesce(person_id, '') || chain from journal"
                      " where case_id = :c and seq = 5", c=case)  # fmt: skip
    change(app, CHANGES[what], c=case)
    after = one(app, "select inputs || at || coalesce(person_id, '') || chain from journal"
                     " where case_id = :c and seq = 5", c=case)  # fmt: skip
    assert before != after
    assert found(app) == [("changed", case, 5)]


def test_a_removed_line_is_named(app: Flask, case: str) -> None:
    change(app, "delete from journal where case_id = :c and seq = 4", c=case)
    assert found(app) == [("missing", case, 4)]


def test_a_removed_line_is_named_also_when_the_rest_was_numbered_anew(app: Flask, case: str) -> None:
    change(app, "delete from journal where case_id = :c and seq = 4", c=case)
    renumber(app, case, 4, -1)
    assert found(app) == [("missing", case, 4)]


def test_a_cut_end_is_named(app: Flask, case: str) -> None:
    end = length(app, case)
    change(app, "delete from journal where case_id = :c and seq > :s", c=case, s=end - 3)
    assert found(app) == [("tail", case, end - 2)]


def test_two_lines_that_changed_places_are_named_by_the_first(app: Flask, case: str) -> None:
    for old, new in ((4, 999), (6, 4), (999, 6)):
        change(app, "update journal set seq = :n where case_id = :c and seq = :o", c=case, o=old, n=new)
    assert found(app) == [("changed", case, 4)]


def test_an_added_line_is_named(app: Flask, case: str) -> None:
    end = length(app, case)
    insert_copy(app, case, end, end + 1)
    assert found(app) == [("foreign", case, end + 1)]


def test_a_line_put_between_others_is_named(app: Flask, case: str) -> None:
    renumber(app, case, 4, 1)
    insert_copy(app, case, 4, 5)
    assert found(app) == [("foreign", case, 5)]


def test_a_changed_head_is_named(app: Flask, case: str) -> None:
    change(app, "update appraisal set head = :h where id = :c", c=case, h="0" * 64)
    assert found(app) == [("head", case, length(app, case))]


def test_a_journal_written_anew_under_another_key_is_named(app: Flask, case: str) -> None:
    with app.app_context(), writing() as rows:
        link = ""
        for row in rows.execute(text(f"select {LINE} from journal where case_id = :c order by seq"), {"c": case}).all():
            line = {**row._asdict(), "case": case, "person": row.person_id, "at": str(row.at)}
            link = chained(b"kunci lain", link, line)
            rows.execute(text("update journal set chain = :l where case_id = :c and seq = :s"),
                         {"l": link, "c": case, "s": row.seq})  # fmt: skip
        rows.execute(text("update appraisal set head = :h where id = :c"), {"h": link, "c": case})
    assert found(app) == [("changed", case, 1)]


@pytest.mark.parametrize("forged", ['"100"', "{"])
def test_a_score_that_does_not_follow_from_the_journal_is_named(
    app: Flask, case: str, borang: Callable[..., Result], forged: str
) -> None:
    with app.app_context(), writing() as rows:
        state = rows.execute(text("select state from appraisal where id = :c"), {"c": case}).scalar_one()
        changed = {**json.loads(state), "values": {"nilai_rekan": "100"}} if forged != "{" else None
        kept = json.dumps(changed) if changed else forged
        rows.execute(text("update appraisal set state = :s where id = :c"), {"s": kept, "c": case})
    told = borang("audit", "verify")
    assert told.exit_code == 1
    assert f"berkas {case}: keadaan yang ditampilkan bukan yang mengikuti riwayatnya" in told.output


def test_another_key_is_told_from_changed_journals(app: Flask, case: str) -> None:
    assert findings(app, b"kunci lain").another_key
    assert not findings(app).another_key


def test_lines_of_no_case_are_named(app: Flask, case: str) -> None:
    change(app, "update journal set region_id = 'lain' where case_id = :c and seq = :s", c=case, s=length(app, case))
    assert ("foreign", case, length(app, case)) not in found(app)[:1]
    assert [fault[0] for fault in found(app)] == ["tail", "foreign"]


# --- anchors ----------------------------------------------------------------------------------------------------------


def set_back(app: Flask, case: str, seq: int) -> None:
    """Cuts a journal off after *seq* and sets the case back with it, as somebody would who knows how we look."""
    change(
        app,
        "delete from journal where case_id = :c and seq > :s",
        "update appraisal set version = :s, head = (select chain from journal where case_id = :c and seq = :s)"
        " where id = :c",
        c=case,
        s=seq,
    )


def test_a_cut_end_with_a_head_set_back_shows_by_the_anchor_and_only_by_it(app: Flask, case: str) -> None:
    sealed = anchor(app)
    assert sealed.entries > 7
    set_back(app, case, 6)
    assert found(app) == [("tail", case, 7)]
    change(app, "delete from anchored", "delete from anchor")
    assert found(app) == []


def test_positions_set_back_too_do_not_fit_the_anchor(app: Flask, case: str) -> None:
    anchor(app)
    set_back(app, case, 6)
    change(
        app, "update anchored set seq = 6, link = (select chain from journal where case_id = :c and seq = 6)", c=case
    )
    assert found(app) == [("positions", "", 1)]
    change(app, "update anchor set entries = 6")
    assert found(app) == [("seal", "", 1)]


def test_a_removed_case_is_named(app: Flask, case: str) -> None:
    anchor(app)
    sealed = one(app, "select seq from anchored")
    change(
        app,
        "delete from seat",
        "delete from job",
        "delete from journal",
        "delete from appraisal",
    )
    assert found(app) == [("gone", case, sealed)]


def test_each_anchor_holds_the_one_before(app: Flask, cast: Cast) -> None:
    for member in (cast.rahmadi, cast.lestari, cast.maria):
        open_case(app, member)
        anchor(app)
    assert [a.cases for a in findings(app).anchors] == [1, 2, 3]
    assert found(app) == []
    change(app, "update anchor set at = '2025-02-03T04:05:06.000000+00:00' where seq = 2")
    assert found(app) == [("seal", "", 2)]
    change(app, "delete from anchor where seq = 2")
    assert found(app) == [("no_anchor", "", 2)]


def test_an_anchor_after_a_forgery_does_not_heal_it(app: Flask, case: str) -> None:
    anchor(app)
    set_back(app, case, 6)
    change(
        app, "update anchored set seq = 5, link = (select chain from journal where case_id = :c and seq = 5)", c=case
    )
    anchor(app)
    assert ("positions", "", 2) in found(app)


def test_an_anchor_tells_nothing_of_when_somebody_answered_anonymously(app: Flask) -> None:
    """What it seals ends before answers without a time of their own, until somebody with a name acts after them."""
    walk = Walk(app, PROCESSES["pontianak_kinerja_semesteran_360"], SCENARIOS["PTK-1"])
    walk.until("penilaian_kompetensi_360")
    steps = walk.scenario.steps
    first = next(number for number, step in enumerate(steps) if step["stage"] == "penilaian_kompetensi_360")
    reached = []
    for step in steps[first:]:
        walk._step("langkah", step)
        anchor(app)
        line = walk.journal()[-1]
        reached.append((line.person_id, line.seq - one(app, "select seq from anchored")))
    unnamed = [behind for person, behind in reached if person is None]
    assert unnamed[:2] == [1, 2]
    assert all(behind == 0 for person, behind in reached if person)
    assert reached[-1][0]
    assert found(app) == []


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def borang(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("BORANG_INSTANCE", str(settings.instance))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("BORANG_SECRET_KEY", settings.secret_key)

    def run(*words: str | Path) -> Result:
        result = CliRunner().invoke(cli, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def test_the_command_says_what_it_looked_at_and_names_what_is_wrong(
    app: Flask, case: str, borang: Callable[..., Result]
) -> None:
    good = borang("audit", "verify")
    assert (good.exit_code, "1 berkas" in good.stdout, "belum ada jangkar" in good.stdout) == (GOOD, True, True)
    change(app, "delete from journal where case_id = :c and seq = 4", c=case)
    bad = borang("audit", "verify")
    assert bad.exit_code == PROBLEMS
    assert f"berkas {case}: baris 4 hilang" in bad.stdout
    told = json.loads(borang("audit", "verify", "--json").stdout)
    assert told["faults"] == [{"kind": "missing", "case": case, "seq": 4}]
    assert f"case {case}: line 4 is missing" in borang("--language", "en", "audit", "verify").stdout


def test_the_command_says_that_the_key_is_another(
    case: str, borang: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BORANG_SECRET_KEY", "kunci lain untuk pengujian saja 9876543210")
    bad = borang("audit", "verify")
    assert bad.exit_code == PROBLEMS
    assert "kunci rahasia ini bukan kunci basis data ini" in bad.stdout


def test_an_anchor_kept_elsewhere_shows_that_the_database_went_back(
    app: Flask, case: str, borang: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "jangkar.jsonl"
    assert borang("audit", "anchor", "--to", file).exit_code == GOOD
    assert borang("audit", "anchor", "--to", file).exit_code == GOOD
    assert borang("audit", "verify", "--anchor", file).exit_code == GOOD
    change(app, "delete from anchor where seq = 2")
    assert borang("audit", "verify").exit_code == GOOD
    bad = borang("audit", "verify", "--anchor", file)
    assert bad.exit_code == PROBLEMS
    assert "jangkar 2" in bad.stdout


@pytest.mark.parametrize("content", ["x", "[]", "{}", '{"seq": 1}', "[" * 100_000])
def test_a_file_that_holds_no_anchors_is_refused(borang: Callable[..., Result], tmp_path: Path, content: str) -> None:
    (tmp_path / "lain").write_text(content)
    bad = borang("audit", "verify", "--anchor", tmp_path / "lain")
    assert bad.exit_code == MISUSE
    assert "lain:1" in bad.output
