"""What an order comes to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("orders", sa.Column("total", sa.Integer, server_default="0"))


def downgrade() -> None:
    op.drop_column("orders", "total")
