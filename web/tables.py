"""The rows. Only ``web.store`` and its neighbours at the database read and write them; pages get records.

Region is the leading column of what grows with the number of cases, so that a large installation can split along it.
Instants are aware and kept in UTC; scores are exact, inside JSON as text, never as binary floats.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table, with names for constraints so that migrations can change them."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC also where the database has no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


#: A text whose order is that of its bytes, whatever the order of the database: what begins alike stands together.
Bytewise = String(60).with_variant(String(60, collation="C"), "postgresql")


class Region(db.Model):  # type: ignore[name-defined]
    """A tenant: its name and the zone its days are counted in."""

    __tablename__ = "region"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(40))


class Unit(db.Model):  # type: ignore[name-defined]
    """An office of a region. ``zone`` is its own, where it lies in another one than its region."""

    __tablename__ = "unit"
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str | None] = mapped_column(String(40))


class Person(db.Model):  # type: ignore[name-defined]
    """Somebody who can sign in. ``profile`` holds the profile fields of the vocabulary, as JSON."""

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    unit_code: Mapped[str] = mapped_column(String(40))
    nip: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    superior_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    language: Mapped[str] = mapped_column(String(2), default="id")
    email: Mapped[str | None] = mapped_column(String(254))
    wants_mail: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    profile: Mapped[str] = mapped_column(Text, default="{}")
    __table_args__ = (Index(None, "region_id", "unit_code"), Index(None, "region_id", "id"))


class PersonWord(db.Model):  # type: ignore[name-defined]
    """A word by whose beginning somebody is found: one of their name, or their NIP. ``web.directory`` keeps it."""

    __tablename__ = "person_word"
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"), primary_key=True)
    word: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


class Office(db.Model):  # type: ignore[name-defined]
    """A role that somebody holds by office: for the region, or for one unit of it (``unit_code`` empty: the region)."""

    __tablename__ = "office"
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(60), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    unit_code: Mapped[str] = mapped_column(String(40), primary_key=True, default="")


class SignIn(db.Model):  # type: ignore[name-defined]
    """A session that can be ended: the cookie holds a random token, this row its hash.

    Times are whole days, so that a session says nothing about when somebody answered anonymously.
    """

    __tablename__ = "sign_in"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    expires_on: Mapped[date] = mapped_column(Date)


class Throttle(db.Model):  # type: ignore[name-defined]
    """Failed tries by a hashed subject (an account, a network) within a window of time."""

    __tablename__ = "throttle"
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(Integer)


class Definition(db.Model):  # type: ignore[name-defined]
    """The files of a process as they were when a cycle was opened with them, by their content hash."""

    __tablename__ = "definition"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    workflow: Mapped[str] = mapped_column(String(60))
    files: Mapped[str] = mapped_column(Text)


class Cycle(db.Model):  # type: ignore[name-defined]
    """One round of appraisals of a region. ``origin_id`` is the cycle whose cases it follows up, if it does.

    ``opening``, as long as cases are still being opened, is the last person for whom that was done, empty for nobody.
    New cases begin on ``definition``; ``earlier`` are those on which cases of the cycle may stand besides, with spaces.
    """

    __tablename__ = "cycle"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    definition: Mapped[str] = mapped_column(ForeignKey("definition.hash"))
    title: Mapped[str] = mapped_column(String(200))
    start: Mapped[date] = mapped_column(Date)
    end: Mapped[date] = mapped_column(Date)
    origin_id: Mapped[str | None] = mapped_column(ForeignKey("cycle.id"))
    opening: Mapped[str | None] = mapped_column(String(36))
    earlier: Mapped[str] = mapped_column(Text, default="", server_default="")
    __table_args__ = (UniqueConstraint("origin_id", "definition"), Index(None, "region_id"))


class Case(db.Model):  # type: ignore[name-defined]
    """One employee's appraisal in one cycle: where it stands, and its state as JSON.

    ``origin_id`` is the case that this one follows up, if it does. ``closed`` once it stands in a final stage. ``head``
    is the last link of its journal's chain. ``wakes_at`` is when time brings something about next: a reminder, an
    action of the system. ``opens_on`` and ``due_on`` are days in ``zone``, which it has kept since it was opened.
    """

    __tablename__ = "appraisal"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycle.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    definition: Mapped[str] = mapped_column(ForeignKey("definition.hash"))
    stage: Mapped[str] = mapped_column(String(60))
    entry: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    zone: Mapped[str] = mapped_column(String(40))
    opens_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    closed: Mapped[bool] = mapped_column(Boolean, default=False)
    wakes_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    head: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(Text)
    origin_id: Mapped[str | None] = mapped_column(ForeignKey("appraisal.id"), index=True)
    __table_args__ = (
        UniqueConstraint("cycle_id", "person_id"),
        Index(None, "region_id", "stage", "due_on", "id", "cycle_id"),
    )


class Seat(db.Model):  # type: ignore[name-defined]
    """Who holds a role with several seats in a case. ``answered`` is a mark set in place, without a time."""

    __tablename__ = "seat"
    case_id: Mapped[str] = mapped_column(ForeignKey("appraisal.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(60), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    confirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    answered: Mapped[bool] = mapped_column(Boolean, default=False)


class JournalEntry(db.Model):  # type: ignore[name-defined]
    """One line of a case's journal; appended, never changed. An anonymous answer has no person and no exact time.

    ``chain`` is a hash over this line and the link before, keyed outside the database.
    """

    __tablename__ = "journal"
    region_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("appraisal.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    event: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Instant)
    person_id: Mapped[str | None] = mapped_column(String(36))
    role: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    duty: Mapped[str] = mapped_column(String(60))
    answer: Mapped[str] = mapped_column(String(36))
    inputs: Mapped[str] = mapped_column(Text)
    noted: Mapped[str] = mapped_column(Text)
    chain: Mapped[str] = mapped_column(String(64))


class OneTimeKey(db.Model):  # type: ignore[name-defined]
    """A form that was submitted: the keyed hash of its key, of its body, and where its answer led.

    No person and no hour stand here, so a key cannot lead from an anonymous answer to its author. ``used_on`` is the
    day, for keys are forgotten again; of an anonymous answer, and of one from the public, the last day of the month.
    """

    __tablename__ = "one_time_key"
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)
    used_on: Mapped[date] = mapped_column(Date, index=True)


class Draft(db.Model):  # type: ignore[name-defined]
    """What somebody has filled in and not sent, as typed. Deleted when it is sent."""

    __tablename__ = "draft"
    case_id: Mapped[str] = mapped_column(ForeignKey("appraisal.id"), primary_key=True)
    duty: Mapped[str] = mapped_column(String(60), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    entry: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    typed: Mapped[str] = mapped_column(Text)


class Attachment(db.Model):  # type: ignore[name-defined]
    """A file that somebody attached to a field; its bytes lie in private storage under ``id``.

    ``owner_id`` is who uploaded it, until an anonymous answer is sent.
    """

    __tablename__ = "attachment"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("appraisal.id"), index=True)
    duty: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[str | None] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))


# --- the public -------------------------------------------------------------------------------------------------------


class ServiceCode(db.Model):  # type: ignore[name-defined]
    """A code with which somebody who was served answers about an employee's case. Only its keyed hash is known here."""

    __tablename__ = "service_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("appraisal.id"), index=True)


