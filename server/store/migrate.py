"""Bringing a database up to date with Alembic; the migrations are shipped with the program."""

from pathlib import Path

from alembic import command
from alembic.config import Config

FOLDER = Path(__file__).with_name("migrations")


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["url"] = url
    return made


def migrate(url: str) -> None:
    """Run every migration that the database does not have yet."""
    command.upgrade(config(url), "head")
