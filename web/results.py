"""The result of a case: its main values, how they came about, and what can be done about them.

Nothing here knows a value by its name. What a definition calculates towards is found by what depends on what: the
verdict is the graded value with the most behind it, the score the weighted number with the most behind it, or, where
nothing is weighted, the number with the most behind that leads to the verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from engine import feel
from engine.access import behind
from engine.case import Case
from engine.desk import Shown, desk
from engine.export import exported, moments
from engine.process import Process
from engine.receipt import Receipt, Teller
from engine.whatif import headline
from web import accounts, pages, prospects, showing
from web.accounts import Account, account
from web.database import reading
from web.held import Held
from web.languages import due_text, translated
from web.prospects import Prospects
from web.store import store


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A value that is a list: what it lists."""

    title: str
    items: list[str]


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """The values that may be read. ``figures`` are the main ones: title, value, id of their account.

    ``main`` is the account of the score with the parts of its parts; ``verdict`` says how the verdict follows, and
    ``prospects`` what would change it. ``file`` is the address of the receipts as a file.
    """

    title: str
    person: str
    about: str
    figures: list[tuple[str, str, str]]
    provisional: bool
    main: Account | None
    verdict: list[str]
    prospects: Prospects | None
    lists: list[Listed]
    accounts: list[Account]
    notes: list[str]
    choices: list[pages.Choice]
    documents: list[tuple[str, str]]
    state: str
    back: str
    file: str


def result_page(held: Held, now: datetime) -> ResultPage:
    """The result, and how every number of it came about."""
    seen = desk(held.process, held.case, held.actors, now)
    shown = {each.value.id: each for each in seen.values}
    told = Told(held, seen.roles)
    made = {name: told.receipt(name) for name in shown}
    verdict = _verdict(held.process, shown)
    score = _score(held.process, shown, verdict)
    first = [*filter(None, (verdict, score)), *_decisions(held.process, shown, verdict)]
    return ResultPage(
        title=_("Hasil penilaian"),
        person=held.subject.name,
        about=pages.about(held),
        figures=[_figure(held, made[each.value.id]) for each in first],
        provisional=not seen.stage.final,
        main=_with_parts(held, made[score.value.id], made) if score else None,
        verdict=list(accounts.sentences(held, made[verdict.value.id])) if verdict else [],
        prospects=prospects.prospects(held, seen.roles, verdict.value) if verdict else None,
        lists=[_listed(held, each) for each in shown.values() if _is_listed(each.result)],
        accounts=[account(held, made[name]) for name in shown],
        notes=list(_notes(held)),
        choices=[] if pages.is_rater(held) else pages.choices(held, seen),
        documents=list(pages.documents_of(held)),
        state=due_text(seen.due_on, held.case.cycle.day_of(now), held.case.cycle.zone),
        back=url_for("cases.show", case_id=held.case.id),
        file=url_for("cases.receipt", case_id=held.case.id),
    )


def receipt_file(held: Held) -> str:
    """The receipts of all values that may be read, as JSON that stands by itself."""
    roles = [actor.role for actor in held.actors]
    earlier = Told(held, roles).earlier
    return json.dumps(exported(held.process, held.case, roles, earlier), ensure_ascii=False, indent=1)


# --- one value on a page of its own -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ValuePage:
    """Why one value is what it is, and below it why its parts are."""

    question: str
    person: str
    about: str
    account: Account
    parts: list[Account]
    notes: list[str]
    back: str


def value_page(held: Held, name: str, now: datetime) -> ValuePage | None:
    """The page of the value *name*; none for what may not be read."""
    seen = desk(held.process, held.case, held.actors, now)
    readable = {each.value.id for each in seen.values}
    if name not in readable:
        return None
    told = Told(held, seen.roles)
    made, teller = told.receipt(name), told.teller(name)
    parts = [each for each in held.process.values if each in readable & behind(held.process, name) - {name}]
    return ValuePage(
        question=_question(held, made),
        person=held.subject.name,
        about=pages.about(held),
        account=_with_parts(held, made, {part: teller.receipt(part) for part in parts}),
        parts=[account(held, teller.receipt(part)) for part in reversed(parts)],
        notes=list(_notes(held)),
        back=url_for("cases.result", case_id=held.case.id),
    )


