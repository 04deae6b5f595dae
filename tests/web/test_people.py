"""People: their numbers, the list they come from, and that nobody holds another role in their own case."""

from __future__ import annotations

import string
from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from engine import nip
from engine.process import Process
from tests.cast import PASSWORD, REGION, WORKFLOW, Cast, Visitor, open_case
from web import people, roster
from web.database import reading, writing
from web.definitions import library
from web.held import Missing
from web.store import store
from web.tables import Office, Person, Seat, Unit, db

GOOD = "198704122011011901"

# --- the number -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [GOOD, "19870412 201101 1 901", "198811302012032904", "199001012021211901"])
def test_a_number_that_keeps_the_rules_is_good(number: str) -> None:
    assert list(nip.mistakes(number)) == []


@pytest.mark.parametrize(
    ("number", "gender", "codes"),
    [
        ("19870412201101190", None, ["nip_18_digit"]),
        ("1987041220110119011", None, ["nip_18_digit"]),
        ("19870412201101190A", None, ["nip_18_digit"]),
        ("١٩٨٧٠٤١٢٢٠١١٠١١٩٠١", None, ["nip_18_digit"]),
        ("", None, ["nip_18_digit"]),
        ("198702302011011901", None, ["nip_tanggal_lahir"]),
        ("000004122011011901", None, ["nip_tanggal_lahir"]),
        ("198704122011001901", None, ["nip_pengangkatan"]),
        ("198704122011131901", None, ["nip_pengangkatan"]),
        ("198704122011013901", None, ["nip_jenis_kelamin"]),
        (GOOD, "P", ["nip_jenis_kelamin"]),
        ("198704122011011000", None, ["nip_nomor_urut"]),
        ("198713122011003000", "L", ["nip_tanggal_lahir", "nip_pengangkatan", "nip_jenis_kelamin", "nip_nomor_urut"]),
    ],
)
def test_a_number_that_breaks_rules_is_told_by_each(number: str, gender: str | None, codes: list[str]) -> None:
    assert [code for code, _ in nip.mistakes(number, gender)] == codes


def test_every_mistake_is_told_in_both_languages_with_the_same_facts() -> None:
    for code, (indonesian, english) in roster.TEXTS.items():
        assert indonesian != english, code
        assert _names(indonesian) == _names(english), code


def _names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


# --- the list ---------------------------------------------------------------------------------------------------------

HEADING = "nip,nama,unit_kode,unit,atasan_nip,peran,jenis_kelamin,masa_jabatan_tahun,hukuman_disiplin,jenis_jabatan"
NEW, BOSS = "199203042016011901", "198001012005012902"
LINES = [
    f"{BOSS},Wiwin Sekarwangi,U-1,Dinas Contoh,,kepala_opd;admin_bkd,P,,tidak,administrator",
    f"{NEW},Tirto Kusumayuda,U-1,Dinas Contoh,{BOSS},,L,\"2,5\",tidak,jf_ahli_muda",
]  # fmt: skip


def test_addresses_are_taken_over_kept_and_taken_away(app: Flask) -> None:
    _import(app, f"{HEADING},surel", f"{LINES[0]},wiwin@dinas.example", f"{LINES[1]},")
    with app.app_context():
        assert _address(BOSS) == "wiwin@dinas.example"
        assert _address(NEW) is None
    # A list that does not speak of addresses leaves them alone.
    _import(app, HEADING, *LINES)
    with app.app_context():
        assert _address(BOSS) == "wiwin@dinas.example"
    _import(app, f"{HEADING},surel", f"{LINES[0]},", f"{LINES[1]},")
    with app.app_context():
        assert _address(BOSS) is None


def _address(number: str) -> str | None:
    person = people.by_nip(number)
    assert person
    return people.mail_of(person.id).address


def test_an_address_that_cannot_be_written_to_is_refused(app: Flask) -> None:
    with pytest.raises(roster.Mistaken) as raised:
        _import(app, f"{HEADING},surel", f"{LINES[0]},wiwin@dinas", f"{LINES[1]},")
    [mistake] = raised.value.mistakes
    assert (mistake.line, mistake.code) == (2, "bukan_surel")
    assert "wiwin@dinas" in mistake.text("en")


def test_a_list_is_taken_over_with_superiors_offices_and_profiles(app: Flask) -> None:
    _import(app, HEADING, *LINES)
    with app.app_context():
        tirto, wiwin = (people.by_nip(number) for number in (NEW, BOSS))
        assert tirto and wiwin
        assert tirto.superior == wiwin.id
        assert tirto.profile["masa_jabatan_tahun"] == "2.5"
        assert tirto.profile["hukuman_disiplin"] is False
        assert (tirto.profile["nama"], tirto.profile["nip"], tirto.profile["opd"]) == (
            "Tirto Kusumayuda", NEW, "Dinas Contoh",
        )  # fmt: skip
        held = db.session.execute(select(Office.role, Office.unit_code).where(Office.person_id == wiwin.id)).all()
        assert set(map(tuple, held)) == {("kepala_opd", "U-1"), ("admin_bkd", "")}
        assert db.session.get_one(Unit, (REGION, "U-1")).name == "Dinas Contoh"


