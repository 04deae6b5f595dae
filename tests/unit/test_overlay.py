"""Overlays: what a region writes over its base, how the two become one, and what is refused with which place."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Place, Problem
from engine.library import load_texts
from engine.overlay import overlaid
from engine.process import Process
from engine.source import read
from tests.unit.definitions import FILES, problems_of

D, F = "workflows/daerah.yaml", "forms/daerah.yaml"
W, R = "workflows/penilaian.yaml", "forms/rencana.yaml"
HEAD = "workflow: daerah\nextends: penilaian_kinerja\n"
FORM_HEAD = "form: daerah\nextends: rencana\n"


def with_overlay(text: str, locked: str = "") -> dict[str, str]:
    """The base, with *locked* paths, and the overlay *text*."""
    base = FILES[W].replace("region: contoh\n", f"region: contoh\nlocked: [{locked}]\n") if locked else FILES[W]
    return {**FILES, W: base, D: HEAD + text}


def merged(text: str) -> Process:
    return load_texts(with_overlay(text)).processes["daerah"]


def with_form(text: str) -> Process:
    """The base whose first stage asks the form *text* laid over the base's."""
    texts = with_overlay("stages: {rencana: {form: daerah}}\n") | {F: FORM_HEAD + text}
    return load_texts(texts).processes["daerah"]


def marked(texts: dict[str, str]) -> tuple[dict[str, str], Place]:
    """The texts without the ``§`` in one of them, and its place."""
    ((file, text),) = ((file, text) for file, text in texts.items() if "§" in text)
    at = text.index("§")
    place = Place(file, text[:at].count("\n") + 1, at - text.rfind("\n", 0, at))
    return {**texts, file: text.replace("§", "")}, place


class TestMerging:
    def test_who_is_told_and_when_is_merged_by_role_and_a_list_replaced(self) -> None:
        base = "stages: {rencana: {overdue: {atasan: 0d, admin: 7d}}}\n"
        above = "workflow: kota\nextends: daerah\nstages: {rencana: {overdue: %s}}\n"
        found = [
            load_texts(with_overlay(base) | {"workflows/kota.yaml": above % told}).processes["kota"].stages["rencana"]
            for told in ("{admin: 5wd, rekan: 9d}", "[admin]")
        ]
        told = [{role: str(span) for role, span in (stage.overdue or {}).items()} for stage in found]
        assert told == [{"atasan": "0d", "admin": "5wd", "rekan": "9d"}, {"admin": "0d"}]

    def test_what_is_not_said_comes_from_the_base(self) -> None:
        process, base = merged("title: Daerah\n"), load_texts(FILES).processes["penilaian_kinerja"]
        assert (process.id, process.title, process.workflow.region) == ("daerah", "Daerah", "contoh")
        assert list(process.stages) == list(base.stages)
        assert list(process.values) == list(base.values)

    def test_maps_are_merged_by_id_and_scalars_and_lists_replaced(self) -> None:
        process = merged("stages: {rencana: {deadline: 21d, remind: [5]}}\nparameters: {batas: 60}\n")
        stage = process.stages["rencana"]
        assert stage.deadline and stage.deadline.days == 21
        assert (stage.title, stage.remind, list(stage.actions)) == ("Rencana", (5,), ["ajukan"])
        assert process.parameters["batas"] == 60

    def test_routes_are_replaced_as_a_whole(self) -> None:
        process = merged("stages: {penilaian: {actions: {tetapkan: {to: {selesai: otherwise}}}}}\n")
        assert [clause.id for clause in process.stages["penilaian"].actions["tetapkan"].to or ()] == ["selesai"]

    def test_requirements_are_merged_by_code(self) -> None:
        process = merged("stages: {penilaian: {actions: {kembalikan: {require: {belum_lengkap: diri != null}}}}}\n")
        codes = [clause.id for clause in process.stages["penilaian"].actions["kembalikan"].require]
        assert codes == ["batas_pengembalian", "belum_lengkap"]

    def test_a_value_of_another_kind_replaces_the_kind_and_keeps_the_rest(self) -> None:
        value = merged("values: {nilai: hasil + 0}\n").values["nilai"]
        assert value.formula and value.formula.source == "hasil + 0"
        assert value.weights is None
        assert len(value.override) == 1

    def test_rows_that_become_a_formula_lose_their_columns(self) -> None:
        value = merged("values: {baris: {formula: hasil}}\n").values["baris"]
        assert (value.for_, value.when, value.columns) == (None, None, {})

    def test_a_scalar_and_a_record_are_merged_as_the_same_thing(self) -> None:
        process = merged("values: {perilaku_diri: {decimals: 1}, hasil: mean(penilaian.dinilai.capaian)}\n")
        assert process.values["perilaku_diri"].decimals == 1
        assert process.values["perilaku_diri"].formula
        assert process.values["hasil"].title == "Hasil"

    def test_weights_are_a_map_by_name(self) -> None:
        (line,) = merged("values: {nilai: {weights: {hasil: 70, perilaku: 30}}}\n").values["nilai"].weights or ()
        assert {name: int(weight) for name, weight in line.parts.items()} == {"hasil": 70, "perilaku": 30}

    def test_a_text_is_replaced_with_its_translation(self) -> None:
        texts = with_overlay("title: Daerah\n")
        texts[W] = texts[W].replace("title: Penilaian kinerja", "title: {id: Penilaian kinerja, en: Appraisal}")
        assert load_texts(texts).processes["daerah"].title.translations == {}

    def test_parts_are_taken_out(self) -> None:
        process = merged("remove: [collections.laporan, stages.penilaian.actions.tetapkan.close, values.saran]\n")
        assert process.workflow.collections == {}
        assert "saran" not in process.values

    def test_what_is_taken_out_may_be_written_anew(self) -> None:
        process = merged("remove: [values.nilai]\nvalues: {nilai: {weights: {hasil: 100}}}\n")
        assert process.values["nilai"].override == ()

    def test_a_new_stage_stands_behind_the_one_that_leads_to_it(self) -> None:
        process = merged(
            "stages:\n"
            "  umpan_balik: {actions: {tutup: {to: dengar}}}\n"
            "  dengar: {title: Dengar, actor: admin, actions: {lanjut: {title: Lanjut, to: bahas}}}\n"
            "  bahas: {title: Bahas, actor: admin, actions: {bahas: {title: Bahas, to: penilaian}}}\n"
        )
        assert list(process.stages) == ["rencana", "umpan_balik", "dengar", "bahas", "penilaian", "selesai"]

    def test_an_overlay_may_be_laid_over_an_overlay(self) -> None:
        texts = with_overlay("parameters: {batas: 60}\nremove: [values.saran]\n")
        texts["workflows/a_kota.yaml"] = "workflow: kota\nextends: daerah\nstages: {rencana: {deadline: 7d}}\n"
        process = load_texts(texts).processes["kota"]
        assert process.parameters["batas"] == 60
        assert "saran" not in process.values
        assert process.stages["rencana"].deadline and process.stages["rencana"].deadline.days == 7
        assert set(process.files) == {*FILES, D, "workflows/a_kota.yaml"} - {"workflows/en.yaml"}


