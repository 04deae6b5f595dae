"""The looks of fields: what is typed comes back, nothing typed becomes markup, and every input can be found."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import jinja2
import pytest

from web.controls import CONTROLS, Control, Row, Spec, compile_control, compile_table, input_id

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
HOSTILE = "\"><script>x()</script><b a='{{7*7}}"
STEPS = (("1", "Belum"), ("2", "Cukup"), ("3", "Menjadi contoh"))
FORMS = sorted(CONTROLS - {"table", "info", "section", "computed", "given"})


@pytest.fixture(scope="module")
def templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return environment


def page(html: str) -> Element:
    """The HTML as a tree; malformed HTML fails the test."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(f"<!doctype html><html lang=id><title>x</title><body><form>{html}</form>")
    return root


def inputs(root: Element) -> list[Element]:
    return [e for e in root.iter() if e.tag in ("input", "textarea", "select")]


def with_id(root: Element, ident: str) -> Element:
    [found] = [e for e in root.iter() if e.get("id") == ident]
    return found


def checked(root: Element) -> list[str | None]:
    return [e.get("value") for e in root.iter() if "checked" in e.attrib or "selected" in e.attrib]


def spec(control: str, name: str = "penilaian.hasil", **texts: object) -> Spec:
    return Spec(control=control, name=name, title="Judul", **{"help": "Bantuan", "options": STEPS, **texts})  # type: ignore[arg-type]


def target(**more: object) -> Spec:
    columns = (
        Spec(control="text", name="target.{row}.uraian", title="Uraian"),
        Spec(control="radios", name="target.{row}.nilai", title="Nilai", options=STEPS),
        Spec(control="given", name="target.{row}.asal", title="Asal"),
    )
    return Spec(**{"control": "table", "name": "target", "title": "Target", "columns": columns, "rows": (1, 3), **more})  # type: ignore[arg-type]


def test_every_control_has_its_template_and_every_template_is_a_control() -> None:
    assert {path.stem for path in (TEMPLATES / "controls").iterdir()} == CONTROLS


def test_a_control_that_does_not_exist_is_refused(templates: jinja2.Environment) -> None:
    with pytest.raises(LookupError, match=r"no control '\.\./base'"):
        compile_control(templates, spec("../base"))


@pytest.mark.parametrize("control", sorted(CONTROLS - {"table"}))
@pytest.mark.parametrize("text", [HOSTILE, "</textarea><img src=x onerror=y>", "javascript:alert(1)", "&amp;"])
def test_what_is_typed_stays_text(templates: jinja2.Environment, control: str, text: str) -> None:
    look = compile_control(templates, spec(control, options=((text, text),)))
    root = page(look.render([text, text, "/berkas/1"], errors=[text], beside=text))
    assert not [e for e in root.iter() if e.tag in ("script", "img", "b")]
    assert not [name for e in root.iter() for name in e.attrib if name.startswith("on")]


@pytest.mark.parametrize("control", sorted(CONTROLS - {"table"}))
def test_texts_of_the_definition_stay_text(templates: jinja2.Environment, control: str) -> None:
    look = compile_control(
        templates,
        spec(control, help=HOSTILE, unit=HOSTILE, accept=HOSTILE, options=((HOSTILE, HOSTILE),), name=f"a.{HOSTILE}"),
    )
    assert not [e for e in page(look.render()).iter() if e.tag in ("script", "b")]


@pytest.mark.parametrize("control", FORMS)
def test_every_id_is_unique_and_every_input_has_a_label(templates: jinja2.Environment, control: str) -> None:
    root = page(
        compile_control(templates, spec(control)).render(["1", "2 kB", "/x"], errors=["Salah"], beside="kata A")
    )
    ids = Counter(e.get("id") for e in root.iter() if e.get("id"))
    assert max(ids.values()) == 1
    assert {e.get("id") for e in inputs(root)} == {e.get("for") for e in root.iter("label")}


@pytest.mark.parametrize("control", FORMS)
def test_the_error_summary_finds_the_first_input(templates: jinja2.Environment, control: str) -> None:
    root = page(compile_control(templates, spec(control)).render())
    assert inputs(root)[0].get("id") == input_id("penilaian.hasil")


@pytest.mark.parametrize("control", FORMS)
@pytest.mark.parametrize("helped", [True, False])
def test_help_an_earlier_answer_and_errors_are_tied_to_the_field(
    templates: jinja2.Environment, control: str, helped: bool
) -> None:
    look = compile_control(templates, spec(control, help="Bantuan" * helped))
    root = page(look.render(errors=["Isi dulu"], beside="menurut Rahmadi: 4"))
    [described] = [e.get("aria-describedby", "").split() for e in root.iter() if "aria-describedby" in e.attrib]
    texts = " ".join("".join(with_id(root, ident).itertext()) for ident in described)
    assert "Isi dulu" in texts and "menurut Rahmadi: 4" in texts
    assert ("Bantuan" in texts) is helped


