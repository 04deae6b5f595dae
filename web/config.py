"""The settings of a running service, from its environment. Nothing else reads the environment.

========================  ==========================================================================================
``BORANG_INSTANCE``       folder of the database, the secret key and uploads; ``instance`` of the checkout by default
``DATABASE_URL``          SQLite in that folder by default; ``postgresql://…`` where one machine is not enough
``BORANG_SECRET_KEY``     at least 32 characters; without it one is made, once, in the instance folder
``BORANG_DEFINITIONS``    folder with ``workflows`` and ``forms``
``BORANG_HOSTS``          the host names under which the service answers, separated by commas
``BORANG_HTTPS``          ``1`` or ``0``: whether browsers reach it by HTTPS; yes, unless all hosts are local
``BORANG_PROXIES``        how many proxies of yours stand before it, each adding ``X-Forwarded-For``; none by default
``BORANG_METRICS``        at least 32 characters, with which monitoring may read ``/metrics``; nobody may without it
``BORANG_URL``            the address under which people reach the service, for links in letters: ``https://host``
``BORANG_MAIL``           the server that takes letters: ``smtps://user:password@host:port``; none without it
``BORANG_MAIL_FROM``      the address that letters come from
``BORANG_WEBHOOK_HOSTS``  hosts of other systems that may be told of moves, separated by commas; none by default
========================  ==========================================================================================
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from argon2 import Parameters, Type

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
KEY_LENGTH = 32
DATABASE = "borang.sqlite"

MEGABYTE = 1024 * 1024
#: A form with an attachment of 5 MB and its fields.
BODY_LIMIT = 6 * MEGABYTE
#: All text of a form: a class of thirty with twenty answers each needs a tenth.
TEXT_LIMIT = MEGABYTE
#: Fields of a form, typed or attached.
FIELD_LIMIT = 5000

#: OWASP's second choice: about 20 ms and 19 MiB a sign-in, where the library's default takes 175 ms and 64 MiB.
OWASP = Parameters(
    type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=2, memory_cost=19 * 1024, parallelism=1
)


#: How long PostgreSQL may take: to be reached, to hand over a row that somebody else holds, for one statement, and how
#: long it waits for a service that has died in the middle of a transaction. The network tells a dead machine by itself.
PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "options": "-c lock_timeout=5s -c statement_timeout=20s -c idle_in_transaction_session_timeout=30s",
}


class Misconfigured(Exception):
    """The service cannot start like this; the text says what to set."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a deployment decides. Refuses a secret key that is short or could be guessed."""

    instance: Path
    database_url: str
    secret_key: str = field(repr=False)
    definitions: Path
    hosts: tuple[str, ...] = LOCAL_HOSTS
    https: bool = False
    proxies: int = 0
    metrics_token: str = field(default="", repr=False)
    url: str = ""
    mail: str = field(default="", repr=False)
    mail_from: str = ""
    webhook_hosts: tuple[str, ...] = ()
    demo: bool = False
    argon2: Parameters = field(default_factory=lambda: OWASP)

    def __post_init__(self) -> None:
        _refuse_guessable("BORANG_SECRET_KEY", self.secret_key)
        if self.metrics_token:
            _refuse_guessable("BORANG_METRICS", self.metrics_token)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, demo: bool = False) -> Settings:
        """The settings that *environ* describes. Makes the instance folder and, once, its secret key.

        The demo has a folder of its own inside, and a database in it whatever *environ* says.
        """
        base = Path(environ.get("BORANG_INSTANCE") or _home() / "instance").absolute()
        instance = base / "demo" if demo else base
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = f"sqlite:///{instance / DATABASE}"
        hosts = _listed("BORANG_HOSTS", environ)
        local = set(hosts) <= set(LOCAL_HOSTS)
        return cls(
            instance=instance,
            database_url=own if demo else _address(environ.get("DATABASE_URL") or own),
            secret_key=environ.get("BORANG_SECRET_KEY") or _kept_key(instance / "secret_key"),
            definitions=definitions_root(environ),
            hosts=hosts or LOCAL_HOSTS,
            https=environ.get("BORANG_HTTPS", "0" if local else "1") == "1",
            proxies=_count("BORANG_PROXIES", environ),
            metrics_token=environ.get("BORANG_METRICS", ""),
            url=environ.get("BORANG_URL", ""),
            # The demo's people are invented: nobody gets a letter, no system is told.
            mail="" if demo else environ.get("BORANG_MAIL", ""),
            mail_from=environ.get("BORANG_MAIL_FROM", ""),
            webhook_hosts=() if demo else _listed("BORANG_WEBHOOK_HOSTS", environ),
            demo=demo,
        )

    @property
    def anonymity_key(self) -> bytes:
        """The key under which one-time keys of anonymous answers are hashed: never in the database."""
        return self.derived("anonymity")

    def derived(self, purpose: str) -> bytes:
        """A key for one *purpose*, from which neither the secret key nor another purpose's can be found."""
        return hmac.digest(self.secret_key.encode(), f"borang {purpose}".encode(), hashlib.sha256)

    def flask(self) -> dict[str, Any]:
        """The same in the words of Flask and its extensions."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": self._engine(),
            "TRUSTED_HOSTS": list(self.hosts),
            "MAX_CONTENT_LENGTH": BODY_LIMIT,
            "MAX_FORM_MEMORY_SIZE": TEXT_LIMIT,
            "MAX_FORM_PARTS": FIELD_LIMIT,
            "SESSION_COOKIE_NAME": "__Host-borang" if self.https else "borang",
            "SESSION_COOKIE_SECURE": self.https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            # A working day after signing in, whoever sits there must sign in again.
            "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
            # The token lives as long as the session; a form that is open for hours can be sent.
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_DEFAULT_LOCALE": "id",
        }

    def _engine(self) -> dict[str, Any]:
        # What a statement that failed held is somebody's answer, and no matter of the log's.
        known = {"pool_size": 16, "max_overflow": 16, "pool_timeout": 5, "hide_parameters": True}
        return known if self.database_url.startswith("sqlite") else {**known, "connect_args": PATIENCE}


def _refuse_guessable(name: str, secret: str) -> None:
    if len(secret) < KEY_LENGTH or len(set(secret)) < KEY_LENGTH // 4:
        raise Misconfigured(
            f"{name}: pakai paling sedikit {KEY_LENGTH} karakter acak. / Use at least {KEY_LENGTH} random characters."
        )


def definitions_root(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the definitions stand: where *environ* says, in the checkout, or inside an installed package."""
    if own := environ.get("BORANG_DEFINITIONS"):
        return Path(own)
    return CHECKOUT if (CHECKOUT / "workflows").is_dir() else PACKAGE / "library"