class TestForms:
    def test_a_form_is_merged_like_a_process(self) -> None:
        form = with_form("title: Rencana daerah\nfields: {mulai: {title: Tanggal mulai}}\n").duties["rencana"].form
        assert form and form.title == "Rencana daerah"
        assert list(form.fields) == ["sasaran", "jumlah", "mulai", "unit"]
        assert (form.fields["mulai"].title, form.fields["mulai"].kind) == ("Tanggal mulai", "date")
        assert [clause.id for clause in form.require] == ["sasaran_kurang"]

    def test_a_new_field_goes_where_it_says(self) -> None:
        form = with_form(
            "fields:\n"
            "  dua: {type: text, title: Dua, after: satu}\n"
            "  satu: {type: text, title: Satu, after: sasaran}\n"
            "  tiga: {type: text, title: Tiga, after: sasaran}\n"
            "  awal: {type: text, title: Awal, after: start}\n"
            "  akhir: {type: text, title: Akhir}\n"
            "  sasaran: {columns: {ukuran: {type: text, title: Ukuran, after: kode}}}\n"
        ).duties["rencana"].form  # fmt: skip
        assert form and list(form.fields) == [
            "awal",
            "sasaran",
            "satu",
            "dua",
            "tiga",
            "jumlah",
            "mulai",
            "unit",
            "akhir",
        ]
        assert list(form.fields["sasaran"].columns) == ["kode", "ukuran", "bobot", "catatan"]  # type: ignore[attr-defined]

    def test_a_field_may_be_moved_and_taken_out(self) -> None:
        form = with_form("remove: [fields.unit]\nfields: {mulai: {after: start}}\n").duties["rencana"].form
        assert form and list(form.fields) == ["mulai", "sasaran", "jumlah"]

    def test_another_type_keeps_what_it_knows(self) -> None:
        form = (
            with_form(
                "remove: [fields.mulai.initial]\nfields: {mulai: {type: text, length: 1..9}, unit: {type: radio}}\n"
            )
            .duties["rencana"]
            .form
        )
        assert form and (form.fields["mulai"].kind, form.fields["mulai"].title) == ("text", "Mulai")
        assert form.fields["unit"].kind == "radio"
        assert form.fields["unit"].optional


