"""Proving definitions: all there are, one region with what it uses and starts, and one very large process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench.loading import REGION, ROOT
from bench.rounds import Call, Costs, compared
from engine.library import check_texts

ROUNDS = 3
#: The large process: so many stages, with so many fields each.
STAGES, FIELDS = 299, 16
#: Parts of the file names of what belongs to one region: its own, shared words, the process that it starts.
OF_ONE = (REGION, "bersama", "pembinaan")


def measured() -> Costs:
    """The costs of ``all``, ``one`` and ``large``, proofs over decimals included."""
    everything = _texts()
    one = {name: text for name, text in everything.items() if any(part in name for part in OF_ONE)}
    contenders = {"all": everything, "one": one, "large": dict(_large())}
    return compared({name: partial(_contender, texts) for name, texts in contenders.items()}, ROUNDS)


def _contender(texts: dict[str, str], number: int) -> list[Call]:
    return [_checking(texts)]


def _checking(texts: dict[str, str]) -> Call:
    def check() -> None:
        assert all(problem.warning for problem in check_texts(texts))

    return check


def _texts() -> dict[str, str]:
    files = [file for folder in ("workflows", "forms") for file in sorted((ROOT / folder).rglob("*.yaml"))]
    return {file.relative_to(ROOT).as_posix(): file.read_text() for file in files if "scenarios" not in file.parts}


def _large() -> Iterator[tuple[str, str]]:
    """A line of stages, a sixth of which branch; every thirtieth can send the case back twice."""
    head = "workflow: besar\ntitle: Besar\nstart: s0\nroles:\n  pegawai: {title: P, is: subject}\n"
    lines = [head + "  atasan: {title: A, is: superior}\nmessages: {batas: Cukup.}\nstages:"]
    for number in range(STAGES):
        lines.append(
            f"  s{number}: {{title: S, actor: {('pegawai', 'atasan')[number % 2]}, form: f{number}, actions: {{"
        )
        lines.append(f"    kirim{number}: {{title: K, to: {_routes(number)}}}{_back(number)}}}}}")
        fields = "".join(f'  n{each}: {{type: number, title: N, allow: "[0..100]"}}\n' for each in range(FIELDS))
        yield f"forms/f{number}.yaml", f"form: f{number}\ntitle: F\nfields:\n{fields}"
    values = [
        f"  v{number}: {{formula: s{number}.n0 + s{number}.n1, optional: true}}" for number in range(0, STAGES, 3)
    ]
    yield "workflows/besar.yaml", "\n".join([*lines, "  akhir: {title: Z, final: true}", "values:", *values]) + "\n"


def _routes(number: int) -> str:
    names = [f"s{number + step}" if number + step < STAGES else "akhir" for step in (1, 2)]
    if number % 6 or names[0] == "akhir":
        return names[0]
    return f"{{{names[1]}: 's{number}.n0 > 50', {names[0]}: otherwise}}"


def _back(number: int) -> str:
    if number == 0 or number % 30:
        return ""
    bound = f'count(history.s{number}[action = "kembali{number}"]) <= 2'
    return f", kembali{number}: {{title: B, without_form: true, require: {{batas: '{bound}'}}, to: s{number - 1}}}"