def _question(held: Held, made: Receipt) -> str:
    """``Mengapa nilai akhir saya 86,40?``, or of somebody else's."""
    title, said = accounts.value_title(made), accounts.in_words(held, made)
    own = any(actor.role == held.process.subject for actor in held.actors)
    if isinstance(made.result, list | dict) or not said:
        return _("Dari mana %(title)s?", title=_lower_first(title))
    if not isinstance(made.result, Decimal):
        said = f"“{said}”"
    if own:
        return _("Mengapa %(title)s saya %(value)s?", title=_lower_first(title), value=said)
    return _("Mengapa %(title)s %(value)s?", title=_lower_first(title), value=said)


def _lower_first(text: str) -> str:
    """*text* within a sentence; an abbreviation stays as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


class Told:
    """The receipts of a case, for one reader. A value that was kept is told as things stood then."""

    def __init__(self, held: Held, roles: Sequence[str]) -> None:
        self.held = held
        self.roles = tuple(roles)
        self.now = Teller(held.process, held.case, self.roles)

    @cached_property
    def earlier(self) -> dict[str, Case]:
        """The case when it first entered each stage at which a value is kept."""
        if not any(value.frozen_at for value in self.held.process.values.values()):
            return {}
        return moments(self.held.process, store().journal(reading(), self.held))

    def teller(self, name: str) -> Teller:
        """Who tells of the value *name* and of its parts."""
        stage = self.held.process.values[name].frozen_at
        if stage is None or stage not in self.earlier:
            return self.now
        return Teller(self.held.process, self.held.case, self.roles, self.earlier[stage], stage)

    def receipt(self, name: str) -> Receipt:
        teller, made = self.teller(name), self.now.receipt(name)
        return made if teller is self.now else replace(teller.receipt(name), kept=made.kept, now=made.now)


# --- which values matter most -----------------------------------------------------------------------------------------


def _depth(process: Process, shown: Shown) -> int:
    return len(behind(process, shown.value.id) & process.values.keys())


def _kept(shown: Mapping[str, Shown]) -> list[Shown]:
    """The values as they are now, without those that only keep what they were once."""
    return [each for each in shown.values() if not each.value.frozen_at]


def _verdict(process: Process, shown: Mapping[str, Shown]) -> Shown | None:
    found = headline(process, shown)
    return shown[found.id] if found else None


def _score(process: Process, shown: Mapping[str, Shown], verdict: Shown | None) -> Shown | None:
    within = behind(process, verdict.value.id) if verdict else set(shown)
    numbers = [each for each in _kept(shown) if isinstance(each.result, Decimal)]
    weighted = [each for each in numbers if each.value.weights]
    leading = [each for each in numbers if each.value.id in within]
    return max(weighted or leading, key=lambda each: _depth(process, each), default=None)


def _decisions(process: Process, shown: Mapping[str, Shown], verdict: Shown | None) -> Iterator[Shown]:
    """What somebody chose in the end, and no other value is made of."""
    used = {name for reads in process.value_reads.values() for name in reads}
    for each in _kept(shown):
        chosen = isinstance(each.type, feel.Codes) and each.value.override
        if chosen and each.value.id not in used and each is not verdict:
            yield each


def _figure(held: Held, made: Receipt) -> tuple[str, str, str]:
    return accounts.value_title(made), accounts.in_words(held, made), accounts.anchor(made)


def _is_listed(result: Any) -> bool:
    return isinstance(result, list) and not any(isinstance(item, dict) for item in result)


def _listed(held: Held, shown: Shown) -> Listed:
    return Listed(title=translated(shown.value.title), items=showing.items(held.process, shown.result, shown.type))


def _with_parts(held: Held, made: Receipt, others: Mapping[str, Receipt]) -> Account:
    """The account of a value, each of its parts with its own parts below it."""
    whole = account(held, made)
    for row in whole.rows:
        inner = others.get(row["name"])
        if inner is not None:
            row["parts"] = [accounts.part_row(held, part) for part in inner.parts if isinstance(part.value, Decimal)]
    return whole


def _notes(held: Held) -> Iterator[str]:
    if any(duty.anonymous for duty in held.process.duties.values()):
        yield _("Jawaban tanpa nama ditampilkan sebagai rata-rata; jawaban satu orang tidak pernah diperlihatkan.")
