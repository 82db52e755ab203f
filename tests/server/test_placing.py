"""Where documents belong: each scope reaches its stations, and no other ones."""

from pathlib import Path

import pytest
from sqlalchemy import select

from server.errors import Invalid
from server.house import House
from server.library import assigning, places, placing
from server.library.publishing import publish
from server.store import tables
from server.store.engine import reading
from tests.content.documents import write_instruction

STATIONS = {  # name -> line, area
    "weld-1": ("Welding", "Hall A"),
    "weld-2": ("Welding", "Hall B"),
    "pack-1": ("Packing", "Hall B"),
    "loft-1": ("", ""),
}


@pytest.fixture
def plant(house: House, tmp_path: Path) -> House:
    """A line that goes through two halls, and a station that stands nowhere in particular."""
    for station, (line, area) in STATIONS.items():
        assigning.create_station(house, station, station.title(), line, area, "ada")
    folder = tmp_path / "close-pump"
    folder.mkdir()
    publish(house, write_instruction(folder), "eva")
    return house


def holding(house: House) -> set[str]:
    """The stations that must hold the document."""
    with reading(house.engine) as tx:
        return set(tx.execute(select(tables.assignments.c.station)).scalars())


def told(house: House, station: str) -> str | None:
    """Why a station gets it, as its page says."""
    with reading(house.engine) as tx:
        row = tx.execute(select(tables.stations).where(tables.stations.c.id == station)).one()
        return places.documents_at(tx, row).get("close-pump")


@pytest.mark.parametrize(
    ("scope", "where", "stations"),
    [
        ("area", "Hall B", {"weld-2", "pack-1"}),
        ("area", "Hall A", {"weld-1"}),
        ("line", "Welding", {"weld-1", "weld-2"}),
        ("station", "loft-1", {"loft-1"}),
    ],
)
def test_a_document_reaches_the_stations_of_its_place_and_no_other(
    plant: House, scope: str, where: str, stations: set[str]
) -> None:
    before = {station: assigning.counter_of(plant, station) for station in STATIONS}
    placing.place(plant, "close-pump", scope, where, "eva")
    assert holding(plant) == stations
    grown = {name for name in STATIONS if assigning.counter_of(plant, name) > before[name]}
    assert grown == stations
    for station in STATIONS:
        words = "placed at this station" if scope == "station" else f"placed at {scope} {where}"
        assert told(plant, station) == (words if station in stations else None)


def test_the_narrowest_of_several_places_is_told_and_each_is_taken_back_alone(plant: House) -> None:
    for scope, where in (("area", "Hall B"), ("line", "Welding")):
        placing.place(plant, "close-pump", scope, where, "eva")
    assert holding(plant) == {"weld-1", "weld-2", "pack-1"}
    assert told(plant, "weld-2") == "placed at line Welding"
    with reading(plant.engine) as tx:
        p = tables.placements.c
        by_area = tx.execute(select(p.id).where(p.scope == "area")).scalar_one()
    placing.unplace(plant, by_area, "eva")
    assert holding(plant) == {"weld-1", "weld-2"}
    assert told(plant, "pack-1") is None


def test_a_place_where_no_station_stands_is_refused(plant: House) -> None:
    for where in ("Hall C", "Welding"):
        with pytest.raises(Invalid, match="no station stands in the area"):
            placing.place(plant, "close-pump", "area", where, "eva")
    assert holding(plant) == set()
