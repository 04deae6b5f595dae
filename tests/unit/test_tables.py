"""Boundary rows of the decision tables, formulas and checks that the regions share, through the real definitions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.nip import mistakes
from engine.words import rounded
from tests.shipped import library

#: (process, table or function, inputs, result)
Row = tuple[str, str, tuple[Any, ...], Any]

BASE, PONTIANAK = "dasar_asn", "pontianak_kinerja_semesteran_360"
BATANGHARI, PAUH = "batanghari_kompetensi", "pauh_kompetensi_layanan"

#: PermenPANRB 6/2022, results and behaviour.
MATRIX: list[Row] = [
    (BASE, "predikat_matriks", inputs, result)
    for inputs, result in {
        ("DI_ATAS", "DI_ATAS"): "SANGAT_BAIK",
        ("DI_ATAS", "SESUAI"): "BAIK",
        ("DI_ATAS", "DI_BAWAH"): "KURANG",
        ("SESUAI", "DI_ATAS"): "BAIK",
        ("SESUAI", "SESUAI"): "BAIK",
        ("SESUAI", "DI_BAWAH"): "KURANG",
        ("DI_BAWAH", "DI_ATAS"): "BUTUH_PERBAIKAN",
        ("DI_BAWAH", "SESUAI"): "BUTUH_PERBAIKAN",
        ("DI_BAWAH", "DI_BAWAH"): "SANGAT_KURANG",
    }.items()
]

#: Each bound, and the last value below it.
BANDS: list[Row] = [
    (process, table, (Decimal(value),), result)
    for process, table, rows in [
        (BASE, "rating_hasil", {"120": "DI_ATAS", "105.00": "DI_ATAS", "104.99": "SESUAI", "85.00": "SESUAI",
                                "84.99": "DI_BAWAH", "0.00": "DI_BAWAH"}),
        (BASE, "rating_perilaku", {"100": "DI_ATAS", "90.00": "DI_ATAS", "89.99": "SESUAI", "60.00": "SESUAI",
                                   "59.99": "DI_BAWAH", "0": "DI_BAWAH"}),
        (BASE, "mutu_layanan", {"100.00": "A", "88.31": "A", "88.30": "B", "76.61": "B", "76.60": "C", "65.00": "C",
                                "64.99": "D", "25": "D"}),
        (BASE, "kategori_jpm", {"100": "OPTIMAL", "90.00": "OPTIMAL", "89.99": "CUKUP_OPTIMAL",
                                "78.00": "CUKUP_OPTIMAL", "77.99": "KURANG_OPTIMAL", "0": "KURANG_OPTIMAL"}),
    ]
    for value, result in rows.items()
]  # fmt: skip

PP30: list[Row] = [
    (PONTIANAK, "predikat_pp30", (Decimal(value), idea), result)
    for value, idea, result in [
        ("120.00", True, "SANGAT_BAIK"),
        ("110.00", True, "SANGAT_BAIK"),
        ("109.99", True, "BAIK"),
        ("110.00", False, "BAIK"),
        ("90.00", False, "BAIK"),
        ("89.99", False, "BUTUH_PERBAIKAN"),
        ("70.00", False, "BUTUH_PERBAIKAN"),
        ("69.99", True, "KURANG"),
        ("50.00", False, "KURANG"),
        ("49.99", False, "SANGAT_KURANG"),
    ]
]

#: Direction, target, what was achieved: limited to 0 and 120.
ACHIEVEMENT: list[Row] = [
    (BASE, "capaian", (direction, Decimal(target), Decimal(achieved)), Decimal(result))
    for direction, target, achieved, result in [
        ("naik", "95", "93.1", "98.00"),
        ("naik", "100", "0", "0.00"),
        ("naik", "100", "120", "120.00"),
        ("naik", "100", "121", "120.00"),
        ("turun", "10", "10", "100.00"),
        ("turun", "10", "20", "0.00"),
        ("turun", "10", "21", "0.00"),
        ("turun", "10", "8", "120.00"),
        ("turun", "10", "5", "120.00"),
    ]
]

#: PermenPANRB 3/2020, performance and potential.
BOXES: list[Row] = [
    (BASE, "kotak_talenta", inputs, Decimal(box))
    for inputs, box in {
        ("DI_ATAS", "tinggi"): 9,
        ("SESUAI", "tinggi"): 8,
        ("DI_ATAS", "menengah"): 7,
        ("DI_BAWAH", "tinggi"): 6,
        ("SESUAI", "menengah"): 5,
        ("DI_ATAS", "rendah"): 4,
        ("DI_BAWAH", "menengah"): 3,
        ("SESUAI", "rendah"): 2,
        ("DI_BAWAH", "rendah"): 1,
    }.items()
]

#: PermenPANRB 1/2023.
CREDIT: list[Row] = [
    (BASE, "angka_kredit_persen", (predicate,), Decimal(percent))
    for predicate, percent in {
        "SANGAT_BAIK": 150,
        "BAIK": 100,
        "BUTUH_PERBAIKAN": 75,
        "KURANG": 50,
        "SANGAT_KURANG": 25,
    }.items()
]

TRAININGS: list[Row] = [
    (BASE, "pelatihan_teknis", (group,), training)
    for group, training in {
        "pendidikan": "PLT-12",
        "kesehatan": "PLT-14",
        "perhubungan": "PLT-15",
        "kecamatan": "PLT-19",
        "lainnya": "PLT-20",
    }.items()
]

#: The standard of each kind of post.
STANDARDS: list[Row] = [
    (BASE, "standar", (post,), Decimal(level))
    for level, posts in {
        5: ("jpt_pratama", "jf_ahli_utama"),
        4: ("administrator", "pengawas", "jf_ahli_madya", "jf_ahli_muda", "jf_penyelia"),
        3: ("jf_ahli_pertama", "jf_mahir", "jf_terampil", "jf_pemula", "pelaksana"),
    }.items()
    for post in posts
]

#: Sample indicators: general ones for everybody, the others for teachers or medical staff only.
SAMPLES: list[Row] = [
    (BASE, "berlaku_bagi", inputs, result)
    for inputs, result in [
        ((None, "pendidikan", "Analis Kurikulum", "jf_ahli_muda"), True),
        (("guru", "pendidikan", "Guru Ahli Pertama", "jf_ahli_pertama"), True),
        (("guru", "pendidikan", "Analis Kurikulum", "jf_ahli_muda"), False),
        (("medis", "kesehatan", "Perawat Mahir", "jf_mahir"), True),
        (("medis", "kesehatan", "Kepala Subbagian Umum", "pengawas"), False),
    ]
]

#: The community's score: the mean of what was answered, times 25.
COMMUNITY: list[Row] = [
    (BASE, "skor_masyarakat", ([Decimal(n) if n else None for n in answers],), Decimal(score) if score else None)
    for answers, score in [((4, 4, 4), "100.00"), ((1, 1), "25.00"), ((3, 4, None), "87.50"), ((None,), "")]
]

#: What single regions decide by themselves.
OWN: list[Row] = [
    (process, table, (Decimal(value),), result)
    for process, table, rows in [
        (PAUH, "pauh_predikat", {"91": "SANGAT_BAIK", "90.99": "BAIK", "76": "BAIK", "75.99": "BUTUH_PERBAIKAN",
                                 "61": "BUTUH_PERBAIKAN", "60.99": "KURANG", "51": "KURANG",
                                 "50.99": "SANGAT_KURANG"}),
        (PAUH, "prioritas_kelemahan", {"1.5": "tinggi", "1.4": "sedang"}),
        (PAUH, "pelatihan_digital", {"3": "PLT-17", "4": "PLT-18"}),
    ]
    for value, result in rows.items()
] + [
    (PAUH, "bonus_inovasi", (Decimal(value),), Decimal(bonus))
    for value, bonus in {"50": 5, "49.99": 2, "20": 2, "19.99": 0}.items()
] + [
    (PAUH, "bonus_inovasi", (None,), Decimal(0)),
    *((BATANGHARI, "prioritas_baris", ("kesenjangan", Decimal(gap)), priority)
      for gap, priority in {"1": "sedang", "2": "tinggi", "4": "tinggi"}.items()),
    (BATANGHARI, "prioritas_baris", ("usulan", Decimal(0)), "usulan_pegawai"),
    *((BATANGHARI, "pelatihan_butir", ("s2", group), training)
      for group, training in {"pendidikan": "PLT-13", "kesehatan": "PLT-08", "perhubungan": "PLT-05",
                              "kecamatan": "PLT-05", "lainnya": "PLT-05"}.items()),
    *((BATANGHARI, "jalur_idp", ways, way)
      for ways, way in {("tinggi", "klasikal"): "klasikal_coaching", ("sedang", "klasikal"): "nonklasikal_dahulu",
                        ("pengayaan", "klasikal"): "klasikal", ("pengayaan", "nonklasikal"): "nonklasikal"}.items()),
]  # fmt: skip

ROWS = [*OWN, *MATRIX, *BANDS, *PP30, *ACHIEVEMENT, *BOXES, *CREDIT, *TRAININGS, *STANDARDS, *SAMPLES, *COMMUNITY]


@pytest.fixture(scope="module")
def processes():
    return library().processes


@pytest.mark.parametrize(("process", "name", "inputs", "result"), ROWS, ids=lambda part: str(part)[:60])
def test_a_row_gives_what_the_rules_say(processes, process: str, name: str, inputs: tuple[Any, ...], result) -> None:
    assert processes[process].words.callables[name](*inputs) == result


@pytest.mark.parametrize("table", ["rating_hasil", "rating_perilaku", "mutu_layanan", "kategori_jpm", "standar"])
def test_a_missing_score_gets_no_row(processes, table: str) -> None:
    assert processes[BASE].words.callables[table](None) is None


@pytest.mark.parametrize("table", sorted({row[1] for row in ROWS}))
def test_every_region_reads_the_same_shared_table(processes, table: str) -> None:
    """A region that changes a shared table says so here."""
    shared = processes[BASE].words
    for process in processes.values():
        words = process.words
        for ours, theirs in ((shared.tables, words.tables), (shared.functions, words.functions)):
            if table in ours and table in theirs:
                assert theirs[table].at.source.file == ours[table].at.source.file


@pytest.mark.parametrize(
    ("nip", "right"),
    [
        ("198704122011011901", True),
        ("198704122011211901", True),
        ("198702302011011901", False),
        ("19870412201101190", False),
        ("198704122011001901", False),
        ("198704122011013901", False),
        ("198704122011011000", False),
    ],
)
def test_a_number_of_a_civil_servant(nip: str, right: bool) -> None:
    assert (not list(mistakes(nip, "L"))) is right


@pytest.mark.parametrize(("value", "kept"), [("28.125", "28.13"), ("99.994", "99.99"), ("99.995", "100.00")])
def test_halves_are_rounded_up(value: str, kept: str) -> None:
    assert rounded(Decimal(value), 2) == Decimal(kept)
