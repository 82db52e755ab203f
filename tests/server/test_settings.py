"""Where the broker is, for the server itself and for kiosks that reach it under another name."""

from pathlib import Path

import pytest

from server.settings import Settings


@pytest.mark.parametrize(
    ("host", "itself", "kiosk"),
    [
        ("127.0.0.1", "mqtt://127.0.0.1:1883", "mqtt://plant.local:1883"),
        ("0.0.0.0", "mqtt://127.0.0.1:1883", "mqtt://plant.local:1883"),
        ("::", "mqtt://127.0.0.1:1883", "mqtt://plant.local:1883"),
        ("fd00::1", "mqtt://[fd00::1]:1883", "mqtt://plant.local:1883"),
    ],
)
def test_an_embedded_broker_is_where_the_server_is_reached(host: str, itself: str, kiosk: str) -> None:
    settings = Settings(data=Path("data"), host=host)
    assert (settings.broker, settings.broker_for("plant.local")) == (itself, kiosk)
    assert settings.broker_for("fd00::2") == "mqtt://[fd00::2]:1883"


def test_a_real_broker_is_where_it_is() -> None:
    settings = Settings(data=Path("data"), broker_url="mqtts://broker.plant:8883")
    assert settings.broker == settings.broker_for("anything") == "mqtts://broker.plant:8883"


def test_the_database_stands_in_the_data_folder_unless_another_one_is_named() -> None:
    assert Settings(data=Path("data")).database == "sqlite:///data/stepline.db"
    assert (
        Settings(data=Path("data"), database_url="postgresql+psycopg://x/y").database
        == "postgresql+psycopg://x/y"
    )
