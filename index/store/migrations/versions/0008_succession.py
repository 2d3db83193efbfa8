"""Which texts name which, and which were ended by another."""

import sqlalchemy as sa
from alembic import op

from index.store.columns import Number

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables; the worker reads the names out of the documents that are there."""
    op.create_table(
        "named_texts",
        sa.Column("id", Number, nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("said_of", sa.Text(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_named_texts_document_id_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_texts")),
    )
    for column in ("document_id", "key", "document_number"):
        op.create_index(op.f(f"ix_named_texts_{column}"), "named_texts", [column], unique=False)
    op.create_table(
        "endings",
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("by_document", sa.String(length=64), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("ended_by", sa.String(length=32), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_endings_document_id_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_endings")),
    )
    op.create_index(op.f("ix_endings_by_document"), "endings", ["by_document"], unique=False)
