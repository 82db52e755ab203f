"""Alembic's entry: one online migration over our own engine."""

from alembic import context

from server.store.engine import open_engine
from server.store.tables import metadata

engine = open_engine(context.config.attributes["url"])
with engine.connect() as connection:
    connection.execution_options(writes=True)
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
