"""Several people, or the same person twice, at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.shipped import processes, story
from tests.web.walk import Walk, hidden

STORY = story("pontianak", "PTK-1")
PROCESS = processes()[STORY.workflow]


@pytest.fixture(scope="module")
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


def together(jobs: list[Callable[[], int]]) -> list[int]:
    """What the *jobs* answered when all began at once."""
    barrier = Barrier(len(jobs))

    def begin(job: Callable[[], int]) -> int:
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(begin, jobs))


def looked_over(walk: Walk, client: FlaskClient, action: str, data: dict[str, str]) -> dict[str, str]:
    form = hidden(client.get(walk.url(f"/isi/{action}")).text)
    answer = client.post(walk.url(f"/isi/{action}"), data={**form, **data, "_intent": "periksa"})
    return hidden(client.get(answer.location).text)


def test_the_same_form_sent_eight_times_at_once_moves_the_case_once(app: Flask) -> None:
    walk = Walk(app, PROCESS, STORY)
    walk.until("persetujuan_rencana")
    sent = looked_over(walk, walk.as_role("atasan_langsung"), "setujui_rencana", {"catatan": ""})
    lines = len(walk.journal())
    clients = [app.test_client() for _ in range(8)]
    with walk.as_role("atasan_langsung").session_transaction() as mine:
        kept = dict(mine)
    for client in clients:
        with client.session_transaction() as session:
            session.update(kept)
    jobs = [lambda c=client: c.post(walk.url("/kirim/setujui_rencana"), data=sent).status_code for client in clients]
    assert together(jobs) == [303] * 8
    assert len(walk.journal()) == lines + 1
    assert walk.case.stage == "evaluasi_semester_1"


def test_raters_who_answer_at_once_are_all_counted_and_the_stage_closes_once(app: Flask) -> None:
    walk = Walk(app, PROCESS, STORY)
    walk.until("penilaian_kompetensi_360")
    marks = dict.fromkeys(("kt", "pa", "km", "ks", "ig", "op"), "4")
    raters = [walk.as_role("pegawai"), walk.as_role("atasan_langsung"), *map(walk.client, walk.people.peers[:3])]
    forms = [(client, looked_over(walk, client, "kirim_360", marks)) for client in raters]
    jobs = [lambda c=client, f=form: c.post(walk.url("/kirim/kirim_360"), data=f).status_code for client, form in forms]
    assert together(jobs) == [303] * 5
    assert walk.case.stage == "tanggapan_pegawai"
    assert walk.case.path.count("hasil_akhir") == 1
    assert str(walk.case.values["nilai_rekan"]) == "96.00"
    assert walk.folded() == walk.case