class TestPinning:
    def test_a_process_carries_the_files_of_its_base_and_can_be_read_from_them(self) -> None:
        texts = with_overlay("remove: [collections.laporan, stages.penilaian.actions.tetapkan.close]\n")
        process = load_texts(texts).processes["daerah"]
        assert {D, W, R, "forms/laporan.yaml"} <= set(process.files)
        again = load_texts(process.files).processes["daerah"]
        assert again.hash == process.hash
        assert list(again.values) == list(process.values)

    @pytest.mark.parametrize("file", [W, D, R])
    def test_its_hash_follows_from_every_file(self, file: str) -> None:
        texts = with_overlay("title: Daerah\n")
        other = load_texts({**texts, file: texts[file] + "# catatan\n"}).processes["daerah"]
        assert other.hash != load_texts(texts).processes["daerah"].hash

    def test_the_base_is_pinned_without_its_overlays(self) -> None:
        texts = with_overlay("title: Daerah\n")
        assert (
            load_texts(texts).processes["penilaian_kinerja"].hash
            == load_texts(FILES).processes["penilaian_kinerja"].hash
        )


#: Code, the overlay, where ``§`` stands at the mistake, and what the base locks.
BAD = [
    ("L001", "workflow: daerah\nextends: §penilaian\n", ""),
    ("L003", HEAD + "remove: [values.saran, §stages.penilain]\n", ""),
    ("L003", HEAD + "remove: [§stages.penilaian.tasks.diri]\n", ""),
    ("L003", HEAD + "remove: [§workflow]\n", ""),
    ("L003", HEAD + "remove: [§values.perilaku.weights.0]\n", ""),
    ("L004", HEAD + "stages: {§penilain: {deadline: 7d}}\n", ""),
    ("L004", HEAD + "stages: {penilaian: {actions: {§tetapkn: {to: selesai}}}}\n", ""),
    ("L004", HEAD + "values: {§perilku: {decimals: 1}}\n", ""),
    ("L004", HEAD + "stages: {umpan_balik: {tasks: {§dirii: {at_least: 2}}}}\n", ""),
    ("L004", HEAD + "stages: {penilaian: {actions: {kembalikan: {fields: {§alsan: {optional: true}}}}}}\n", ""),
    ("L005", HEAD + "values: {§nilai: {decimals: 1}}\n", "values.nilai"),
    ("L005", HEAD + "values: {nilai: {weights: {§hasil: 70, perilaku: 30}}}\n", "values.nilai.weights.hasil"),
    ("L005", HEAD + "values: {§nilai: hasil}\n", "values.nilai.weights"),
    ("L005", HEAD + "stages: {penilaian: {actions: {tetapkan: {§to: selesai}}}}\n",
     "stages.penilaian.actions.tetapkan.to.umpan_balik"),
    ("L005", HEAD + "remove: [§values.saran]\n", "values.saran.collect.S-1"),
    ("L005", HEAD + "remove: [§values.saran.collect.S-1]\n", "values"),
    ("L006", HEAD + "locked: [values.hasil, §values.hasl]\n", "values.nilai"),
    ("L008", HEAD + "stages: {penilaian: {actions: {kembalikan: {fields: "
     "{lain: {type: text, title: Lain, after: §alsan}}}}}}\n", ""),
    ("D001", HEAD + "stages: {rencana: {§dedline: 7d}}\n", ""),
    ("D003object", HEAD + "stages: §[rencana]\n", ""),
    ("D003array", HEAD + "remove: §values.saran\n", ""),
    ("N001", HEAD + "stages: {penilaian: {actions: {tetapkan: {to: §selsai}}}}\n", ""),
    ("N003", HEAD + "stages: {rencana: {form: §rencan}}\n", ""),
    ("E16", HEAD + "values: {nilai: {weights: §{hasil: 70}}}\n", ""),
    ("X020", HEAD + "values: {hasil: 1 + §hsl}\n", ""),
    ("X020", HEAD + "values: {hasil: {formula: \"'§hsl' + 1\"}}\n".replace("'", ""), ""),
    ("X021", HEAD + "values: {saran: {collect: {'= §butr(1)': nilai < 1}}}\n", ""),
]  # fmt: skip


