"""What the proofs refute in a small process: the code, the place of the ``§``, and the story that shows it."""

from functools import cache

import pytest

from engine.errors import Place, Problem
from tests.unit.definitions import problems_of

FILE = "workflows/contoh.yaml"
HEAD = """\
workflow: contoh
title: Contoh
start: isi
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  rekan: {title: Rekan, is: peer, seats: 2..3}
  admin: {title: Admin, is: region office}
  sistem: {title: Sistem, is: system}
messages: {batas: Sudah cukup., kurang: Belum cukup.}
"""

#: A plan that is sent, and a superior who approves it or sends it back once.
COURSE = """\
stages:
  isi:
    title: Isi
    actor: pegawai
    form: isian
    actions:
      kirim: {title: Kirim rencana, to: periksa}
  periksa:
    title: Periksa
    actor: atasan
    form: putusan
    actions:
      setujui: {title: Setujui, to: selesai}
      kembalikan:
        title: Kembalikan
        without_form: true
        require: {batas: 'count(history.periksa[action = "kembalikan"]) <= 2'}
        to: isi
  selesai: {title: Selesai, final: true}
"""

RETURN = COURSE[COURSE.index("      kembalikan:") : COURSE.index("  selesai:")]

#: Several people answer at once; the system closes when all have, or when the time is up.
TOGETHER = """\
stages:
  isi:
    title: Isi
    deadline: 14d
    tasks:
      diri: {title: Diri, actor: pegawai, form: isian}
      sejawat: {title: Sejawat, actor: rekan, form: putusan, at_least: 2}
    actions:
      jawab: {title: Jawab}
      tutup:
        title: Tutup
        actor: [sistem, admin]
        auto: [complete, deadline]
        require: {kurang: diri != null}
        to: selesai
  selesai: {title: Selesai, final: true}
"""

#: The system counts three rounds and ends.
AUTOMATIC = """\
stages:
  isi:
    title: Isi
    actor: pegawai
    actions: {kirim: {title: Kirim, to: hitung}}
  hitung:
    title: Hitung
    actor: sistem
    actions:
      ulangi: {title: Ulangi, auto: entry, to: {hitung: count(history.hitung) < 3, selesai: otherwise}}
  selesai: {title: Selesai, final: true}
"""

FORMS = {
    "forms/isian.yaml": """\
form: isian
title: Isian
fields:
  nilai: {type: number, title: Nilai, allow: "[0..100]"}
  catatan: {type: text, title: Catatan, optional: true}
  jenis: {type: radio, title: Jenis, choices: {a: A, b: B, c: C}}
""",
    "forms/putusan.yaml": """\
form: putusan
title: Putusan
fields:
  setuju: {type: boolean, title: Setuju}
""",
}

#: Code, the sound process, and by turns what stands in it and what stands there instead. The ``§`` is the place.
BAD = [
    # --- stages that nobody reaches
    ("E02", COURSE, "  selesai: {title", "  §sisa: {title: Sisa, final: true}\n  selesai: {title"),
    ("E02", COURSE, "  selesai: {title",
     "  §sisa: {title: Sisa, actor: admin, actions: {lanjut: {title: Lanjut, to: selesai}}}\n  selesai: {title"),
    ("E02", AUTOMATIC, "{hitung: count(history.hitung) < 3, selesai: otherwise}}\n",
     ("{antara: count(history.hitung) < 1, selesai: otherwise}}\n"
     "  §antara: {title: Antara, actor: pegawai, actions: {lanjut: {title: Lanjut, to: selesai}}}\n")),
    (
        "E02action",
        COURSE,
        "kembalikan:\n",
        "kembalikan:\n        show_if: count(history.isi) = 0\n",
        "      kembalikan",
        "      §kembalikan",
    ),
    # --- cases that stop
    ("E04", COURSE, "  periksa:\n", "  §periksa:\n", "Setujui, to", "Setujui, show_if: isi.nilai >= 50, to"),
    ("E04", COURSE, "  periksa:\n", "  §periksa:\n", "Setujui, to", "Setujui, show_if: isi.jenis != \"c\", to"),
    ("E04", COURSE, "  periksa:\n", "  §periksa:\n", "Setujui, to", "Setujui, show_if: count(history.isi) = 2, to"),
    ("E04", COURSE, "  periksa:\n", "  §periksa:\n", "Setujui, to", "Setujui, require: {kurang: isi.nilai > 50}, to"),
    # --- cases that go round
    ("E04round", COURSE, "  isi:\n", "  §isi:\n", "Setujui, to: selesai",
     "Setujui, to: {isi: isi != null, selesai: otherwise}", RETURN, ""),
    ("E04round", COURSE, "  periksa:\n", "  §periksa:\n", "Setujui, to: selesai",
     "Setujui, to: {selesai: isi.nilai >= 50, tinjau: otherwise}", RETURN, "", "  selesai: {title",
     "  tinjau: {title: T, actor: atasan, actions: {lagi: {title: Lagi, to: periksa}}}\n  selesai: {title"),
    # --- rounds without end
    ("E05", COURSE, RETURN, "      §kembalikan: {title: Kembalikan, without_form: true, to: isi}\n"),
    ("E05auto", AUTOMATIC, "      ulangi:", "      §ulangi:", "count(history.hitung) < 3", "count(history.isi) < 3"),
    # --- several people
    ("E19", TOGETHER, "  isi:\n", "  §isi:\n", "diri != null", "count(history.diri) > 1"),
    ("E19rater", TOGETHER, "  isi:\n", "  §isi:\n", "[sistem, admin]", "sistem", "[complete, deadline]", "complete"),
]  # fmt: skip

