"""Many people send at the same moment: each one's words are in their own case, and nothing hangs in the air."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Flask
from sqlalchemy import text

from tests.races.conftest import Place
from tests.races.crowd import Crowd, rounds, sent
from web.database import writing
from web.tables import db

PEOPLE, EACH = 50, 6


def words(person: str, case: str) -> str:
    """What nobody else writes anywhere else."""
    return f"Rencana {person} untuk {case}"


def sent_by_many(crowd: Crowd, each: int) -> list[list[Any]]:
    """``PEOPLE`` employees send *each* plans of their own through pages, all at once; their cases, round by round."""
    cycles = [crowd.open("rencana", PEOPLE) for _ in range(each)]
    for cases in cycles:
        for person, case in zip(crowd.employees, cases, strict=False):
            typed = {"uraian": words(person, case), "bobot_a": "60", "bobot_b": "40"}
            crowd.draft(person, [case], "penyusunan", typed)
    tabs = [crowd.tabs(person)[0] for person in crowd.employees[:PEOPLE]]

    def sender(number: int) -> Any:
        def send(cases: Sequence[str]) -> int:
            key = f"{number:032}"
            return tabs[number].post(f"/berkas/{cases[number]}/kirim/ajukan", sent(1, key)).status_code

        return send

    told = rounds(cycles, [sender(number) for number in range(PEOPLE)])
    assert {status for answers in told for status in answers} == {303}
    return cycles


def strange(crowd: Crowd, cycles: Sequence[Sequence[str]]) -> int:
    """How many cases hold other words than their own employee's."""
    found = {row.case_id: row for row in crowd.rows("select * from journal where action = 'ajukan'")}
    mine = [(person, case) for cases in cycles for person, case in zip(crowd.employees, cases, strict=False)]
    return sum(
        found[case].person_id != person or json.loads(found[case].inputs)["fields"]["uraian"] != words(person, case)
        for person, case in mine
    )


def test_nobodys_words_are_in_another_case(crowd: Crowd, place: Place, figures: list[str]) -> None:
    cycles = sent_by_many(crowd, EACH)
    figures.append(f"R-05 {place.name}: {PEOPLE * EACH} forms from {PEOPLE} threads, {strange(crowd, cycles)} strange")
    assert strange(crowd, cycles) == 0


def test_words_in_another_case_are_seen(app: Flask, crowd: Crowd) -> None:
    cycles = sent_by_many(crowd, 1)
    with app.app_context(), writing() as rows:
        swap = text(
            "update journal set inputs = (select inputs from journal where case_id = :a and action = 'ajukan')"
            " where case_id = :b and action = 'ajukan'"
        )
        rows.execute(swap, {"a": cycles[0][0], "b": cycles[0][1]})
    assert strange(crowd, cycles) == 1


# --- somebody leaves --------------------------------------------------------------------------------------------------


def orphans(app: Flask) -> int:
    """Rows that name a row which is not there, over every foreign key."""
    count = 0
    with app.app_context(), db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for key in table.foreign_key_constraints:
                pairs = [(element.parent.name, element.column.name) for element in key.elements]
                same = " and ".join(f'b."{theirs}" = a."{mine}"' for mine, theirs in pairs)
                known = " and ".join(f'a."{mine}" is not null' for mine, _theirs in pairs)
                query = (
                    f'select count(*) from "{table.name}" a where {known} and not exists '
                    f'(select 1 from "{key.referred_table.name}" b where {same})'
                )
                count += connection.execute(text(query)).scalar() or 0
    return count


def test_who_is_made_inactive_while_sending_has_sent_or_not(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    cases = crowd.open("rencana", 100)
    people = dict(zip(cases, crowd.employees, strict=False))
    for case, person in people.items():
        crowd.draft(person, [case], "penyusunan", {"uraian": "Rencana", "bobot_a": "60", "bobot_b": "40"})
    tabs = {case: crowd.tabs(person)[0] for case, person in people.items()}

    def send(case: str) -> int:
        return tabs[case].post(f"/berkas/{case}/kirim/ajukan", sent(1, "0" * 32)).status_code

    def leave(case: str) -> None:
        with app.app_context(), writing() as rows:
            rows.execute(text("update person set active = :no where id = :p"), {"no": False, "p": people[case]})

    told = rounds(cases, [send, leave])
    sent_ = crowd.lines(cases, "ajukan")
    figures.append(
        f"R-12 {place.name}: 100 people made inactive while sending, {sum(sent_)} sent, {orphans(app)} orphans"
    )
    assert sent_ == [
        int(each[0] == 303 and stage == "putusan") for each, stage in zip(told, crowd.stages(cases), strict=True)
    ]
    assert {each[0] for each in told} <= {303, 302, 400, 401, 403}
    assert orphans(app) == 0
    assert crowd.torn(cases) == 0
