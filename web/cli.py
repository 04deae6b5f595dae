"""The command ``borang``. Exit 0: good; 1: problems found; 2: called wrongly, or the service cannot start like this.

Each command is a module under ``web.commands`` that is read when it is called: whoever checks a definition does not
wait for the parts of the service.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from web.config import Misconfigured
from web.console import MISUSE, N_, speak, translate_help, wanted_language

#: Where each command stands: module and name.
COMMANDS = {
    "audit": ("audit", "audit_group"),
    "backup": ("backup", "backup_command"),
    "check": ("check", "check_command"),
    "cycle": ("cycle", "cycle_group"),
    "demo": ("service", "demo_command"),
    "doctor": ("doctor", "doctor_command"),
    "eval": ("eval", "eval_command"),
    "explain": ("explain", "explain_command"),
    "graph": ("graph", "graph_command"),
    "init": ("service", "init_command"),
    "jobs": ("jobs", "jobs_group"),
    "people": ("people", "people_group"),
    "receipt": ("receipt", "receipt_command"),
    "replay": ("replay", "replay_command"),
    "restore": ("backup", "restore_command"),
    "scenario": ("scenario", "scenario_group"),
    "serve": ("service", "serve_command"),
    "test": ("test", "test_command"),
    "webhook": ("webhook", "webhook_group"),
    "worker": ("worker", "worker_command"),
}


class Commands(click.Group):
    """The commands of ``COMMANDS``, each read when it is wanted, its help in the language of this call."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name]
        command: click.Command = getattr(import_module(f"web.commands.{module}"), attribute)
        translate_help(command, str(context.params.get("language") or wanted_language(sys.argv)))
        return command


#: Told in both languages: who cannot reach the database has not got far enough to be asked which one.
AWAY = (
    "Basis data tidak menjawab: periksa DATABASE_URL dan servernya, atau jalankan borang doctor. / "
    "The database does not answer: check DATABASE_URL and its server, or run borang doctor."
)


def main() -> None:
    """Runs ``borang``; what is wrong with its input is told, never traced."""
    language = wanted_language(sys.argv)
    speak(language)
    translate_help(cli, language)
    try:
        cli(windows_expand_args=False)
    except Misconfigured as error:
        click.echo(error, err=True)
        sys.exit(MISUSE)
    except Exception as error:
        if not _database_is_away(error):
            raise
        click.echo(AWAY, err=True)
        sys.exit(MISUSE)


def _database_is_away(error: Exception) -> bool:
    """Whether a command ended because the database does not answer; one that reads none is not made to know of it."""
    if "web.database" not in sys.modules:
        return False
    from web.database import unavailable

    return unavailable(error)


@click.group(
    cls=Commands, help=N_("Borang: penilaian kinerja dari berkas YAML."), context_settings={"max_content_width": 100}
)
@click.option(
    "--language", type=click.Choice(["id", "en"]), envvar="BORANG_LANGUAGE", default="id", help=N_("Bahasa pesan.")
)
@click.version_option(package_name="borang", message="%(prog)s %(version)s", help=N_("Tampilkan versi, lalu selesai."))
def cli(language: str) -> None:
    pass


if __name__ == "__main__":
    main()
