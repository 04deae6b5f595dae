"""What a document shows to whom: who may open it and when, and of each part the content or why it is not there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.case import Case
from engine.documents import CLOSED, MISSING, documents, fingerprint, parts
from tests.unit.definitions import FILES, begun, process_of

PROCESS = process_of(FILES)
DOCUMENT = PROCESS.workflow.documents["dokumen"]
BEGUN = begun(PROCESS)
DONE = replace(
    BEGUN,
    stage="selesai",
    path=("rencana", "penilaian", "selesai"),
    values={**BEGUN.values, "nilai": Decimal("81.50")},
    answers={"penilaian": {"catatan": "Cukup baik"}},
)


def opened(case: Case, *roles: str) -> list[str]:
    return [document.id for document in documents(PROCESS, case, roles)]


def test_a_document_is_there_from_its_stage_and_for_its_readers_only() -> None:
    assert opened(BEGUN, "pegawai") == []
    assert opened(DONE, "pegawai") == ["dokumen"]
    assert opened(DONE, "atasan", "admin", "rekan") == []
    assert opened(DONE) == []


def test_its_parts_stand_in_the_order_of_the_definition() -> None:
    value, answer = parts(PROCESS, DONE, DOCUMENT, ["pegawai"])
    assert (value.value, value.result, value.absent) == (PROCESS.values["nilai"], Decimal("81.50"), "")
    assert [(given.title, given.value) for given in answer.answers] == [("Catatan", "Cukup baik")]
    assert (answer.title, answer.absent) == ("Catatan", "")


def test_what_is_not_there_yet_is_said_to_be_missing() -> None:
    empty = replace(DONE, values={**DONE.values, "nilai": None}, answers={})
    assert [part.absent for part in parts(PROCESS, empty, DOCUMENT, ["pegawai"])] == [MISSING, MISSING]


def test_what_a_role_may_not_read_is_not_in_its_parts() -> None:
    for part in parts(PROCESS, DONE, DOCUMENT, ["rekan"]):
        assert (part.absent, part.result, part.answers) == (CLOSED, None, ())


def test_the_same_content_has_the_same_fingerprint_and_other_content_another() -> None:
    def mark(case: Case) -> str:
        return fingerprint(PROCESS, case, DOCUMENT, parts(PROCESS, case, DOCUMENT, ["pegawai"]))

    assert mark(DONE) == mark(replace(DONE, entry=9, version=9))
    assert len({mark(case) for case in (DONE, replace(DONE, values={}), replace(DONE, id="lain"))}) == 3
