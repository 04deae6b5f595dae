"""Analyses as offices read them: whose cases are counted, what is hidden, charts and files; and how long they take."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.shipped import processes, story
from tests.web.walk import Walk, person, plain_text
from web import cohort
from web.database import writing
from web.figures import safe
from web.store import store

D = Decimal


@dataclass
class Town:
    """A played case, and others like it in several units."""

    walk: Walk

    def others(self, unit: str, count: int, **values: Any) -> None:
        """*count* more cases of *unit*, as the played one ended but for *values*."""
        with self.walk.app.app_context(), writing() as rows:
            name = {"r": self.walk.people.region, "c": unit, "n": f"Unit {unit}"}
            rows.execute(
                text("insert into unit (region_id, code, name) values (:r, :c, :n) on conflict do nothing"), name
            )
            played = (
                rows.execute(text("select * from appraisal where id = :c"), {"c": self.walk.case_id}).mappings().one()
            )
            held = store().held(rows, self.walk.people.of(self.walk.process.subject), self.walk.case_id)
            case = replace(held.case, values={**held.case.values, **values})
            state = store().definitions.codec(held.process).dump_case(case)
            for number in range(count):
                who = person(rows, self.walk.people.region, f"Pegawai {unit} {number}", superior=None)
                rows.execute(text("update person set unit_code = :u where id = :p"), {"u": unit, "p": who})
                row = {**played, "id": str(uuid.uuid4()), "person_id": who, "state": state}
                names = ", ".join(row)
                rows.execute(text(f"insert into appraisal ({names}) values (:{', :'.join(row)})"), row)

    def newer(self) -> None:
        """A cycle after the played one, in which nothing is decided yet."""
        with self.walk.app.app_context(), writing() as rows:
            find = text("select * from appraisal where id = :c")
            played = rows.execute(find, {"c": self.walk.case_id}).mappings().one()
            cycle = rows.execute(text("select * from cycle where id = :c"), {"c": played["cycle_id"]}).mappings().one()
            next_one = {**cycle, "id": str(uuid.uuid4()), "title": "2099", "start": "2099-01-01", "end": "2099-12-31"}
            held = store().held(rows, self.walk.people.of(self.walk.process.subject), self.walk.case_id)
            state = store().definitions.codec(held.process).dump_case(replace(held.case, values={}))
            row = {**played, "id": str(uuid.uuid4()), "cycle_id": next_one["id"], "state": state}
            for table, given in (("cycle", next_one), ("appraisal", row)):
                names = [f'"{name}"' for name in given]
                places = ", ".join(f":{name}" for name in given)
                rows.execute(text(f"insert into {table} ({', '.join(names)}) values ({places})"), given)

    def office(self, role: str, unit: str = "") -> FlaskClient:
        """Somebody new who holds *role* for *unit*, or for the region."""
        with self.walk.app.app_context(), writing() as rows:
            who = person(rows, self.walk.people.region, f"{role} {unit}", superior=None)
            given = {"r": self.walk.people.region, "o": role, "p": who, "u": unit}
            rows.execute(
                text("insert into office (region_id, role, person_id, unit_code) values (:r, :o, :p, :u)"), given
            )
        return self.walk.client(who)

    def table(self, who: FlaskClient, name: str) -> dict[tuple[str, ...], str]:
        """The table of an analysis, from its file: keys to figure."""
        answer = who.get(f"/statistik/{self.walk.process.id}/{name}.csv")
        assert answer.status_code == 200
        _head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
        return {tuple(row[:-2]): row[-1] for row in rows}


@pytest.fixture
def town(make_app: Callable[..., Flask]) -> Town:
    walk = Walk(make_app(), processes()["pontianak_kinerja_semesteran_360"], story("pontianak", "PTK-1"))
    assert walk.play() == []
    return Town(walk)


def words(page: str) -> str:
    return " ".join(plain_text(page).split())


class TestWhoReads:
    def test_without_an_office_there_are_no_such_pages(self, town: Town) -> None:
        stem = f"/statistik/{town.walk.process.id}/sebaran_predikat"
        for role in ("pegawai", "atasan_langsung"):
            for path in ("/statistik", stem, f"{stem}.csv"):
                assert town.walk.as_role(role).get(path).status_code == 404
        assert "Statistik" not in words(town.walk.as_role("pegawai").get("/tugas").text)

    def test_an_office_counts_its_region_and_a_unit_its_own(self, town: Town) -> None:
        town.others("U2", 6, nilai_target=D("80"))
        town.others("U3", 7, nilai_target=D("90"))
        region, head = town.office("admin_bkd"), town.office("kepala_opd", "U2")
        assert {k[0]: v for k, v in town.table(region, "efektivitas_unit").items() if v != "disembunyikan"} == {
            "Unit U3": "90"
        }
        assert {k[0]: v for k, v in town.table(head, "efektivitas_unit").items()} == {"Unit U2": "80"}

    def test_whoever_may_not_read_a_value_reads_no_figure_of_it(self, town: Town) -> None:
        town.others("U2", 6)
        stranger = town.office("pengelola_opd", "U2")
        stem = f"/statistik/{town.walk.process.id}"
        assert stranger.get(f"{stem}/efektivitas_unit").status_code == 404
        assert stranger.get(f"{stem}/efektivitas_unit.csv").status_code == 404
        assert "efektivitas_unit" not in stranger.get("/statistik").text

    def test_what_nobody_reads_singly_is_counted_when_all_of_the_unit_have_ended(self, town: Town) -> None:
        town.others("U2", 6, iklim_kerja=D(4))
        office = town.office("admin_bkd")
        assert town.table(office, "iklim_kerja_unit")[("Unit U2", "Siklus 2025")] == "4"
        assert town.table(town.office("kepala_opd", "U2"), "iklim_kerja_unit") == {("Unit U2", "Siklus 2025"): "4"}
        with town.walk.app.app_context(), writing() as rows:
            one = "select min(c.id) from appraisal c join person p on p.id = c.person_id where p.unit_code = 'U2'"
            rows.execute(text(f"update appraisal set stage = 'penetapan' where id = ({one})"))
        assert ("Unit U2", "Siklus 2025") not in town.table(office, "iklim_kerja_unit")

    def test_another_regions_office_counts_nothing_here(self, town: Town) -> None:
        town.others("U2", 6)
        office = town.office("admin_bkd")
        with town.walk.app.app_context(), writing() as rows:
            rows.execute(text("insert into region (id, title, zone) values ('lain', 'Lain', 'Asia/Jakarta')"))
            rows.execute(text("update office set region_id = 'lain'"))
        assert office.get(f"/statistik/{town.walk.process.id}/sebaran_predikat").status_code == 404
        assert "Belum ada statistik" in office.get("/statistik").text

    def test_more_cases_than_a_page_can_count_are_told_and_not_counted(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.others("U2", 6)
        office, path = town.office("admin_bkd"), f"/statistik/{town.walk.process.id}/sebaran_predikat"
        monkeypatch.setattr(cohort, "MOST", 7)
        assert "Terlalu banyak berkas" not in words(office.get(path).text)
        monkeypatch.setattr(cohort, "MOST", 5)
        assert "Lebih dari 5 berkas tidak dihitung" in words(office.get(path).text)
        assert office.get(f"{path}.csv").status_code == 422

    def test_cases_are_read_a_few_at_a_time_and_each_counts_once(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.others("U3", 7, nilai_target=D("90"))
        office = town.office("admin_bkd")
        whole = town.table(office, "efektivitas_unit")
        monkeypatch.setattr(cohort, "BATCH", 2)
        assert town.table(office, "efektivitas_unit") == whole

    @pytest.mark.parametrize("path", ["x/sebaran_predikat", "pontianak_kinerja_semesteran_360/x"])
    def test_what_is_not_there_is_not_found(self, town: Town, path: str) -> None:
        assert town.office("admin_bkd").get(f"/statistik/{path}").status_code == 404


class TestPages:
    def test_where_a_cycle_has_no_figures_yet_the_others_are_offered(self, town: Town) -> None:
        town.others("U2", 6)
        town.newer()
        office, path = town.office("admin_bkd"), f"/statistik/{town.walk.process.id}/sebaran_predikat"
        page = office.get(path).text
        assert "Belum ada yang dapat dihitung." in page
        other = re.search(rf'href="({path}\?siklus=[^"]+)"', page)
        assert other
        assert "Unduh tabel" in office.get(other[1]).text

    def test_every_analysis_of_the_region_opens_in_both_languages(self, town: Town) -> None:
        for unit in ("U2", "U3", "U4"):
            town.others(unit, 6)
        office = town.office("admin_bkd")
        for language in ("id", "en"):
            with office.session_transaction() as session:
                session["language"] = language
            for name in town.walk.process.workflow.analytics:
                page = office.get(f"/statistik/{town.walk.process.id}/{name}")
                assert page.status_code == 200, name
                assert "style=" not in page.text
                assert name in office.get("/statistik").text

    def test_a_small_group_is_hidden_on_page_and_file(self, town: Town) -> None:
        town.others("U2", 4, nilai_target=D("12.34"))
        town.others("U3", 9, nilai_target=D("90"))
        office = town.office("admin_bkd")
        page = office.get(f"/statistik/{town.walk.process.id}/efektivitas_unit").text
        assert "12,34" not in page
        assert "Kelompok dengan kurang dari 5 pegawai disembunyikan" in words(page)
        assert town.table(office, "efektivitas_unit")[("Unit U2", "Siklus 2025")] == "disembunyikan"

    def test_a_nine_box_is_a_map_of_both_scales_with_the_best_on_top(self, town: Town) -> None:
        town.others("U2", 8, rating_hasil="DI_ATAS", potensi="tinggi")
        town.others("U3", 6, rating_hasil="SESUAI", potensi="rendah")
        page = town.office("admin_bkd").get(f"/statistik/{town.walk.process.id}/sembilan_kotak").text
        rows = re.findall(
            r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", page[page.index("heat__table") :].split("</table>")[0]
        )
        assert [title for title, _ in rows] == ["Di atas ekspektasi", "Sesuai ekspektasi", "Di bawah ekspektasi"]
        cells = [re.findall(r">([^<]*)</td>", cells) for _, cells in rows]
        assert [len(row) for row in cells] == [3, 3, 3]
        assert cells[0][2] == "9"  # the played case is there too
        assert cells[1][0] == "6"
        assert cells[0][0] == "–"


def test_a_cell_of_a_file_never_begins_a_formula() -> None:
    assert list(safe(["=1+1", "+1", "-1", "@a", "\t=1", "Unit", "a=1", ""])) == [
        "'=1+1", "'+1", "'-1", "'@a", "'\t=1", "Unit", "a=1", "",
    ]  # fmt: skip


def test_a_thousand_cases_are_counted_in_a_moment(town: Town, figures: list[str]) -> None:
    for number in range(20):
        town.others(f"K{number}", 50, nilai_target=D(60 + number))
    office = town.office("admin_bkd")
    stem = f"/statistik/{town.walk.process.id}"
    assert office.get(f"{stem}/efektivitas_unit").status_code == 200
    begun = perf_counter()
    assert len(town.table(office, "efektivitas_unit")) == 21
    taken = perf_counter() - begun
    figures.append(f"An analysis over 1,000 cases: {taken:.2f} s")
    assert taken < 5
