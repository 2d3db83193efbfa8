"""Curated answers, gaps, and what was answered and thought of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Spelled out, not imported: a migration must go on meaning what it meant.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "answers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_at"), "answers", ["at"], unique=False)
    op.create_table(
        "curated",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("script", sa.Text(), nullable=True),
        sa.Column("basis_document", sa.String(length=64), nullable=True),
        sa.Column("basis_start", sa.Integer(), nullable=True),
        sa.Column("basis_end", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("disclosure", sa.String(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curated")),
    )
    op.create_index(op.f("ix_curated_basis_document"), "curated", ["basis_document"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("answer_id", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_answer_id"), "feedback", ["answer_id"], unique=False)
    op.create_index(op.f("ix_feedback_at"), "feedback", ["at"], unique=False)
    op.create_table(
        "gaps",
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_asked_at", MOMENT, nullable=False),
        sa.Column("last_asked_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("nearest", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("folded", name=op.f("pk_gaps")),
    )
    op.create_index(op.f("ix_gaps_last_asked_at"), "gaps", ["last_asked_at"], unique=False)
    op.create_table(
        "wordings",
        sa.Column("curated_id", sa.String(length=32), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["curated_id"],
            ["curated.id"],
            name=op.f("fk_wordings_curated_id_curated"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("curated_id", "folded", name=op.f("pk_wordings")),
    )
    op.create_index(op.f("ix_wordings_folded"), "wordings", ["folded"], unique=False)
