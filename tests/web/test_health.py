"""What machines ask: whether the process lives, whether it can serve, how it does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.cast import Cast, Visitor, close, open_case
from web import create_app
from web.config import Misconfigured, Settings
from web.database import writing
from web.tables import db

TOKEN = "token pemantauan untuk pengujian 0123456789"


@pytest.fixture
def monitored(settings: Settings) -> Iterator[Flask]:
    """The service with a token for monitoring."""
    app = create_app(replace(settings, metrics_token=TOKEN))
    yield app
    close(app)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_machine_that_asks_is_no_visitor(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_process_lives_without_its_database_but_is_not_ready(settings: Settings) -> None:
    lost = settings.instance / "tidak" / "ada" / "rahasia.sqlite"
    app = create_app(replace(settings, database_url=f"sqlite:///{lost}"))
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert _not_ready(answer) == ["database"]
    assert "rahasia" not in answer.text
    close(app)


def test_a_database_of_another_version_is_not_ready(app: Flask) -> None:
    with app.app_context(), writing() as rows:
        rows.execute(text("update alembic_version set version_num = 'lain'"))
    assert _not_ready(app.test_client().get("/readyz")) == ["schema"]


def test_definitions_that_cannot_be_read_are_not_ready(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "definitions"
    for name in ("workflows", "forms"):
        shutil.copytree(settings.definitions / name, folder / name)
    for file in (folder / "workflows").glob("*.yaml"):
        file.write_text("bukan: [definisi\n")
    app = create_app(replace(settings, definitions=folder))
    assert _not_ready(app.test_client().get("/readyz")) == ["definitions"]
    close(app)


def _not_ready(answer: TestResponse) -> list[str]:
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.json is not None and answer.json["ready"] is False
    reasons: list[str] = answer.json["reasons"]
    return reasons


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [None, "", "Bearer ", f"Bearer {TOKEN}"])
def test_without_a_token_in_the_settings_there_are_no_figures(app: Flask, shown: str | None) -> None:
    assert _metrics(app, shown).status_code == 404


@pytest.mark.parametrize("shown", [None, "", "Bearer", "Bearer lain", f"Bearer {TOKEN}x", f"Basic {TOKEN}"])
def test_whoever_does_not_show_the_token_finds_nothing(monitored: Flask, shown: str | None) -> None:
    assert _metrics(monitored, shown).status_code == 404


def test_a_token_that_could_be_guessed_is_refused(settings: Settings) -> None:
    with pytest.raises(Misconfigured, match="BORANG_METRICS"):
        replace(settings, metrics_token="rahasia")


def test_requests_are_counted_by_class_method_and_status(monitored: Flask) -> None:
    before = _figures(monitored)
    client = monitored.test_client()
    for path in ("/masuk", "/masuk", "/tidak-ada", "/healthz"):
        client.get(path)
    client.open("/masuk", method="RUSAK")
    after = _figures(monitored)
    risen = {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}
    counts = {name: value for name, value in risen.items() if name[0] == "borang_requests_total"}
    assert {dict(labels)["kind"] + " " + dict(labels)["method"]: n for (_, labels), n in counts.items()} == {
        "account GET": 2,
        "none GET": 1,
        "none other": 1,
    }
    assert risen["borang_request_seconds_count", (("kind", "account"), ("method", "GET"))] == 2


def test_figures_name_nobody_and_no_case(monitored: Flask, cast: Cast) -> None:
    case = open_case(monitored, cast.rahmadi)
    visitor = Visitor(monitored)
    visitor.sign_in(cast.rahmadi)
    visitor.get(f"/berkas/{case}")
    told = _metrics(monitored, f"Bearer {TOKEN}").text
    assert 'kind="cases"' in told
    for secret in (case, cast.rahmadi.id, cast.rahmadi.nip, "berkas", "10.0.0.1"):
        assert secret not in told


def test_jobs_are_told_by_state(monitored: Flask) -> None:
    row = "insert into job (id, kind, dedup_key, payload, state, run_at, attempts) values "
    with monitored.app_context(), writing() as rows:
        rows.execute(text("delete from job"))
        for number, (state, year, tries) in enumerate(
            (("waiting", 2020, 2), ("waiting", 2999, 0), ("parked", 2020, 9))
        ):
            at = f"{year}-01-01T00:00:00.000000+00:00"
            rows.execute(text(f"{row} ('{number}', 'x', '{number}', '{{}}', '{state}', '{at}', {tries})"))
    told = _figures(monitored)
    assert {dict(labels)["state"]: n for (name, labels), n in told.items() if name == "borang_jobs"} == {
        "waiting": 2,
        "parked": 1,
        "late": 1,
    }
    assert told["borang_job_attempts", (("state", "parked"),)] == 9


def test_figures_are_told_while_the_database_is_away(monitored: Flask) -> None:
    with monitored.app_context():
        db.session.execute(text("drop table job"))
        db.session.commit()
    assert _metrics(monitored, f"Bearer {TOKEN}").status_code == 200


def _metrics(app: Flask, shown: str | None) -> TestResponse:
    headers = {} if shown is None else {"Authorization": shown}
    return app.test_client().get("/metrics", headers=headers)


def _figures(app: Flask) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    told = _metrics(app, f"Bearer {TOKEN}")
    assert told.status_code == 200
    found = (sample for family in text_string_to_metric_families(told.text) for sample in family.samples)
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in found}
