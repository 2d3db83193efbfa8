"""Who has asked what was answered, as little as counting people takes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "askings",
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("asker", sa.String(length=4), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("folded", "asker", name=op.f("pk_askings")),
    )
    op.create_index(op.f("ix_askings_asked_on"), "askings", ["asked_on"], unique=False)
