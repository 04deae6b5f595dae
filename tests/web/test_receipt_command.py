"""``borang receipt``: a scenario's values as a file, and the file recomputed."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from web.cli import cli

GOOD, PROBLEMS, MISUSE = 0, 1, 2


def borang(*words: str | Path) -> Result:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def exported(file: Path) -> Path:
    assert borang("receipt", "show", "pontianak", "PTK-1", "--json", file).exit_code == GOOD
    return file


def test_a_scenario_is_told_value_by_value() -> None:
    """PTK-1: 107.50 x 60 % + 90.00 x 40 % is worked out by hand in the scenario's own file."""
    result = borang("receipt", "show", "pontianak", "PTK-1")
    assert result.exit_code == GOOD
    assert "capaian_s1: 105.00" in result.output
    assert "(capaian_s1 + capaian_s2) / 2" in result.output


def test_its_file_agrees_line_by_line(tmp_path: Path) -> None:
    result = borang("receipt", "verify", exported(tmp_path / "nilai.json"))
    assert result.exit_code == GOOD
    *lines, summary = result.output.splitlines()
    assert "nilai_target: 107.50  cocok" in lines
    assert summary == f"{len(lines)} cocok, 0 tidak cocok"


def test_a_changed_number_is_told_with_what_it_comes_to(tmp_path: Path) -> None:
    file = exported(tmp_path / "nilai.json")
    document = json.loads(file.read_text())
    value = next(v for v in document["moments"][0]["values"] if v["id"] == "nilai_target")
    value["result"]["v"] = "108.50"
    file.write_text(json.dumps(document))
    result = borang("receipt", "verify", file)
    assert result.exit_code == PROBLEMS
    assert "nilai_target: TIDAK COCOK. result: tertulis 108.50, hasil hitung ulang 107.50." in result.output
    assert "fingerprint: TIDAK COCOK" in result.output
    told = json.loads(borang("receipt", "verify", file, "--json").output)
    assert told["differ"] >= 2 and told["open"] == 0


def test_what_is_left_out_for_a_reader_is_counted_apart(tmp_path: Path) -> None:
    """PTK-5 has two peers: the employee sees no mean of a single item, so their score cannot be taken apart."""
    file = tmp_path / "nilai.json"
    assert borang("receipt", "show", "pontianak", "PTK-5", "--json", file).exit_code == GOOD
    result = borang("receipt", "verify", file)
    assert result.exit_code == GOOD
    assert "nilai_rekan" in [line.partition(":")[0] for line in result.output.splitlines() if "tidak dapat" in line]
    assert "tidak cocok, " in result.output.splitlines()[-1]


def test_misuse_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "lain.json").write_text("{}")
    for words in (
        ("receipt", "verify", tmp_path / "tidak_ada.json"),
        ("receipt", "verify", tmp_path / "lain.json"),
        ("receipt", "show", "pontianak", "TIDAK-ADA"),
        ("receipt", "show", "tidak_ada", "PTK-1"),
        ("receipt", "show", "pontianak", "PTK-1", "--role", "tidak_ada"),
    ):
        result = borang(*words)
        assert result.exit_code == MISUSE and "Traceback" not in result.output


def test_it_speaks_english(tmp_path: Path) -> None:
    file = exported(tmp_path / "nilai.json")
    assert borang("--language", "en", "receipt", "verify", file).output.splitlines()[-1].endswith("agree, 0 differ")
