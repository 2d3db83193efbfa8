"""What WeCom needs kept: leases, 微信客服, alerts, and the answers of chat tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Spelled out, not imported: a migration must go on meaning what it meant.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, and the column of chat_tasks."""
    op.add_column("chat_tasks", sa.Column("answer_id", sa.String(length=64), nullable=True))
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "service_accounts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_accounts")),
    )
    op.create_table(
        "service_windows",
        sa.Column("person", sa.String(length=160), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_service_windows")),
    )
    op.create_index(
        op.f("ix_service_windows_opened_at"), "service_windows", ["opened_at"], unique=False
    )
    op.create_table(
        "alerts",
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("times", NUMBER, nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_told_at"), "alerts", ["told_at"], unique=False)