class TestOneMistake:
    @pytest.mark.parametrize(("code", "text", "locked"), BAD)
    def test_is_told_once_at_its_place_in_the_overlay(self, code: str, text: str, locked: str) -> None:
        texts, place = marked({**with_overlay("", locked), D: text})
        found = problems_of(texts)
        assert [(problem.code, problem.place) for problem in found] == [(code, place)], [p.line() for p in found]

    def test_a_locked_part_is_told_with_both_places(self) -> None:
        (problem,) = problems_of(with_overlay("values: {nilai: {decimals: 1}}\n", "start, values.nilai"))
        assert problem.text("id") == (
            'Hapus perubahan ini: "values.nilai" dikunci oleh penilaian_kinerja (workflows/penilaian.yaml:4:17).'
        )

    def test_a_lock_holds_for_every_overlay_above(self) -> None:
        texts = with_overlay("locked: [values.hasil]\n", "values.nilai")
        texts["workflows/kota.yaml"] = (
            "workflow: kota\nextends: daerah\nvalues: {nilai: {decimals: 1}, hasil: {decimals: 1}}\n"
        )
        found = problems_of(texts)
        assert [(p.code, p.place.column) for p in found] == [("L005", 10), ("L005", 32)]
        assert [p.params["other"].split(":")[0] for p in found] == [W, D]

    def test_a_near_id_is_offered(self) -> None:
        (problem,) = problems_of(with_overlay("stages: {penilain: {deadline: 7d}}\n"))
        assert problem.text("en") == (
            'Replace "penilain" by a part of penilaian_kinerja: rencana, umpan_balik, penilaian, selesai. '
            'If this part is new, give it title. Did you mean "penilaian"?'
        )

    def test_a_circle_is_told_once(self) -> None:
        texts = {
            **FILES,
            D: HEAD.replace("penilaian_kinerja", "kota"),
            "workflows/kota.yaml": "workflow: kota\nextends: daerah\n",
            "workflows/lain.yaml": "workflow: lain\nextends: kota\n",
        }
        (problem,) = problems_of(texts)
        assert (problem.code, problem.params["names"]) == ("L002", "daerah -> kota -> daerah")
        assert problem.place == Place(D, 2, 10)

    def test_the_base_of_a_form_must_be_a_form(self) -> None:
        (problem,) = problems_of({**FILES, F: "form: daerah\nextends: penilaian_kinerja\n"})
        assert (problem.code, problem.place) == ("L001", Place(F, 2, 10))

    def test_what_still_uses_a_removed_part_is_told_where_it_stands(self) -> None:
        found = problems_of(with_overlay("remove: [collections.laporan]\n"))
        line = FILES[W].split("\n").index("        close: laporan") + 1
        assert [(p.code, p.place) for p in found] == [("L009", Place(W, line, 16))]
        assert found[0].text("id") == (
            'Timpa bagian ini di lapisan yang menghapus "laporan" (workflows/daerah.yaml:3:10), atau jangan hapus: '
            "bagian ini memakainya."
        )

    def test_so_is_what_an_expression_reads(self) -> None:
        found = problems_of(with_overlay("remove: [values.hasil]\n"))
        assert {p.code for p in found} == {"L009"}
        assert {p.place.file for p in found} == {W, "forms/penilaian.yaml"}

    def test_a_mistake_of_the_base_is_told_once(self) -> None:
        texts = with_overlay("stages: {rencana: {actions: {tambah: {title: Tambah, to: selesai}}}}\n")
        found = problems_of({**texts, W: texts[W].replace("to: penilaian\n", "to: penilain\n")})
        assert [problem.code for problem in found] == ["N001"]

    def test_so_is_what_is_proved_of_it(self) -> None:
        limit = '        require:\n          batas_pengembalian: count(history.penilaian[action = "kembalikan"]) <= 1\n'
        base = (
            FILES[W].replace(limit, "").replace("alasan: {type: textarea,", "alasan: {type: textarea, optional: true,")
        )
        texts = with_overlay("stages: {penilaian: {actions: {tetapkan: {title: Setujui}}}}\n")
        alone, both = problems_of({**FILES, W: base}), problems_of({**texts, W: base})
        assert [problem.code for problem in alone] == ["E05"]
        assert [problem.place for problem in both if problem.code == "E05"] == [alone[0].place]

    def test_a_base_that_is_no_yaml_silences_its_overlays(self) -> None:
        texts = with_overlay("values: {nilai: {decimals: 1}}\n")
        found = problems_of({**texts, W: texts[W] + "title: Lagi\n"})
        assert [problem.code for problem in found] == ["S017"]

    @pytest.mark.parametrize(("code", "text", "locked"), BAD)
    def test_is_told_in_two_languages(self, code: str, text: str, locked: str) -> None:
        texts, _ = marked({**with_overlay("", locked), D: text})
        (problem,) = problems_of(texts)
        assert problem.text("id") != problem.text("en")
        assert "None" not in problem.text("id")