def test_a_list_may_be_separated_by_semicolons_and_begin_with_a_mark(app: Flask) -> None:
    heading = "\ufeffNIP;Nama;Unit_kode;Unit"
    _import(app, heading, f"{GOOD};Tirto Kusumayuda;U-1;Dinas Contoh")
    with app.app_context():
        assert people.by_nip(GOOD)


def test_a_second_list_brings_people_up_to_date_and_keeps_their_password(app: Flask, cast: Cast) -> None:
    heading = "nip,nama,unit_kode,unit,atasan_nip"
    _import(app, heading, f"{cast.rahmadi.nip},Rahmadi Sulistyo,PON-05,Dinas Kesehatan,{cast.hasan.nip}")
    with app.app_context():
        rahmadi = people.by_nip(cast.rahmadi.nip)
        assert rahmadi
        assert (rahmadi.name, rahmadi.unit, rahmadi.superior) == ("Rahmadi Sulistyo", "PON-05", cast.hasan.id)
    assert Visitor(app).sign_in(cast.rahmadi, PASSWORD).status_code == 303


def test_an_office_that_is_no_longer_listed_is_lost(app: Flask, cast: Cast) -> None:
    _import(app, "nip,nama,unit_kode,unit", f"{cast.dewi.nip},Dewi Kartika,PON-19,BKPSDM")
    with app.app_context():
        assert db.session.execute(select(Office).where(Office.person_id == cast.dewi.id)).all() == []


def test_who_is_listed_as_not_active_cannot_sign_in(app: Flask, cast: Cast) -> None:
    _import(app, "nip,nama,unit_kode,unit,aktif", f"{cast.joko.nip},Joko Santoso,PON-05,Dinas Kesehatan,tidak")
    assert Visitor(app).sign_in(cast.joko).status_code == 422


def test_everything_that_is_wrong_is_told_at_once_by_line(app: Flask) -> None:
    told = _told(
        app,
        HEADING,
        "19870412201101190,Satu,U-1,Dinas Contoh,,,,,,",
        f"{GOOD},,U-1,Dinas Lain,{NEW},admin_bdk,P,dua,mungkin,jf_ahli_mudah",
        f"{GOOD},Tiga,U-2,Dinas Dua,,,L,,,",
    )
    assert told == {
        (2, "nip_18_digit"),
        (3, "isi_kosong"),
        (3, "nip_jenis_kelamin"),
        (3, "unit_lain_nama"),
        (3, "atasan_tidak_ada"),
        (3, "peran_tidak_dikenal"),
        (3, "bukan_angka"),
        (3, "bukan_ya_tidak"),
        (3, "bukan_pilihan"),
        (4, "nip_ganda"),
    }


def test_a_list_with_one_mistake_changes_nothing(app: Flask) -> None:
    with pytest.raises(roster.Mistaken):
        _import(app, HEADING, *LINES, "1,Salah,U-1,Dinas Contoh,,,,,,")
    with app.app_context():
        assert people.by_nip(NEW) is None


def test_a_misspelt_column_is_told_with_the_one_that_was_meant(app: Flask) -> None:
    with pytest.raises(roster.Mistaken) as mistaken:
        _import(app, "nip,nama,unit_kode,unit,jenis_kelami", f"{GOOD},Tirto,U-1,Dinas Contoh,L")
    assert [m.text("id") for m in mistaken.value.mistakes] == [
        'Kolom "jenis_kelami" tidak dikenal. Maksud Anda "jenis_kelamin"?'
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", {(1, "kolom_kurang")}),
        (b"nip,nama,unit\n", {(1, "kolom_kurang")}),
        (b"nip,nama,unit_kode,unit,nama\n", {(1, "kolom_ganda")}),
        (b"nip,nama,unit_kode,unit\n1,2\n", {(2, "jumlah_kolom")}),
        (b"nip,nama,unit_kode,unit\na,b,c,\xff\n", {(2, "bukan_utf8")}),
        (b'nip,nama,unit_kode,unit\na,"b"x,c,d\n', {(2, "bukan_csv")}),
        (b'nip,nama,unit_kode,unit\na,"b', {(2, "bukan_csv")}),
        (b"\0\0\0", {(1, "kolom_kurang")}),
    ],
)
def test_a_file_that_is_no_list_is_told_by_line(content: bytes, told: set[tuple[int, str]]) -> None:
    with pytest.raises(roster.Mistaken) as mistaken:
        roster.read_csv(content)
    assert {(m.line, m.code) for m in mistaken.value.mistakes} == told