#: Sound too: each is a mistake of above, put right by something that only an exact look can see.
GOOD = [
    (COURSE,),
    (TOGETHER,),
    (AUTOMATIC,),
    # two conditions about one number that leave no gap
    (COURSE, "Setujui, to: selesai}", ("Setujui, show_if: isi.nilai >= 50, to: selesai}\n"
     "      tolak: {title: Tolak, show_if: isi.nilai < 50, to: selesai}")),
    # every option of a choice
    (COURSE, "Setujui, to: selesai}", ("Setujui, show_if: isi.jenis != \"c\", to: selesai}\n"
     "      tolak: {title: Tolak, show_if: isi.jenis = \"c\", to: selesai}")),
    # a condition of the form that is being filled in can be met by filling it in
    (COURSE, "Setujui, to", "Setujui, require: {kurang: setuju}, to", RETURN, ""),
    # a return that asks for a reason answers for itself
    (COURSE, RETURN, ("      kembalikan: {title: Kembalikan, without_form: true, to: isi,"
     " fields: {alasan: {type: textarea, title: Alasan}}}\n")),
    # two counters that are compared with each other
    (COURSE, "Setujui, to", "Setujui, show_if: count(history.isi) >= count(history.periksa), to"),
]  # fmt: skip


def edited(text: str, *edits: str) -> tuple[str, Place | None]:
    """*text* with *edits*, by turns what stands there and what shall; and the place of the ``§``."""
    for sound, mistake in zip(edits[::2], edits[1::2], strict=True):
        assert text.count(sound) == 1, f"{sound!r} stands {text.count(sound)} times"
        text = text.replace(sound, mistake)
    text = HEAD + text
    at = text.find("§")
    place = Place(FILE, text[:at].count("\n") + 1, at - text.rfind("\n", 0, at)) if at >= 0 else None
    return text.replace("§", ""), place


@cache
def found_in(*edited_text: str) -> tuple[Problem, ...]:
    return problems_of({FILE: edited(*edited_text)[0], **FORMS})


class TestRefuted:
    @pytest.mark.parametrize(("code", "edits"), [(code, edits) for code, *edits in BAD])
    def test_at_its_place_and_nothing_else(self, code: str, edits: list[str]) -> None:
        found = found_in(*edits)
        assert [(problem.code, problem.place) for problem in found] == [(code, edited(*edits)[1])], [
            problem.line() for problem in found
        ]

    @pytest.mark.parametrize(("code", "edits"), [(code, edits) for code, *edits in BAD])
    def test_in_two_languages(self, code: str, edits: list[str]) -> None:
        (problem,) = found_in(*edits)
        assert problem.text("id") != problem.text("en")
        assert "{" not in problem.text("id").replace("{isi", "")

    def test_a_round_that_people_can_leave_is_a_warning(self) -> None:
        codes = {code: found_in(*edits)[0].warning for code, *edits in BAD}
        assert [code for code, warning in codes.items() if warning] == ["E05"]


class TestSound:
    @pytest.mark.parametrize("edits", GOOD)
    def test_nothing_is_reported(self, edits: tuple[str, ...]) -> None:
        assert found_in(*edits) == (), [problem.line() for problem in found_in(*edits)]


class TestSize:
    def test_too_many_possibilities_are_said_as_such(self) -> None:
        tasks = "".join(f"      t{n}: {{title: T{n}, actor: r{n}}}\n" for n in range(16))
        roles = "".join(f"  r{n}: {{title: R{n}, is: unit office}}\n" for n in range(16))
        text = TOGETHER.replace("      diri:", tasks + "      diri:")
        (problem,) = problems_of({FILE: HEAD.replace("  sistem:", roles + "  sistem:") + text, **FORMS})
        assert problem.code == "E30"


class TestStories:
    def test_people_do_one_thing_after_the_other(self) -> None:
        (problem,) = found_in(COURSE, "Setujui, to", 'Setujui, show_if: isi.jenis != "c", to')
        assert problem.text("id").startswith(
            'Jika Rahmadi memilih "Kirim rencana", lalu Bu Sari memilih "Kembalikan", lalu Rahmadi memilih '
        )
        assert 'berkas berhenti di "Periksa": tidak ada tindakan yang tersedia.' in problem.text("id")
        assert 'If Rahmadi chooses "Kirim rencana", then Bu Sari chooses "Kembalikan"' in problem.text("en")

    def test_the_story_is_the_shortest(self) -> None:
        (problem,) = found_in(COURSE, "Setujui, to", "Setujui, show_if: isi = null, to", RETURN, "")
        assert [step["action"] for step in problem.params["story"].data()] == ["kirim"]

    def test_the_story_is_data_too(self) -> None:
        (problem,) = found_in(COURSE, RETURN, "      kembalikan: {title: Kembalikan, without_form: true, to: isi}\n")
        assert problem.params["story"].data()[-1] == {
            "person": "Bu Sari", "role": "atasan", "action": "kembalikan", "stage": "Periksa", "to": "Isi",
            "because": "", "times": 1,
        }  # fmt: skip

    def test_buttons_are_named_in_the_readers_language(self) -> None:
        translation = "translation: en\ntexts:\n  Kirim rencana: Send the plan\n"
        text, _ = edited(COURSE, "Setujui, to", "Setujui, show_if: isi = null, to", RETURN, "")
        problems = problems_of({FILE: text, **FORMS, "workflows/en.yaml": translation})
        (told,) = [problem for problem in problems if problem.code == "E04"]
        assert told.text("en").startswith('If Rahmadi chooses "Send the plan", the case stops at "Periksa"')