def _home() -> Path:
    return CHECKOUT if (CHECKOUT / "pyproject.toml").is_file() else Path.cwd()


def _listed(name: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())


def _count(name: str, environ: Mapping[str, str]) -> int:
    given = environ.get(name) or "0"
    if not (given.isascii() and given.isdigit()):
        raise Misconfigured(f"{name}: tulis bilangan, misalnya 1. / Write a number, such as 1.")
    return int(given)


def _address(url: str) -> str:
    """The address with the driver that is installed. What it says is not repeated: a password may stand in it."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    if not url.startswith(("postgresql+psycopg://", "sqlite:///")) or not _has_a_port_or_none(url):
        raise Misconfigured(
            "DATABASE_URL: tulis postgresql://akun@host:5432/nama, atau sqlite:///folder/berkas. / "
            "Write postgresql://account@host:5432/name, or sqlite:///folder/file."
        )
    return url


def _has_a_port_or_none(url: str) -> bool:
    try:
        _port = urlsplit(url).port
    except ValueError:
        return False
    return True


def _kept_key(file: Path) -> str:
    """The secret key in *file*; made there if there is none. Of several processes that start at once, one makes it."""
    with suppress(FileExistsError):
        # Written aside and linked, so that no process ever reads half a key.
        draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)
        finally:
            draft.unlink()
    return file.read_text().strip()
