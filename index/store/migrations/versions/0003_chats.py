"""Chat messages and what becomes of them, last exchanges, access tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Spelled out, not imported: a migration must go on meaning what it meant.
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "access_tokens",
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("refreshing_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_access_tokens")),
    )
    op.create_table(
        "chat_exchanges",
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.String(length=64), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_chat_exchanges")),
    )
    op.create_index(
        op.f("ix_chat_exchanges_expires_at"), "chat_exchanges", ["expires_at"], unique=False
    )
    op.create_table(
        "chat_tasks",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("fetched_by", sa.String(length=128), nullable=True),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_chat_tasks")),
    )
    op.create_index(op.f("ix_chat_tasks_created_at"), "chat_tasks", ["created_at"], unique=False)
    op.create_index(op.f("ix_chat_tasks_delivery"), "chat_tasks", ["delivery"], unique=False)
    op.create_index(op.f("ix_chat_tasks_person"), "chat_tasks", ["person"], unique=False)
