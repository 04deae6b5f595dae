"""What can be known before anything is evaluated."""

from __future__ import annotations

import pytest

from engine import feel

PREDIKAT = feel.Codes("predikat", ("SANGAT_BAIK", "BAIK", "CUKUP"))
SCOPE = {
    "skor": feel.NUMBER,
    "nama": feel.TEXT,
    "selesai": feel.BOOLEAN,
    "mulai": feel.DATE,
    "predikat": PREDIKAT,
    "pilihan": feel.ListOf(PREDIKAT),
    "pegawai": feel.Context({"nama": feel.TEXT, "umur": feel.NUMBER}),
    "rekan": feel.ListOf(feel.Context({"km": feel.NUMBER, "p": PREDIKAT})),
    "entah": feel.ANY,
}
FUNCTIONS = {"capaian": feel.FunctionType((("target", feel.NUMBER), ("arah", feel.TEXT)), feel.NUMBER)}


def found(source: str) -> list[tuple[str, str]]:
    findings = feel.infer(feel.parse(source), SCOPE, FUNCTIONS)[1]
    assert all(finding.text("id") and finding.text("en") for finding in findings)
    return [(finding.code, source[finding.start : finding.end]) for finding in findings]


def hint(source: str) -> str:
    return feel.infer(feel.parse(source), SCOPE, FUNCTIONS)[1][0].text("en")


@pytest.mark.parametrize(
    ("source", "findings"),
    [
        ("skorr + 1", [("X020", "skorr")]),
        ("rata(rekan.km)", [("X021", "rata")]),
        ("mean(rekan.kmm)", [("X022", "kmm")]),
        ("pegawai.alamat", [("X022", "alamat")]),
        ("nama.x", [("X037", "x")]),
        ("rekan[kmm > 1]", [("X020", "kmm")]),
        ("some r in rekan satisfies r.bobot > 5", [("X022", "bobot")]),
        ("substring(nama)", [("X023", "substring(nama)")]),
        ("capaian(skor)", [("X023", "capaian(skor)")]),
        ("abs(angka: skor)", [("X024", "skor")]),
        ("sum + 1", [("X025", "sum")]),
        ("nama + skor", [("X030", "nama + skor")]),
        ("selesai * 2", [("X030", "selesai * 2")]),
        ("mulai + 1", [("X030", "mulai + 1")]),
        ("skor = nama", [("X031", "skor = nama")]),
        ('skor >= "75"', [("X031", 'skor >= "75"')]),
        ("nama > predikat", []),
        ("skor in [1..nama]", [("X031", "[1..nama]")]),
        ("skor and selesai", [("X032", "skor")]),
        ("if skor then 1 else 2", [("X032", "skor")]),
        ("every r in rekan satisfies r.km", [("X032", "r.km")]),
        ("string length(skor)", [("X033", "skor")]),
        ("sum(rekan.p)", [("X033", "rekan.p")]),
        ("capaian(nama, nama)", [("X033", "nama")]),
        ("-nama", [("X033", "nama")]),
        ("predikat = BAIK", [("X034", "BAIK")]),
        ("count(rekan[p = BAIK])", [("X034", "BAIK")]),
        ("predikat in (BAIK, CUKUP)", [("X034", "BAIK"), ("X034", "CUKUP")]),
        ("list contains(pilihan, BAIK)", [("X034", "BAIK")]),
        ('predikat = "BIAK"', [("X035", '"BIAK"')]),
        ('predikat in ["BAIK", "BURUK"]', [("X035", '"BURUK"')]),
        ('list contains(pilihan, "BURUK")', [("X035", '"BURUK"')]),
        ("for x in skor return x", [("X036", "skor")]),
        ("1(2)", [("X038", "1")]),
    ],
)
def test_a_mistake_is_found_at_its_place(source, findings):
    assert found(source) == findings


