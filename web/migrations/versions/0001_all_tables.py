"""All tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("heads", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_anchor")),
    )
    op.create_table(
        "anchored",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_anchored")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "definition",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=60), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_definition")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("dedup_key", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_job_dedup_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_state_run_at"), ["state", "run_at"], unique=False)

    op.create_table(
        "last_seen",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_last_seen")),
    )
    op.create_table(
        "one_time_key",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_one_time_key")),
    )
    with op.batch_alter_table("one_time_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_key_used_on"), ["used_on"], unique=False)

    op.create_table(
        "region",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
    )
    op.create_table(
        "sealed_field",
        sa.Column("answer", sa.String(length=36), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("answer", "field", name=op.f("pk_sealed_field")),
    )
    op.create_table(
        "throttle",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_throttle")),
    )
    op.create_table(
        "used_code",
        sa.Column("use_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("use_hash", name=op.f("pk_used_code")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cycle",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("origin_id", sa.String(length=36), nullable=True),
        sa.Column("opening", sa.String(length=36), nullable=True),
        sa.Column("earlier", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["definition"], ["definition.hash"], name=op.f("fk_cycle_definition_definition")),
        sa.ForeignKeyConstraint(["origin_id"], ["cycle.id"], name=op.f("fk_cycle_origin_id_cycle")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_cycle_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("origin_id", "definition", name=op.f("uq_cycle_origin_id_definition")),
    )
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cycle_region_id"), ["region_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("unit_code", sa.String(length=40), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("superior_id", sa.String(length=36), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("wants_mail", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_person_region_id_region")),
        sa.ForeignKeyConstraint(["superior_id"], ["person.id"], name=op.f("fk_person_superior_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("nip", name=op.f("uq_person_nip")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_region_id_id"), ["region_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_region_id_unit_code"), ["region_id", "unit_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_superior_id"), ["superior_id"], unique=False)

    op.create_table(
        "unit",
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_unit_region_id_region")),
        sa.PrimaryKeyConstraint("region_id", "code", name=op.f("pk_unit")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_webhook_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_region_id"), ["region_id"], unique=False)

    op.create_table(
        "appraisal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("cycle_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("wakes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_appraisal_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["definition"], ["definition.hash"], name=op.f("fk_appraisal_definition_definition")),
        sa.ForeignKeyConstraint(["origin_id"], ["appraisal.id"], name=op.f("fk_appraisal_origin_id_appraisal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appraisal_person_id_person")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_appraisal_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("cycle_id", "person_id", name=op.f("uq_appraisal_cycle_id_person_id")),
    )
    with op.batch_alter_table("appraisal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appraisal_origin_id"), ["origin_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appraisal_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_appraisal_region_id_stage_due_on_id_cycle_id"),
            ["region_id", "stage", "due_on", "id", "cycle_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_appraisal_wakes_at"), ["wakes_at"], unique=False)

    op.create_table(
        "person_word",
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column(
            "word",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_word_person_id_person")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_person_word_region_id_region")),
        sa.PrimaryKeyConstraint("region_id", "word", "person_id", name=op.f("pk_person_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("person_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_word_person_id"), ["person_id"], unique=False)

    op.create_table(
        "office",
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_office_person_id_person")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_office_region_id_region")),
        sa.PrimaryKeyConstraint("region_id", "role", "person_id", "unit_code", name=op.f("pk_office")),
    )
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)

    op.create_table(
        "ticket_series",
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("cycle_id", sa.String(length=36), nullable=False),
        sa.Column("collection", sa.String(length=60), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_ticket_series_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_ticket_series_region_id_region")),
        sa.PrimaryKeyConstraint("region_id", "cycle_id", "collection", name=op.f("pk_ticket_series")),
    )
    op.create_table(
        "waiting_answer",
        sa.Column("answer", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("unit_code", sa.String(length=40), nullable=False),
        sa.Column("cycle_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("collection", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_waiting_answer_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_waiting_answer_person_id_person")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_waiting_answer_region_id_region")),
        sa.PrimaryKeyConstraint("answer", name=op.f("pk_waiting_answer")),
    )
    with op.batch_alter_table("waiting_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_answer_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_waiting_answer_region_id_unit_code"), ["region_id", "unit_code"], unique=False
        )

    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["appraisal.id"], name=op.f("fk_attachment_case_id_appraisal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_case_id"), ["case_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["appraisal.id"], name=op.f("fk_draft_case_id_appraisal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id_person")),
        sa.PrimaryKeyConstraint("case_id", "duty", "person_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "journal",
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("answer", sa.String(length=36), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("noted", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["appraisal.id"], name=op.f("fk_journal_case_id_appraisal")),
        sa.PrimaryKeyConstraint("region_id", "case_id", "seq", name=op.f("pk_journal")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["appraisal.id"], name=op.f("fk_notice_case_id_appraisal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_notice_dedup_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_person_id_at"), ["person_id", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_notice_unread"),
            ["person_id", "at"],
            unique=False,
            sqlite_where=sa.text("read_at is null"),
            postgresql_where=sa.text("read_at is null"),
        )

    op.create_table(
        "seat",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["appraisal.id"], name=op.f("fk_seat_case_id_appraisal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id_person")),
        sa.PrimaryKeyConstraint("case_id", "role", "person_id", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_person_id"), ["person_id"], unique=False)

    op.create_table(
        "service_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["appraisal.id"], name=op.f("fk_service_code_case_id_appraisal")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_service_code")),
    )
    with op.batch_alter_table("service_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_code_case_id"), ["case_id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("tracking_hash", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("cycle_id", sa.String(length=36), nullable=False),
        sa.Column("collection", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["appraisal.id"], name=op.f("fk_ticket_case_id_appraisal")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_ticket_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_ticket_region_id_region")),
        sa.PrimaryKeyConstraint("tracking_hash", name=op.f("pk_ticket")),
        sa.UniqueConstraint("answer", name=op.f("uq_ticket_answer")),
        sa.UniqueConstraint(
            "region_id", "cycle_id", "collection", "number", name=op.f("uq_ticket_region_id_cycle_id_collection_number")
        ),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_case_id"))

    op.drop_table("ticket")
    with op.batch_alter_table("service_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_code_case_id"))

    op.drop_table("service_code")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_person_id"))

    op.drop_table("seat")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_unread"))
        batch_op.drop_index(batch_op.f("ix_notice_person_id_at"))
        batch_op.drop_index(batch_op.f("ix_notice_case_id"))

    op.drop_table("notice")
    op.drop_table("journal")
    op.drop_table("draft")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_case_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("waiting_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_answer_region_id_unit_code"))
        batch_op.drop_index(batch_op.f("ix_waiting_answer_person_id"))

    op.drop_table("waiting_answer")
    op.drop_table("ticket_series")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_person_id"))

    op.drop_table("office")
    with op.batch_alter_table("person_word", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_word_person_id"))

    op.drop_table("person_word")
    with op.batch_alter_table("appraisal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appraisal_wakes_at"))
        batch_op.drop_index(batch_op.f("ix_appraisal_region_id_stage_due_on_id_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_appraisal_person_id"))
        batch_op.drop_index(batch_op.f("ix_appraisal_origin_id"))

    op.drop_table("appraisal")
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_region_id"))

    op.drop_table("webhook")
    op.drop_table("unit")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_superior_id"))
        batch_op.drop_index(batch_op.f("ix_person_region_id_unit_code"))
        batch_op.drop_index(batch_op.f("ix_person_region_id_id"))

    op.drop_table("person")
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cycle_region_id"))

    op.drop_table("cycle")
    op.drop_table("used_code")
    op.drop_table("throttle")
    op.drop_table("sealed_field")
    op.drop_table("region")
    with op.batch_alter_table("one_time_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_key_used_on"))

    op.drop_table("one_time_key")
    op.drop_table("last_seen")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_state_run_at"))

    op.drop_table("job")
    op.drop_table("definition")
    op.drop_table("audit")
    op.drop_table("anchored")
    op.drop_table("anchor")
