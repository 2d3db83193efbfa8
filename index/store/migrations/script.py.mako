"""${message}"""

import sqlalchemy as sa
from alembic import op

from index.store.columns import Number

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Say in one line what changes."""
    ${upgrades if upgrades else "pass"}
