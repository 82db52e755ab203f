"""Bringing a database up to date with Alembic; the migrations are shipped with the program."""

from pathlib import Path

from sqlalchemy import column, inspect, select, table

from server.store.engine import open_engine, reading

FOLDER = Path(__file__).with_name("migrations")
TABLE = "alembic_version"  # Alembic's own, of one row


def migrate(url: str) -> None:
    """Run every migration that the database does not have yet."""
    if _stands_at(url) == _newest():
        return
    # most starts find nothing to do, and go without what reads migrations
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def _newest() -> str:
    """The newest migration: each file's name begins with its number, which is its revision."""
    return max(file.name.partition("_")[0] for file in (FOLDER / "versions").glob("0*.py"))


def _stands_at(url: str) -> str | None:
    engine = open_engine(url)
    try:
        if not inspect(engine).has_table(TABLE):
            return None
        with reading(engine) as tx:
            return tx.execute(select(column("version_num")).select_from(table(TABLE))).scalar()
    finally:
        engine.dispose()
