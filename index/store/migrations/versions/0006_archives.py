"""Which jobs came out of which archive."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "archive_members",
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("archive_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_archive_members")),
    )
    op.create_index(
        op.f("ix_archive_members_archive_id"), "archive_members", ["archive_id"], unique=False
    )