class UsedCode(db.Model):  # type: ignore[name-defined]
    """What may be given once in a collection and cycle, and was: a keyed hash.

    Rows lie in the order of their hashes, not in that of their coming, so that they cannot be laid beside the answers.
    """

    __tablename__ = "used_code"
    use_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


class TicketSeries(db.Model):  # type: ignore[name-defined]
    """The last number given to a report of a collection in a region's cycle."""

    __tablename__ = "ticket_series"
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"), primary_key=True)
    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    collection: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Ticket(db.Model):  # type: ignore[name-defined]
    """A report that its author can follow up: the keyed hash of the tracking code, and where the report lies.

    ``case_id`` is empty as long as nobody has named the employee.
    """

    __tablename__ = "ticket"
    tracking_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycle.id"))
    collection: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(40))
    answer: Mapped[str] = mapped_column(String(36), unique=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("appraisal.id"), index=True)
    __table_args__ = (UniqueConstraint("region_id", "cycle_id", "collection", "number"),)


class WaitingAnswer(db.Model):  # type: ignore[name-defined]
    """An answer of the public that is in no case yet: nobody is named, or the person's next cycle is awaited."""

    __tablename__ = "waiting_answer"
    answer: Mapped[str] = mapped_column(String(36), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    unit_code: Mapped[str] = mapped_column(String(40))
    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycle.id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    collection: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(40))
    inputs: Mapped[str] = mapped_column(Text)
    __table_args__ = (Index(None, "region_id", "unit_code"),)


class SealedField(db.Model):  # type: ignore[name-defined]
    """What only an office may read of a public answer, such as a contact: encrypted with a key outside the database."""

    __tablename__ = "sealed_field"
    answer: Mapped[str] = mapped_column(String(36), primary_key=True)
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    box: Mapped[str] = mapped_column(Text)


class AuditLine(db.Model):  # type: ignore[name-defined]
    """What the service noticed: refused attempts, fields that were not for this person. Never answers or tokens."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    person_id: Mapped[str | None] = mapped_column(String(36))
    case_id: Mapped[str | None] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)


class Job(db.Model):  # type: ignore[name-defined]
    """Work that follows from a change and was written with it, in one transaction: the outbox.

    ``state`` is ``waiting``, ``done`` or ``parked``: given up after too many tries, until somebody looks. Who works on
    it holds it until ``claimed_until``. ``dedup_key`` is unique, so that nothing is done twice for one reason.
    """

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    dedup_key: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    run_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    last_error: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (Index(None, "state", "run_at"),)


_UNREAD = text("read_at is null")


class Notice(db.Model):  # type: ignore[name-defined]
    """What somebody is told inside the service. ``kind`` and ``detail`` are put into words when it is shown.

    ``read_at`` is a whole day, so that it says nothing about when somebody answered anonymously.
    """

    __tablename__ = "notice"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("appraisal.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    dedup_key: Mapped[str] = mapped_column(String(200), unique=True)
    at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (
        Index(None, "person_id", "at"),
        # Every page counts those that are not read.
        Index("ix_notice_unread", "person_id", "at", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )


class Webhook(db.Model):  # type: ignore[name-defined]
    """Another system that is told of moves in a region, at an address whose host is allowed. Its key is sealed."""

    __tablename__ = "webhook"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Anchor(db.Model):  # type: ignore[name-defined]
    """A seal over the heads of all journals at one instant, and over the anchor before it."""

    __tablename__ = "anchor"
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    cases: Mapped[int] = mapped_column(Integer)
    entries: Mapped[int] = mapped_column(Integer)
    heads: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class LastSeen(db.Model):  # type: ignore[name-defined]
    """When something about the service itself last happened; ``name`` says what."""

    __tablename__ = "last_seen"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class Anchored(db.Model):  # type: ignore[name-defined]
    """How far the last anchor has sealed a case's journal: the number of a line, and its link.

    It refers to no other table, so that it still stands when somebody has removed the case.
    """

    __tablename__ = "anchored"
    case_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer)
    link: Mapped[str] = mapped_column(String(64))