@pytest.mark.parametrize("control", FORMS)
def test_without_help_and_error_nothing_is_said_to_describe_the_field(
    templates: jinja2.Environment, control: str
) -> None:
    html = compile_control(templates, spec(control, help="")).render()
    assert "aria-describedby" not in html and "error" not in html


@pytest.mark.parametrize("control", ["text", "textarea", "number", "date"])
def test_what_was_typed_comes_back(templates: jinja2.Environment, control: str) -> None:
    [field] = inputs(page(compile_control(templates, spec(control)).render(["92,45"])))
    assert (field.get("value") or field.text) == "92,45"


def test_a_line_break_at_the_start_of_a_long_text_survives(templates: jinja2.Environment) -> None:
    [field] = inputs(page(compile_control(templates, spec("textarea")).render(["\nsatu"])))
    assert field.text == "\nsatu"


def test_a_value_cannot_pass_for_a_slot(templates: jinja2.Environment) -> None:
    look = compile_control(templates, spec("text"))
    assert look.render(["\x02=errors\x03"], errors=["Salah"]).count("Salah") == 1


def test_a_number_is_typed_as_text(templates: jinja2.Environment) -> None:
    [field] = inputs(page(compile_control(templates, spec("number", unit="%")).render()))
    assert (field.get("type"), field.get("inputmode")) == ("text", "decimal")


@pytest.mark.parametrize(
    ("control", "raw", "expected"),
    [
        ("radios", ["2"], ["2"]),
        ("radios", ["9"], []),
        ("radios", [], []),
        ("select", ["3"], ["3"]),
        ("user", ["1"], ["1"]),
        ("checkboxes", ["1", "3"], ["1", "3"]),
        ("yesno", ["false"], ["false"]),
        ("ack", ["true"], ["true"]),
        ("ack", [], []),
    ],
)
def test_the_chosen_options_are_chosen(
    templates: jinja2.Environment, control: str, raw: list[str], expected: list[str]
) -> None:
    assert checked(page(compile_control(templates, spec(control)).render(raw))) == expected


def test_options_of_the_case_are_given_at_request_time(templates: jinja2.Environment) -> None:
    look = compile_control(templates, spec("user", options=None))
    root = page(look.render(["p2"], options=(("p1", "Dewi <Kartika>"), ("p2", "Joko Santoso"))))
    assert [e.text for e in root.iter("option")] == ["Pilih orang", "Dewi <Kartika>", "Joko Santoso"]
    assert checked(root) == ["p2"]


def test_a_scale_shows_its_steps_with_their_words(templates: jinja2.Environment) -> None:
    root = page(compile_control(templates, spec("radios", anchors=True)).render())
    assert ["".join(e.itertext()) for e in root.iter("label")] == ["1 Belum", "2 Cukup", "3 Menjadi contoh"]


def test_optional_is_said_in_words_and_required_is_not(templates: jinja2.Environment) -> None:
    assert "(opsional)" in compile_control(templates, spec("text", optional=True)).render()
    assert "opsional" not in compile_control(templates, spec("text")).render()


def test_a_field_that_others_depend_on_is_marked(templates: jinja2.Environment) -> None:
    assert "data-drives" in compile_control(templates, spec("yesno", drives=True)).render()
    assert "data-drives" not in compile_control(templates, spec("yesno")).render()


def test_a_long_text_with_a_limit_is_counted(templates: jinja2.Environment) -> None:
    root = page(compile_control(templates, spec("textarea", length="20..500")).render())
    assert [e.get("data-maxlength") for e in root.iter() if "data-maxlength" in e.attrib] == ["500"]
    assert "Paling banyak 500 huruf" in "".join(with_id(root, f"{input_id('penilaian.hasil')}-info").itertext())


def test_a_file_that_is_kept_is_named_with_its_size_and_address(templates: jinja2.Environment) -> None:
    look = compile_control(templates, spec("file", accept=".pdf,.jpg", length="5 MB", heaviest=5 << 20))
    root = page(look.render(["laporan.pdf", "1,2 MB", "/berkas/7"]))
    assert [(e.get("href"), e.text) for e in root.iter("a")] == [("/berkas/7", "laporan.pdf")]
    assert "1,2 MB" in "".join(root.itertext())
    assert "Jenis berkas: PDF, JPG. Paling besar 5 MB." in look.render()
    assert 'data-most="5242880" data-too-large="Berkas ini lebih besar dari 5 MB.' in look.render()
    assert "Hapus" not in look.render()


@pytest.mark.parametrize(("control", "empty"), [("computed", "Belum dapat dihitung"), ("given", "Tidak diisi")])
def test_a_value_that_is_not_there_is_said_in_words(templates: jinja2.Environment, control: str, empty: str) -> None:
    look = compile_control(templates, spec(control, unit="%"))
    assert empty in look.render()
    assert "98,00 %" in look.render(["98,00"]) and empty not in look.render(["98,00"])


