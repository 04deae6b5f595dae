"""Roles, quorums, deadlines and fields that cannot be right, whatever a case does: with which code, and where."""

import pytest

from tests.unit.definitions import ROLES
from tests.unit.proofs.fixtures import found_in

END = "  tamat: {title: Tamat, final: true}\n"
ISI = "  isi: {title: Isi, actor: pegawai, actions: {kirim: {title: Kirim, to: tamat}}}\n"
FORMS = """\
--- forms/isi
fields:
  angka: {type: number, title: Angka}
"""


def together(task: str, roles: str = "", rest: str = "") -> str:
    """A stage where somebody answers beside the employee."""
    return (
        "stages:\n  isi:\n    title: Isi\n    deadline: 14d\n    tasks:\n"
        f"      diri: {{title: Diri, actor: pegawai, form: isi}}\n      lain: {{title: Lain, form: isi, {task}}}\n"
        "    actions:\n      jawab: {title: Jawab}\n"
        "      tutup: {title: Tutup, actor: sistem, auto: [complete, deadline], to: tamat}\n"
        + END
        + rest
        + ROLES
        + roles
    )


#: Code, and a process that is wrong in its first reading and right in its second.
CASES = [
    ("E01", ("stages:\n  isi: {title: Isi, «final: true¦actor: pegawai, actions: {kirim: {title: K, to: tamat}}»}\n"
            "«¦  tamat: {title: T, final: true}\n»")),
    # --- actions that nobody takes
    ("E08", "stages:\n" + ISI.replace("to: tamat", "to: lalu")
            + "  lalu: {title: Lalu, deadline: 3d, actions: {§terus: {title: Terus, «¦actor: atasan, »to: tamat},"
            " lewat: {title: Lewat, actor: sistem, auto: deadline, to: tamat}}}\n" + END),
    ("E08system", "stages:\n" + ISI.replace("to: tamat", "to: lalu")
            + "  lalu: {title: Lalu, actor: sistem, deadline: 3d,"
            " actions: {lewat: {title: Lewat, auto: deadline, to: tamat},"
            " §terus: {title: Terus, «¦actor: atasan, »to: tamat}}}\n" + END),
    ("E08auto", "stages:\n  isi: {title: Isi, actor: pegawai, deadline: 3d, actions: {kirim: {title: K, to: tamat},"
            " lewat: {title: Lewat, «¦actor: sistem, »auto: §deadline, to: tamat}}}\n" + END),
    ("E08form", "stages:\n  isi: {title: Isi, «¦actor: pegawai, »form: §isi, actions: {kirim: {title: K,"
                " actor: pegawai, to: tamat}}}\n" + END),
    ("E35close", "stages:\n"
                 "  isi: {title: Isi, actor: pegawai, actions: {kirim: {title: K, close: §suara, to: tamat}}}\n" + END
                 + "collections:\n  suara: {title: S, actor: warga, form: isi, «¦ticket: SUA, »"
                 "actions: {kirim_suara: {title: K}}}\n" + ROLES + "  warga: {title: Warga, is: public}\n"),
    # --- roles that nobody can hold
    ("E09", "stages:\n  isi: {title: Isi, actor: pegawai, actions: {kirim: {title: K, to: lalu}}}\n"
            "  lalu: {title: Lalu, actor: atas, actions: {terus: {title: T, to: tamat}}}\n" + END + ROLES
            + "  atas: {title: Atas, is: §superior of «rekan¦atasan»}\n"),
    ("E09", "stages:\n  isi: {title: Isi, actor: pegawai, actions: {kirim: {title: K, to: lalu}}}\n"
            "  lalu: {title: Lalu, actor: atas, actions: {terus: {title: T, to: tamat}}}\n" + END + ROLES
            + "  atas: {title: Atas, is: §superior of puncak}\n"
            "  puncak: {title: Puncak, is: superior of «atas¦atasan»}\n"),
    ("E09public", together("actor: [atasan«, §warga¦»]", "  warga: {title: Warga, is: public}\n")),
    ("E09collection", "stages:\n" + ISI + END + "collections:\n"
            "  suara: {title: Suara, actor: §«atasan¦warga», form: isi, actions: {kirim_suara: {title: Kirim}}}\n"
            + ROLES + "  warga: {title: Warga, is: public}\n"),
    # --- the same person proposes and decides
    ("E10", "stages:\n" + ISI + END + ROLES + "  teman: {title: Teman, is: peer, seats: 2..3, proposed_by: pegawai,"
            " confirmed_by: §«pegawai¦atasan»}\n"),
    ("E10alone", "stages:\n" + ISI.replace("to: tamat", "to: lalu") + "  lalu: {title: Lalu, actor: «pegawai¦atasan»,"
            " actions: {§kunci: {title: Kunci, lock: true, to: tamat}}}\n" + END),
    # --- quorums
    ("E18", together("actor: rekan, at_least: §«4¦3»")),
    ("E18none", together("actor: rekan, at_least: §«0¦1»")),
    ("E18anonymous", together("actor: rekan, anonymous: true, at_least: §«1¦2»")),
    ("E18anonymous", together("actor: «atasan¦rekan», §anonymous: true«¦, at_least: 2»")),
    # --- time
    ("E20remind", "stages:\n  isi: {title: Isi, actor: pegawai, deadline: «3d¦30d», remind: [1, §7],"
            " actions: {kirim: {title: K, to: tamat}}}\n" + END),
    ("E20opens", "stages:\n  isi: {title: Isi, actor: pegawai, opens: 06-15, deadline: §«06-01¦07-01»,"
            " actions: {kirim: {title: K, to: tamat}}}\n" + END),
    ("E20start", "cycle: {period: yearly, start: 07-01}\nstages:\n  isi: {title: Isi, actor: pegawai,"
            " deadline: §01-31«¦+1», actions: {kirim: {title: K, to: tamat}}}\n" + END),
    ("E20order", "stages:\n"
            "  isi: {title: Isi, actor: pegawai, deadline: 03-31, actions: {kirim: {title: K, to: lalu}}}\n"
            "  lalu: {title: Lalu, actor: atasan, deadline: §«02-28¦04-30», actions: {terus: {title: T, to: tamat}}}\n"
            + END),
    ("E20fields", "stages:\n  isi: {title: Isi, actor: pegawai, deadline: 3d, actions: {kirim: {title: K, to: tamat},"
            " §lewat: {title: L, actor: sistem, auto: deadline, to: tamat, fields: {sebab: {type: text, title: Sebab"
            "«¦, optional: true»}}}}}\n" + END),
    # --- fields
    ("E21writer", "stages:\n  isi: {title: Isi, actor: pegawai, form: lain, actions: {kirim: {title: K, to: tamat}}}\n"
            + END + "--- forms/lain\nfields:\n  n: {type: number, title: N, writers: §«[sistem]¦[sistem, atasan]»}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), [(code, text + ("" if "--- " in text else FORMS)) for code, text in CASES])
class TestOneMistake:
    def test_is_told_at_its_place(self, code: str, text: str) -> None:
        problems, place = found_in(text, bad=True)
        found = [(problem.code, place and problem.place) for problem in problems]
        assert found == [(code, place)], [problem.line() for problem in problems]
        assert problems[0].text("id") != problems[0].text("en")

    def test_is_not_told_where_it_is_none(self, code: str, text: str) -> None:
        problems, _ = found_in(text, bad=False)
        assert [problem.line() for problem in problems] == []
