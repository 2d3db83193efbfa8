"""What Alembic runs: the migrations, on the connection that the caller has opened."""

from alembic import context

from index.store.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a table otherwise
    transactional_ddl=True,
)
with connection.begin(), context.begin_transaction():
    context.run_migrations()
