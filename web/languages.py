"""Languages: Indonesian is the source, English is complete. How numbers and days are written in each.

Templates have ``_`` and ``ngettext``, ``d`` for texts of definitions, and the filters ``number``, ``day``, ``moment``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import flask_babel
from babel import Locale
from babel.dates import format_date
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, gettext, ngettext
from flask_login import current_user

from web.clock import ZONE
from web.definitions import text_of

LANGUAGES = ("id", "en")
#: Indonesia's own names of its zones, which do not change with the language.
ZONE_NAMES = {
    "Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT",
}  # fmt: skip

LOCALES = {name: Locale.parse(name) for name in LANGUAGES}
babel = Babel()


class _Texts(Domain):
    """The service's texts, by the language in force."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, Any] = {}

    def get_translations(self) -> Any:
        known = language()
        if known not in self._kept:
            self._kept[known] = super().get_translations()
        return self._kept[known]


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=lambda: LOCALES[language()])
    babel.domain_instance = _Texts()
    app.jinja_env.globals["d"] = translated
    app.jinja_env.filters.update(number=number, day=day, moment=moment)


def chosen() -> str:
    """The language of this request: chosen in this browser, else the person's, the browser's, or Indonesian."""
    if not has_request_context():
        return "id"
    if session.get("language") in LANGUAGES:
        return str(session["language"])
    if current_user.is_authenticated:
        own = current_user.language
        return own if own in LANGUAGES else "id"
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in wanted if language in LANGUAGES), "id")


def language() -> str:
    """The language in force: ``id`` or ``en``. Looked up once a request, which asks for it at every text."""
    try:
        known: str = g.language
    except AttributeError:
        known = g.language = chosen()
    except RuntimeError:  # Outside of everything that asks.
        known = "id"
    return known


@contextmanager
def force_locale(wanted: str) -> Iterator[None]:
    """Inside, *wanted* is the language in force."""
    before = language()
    with flask_babel.force_locale(wanted):
        g.language = wanted
        try:
            yield
        finally:
            g.language = before


def translated(text: str) -> str:
    """A text of a definition in the language in force."""
    return text_of(text, language())


def number(value: Decimal | int | None, decimals: int | None = None) -> str:
    """A number as people write it: ``12.345,50`` in Indonesian, ``12,345.50`` in English; nothing for none."""
    if value is None:
        return ""
    exact = Decimal(value)
    written = f"{exact:,f}" if decimals is None else f"{exact:,.{decimals}f}"
    return written if language() == "en" else written.translate(str.maketrans(",.", ".,"))


def day(value: date | None) -> str:
    """A day in words: ``14 Juli 2026``; nothing for none."""
    return "" if value is None else format_date(value, "d MMMM y", locale=language())


def moment(value: datetime | None, zone: str = ZONE) -> str:
    """An instant in the unit's zone: ``14 Juli 2026 pukul 10.42 WIB``; nothing for none."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    hour = local.strftime("%H:%M" if language() == "en" else "%H.%M")
    return gettext("%(day)s pukul %(time)s %(zone)s", day=day(local.date()), time=hour, zone=ZONE_NAMES.get(zone, zone))


def end_of(value: date | None, zone: str = ZONE) -> str:
    """The end of a day in the unit's zone, which is when a deadline passes: ``14 Juli 2026 pukul 23.59 WIB``."""
    return "" if value is None else moment(datetime.combine(value, time(23, 59), ZoneInfo(zone)), zone)


def due_text(due: date | None, today: date, zone: str) -> str:
    """Until when, in the zone of the case, and how many days that is away or over; nothing without a deadline."""
    if due is None:
        return ""
    if today > due:
        return ngettext("terlambat %(num)s hari", "terlambat %(num)s hari", (today - due).days)
    until = end_of(due, zone)
    if today == due:
        return gettext("sampai hari ini, %(day)s", day=until)
    return ngettext(
        "sampai %(day)s, %(num)s hari lagi", "sampai %(day)s, %(num)s hari lagi", (due - today).days, day=until
    )


def late_text(due: date, today: date, zone: str) -> str:
    """How late it is, and since when."""
    days, until = (today - due).days, end_of(due, zone)
    return ngettext(
        "terlambat %(num)s hari, tenggatnya %(day)s", "terlambat %(num)s hari, tenggatnya %(day)s", days, day=until
    )


__all__ = [
    "LANGUAGES",
    "chosen",
    "day",
    "due_text",
    "end_of",
    "force_locale",
    "gettext",
    "language",
    "late_text",
    "moment",
    "number",
    "translated",
]
