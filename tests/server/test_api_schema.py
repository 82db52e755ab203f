"""The API's own description holds against whatever schemathesis thinks of, on a real server."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.people import roster
from server.people.sessions import Kind, open_session
from server.settings import Settings
from tests.server.conftest import TOKEN, Clock, make_house
from tests.server.serving import serving
from tests.server.test_api import KIOSK

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PATIENCE = 60  # s for an answer; every write is synced, and a shared disk may take its time
ENDLESS = {"/events"}  # it answers as long as somebody listens; test_publishing.py listens
LOOK = settings(
    max_examples=12,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def address_and_tokens() -> Iterator[tuple[str, str, str]]:
    """A server with a kiosk and an administrator, each with a credential."""
    with tempfile.TemporaryDirectory() as folder:
        house = make_house(Settings(data=Path(folder)), Clock())
        roster.add_person(house, "root", "Root", "administrator", "test")
        token = open_session(house.engine, "root", kind=Kind.API, at=house.now()).token
        with serving(house) as address:
            yield address, TOKEN + "k-1", token
        house.engine.dispose()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_its_description_says(
    address_and_tokens: tuple[str, str, str], mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    address, kiosk, administrator = address_and_tokens
    headers = {"Authorization": f"Bearer {administrator}"}
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json", headers=headers)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 20
    for operation in operations:
        if operation.path in ENDLESS:
            continue
        token = kiosk if operation.path in KIOSK else administrator
        with subtests.test(operation.label):
            look(operation.as_strategy(generation_mode=mode), f"{address}/api/v1", token)


def look(cases: SearchStrategy[Case], base: str, token: str) -> None:
    """Make calls as the description allows, or forbids, and hold the answers against it."""

    @LOOK
    @given(case=cases)
    def answers(case: Case) -> None:
        if case.path == "/kiosks/{kiosk}/revoke":
            case.path_parameters = {"kiosk": "k-2"}  # the one that calls must go on calling
        case.call_and_validate(
            base_url=base, headers={"Authorization": f"Bearer {token}"}, checks=CHECKS, timeout=PATIENCE
        )

    with contextlib.suppress(Unsatisfiable):  # where nothing can be sent, nothing can be sent wrongly
        answers()
