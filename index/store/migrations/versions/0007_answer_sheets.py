"""Curated answers from spreadsheets: to the minute, by region, with where they came from."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# Spelled out, not imported: a migration must go on meaning what it meant.
MOMENT = sa.DateTime(timezone=True)
SHANGHAI = ZoneInfo("Asia/Shanghai")
_KEPT = sa.table(
    "curated",
    sa.column("id", sa.String),
    sa.column("valid_from", sa.Date),
    sa.column("valid_until", sa.Date),
    sa.column("holds_from", MOMENT),
    sa.column("holds_until", MOMENT),
)


def upgrade() -> None:
    """Add the columns; a day becomes the midnight in Shanghai that it begins with."""
    for name in ("holds_from", "holds_until"):
        op.add_column("curated", sa.Column(name, MOMENT, nullable=True))
    _move_days()
    for name in ("valid_from", "valid_until"):
        op.drop_column("curated", name)
    for name in ("stated_basis", "agency", "phone", "region", "source", "source_sheet"):
        op.add_column("curated", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("curated", sa.Column("source_row", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_curated_source"), "curated", ["source"], unique=False)
    op.create_index(op.f("ix_curated_updated_at"), "curated", ["updated_at"], unique=False)
    op.add_column(
        "jobs", sa.Column("withdraws", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "sheet_reports",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_sheet_reports")),
    )


def _move_days() -> None:
    connection = op.get_bind()
    dated = sa.or_(_KEPT.c.valid_from.is_not(None), _KEPT.c.valid_until.is_not(None))
    columns = (_KEPT.c.id, _KEPT.c.valid_from, _KEPT.c.valid_until)
    for row in connection.execute(sa.select(*columns).where(dated)).all():
        moments = {
            name: day and datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)
            for name, day in (("holds_from", row.valid_from), ("holds_until", row.valid_until))
        }
        connection.execute(sa.update(_KEPT).where(_KEPT.c.id == row.id).values(moments))
