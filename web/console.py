"""What every command of ``borang`` shares: its words in two languages, exit codes, JSON, definitions read and named.

Exit 0: good; 1: problems found; 2: called wrongly, or the service cannot start like this.
"""

from __future__ import annotations

import errno
import gettext
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import click
from babel.support import NullTranslations, Translations

from engine import feel
from engine.errors import DefinitionError
from engine.library import Library, load
from engine.process import Process
from web.config import PACKAGE

GOOD, PROBLEMS, MISUSE = 0, 1, 2

# --- words ------------------------------------------------------------------------------------------------------------


def _(text: str) -> str:
    """*text* in the language of this call: ``--language``, else ``BORANG_LANGUAGE``, else Indonesian."""
    return _catalogue(language()).gettext(text)


def N_(text: str) -> str:
    """*text* as it is; it is translated when it is shown."""
    return text


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(PACKAGE / "translations", [language])


def language() -> str:
    context = click.get_current_context(silent=True)
    return str(context.find_root().params.get("language") or "id") if context else "id"


def wanted_language(arguments: Sequence[str]) -> str:
    """The language before the arguments are read: that of their help."""
    for before, word in zip(arguments, (*arguments[1:], ""), strict=True):
        if before.startswith("--language"):
            return before.partition("=")[2] or word
    return os.environ.get("BORANG_LANGUAGE", "id")


def speak(language: str) -> None:
    """Has Click say its own words ("Usage", "No such option") in *language*.

    It asks the gettext of the process, which takes the language from the environment alone.
    """
    gettext.bindtextdomain("click", str(PACKAGE / "translations"))
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = language


def translate_help(command: click.Command, language: str) -> None:
    catalogue = _catalogue(language)
    command.help = catalogue.gettext(command.help) if command.help else None
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = catalogue.gettext(parameter.help)
    for inner in getattr(command, "commands", {}).values():
        translate_help(inner, language)


class Misused(click.ClickException):
    """The end of a command that was called wrongly."""

    exit_code = MISUSE


def print_json(value: Any) -> None:
    click.echo(_json(value))


def _json(value: Any) -> str:
    """*value* as JSON with every digit of its numbers; what JSON does not have as FEEL writes it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_json, value)) + "]"
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(feel.written(value), ensure_ascii=False)


as_json = click.option("--json", "as_json", is_flag=True, help=N_("Keluaran JSON, untuk dibaca program."))


# --- definitions ------------------------------------------------------------------------------------------------------


def loaded(root: Path) -> Library:
    """The definitions under *root*; ends the command where they are wrong."""
    try:
        return load(root)
    except DefinitionError as error:
        stop_with(error)


def stop_with(error: DefinitionError) -> NoReturn:
    """Tells every problem and ends the command."""
    for problem in error.problems:
        click.echo(problem.line(language()), err=True)
    sys.exit(PROBLEMS)


def processes(definitions: Library, region: str) -> list[Process]:
    """The processes of *region*, or the one of that id; ends the command where there is none."""
    found = [p for p in definitions.processes.values() if region in (p.id, p.workflow.region)]
    if not found:
        known = ", ".join(sorted({p.workflow.region or p.id for p in definitions.processes.values()}))
        raise Misused(_("Tidak ada daerah {region}. Yang ada: {known}.").format(region=region, known=known))
    return found


def bytes_of(file: Path) -> bytes:
    """What stands in *file*; ends the command where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise out_of_reach(file, error) from None


#: Why a file cannot be read or written, where the system would say it in English.
_WHY_NOT = {
    FileExistsError: N_("sudah ada; pilih nama lain"),
    FileNotFoundError: N_("tidak ada, atau foldernya tidak ada"),
    PermissionError: N_("akun ini tidak boleh membaca atau menulisnya"),
    IsADirectoryError: N_("ini folder, bukan berkas"),
    NotADirectoryError: N_("foldernya ternyata berkas"),
}
_FULL = N_("tidak ada ruang lagi di sana")


def out_of_reach(file: Path | str, error: OSError) -> Misused:
    """The end of a command that cannot read or write *file*, and why."""
    known = _FULL if error.errno == errno.ENOSPC else _WHY_NOT.get(type(error))
    return Misused(f"{file}: {_(known) if known else error.strerror}.")


class Day(click.ParamType["date", str]):
    """A day on the command line, as 2026-01-31."""

    name = "yyyy-mm-dd"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return self.fail(_("Tulis tanggal seperti 2026-01-31, bukan {given}.").format(given=value), param, ctx)
