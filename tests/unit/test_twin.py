"""Which rules of a form the browser gets, and what of the case goes with them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.case import Actor
from engine.process import Process
from engine.sheet import sheet
from engine.twin import UNKNOWN, Twin, data, twin_of
from tests.unit.definitions import NOW, begun, short

WORKFLOW = """\
parameters: {batas: 70}
stages:
  isi:
    title: Isi
    actor: pegawai
    form: isi
    actions: {kirim: {title: Kirim, to: nilai}}
  nilai:
    title: Nilai
    actor: atasan
    form: nilai
    actions: {tetapkan: {title: Tetapkan, to: selesai}}
  selesai: {title: Selesai, final: true}
values:
  rahasia: {formula: isi.angka * 2, readers: {pegawai: none, atasan: none}, optional: true}
  terbuka: {formula: isi.angka * 3, readers: {atasan: nilai}, optional: true}
  jumlah: {formula: nilai.a + nilai.b, optional: true}
  daftar: {for: "n in [1, 2]", columns: {kali: n * nilai.a}, optional: true}
"""

ISI = "  angka: {type: number, title: Angka}\n"


def process(fields: str) -> Process:
    """A superior's form with two numbers and *fields*, after an employee has answered a number."""
    numbers = "  a: {type: number, title: A, optional: true}\n  b: {type: number, title: B, optional: true}\n"
    return short(WORKFLOW, isi=ISI, nilai=numbers + fields)


def twin(of: Process) -> Twin:
    return twin_of(of, of.duties["nilai"], of.stages["nilai"].actions["tetapkan"], "atasan")


def shipped(of: Process) -> dict[str, Any]:
    """What goes with the rules when the employee has answered 7."""
    case = begun(of)
    given = {"submitted": {"isi": 1}, "answers": {"isi": {"angka": 7}}}
    values = {"rahasia": Decimal(14), "terbuka": Decimal("21.00")}
    case = replace(case, stage="nilai", path=("isi", "nilai"), values=values, **given)
    actor = Actor(role="atasan", person="sari")
    filled = sheet(of, case, actor, of.stages["nilai"].actions["tetapkan"], {}, NOW)
    found: dict[str, Any] = data(twin(of), of, filled, actor, case)
    return found


def test_a_sum_of_what_is_typed_is_worked_out_here_and_asks_nobody():
    found = twin(process("  total: {type: computed, title: Total, formula: a + b}\n"))
    assert (found.live, found.drivers) == ({"total"}, set())


def test_a_value_is_shipped_with_its_rule_if_it_reads_what_is_typed():
    found = twin(process("  total: {type: computed, title: Total, formula: jumlah}\n"))
    assert found.live == {"total"}
    assert set(found.rules["values"]) == {"jumlah"}


def test_what_nothing_typed_changes_is_not_shipped():
    found = twin(process("  total: {type: computed, title: Total, formula: isi.angka, show_if: isi.angka > 3}\n"))
    assert not found.works
    assert found.drivers == set()


def test_a_text_is_left_to_the_server_which_is_asked():
    found = twin(process('  kata: {type: computed, title: Kata, formula: "string(a)"}\n'))
    assert (found.live, found.drivers) == (set(), {"a"})


def test_what_depends_on_something_left_is_left():
    fields = '  kata: {type: computed, title: Kata, formula: "string(a)"}\n'
    fields += "  c: {type: text, title: C, show_if: 'kata = \"1\"'}\n"
    fields += "  total: {type: computed, title: Total, formula: if c = null then 0 else a}\n"
    found = twin(process(fields))
    assert (found.live, found.parts) == (set(), set())
    assert {"a", "kata", "c"} <= found.drivers


def test_rows_worked_out_by_a_value_are_left():
    found = twin(process("  total: {type: computed, title: Total, formula: sum(daftar.kali)}\n"))
    assert found.live == set()
    assert "a" in found.drivers


def test_functions_that_the_browser_does_not_have_are_left():
    found = twin(process("  total: {type: computed, title: Total, formula: sqrt(a)}\n"))
    assert (found.live, found.drivers) == (set(), {"a"})


def test_what_may_be_read_goes_along_and_what_may_not_is_unknown():
    of = process("  total: {type: computed, title: Total, formula: if a > terbuka then rahasia else batas}\n")
    outside = shipped(of)["outside"]
    assert outside == {"terbuka": {"#": "21.00"}, "rahasia": UNKNOWN, "batas": {"#": "70"}}


def test_a_field_that_comes_and_goes_is_named_with_its_section():
    fields = "  bagian: {type: section, title: Bagian, show_if: a > 1}\n  c: {type: text, title: C}\n"
    fields += "  akhir: {type: section, title: Akhir}\n  d: {type: text, title: D}\n"
    assert twin(process(fields)).parts == {"bagian", "c"}


def test_a_duty_that_what_is_typed_brings_back_is_shipped():
    found = twin(process("  c: {type: text, title: C, optional: true, required_if: a > 1}\n"))
    assert found.works
    assert [field["id"] for field in found.rules["fields"] if "wanted" in field] == ["c"]