# --- a random overlay, against a merge by hand ------------------------------------------------------------------------

Data = dict[str, Any]
#: What the overlay says, and what its author means by it, done by hand on the base's data.
Change = tuple[Data, Callable[[Data], None]]


def put(path: str, value: Any, *gone: str) -> Change:
    """*value* is written at *path*; by hand it is put there, and *gone* beside it falls away."""
    *before, last = path.split(".")

    def by_hand(data: Data) -> None:
        for step in before:
            data = data[step]
        for name in gone:
            data.pop(name, None)
        data[last] = value

    said: Any = value
    for step in reversed(path.split(".")):
        said = {step: said}
    return said, by_hand


def take(path: str) -> Change:
    def by_hand(data: Data) -> None:
        *before, last = path.split(".")
        for step in before:
            data = data[step]
        del data[last]

    return {"remove": [path]}, by_hand


CHANGES: dict[str, Change] = {
    "title": put("title", "Daerah"),
    "region": put("region", "daerah"),
    "batas": put("parameters.batas", "55"),
    "tenggat": put("stages.rencana.deadline", "30d"),
    "ingat": put("stages.rencana.remind", ["9"]),
    "alur": put("stages.penilaian.actions.tetapkan.to", "selesai"),
    "syarat": put("stages.penilaian.actions.tetapkan.require", {"belum_lengkap": "diri != null"}),
    "syarat_lain": put("stages.umpan_balik.actions.tutup.require.sikap_wajib", "diri != null"),
    "bobot": put("values.nilai.weights", {"hasil": "20", "perilaku": "80"}),
    "rumus": put("values.predikat_lain", {"formula": "predikat"}),
    "jenis": put("values.saran.formula", "nilai", "collect"),
    "pembaca": put("values.predikat.readers.admin", "now"),
    "tahap": put("stages.dengar", {"title": "Dengar", "final": "true"}),
    "tanpa_saran": take("values.saran"),
    "tanpa_tenggat": take("stages.umpan_balik.deadline"),
    "tanpa_dokumen": take("documents.dokumen"),
    "tanpa_hasil": take("values.hasil"),
    "tanpa_tahap": take("stages.umpan_balik"),
    "salah": take("stages.tidak_ada"),
}


def written(data: Any) -> str:
    """*data* in YAML's braces, which the definitions' own reader knows."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"'{name}': {written(part)}" for name, part in data.items()) + "}"
    return "[" + ", ".join(map(written, data)) + "]" if isinstance(data, list) else "'" + data.replace("'", "''") + "'"


def joined(one: Data, other: Data) -> Data:
    """Two changes in one overlay."""
    both = dict(one)
    for name, part in other.items():
        there = both.get(name)
        both[name] = (
            joined(there, part) if isinstance(there, dict) else there + part if isinstance(there, list) else part
        )
    return both


def conflict(names: list[str]) -> bool:
    """Whether two of the changes speak of the same part."""
    of_stage = {"tanpa_tenggat", "syarat_lain"}
    return {"jenis", "tanpa_saran"} <= set(names) or ("tanpa_tahap" in names and bool(of_stage & set(names)))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(CHANGES)), unique=True, min_size=1, max_size=6).filter(lambda n: not conflict(n))
)
def test_an_overlay_is_refused_with_a_place_or_merged_as_by_hand(names: list[str]) -> None:
    said: Data = {}
    by_hand = deepcopy(read(FILES[W], W).data)
    for name in names:
        said = joined(said, CHANGES[name][0])
        if name != "salah":
            CHANGES[name][1](by_hand)
    by_hand |= {"workflow": "daerah", "extends": "penilaian_kinerja"}
    if "remove" in said:
        by_hand["remove"] = said["remove"]
    text = written({"workflow": "daerah", "extends": "penilaian_kinerja", **said})
    if "salah" not in names:
        _, whole = overlaid([read(FILES[W], W), read(text, D)]).sources
        assert whole.data == by_hand
    found: tuple[Problem, ...] = problems_of({**FILES, D: text})
    alone = problems_of(
        {**FILES, W: written({name: by_hand[name] for name in by_hand if name not in ("extends", "remove")})}
    )
    assert all(problem.place.file in {D, *FILES} and problem.place.line > 0 for problem in found)
    assert refused(found) == ("salah" in names or refused(alone))


def refused(found: tuple[Problem, ...]) -> bool:
    return any(not problem.warning for problem in found)
