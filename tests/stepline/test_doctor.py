"""`stepline doctor`: a line for each thing, the mend for each that is not well."""

from pathlib import Path

from tests.server.serving import ServerProcess
from tests.stepline.conftest import Stepline

EXAMPLE = Path(__file__).parents[2] / "hardware" / "example-station.toml"


def test_a_machine_that_has_everything_is_told_so(stepline: Stepline, server: ServerProcess) -> None:
    server.start()
    ended = stepline("doctor", "--server", server.address, "--devices", EXAMPLE)
    told = ended.stdout.splitlines()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(line.startswith("✓ ") for line in told), told
    names = [line[2:].partition(":")[0] for line in told]
    libraries = ["libEGL", "libGL", "libfribidi"]
    assert names == [
        "Python",
        "SQLite",
        "disk",
        "fonts",
        *libraries,
        "serial ports",
        "station file",
        "server",
    ]
    assert "scanner, hand-scanner, scale, torque-driver, oven, press-guard" in ended.stdout
    assert f"at {server.address}" in told[-1]


def test_what_is_not_well_comes_with_its_mend_and_everything_else_is_still_looked_at(
    stepline: Stepline, server: ServerProcess
) -> None:
    wrong = stepline.folder / "devices.toml"
    wrong.write_text('[[device]]\nname = "oven"\nkind = "sensor"\nurl = "mqtt://plant"\ntopic = "a"\n')
    ended = stepline("doctor", "--server", server.address, "--devices", wrong)  # it was not started
    assert (ended.returncode, ended.stderr) == (1, "")
    *well, devices, mend, absent, hint = ended.stdout.splitlines()
    assert len(well) == 8
    assert devices == "✗ station file: not in order"
    assert mend == f"    {wrong}: device 1 (oven): unit: is missing; a sensor needs it"
    assert absent == "✗ server: no answer"
    assert hint.startswith(f"    {server.address}: ")
    assert hint.endswith("; is the server running?")


def test_a_networks_sign_in_page_is_not_taken_for_a_server(stepline: Stepline, captive_portal: str) -> None:
    ended = stepline("doctor", "--server", captive_portal)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-2:] == [
        "✗ server: something else",
        f"    {captive_portal} answers 200, but not as a Stepline server does; is the address right?",
    ]


def test_what_is_no_address_is_said_to_be_none(stepline: Stepline) -> None:
    for address in ("plant", "http://[::1", ""):
        ended = stepline("doctor", "--server", address)
        assert (ended.returncode, ended.stderr) == (1, "")
        assert f"    {address!r} is no server's address" in ended.stdout.splitlines()[-1]


def test_a_name_in_brackets_is_shown_as_it_is(stepline: Stepline) -> None:
    ended = stepline("doctor", "--devices", "[b]none[/i].toml")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "    [b]none[/i].toml: cannot be read" in ended.stdout