def test_superiors_that_go_round_in_a_circle_are_refused_once(app: Flask, cast: Cast) -> None:
    heading = "nip,nama,unit_kode,unit,atasan_nip"
    hasan = f"{cast.hasan.nip},Hasan,PON-04,Dinas Pendidikan,{cast.rahmadi.nip}"
    assert _told(app, heading, hasan) == {(2, "atasan_melingkar")}
    own = f"{GOOD},Tirto,U-1,Dinas Contoh,{GOOD}"
    assert _told(app, heading, own) == {(2, "atasan_melingkar")}


def test_a_number_of_another_region_is_refused(app: Flask, cast: Cast) -> None:
    with app.app_context(), writing() as rows:
        roster.keep_region(rows, "lain", "Daerah lain", "Asia/Jakarta")
        rows.execute(update(Person).where(Person.id == cast.joko.id).values(region_id="lain"))
    told = _told(app, "nip,nama,unit_kode,unit", f"{cast.joko.nip},Joko,U-1,Dinas Contoh")
    assert told == {(2, "nip_daerah_lain")}


def _import(app: Flask, *lines: str) -> None:
    content = "\n".join(lines).encode()
    with app.app_context():
        process = _process()
        known = roster.known_in(reading(), REGION)
        entries = roster.checked(roster.read_csv(content), process, known)
        with writing() as rows:
            roster.take_over(rows, REGION, process, entries, {})


def _told(app: Flask, *lines: str) -> set[tuple[int, str]]:
    with pytest.raises(roster.Mistaken) as mistaken:
        _import(app, *lines)
    return {(m.line, m.code) for m in mistaken.value.mistakes}


def _process() -> Process:
    return library().processes[WORKFLOW]


# --- roles ------------------------------------------------------------------------------------------------------------


def test_roles_follow_from_who_somebody_is_to_the_person_appraised(app: Flask, cast: Cast) -> None:
    case = open_case(app, cast.rahmadi)
    found = {name: _roles(app, getattr(cast, name).id, case) for name in ("rahmadi", "sari", "hasan", "dewi", "ratna")}
    assert found == {
        "rahmadi": ["pegawai"],
        "sari": ["atasan_langsung"],
        "hasan": ["atasan_penilai", "kepala_opd"],
        "dewi": ["admin_bkd"],
        "ratna": ["tim_penilai"],
    }
    for outsider in (cast.joko, cast.lestari):
        assert _roles(app, outsider.id, case) == []


def test_nobody_holds_another_role_in_their_own_case(app: Flask, cast: Cast) -> None:
    case = open_case(app, cast.rahmadi)
    me = cast.rahmadi.id
    with app.app_context(), writing() as rows:
        # Whatever the import refuses, a database may hold: a circle, offices, a seat of one's own.
        rows.execute(update(Person).where(Person.id == cast.sari.id).values(superior_id=me))
        for role, unit in [("admin_bkd", ""), ("tim_penilai", ""), ("kepala_opd", "PON-04")]:
            rows.execute(insert(Office).values(region_id=REGION, role=role, person_id=me, unit_code=unit))
        rows.execute(
            insert(Seat).values(case_id=case, role="rekan_kerja", person_id=me, confirmed=True, answered=False)
        )
    assert _roles(app, me, case) == ["pegawai"]
    with app.app_context(), writing() as rows:
        rows.execute(update(Person).where(Person.id == me).values(superior_id=me))
    assert _roles(app, me, case) == ["pegawai"]


def test_another_superior_counts_from_the_next_request(app: Flask, cast: Cast) -> None:
    case = open_case(app, cast.rahmadi)
    sari, joko = Visitor(app), Visitor(app)
    sari.sign_in(cast.sari)
    joko.sign_in(cast.joko)
    assert [sari.get(f"/berkas/{case}").status_code, joko.get(f"/berkas/{case}").status_code] == [200, 404]
    with app.app_context(), writing() as rows:
        rows.execute(update(Person).where(Person.id == cast.rahmadi.id).values(superior_id=cast.joko.id))
    assert [sari.get(f"/berkas/{case}").status_code, joko.get(f"/berkas/{case}").status_code] == [404, 200]


def test_an_office_of_another_unit_gives_no_role(app: Flask, cast: Cast) -> None:
    case = open_case(app, cast.rahmadi)
    offices: list[Mapping[str, str]] = [
        {"region_id": REGION, "role": "kepala_opd", "person_id": cast.joko.id, "unit_code": "PON-05"},
        {"region_id": REGION, "role": "admin_bkd", "person_id": cast.joko.id, "unit_code": "PON-05"},
    ]
    with app.app_context(), writing() as rows:
        rows.execute(insert(Office), offices)
    assert _roles(app, cast.joko.id, case) == []


def _roles(app: Flask, person: str, case: str) -> list[str]:
    with app.app_context():
        try:
            return [actor.role for actor in store().held(reading(), person, case).actors]
        except Missing:
            return []
