"""The station's file: what it may say, and how it is told what is wrong."""

import re
from pathlib import Path

import pytest

import hardware
from hardware.address import Broker, MqttTopic, SerialPort, TcpPeer, Window, broker_at
from hardware.kinds import drivers
from hardware.settings import DRIVING, RULES, DevicesFileWrong, keys_of, load_station

EXAMPLE = Path(hardware.__file__).parent / "example-station.toml"


def test_the_example_can_be_used():
    devices = load_station(EXAMPLE, default_broker="mqtt://localhost").devices
    assert {device.kind for device in devices} <= set(drivers())
    assert {type(device.transport) for device in devices} >= {SerialPort, TcpPeer, MqttTopic, Window}


def test_a_serial_url_says_how_the_line_is_set(devices):
    (device,) = devices(
        'name="s"\nkind="scanner"\nurl="serial:///dev/ttyS1?baud=115200&bits=7&parity=e&stop=2"'
    )
    assert device.transport == SerialPort(path="/dev/ttyS1", baud=115200, bits=7, parity="E", stop=2)


def test_an_mqtt_url_without_host_is_the_station_s_broker(devices):
    table = 'name="o"\nkind="sensor"\nurl="mqtt://"\ntopic="a/b"\nunit="degC"'
    (device,) = devices(table, default_broker="mqtts://kiosk:s%40crt@plant")
    assert device.transport == MqttTopic(
        broker=Broker(host="plant", port=8883, user="kiosk", password="s@crt", tls=True), topic="a/b"
    )
    assert device.options.field == ""


def test_a_password_is_never_shown():
    broker = broker_at("mqtt://kiosk:secret@plant")
    assert "secret" not in f"{broker} {broker!r} {MqttTopic(broker=broker, topic='t')}"


SCANNER = 'name = "s"\nkind = "scanner"\n'
SENSOR = 'name = "o"\nkind = "sensor"\nunit = "degC"\n'
WRONG = [
    ('kind = "scanner"', ("device 1: name", "is missing")),
    ('name = "a b"\nkind = "wedge"', ("device 1 (a b): name", "letters")),
    ('name = "s"', ("device 1 (s): kind", "is missing")),
    ('name = "s"\nkind = "barcode"', ("kind", "'barcode' is not known; known: ")),
    (SCANNER, ("device 1 (s): url", "is missing")),
    (SCANNER + "url = 7", ("url", "text in quotes")),
    (
        SCANNER + 'url = "serial:///dev/x"\nbaud = 9600',
        ("baud", "unknown key for a scanner; known: debounce_ms, encoding"),
    ),
    (SCANNER + 'url = "serial://ttyS0"', ("url", "whole path after serial://")),
    (SCANNER + 'url = "serial:///dev/x?speed=9600"', ("url", "unknown option 'speed'")),
    (SCANNER + 'url = "serial:///dev/x?baud=fast"', ("url", "no speed")),
    (SCANNER + 'url = "serial:///dev/x?parity=X"', ("url", "parity=N, E or O")),
    (
        SCANNER + 'url = "mqtt://b"',
        ("url", "mqtt:// does not carry a scanner; write rfc2217:// or serial:// or tcp://"),
    ),
    (SCANNER + 'url = "tcp://host"', ("url", "write host and port")),
    (SCANNER + 'url = "tcp://host:99999"', ("url", "Port out of range")),
    (SCANNER + 'url = "serial:///dev/x"\nencoding = "ebcdic"', ("encoding", "known: utf-8")),
    (SCANNER + 'url = "serial:///dev/x"\nquiet_ms = 0', ("quiet_ms", "from 20 to 10000")),
    ('name = "o"\nkind = "sensor"\nurl = "mqtt://b"\ntopic = "t"', ("unit", "a sensor needs it")),
    (SENSOR + 'url = "mqtt://b"', ("topic", "a sensor needs it")),
    (SENSOR + 'url = "mqtt://b"\ntopic = "a/#/b"', ("device 1 (o): topic", "for all that follow")),
    (SENSOR + 'url = "mqtt://"\ntopic = "t"', ("device 1 (o): url", "the station has no broker")),
    (SENSOR + 'url = "mqtt://b/t"\ntopic = "t"', ("url", "ends after its port")),
]


@pytest.mark.parametrize(("table", "parts"), WRONG)
def test_a_wrong_table_is_told_with_file_table_key_and_mend(devices, table, parts):
    with pytest.raises(DevicesFileWrong) as told:
        devices(table)
    for part in ("station.toml: device 1", *parts):
        assert part in str(told.value)
    assert str(told.value).count("station.toml") == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[[device]\n", "is no TOML"),
        ("[device]\nname = 's'", "two brackets"),
        ("[station]\nname = 's'", "may hold `drivers`"),
        ("\ufeff\x00", "is no TOML"),
        ("[[label]]\npattern = '('", "label 1: pattern: is no regular expression"),
        ("[[label]]\nname = 'x'", "one key, pattern"),
    ],
)
def test_a_wrong_file_is_told_with_its_name(tmp_path, text, part):
    path = tmp_path / "d.toml"
    path.write_text(text)
    with pytest.raises(DevicesFileWrong, match=part) as told:
        load_station(path)
    assert str(path) in str(told.value)


def test_a_missing_file_is_told_with_its_name(tmp_path):
    with pytest.raises(DevicesFileWrong, match="cannot be read"):
        load_station(tmp_path / "none.toml")


def test_two_devices_of_one_name_or_on_one_port_are_refused(devices):
    with pytest.raises(DevicesFileWrong, match="two devices are named 's'"):
        devices(SCANNER + 'url = "serial:///dev/a"', SCANNER + 'url = "serial:///dev/b"')
    with pytest.raises(DevicesFileWrong, match="one port serves one device"):
        devices(
            SCANNER + 'url = "serial:///dev/a"', SCANNER.replace('"s"', '"t"') + 'url = "serial:///dev/a"'
        )


def test_an_empty_file_is_a_station_without_devices(devices):
    assert devices() == ()


PAGES = Path(hardware.__file__).parent.parent / "docs" / "devices"
SECTIONS = ("## Settings of the device", "## Wiring", "## Pitfalls", "## Play it")


@pytest.mark.parametrize("kind", drivers())
def test_the_page_of_a_kind_shows_its_table_and_every_key_and_what_a_technician_needs(devices, kind):
    page = (PAGES / f"{kind}.md").read_text()
    blocks = re.findall(r"```toml\n\[\[device\]\]\n(.*?)```", page, re.DOTALL)
    assert kind in {device.kind for device in devices(*blocks, default_broker="mqtt://localhost")}
    must, may = keys_of(drivers()[kind])
    common = {"on_connect", "quiet_ms", "topic", *RULES, *DRIVING}
    for key in (must | may) - common:
        assert f"`{key}`" in page or f"{key} = " in page, key
    assert [section for section in SECTIONS if section not in page] == []


def test_the_manual_explains_the_keys_that_every_kind_has():
    manual = (PAGES.parent / "devices.md").read_text()
    for key in {"name", "kind", "url", "on_connect", "quiet_ms", *RULES, *DRIVING}:
        assert f"`{key}`" in manual