def test_a_row_fills_names_ids_and_labels_of_its_cells(templates: jinja2.Environment) -> None:
    rows = [Row(row="0", raw={"uraian": ["Lulus ujian"], "nilai": ["3"]}), Row(row="1")]
    root = page(compile_table(templates, target()).render(rows))
    assert [e.get("name") for e in inputs(root) if e.get("type") == "text"] == ["target.0.uraian", "target.1.uraian"]
    assert with_id(root, input_id("target.0.uraian")).get("value") == "Lulus ujian"
    assert checked(root) == ["3"]
    assert max(Counter(e.get("id") for e in root.iter() if e.get("id")).values()) == 1
    labels = ["".join(e.itertext()) for e in root.iter("label") if e.get("for", "").endswith("uraian")]
    assert labels == ["Uraian, baris 1", "Uraian, baris 2"]


def test_a_row_whose_key_is_hostile_stays_text_and_has_ids_without_spaces(templates: jinja2.Environment) -> None:
    root = page(compile_table(templates, target()).render([Row(row=HOSTILE, title=HOSTILE, removable=True)]))
    assert not [e for e in root.iter() if e.tag in ("script", "b")]
    assert not [e for e in root.iter() if " " in e.get("id", "") or '"' in e.get("id", "")]


def test_an_error_stands_in_its_own_cell(templates: jinja2.Environment) -> None:
    rows = [Row(row="0"), Row(row="1", errors={"uraian": ["Isi uraian"]})]
    root = page(compile_table(templates, target()).render(rows, errors=["Terlalu sedikit"]))
    assert "Isi uraian" in "".join(with_id(root, f"{input_id('target.1.uraian')}-error").itertext())
    assert "Terlalu sedikit" in "".join(with_id(root, f"{input_id('target')}-error").itertext())


def test_only_a_removable_row_has_a_button_that_removes_it(templates: jinja2.Environment) -> None:
    root = page(compile_table(templates, target()).render([Row(row="0"), Row(row="1", removable=True)]))
    assert [(e.get("name"), e.get("value")) for e in root.iter("button") if e.get("name") == "_hapus"] == [
        ("_hapus", "target.1")
    ]


@pytest.mark.parametrize(
    ("rows", "count", "room"), [((1, 3), 2, True), ((1, 3), 3, False), ((0, None), 9, True), (None, 1, False)]
)
def test_a_row_can_be_added_while_there_is_room(
    templates: jinja2.Environment, rows: tuple[int, int | None] | None, count: int, room: bool
) -> None:
    look = compile_table(templates, target(rows=rows))
    root = page(look.render([Row(row=str(n)) for n in range(count)]))
    assert [e.get("value") for e in root.iter("button") if e.get("name") == "_tambah"] == ["target"] * room


def test_a_given_row_has_nothing_to_fill_in(templates: jinja2.Environment) -> None:
    root = page(compile_table(templates, target()).render([Row(row="0", given=True, raw={"uraian": ["Lama"]})]))
    assert inputs(root) == []
    assert "Lama" in "".join(root.itertext())


def test_a_table_without_rows_says_so(templates: jinja2.Environment) -> None:
    html = compile_table(templates, target()).render()
    assert "Belum ada baris." in html and "<table" not in html


def test_distinct_names_have_distinct_ids() -> None:
    names = ["a b", "a~20b", "a%20b", "a/b", "a.b", "a-b", "ä", 'a"b', "a{b"]
    ids = {input_id(name) for name in names}
    assert len(ids) == len(names)
    assert not [ident for ident in ids if set(ident) & set(' "<>/%')]


def test_values_are_filled_in_anew_each_time(templates: jinja2.Environment) -> None:
    look: Control = compile_control(templates, spec("text"))
    first = look.render(["satu"], errors=["Salah"])
    assert "satu" not in look.render(["dua"]) and look.render(["satu"], errors=["Salah"]) == first


def test_a_field_that_is_wanted_sometimes_says_when_it_may_be_left_empty(templates: jinja2.Environment) -> None:
    control = compile_control(templates, spec("textarea", "alasan", sometimes=True))
    for wanted in (True, False):
        [mark] = [e for e in page(control.render(wanted=wanted)).iter() if e.get("data-optional") == "alasan"]
        assert ("hidden" in mark.attrib) == wanted


def test_a_total_that_the_browser_works_out_can_be_found_by_its_path(templates: jinja2.Environment) -> None:
    cell = compile_control(templates, Spec(control="computed", name="target.{row}.capaian", title="Capaian", live=True))
    [output] = [e for e in page(cell.render(["98,00"], row="A-1", number="1")).iter() if e.tag == "output"]
    assert output.get("data-live") == "target.A-1.capaian"
