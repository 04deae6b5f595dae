"""Indonesian first, English complete; numbers and days as people write them."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import jinja2
import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

from scripts.gather_texts import gathered, merged, translated
from web.config import PACKAGE
from web.languages import LANGUAGES, day, force_locale, moment, number

#: What marks a text to be translated.
GETTEXTS = {"_", "gettext", "ngettext", "N_"}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")

#: What Click fills into its words.
FACT = re.compile(r"%\(\w+\)s|\{\w+(?:!r)?\}")


def test_every_text_has_its_english_with_the_same_facts_in_it() -> None:
    texts = [message for message in merged(gathered(), translated()) if message.id]
    assert len(texts) > 100
    for message in texts:
        for indonesian, english in _pairs(message):
            assert english, f"no English for {indonesian!r}: make texts"
            assert set(PLACEHOLDER.findall(indonesian)) == set(PLACEHOLDER.findall(english)), indonesian


def test_no_english_is_kept_for_a_text_that_is_gone() -> None:
    assert {m.id for m in translated() if m.id} == {m.id for m in gathered() if m.id}


def test_every_word_of_the_command_lines_reader_has_its_indonesian() -> None:
    with (PACKAGE / "translations" / "id" / "LC_MESSAGES" / "click.po").open("rb") as opened:
        ours = {message.id: message.string for message in read_po(opened, locale="id") if message.id}
    found = extract_from_dir(
        Path(click.__file__).parent, [("**.py", "python")], keywords={"_": None, "ngettext": (1, 2)}
    )
    assert set(ours) == {text for _file, _line, text, *_rest in found}
    for english, indonesian in ours.items():
        assert all([indonesian] if isinstance(indonesian, str) else indonesian), english
        allowed = set(FACT.findall(str(english)))
        assert set(FACT.findall(str(indonesian))) <= allowed, english


def test_no_text_stands_inside_an_f_string_where_it_would_not_be_gathered() -> None:
    found = [
        f"{file.relative_to(PACKAGE)}:{call.lineno}"
        for file in sorted(PACKAGE.rglob("*.py"))
        for joined in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in GETTEXTS
        and _literal(call)
    ]
    assert found == []


def _literal(call: ast.Call) -> bool:
    return any(isinstance(given, ast.Constant) for given in call.args)


def _pairs(message: Message) -> list[tuple[str, str]]:
    if message.pluralizable:
        return list(zip(message.id, message.string or ("", ""), strict=True))
    return [(str(message.id), str(message.string or ""))]


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (Decimal("92.36"), None, "92,36", "92.36"),
        (Decimal("92.30"), None, "92,30", "92.30"),
        (Decimal("1234567.5"), 2, "1.234.567,50", "1,234,567.50"),
        (Decimal("-0.5"), None, "-0,5", "-0.5"),
        (7, None, "7", "7"),
        (Decimal("1E+3"), None, "1.000", "1,000"),
        (None, None, "", ""),
    ],
)
def test_numbers_are_written_as_the_language_does(
    app: Flask, value: Decimal | None, decimals: int | None, indonesian: str, english: str
) -> None:
    with app.test_request_context():
        assert number(value, decimals) == indonesian
        with force_locale("en"):
            assert number(value, decimals) == english


def test_days_and_instants_are_written_in_words_and_local_time(app: Flask) -> None:
    noon = datetime(2026, 7, 14, 3, 42, tzinfo=UTC)
    with app.test_request_context():
        assert day(date(2026, 7, 14)) == "14 Juli 2026"
        assert moment(noon, "Asia/Pontianak") == "14 Juli 2026 pukul 10.42 WIB"
        assert moment(datetime(2026, 7, 14, 23, tzinfo=UTC), "Asia/Jayapura") == "15 Juli 2026 pukul 08.00 WIT"
        assert day(None) == moment(None) == ""
        with force_locale("en"):
            assert day(date(2026, 7, 14)) == "14 July 2026"
            assert moment(noon, "Asia/Makassar") == "14 July 2026 at 11:42 WITA"


def test_a_template_holds_the_texts_of_its_language_and_what_it_extends_is_of_it_too(app: Flask) -> None:
    app.jinja_env.loader = _over(
        app.jinja_env.loader,
        {
            "page.html": '{% extends "around.html" %}{% from "said.html" import said %}'
            '{% block inside %}{{ said() }} {{ _("Keluar") if wanted }}{% endblock %}',
            "around.html": '<{{ _("Masuk") }}>{% block inside %}{% endblock %}',
            "said.html": '{% macro said() %}{{ _("Kembali") }}{% endmacro %}',
        },
    )
    spoken = {"id": "<Masuk>Kembali Keluar", "en": "<Sign in>Back Sign out"}
    with app.test_request_context():
        for language in ("id", "en", "id"):
            with force_locale(language):
                assert app.jinja_env.get_template("page.html").render(wanted=True) == spoken[language]
    assert "en/around.html" in {name for _loader, name in app.jinja_env.cache or ()}


def _over(loader: Any, files: dict[str, str]) -> jinja2.BaseLoader:
    """*loader*, with *files* in every language beside its own."""
    own = {f"{language}/{name}": text for language in LANGUAGES for name, text in files.items()}
    return jinja2.ChoiceLoader([jinja2.DictLoader(own), loader])
