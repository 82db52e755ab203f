"""Playing a device by typed lines."""

import io
from decimal import Decimal

import pytest

from hardware.kinds import drivers
from hardware.readings import CodeScanned, DeviceState, Measured, SwitchChanged, TorqueApplied
from hardware.simulate.prompt import CannotSimulate, run


def played(kind, options, lines, heard, rack, devices, table, **keys):
    """Type `lines` once the rack is connected to the simulator that the prompt opened."""
    out = io.StringIO()

    def typed():
        rack(devices(table, **keys))
        heard.ready()
        yield from lines

    run(drivers()[kind], options, typed(), out)
    heard.wait(lambda one: getattr(one, "state", None) is DeviceState.LOST or kind == "switch")
    return out.getvalue()


def test_a_played_scanner_cannot_be_told_from_a_real_one(tmp_path, heard, rack, devices):
    def lines():
        yield "scan ]d20104012345000018<GS>21X"
        heard.kind(CodeScanned)
        yield "jump"
        yield "scan"

    link = tmp_path / "scanner"
    table = f'name = "s"\nkind = "scanner"\nurl = "serial://{link}"'
    out = played("scanner", {"link": str(link)}, lines(), heard, rack, devices, table)
    told = heard.kind(CodeScanned)
    assert (told.text, told.symbology) == ("0104012345000018\x1d21X", "]d2")
    assert f"scanner at serial://{link}" in out
    assert "'jump' is not known; type: scan TEXT" in out
    assert "write: scan TEXT" in out
    assert not link.is_symlink()


def test_a_played_scale_and_torque_tool_obey(tmp_path, heard, rack, devices):
    def weigh():
        yield "weigh 123.4 kg unstable"
        heard.kind(Measured)
        yield "quit"
        yield "weigh 1"

    table = f'name = "s"\nkind = "scale"\nurl = "serial://{tmp_path}/a"'
    played("scale", {"link": f"{tmp_path}/a"}, weigh(), heard, rack, devices, table)
    told = heard.kind(Measured)
    assert (told.value, told.unit, told.stable) == (Decimal("123.4"), "kg", False)

    heard.readings.clear()

    def tighten():
        yield "tighten 9.02 34 nok"
        heard.kind(TorqueApplied)

    table = f'name = "t"\nkind = "torque"\nurl = "serial://{tmp_path}/b"'
    played("torque", {"link": f"{tmp_path}/b"}, tighten(), heard, rack, devices, table)
    told = heard.kind(TorqueApplied)
    assert (told.torque, told.angle, told.ok) == (Decimal("9.02"), Decimal(34), False)


def test_a_played_switch_obeys(mosquitto, heard, rack, devices):
    def lines():
        yield "on"
        heard.wait(lambda one: isinstance(one, SwitchChanged) and one.on)
        yield "off"
        heard.wait(lambda one: isinstance(one, SwitchChanged) and not one.on)

    table = f'name = "g"\nkind = "switch"\nurl = "{mosquitto.url}"\ntopic = "a/b"\nfield = "closed"'
    options = {"broker": mosquitto.url, "topic": "a/b", "field": "closed"}
    assert "topic a/b" in played("switch", options, lines(), heard, rack, devices, table)


def test_what_cannot_be_played_is_told():
    with pytest.raises(CannotSimulate, match="needs --broker and --topic"):
        run(drivers()["sensor"], {}, [], io.StringIO())


def test_an_unplugged_device_says_so():
    out = io.StringIO()
    run(drivers()["scanner"], {}, ["unplug", "scan A", "replug", "noise"], out)
    assert "is unplugged; replug it first" in out.getvalue()
