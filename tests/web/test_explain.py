"""``borang explain``: a process in sentences on the terminal."""

from __future__ import annotations

import json

from tests.web.test_cli import GOOD, MISUSE, borang


def test_a_region_is_told_with_headings() -> None:
    result = borang("explain", "pontianak")
    assert result.exit_code == GOOD
    assert result.output.startswith("# Kinerja berbasis kompetensi")
    assert '\n### Tindakan "Ajukan keberatan"\n\n- Pegawai yang dinilai dapat' in result.output


def test_in_english() -> None:
    assert (
        "- The deadline is 14 days after this stage begins."
        in borang("--language", "en", "explain", "pontianak").output
    )


def test_as_json() -> None:
    (whole,) = json.loads(borang("explain", "pontianak", "--json").output)
    assert whole["id"] == "pontianak_kinerja_semesteran_360"
    assert "Setelan" in [section["heading"] for section in whole["sections"]]


def test_an_unknown_region_is_a_misuse() -> None:
    result = borang("explain", "atlantis")
    assert result.exit_code == MISUSE
    assert "pontianak" in result.output


def test_what_a_region_changes_against_its_base() -> None:
    result = borang("explain", "tanjungpinang", "--diff", "dasar_asn")
    assert result.exit_code == GOOD
    assert '- Tahap "Penetapan indikator kinerja utama" dihapus.' in result.output
    data = json.loads(borang("explain", "tanjungpinang", "--diff", "dasar_asn", "--json").output)
    assert [change["sentence"] for change in data] == [
        line[2:] for line in result.output.splitlines() if line.startswith("- ")
    ]


def test_nothing_changes_against_itself() -> None:
    assert borang("explain", "pontianak", "--diff", "pontianak").output == "Tidak ada perbedaan.\n"
