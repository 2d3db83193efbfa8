"""What an answer's confidence was made of, so that a site can fit it anew from its feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    op.add_column("answers", sa.Column("evidence", sa.Text(), nullable=True))
