"""Somebody at a browser, doing what people do: sign in, find the task, fill in, look over, send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from engine.kinds import Field, File, Ratings, Table
from engine.process import Duty, Process
from tests.browser.service import Service
from tests.cast import PASSWORD, Member

PDF = {"name": "bukti rapat.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%contoh\n"}


class Visitor:
    """One person at one browser."""

    def __init__(self, service: Service, page: Page, who: Member) -> None:
        self.service = service
        self.page = page
        self.who = who

    def go(self, path: str) -> Visitor:
        self.page.goto(self.service.address + path)
        return self

    def sign_in(self) -> Visitor:
        """Through the sign-in page, with NIP and password."""
        self.go("/masuk")
        self.page.get_by_label("NIP").fill(self.who.nip)
        self.page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
        self.button("Masuk").click()
        expect(self.heading()).to_have_text("Tugas saya")
        return self

    # --- what is on the page ---

    def heading(self) -> Locator:
        return self.page.locator("h1")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def errors(self) -> list[str]:
        """What the error summary says."""
        return self.page.locator(".govuk-error-summary__list li").all_inner_texts()

    # --- a task from the inbox to the confirmation ---

    def open_case(self, case_id: str) -> Visitor:
        """From the inbox to the case."""
        self.go("/tugas")
        self.page.locator(f'a[href="/berkas/{case_id}"]').first.click()
        expect(self.page).to_have_url(re.compile(f"/berkas/{case_id}$"))
        return self

    def begin(self, case_id: str, action: str) -> Visitor:
        """Opens the form of an action."""
        self.open_case(case_id)
        self.page.locator(f'a[href$="/isi/{action}"]').click()
        expect(self.page.locator("#formulir")).to_be_visible()
        return self

    def check(self) -> Visitor:
        self.button("Periksa jawaban").click()
        return self

    def send(self) -> Visitor:
        """From the answers to the confirmation; the button has the action's own name."""
        expect(self.heading()).to_have_text("Periksa jawaban")
        self.page.locator("form[action*='/kirim/'] button[data-module]").click()
        expect(self.heading()).to_have_text(re.compile("^Terkirim: "))
        return self

    def fill(self, inputs: Mapping[str, str], files: Mapping[str, Any] | None = None) -> Visitor:
        """Fills inputs by their names, adding the rows that a table does not have yet."""
        for name, value in inputs.items():
            self._add_row_for(name)
            self._fill_one(self.page.locator(f'#formulir [name="{name}"]'), value)
        for name, file in (files or {}).items():
            self.page.locator(f'#formulir [name="{name}"]').set_input_files(file)
        return self

    def _add_row_for(self, name: str) -> None:
        row = re.fullmatch(r"([^.]+)\.\d+\.[^.]+", name)
        if row is None or self.page.locator(f'#formulir [name="{name}"]').count():
            return
        self.page.locator(f'button[name="_tambah"][value="{row[1]}"]').click()
        expect(self.page.locator(f'#formulir [name="{name}"]')).to_be_visible()

    @staticmethod
    def _fill_one(inputs: Locator, value: str) -> None:
        kind = inputs.first.get_attribute("type") or ""
        if kind in ("radio", "checkbox"):
            inputs.and_(inputs.page.locator(f'[value="{value}"]')).check()
        elif inputs.evaluate("e => e.tagName") == "SELECT":
            inputs.select_option(value)
        else:
            inputs.fill(value)


def typed(process: Process, step: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The form of a scenario's step as its inputs are named on the page: texts, and files."""
    action = process.stages[step["stage"]].actions[step["action"]]
    duty = process.duty_of(step["stage"], action, step["actor"])
    texts: dict[str, str] = {}
    files: dict[str, Any] = {}
    for name, value in (step["form"] or {}).items():
        item = duty.fields.get(name)
        if isinstance(item, File):
            files[name] = PDF
        else:
            texts |= dict(_inputs(item, duty, name, value))
    return texts, files


def _inputs(item: Field | None, duty: Duty, name: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(item, Table):
        assert not isinstance(item, Ratings)
        if str(value) != "":
            yield name, _said(value)
    elif isinstance(value, dict):
        column = item.answered()[0].id
        yield from ((f"{name}.{row}.{column}", _said(answer)) for row, answer in value.items())
    else:
        for index, row in enumerate(value):
            key = str(row[duty.settings[name].key]) if item.from_ else str(index)
            told = (column.id for column in item.answered() if row.get(column.id) is not None)
            yield from ((f"{name}.{key}.{column}", _said(row[column])) for column in told)


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