@pytest.mark.parametrize(
    ("source", "offer"),
    [
        ("skorr", "skor"),
        ("pegawai.nma", "nama"),
        ("average(rekan.km)", "mean"),
        ("stringlength(nama)", "string length"),
        ("list_contains(pilihan, nama)", "list contains"),
        ("capaia(1, nama)", "capaian"),
        ('predikat = "BIAK"', "BAIK"),
        ("predikat = baik", "BAIK"),
        ("substring(strng: nama, start position: 1)", "string"),
    ],
)
def test_what_was_probably_meant_is_offered(source, offer):
    assert f'"{offer}"' in hint(source)


def test_all_mistakes_are_told_and_none_causes_another():
    assert found("skor * nama + foo + 1 > 2 and bar") == [
        ("X030", "skor * nama"),
        ("X020", "foo"),
        ("X020", "bar"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "skor = null", "null + 1", "if selesai then null else skor", "entah.apa.saja + 1 > skor", "entah and selesai",
        'predikat = "BAIK" or predikat = nama', "rekan[1].km + rekan[km > 1][1].km", "max(skor, 3) - min(rekan.km)",
        "capaian(arah: nama, target: 1) > 0", "mulai + duration(\"P14D\") > mulai", "mulai.year = 2025",
        "sum(for r in rekan return r.km * 2) >= 0", "string(skor) + nama", "entah[apa > 1]",
        "count(rekan) + count(null)",
        "{a: skor, b: a + 1}.b > 1", "(function(x) x + skor)(1)", "sort(rekan, function(x, y) x.km < y.km)[1].km > 0",
        "[1..5].start > 0", "skor in (< 3, [5..9])", "skor between 1 and 5", "nama in (\"a\", null)",
    ],
)  # fmt: skip
def test_what_is_right_has_no_finding(source):
    assert found(source) == []


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ("skor + 1", feel.NUMBER),
        ("rekan.km", feel.ListOf(feel.NUMBER)),
        ("rekan[1].p", PREDIKAT),
        ("rekan[km > 1]", SCOPE["rekan"]),
        ("mean(rekan.km)", feel.NUMBER),
        ("max(rekan.km)", feel.NUMBER),
        ("mulai - mulai", feel.DAYS_TIME),
        ('if selesai then "a" else nama', feel.TEXT),
        ("if selesai then 1 else nama", feel.ANY),
        ("if selesai then null else predikat", PREDIKAT),
        ("[1..2]", feel.RangeOf(feel.NUMBER)),
        ("capaian(1, nama)", feel.NUMBER),
        ("{a: 1}", feel.Context({"a": feel.NUMBER})),
        ("flatten([[1], [2]])", feel.ListOf(feel.NUMBER)),
        ("skor > 1 and selesai", feel.BOOLEAN),
    ],
)
def test_the_type_of_an_expression_is_known(source, type_):
    assert feel.infer(feel.parse(source), SCOPE, FUNCTIONS) == (type_, [])


def test_unary_tests_are_checked_against_what_they_test():
    source = '"BAIK", CUKUP, > 3'
    findings = feel.infer(feel.parse_tests(source), SCOPE, tested=PREDIKAT)[1]
    assert [(one.code, source[one.start : one.end]) for one in findings] == [("X034", "CUKUP"), ("X031", "> 3")]
    assert feel.infer(feel.parse_tests("[1..5], > skor, ? < 3"), SCOPE, tested=feel.NUMBER)[1] == []


def test_a_type_accepts_what_may_stand_for_it():
    assert feel.TEXT.accepts(PREDIKAT)
    assert feel.NUMBER.accepts(feel.NULL)
    assert feel.ANY.accepts(feel.ListOf(feel.NUMBER))
    assert PREDIKAT.accepts(feel.Codes("lain", ("BAIK",)))
    assert not PREDIKAT.accepts(feel.Codes("lain", ("BURUK",)))
    assert not feel.NUMBER.accepts(feel.TEXT)
    assert not feel.ListOf(feel.NUMBER).accepts(feel.NUMBER)
    assert feel.Context({"a": feel.NUMBER}).accepts(feel.Context({"a": feel.NUMBER, "b": feel.TEXT}))
    assert not feel.Context({"a": feel.NUMBER}).accepts(feel.Context({"b": feel.TEXT}))
    assert str(feel.ListOf(feel.NUMBER)) == "daftar angka"
