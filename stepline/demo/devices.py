"""The simulated devices of one bench, ten kinds on serial, TCP, HTTP and MQTT, and the file that names them."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.simulate.badge import SimulatedBadgeReader
from hardware.simulate.camera import SimulatedCamera
from hardware.simulate.gauge import SimulatedGauge
from hardware.simulate.modbus import SimulatedPlc
from hardware.simulate.open_protocol import SimulatedController
from hardware.simulate.printer import SimulatedPrinter
from hardware.simulate.scale import SimulatedScale
from hardware.simulate.scanner import SimulatedScanner
from hardware.simulate.sensor import SimulatedSensor
from hardware.simulate.sparkplug import SimulatedEdgeNode

GAUGES = (  # name, unit, quantity: what a bench measures with beside its scale
    ("oil-temperature", "degC", "temperature"),
    ("depth-gauge", "mm", "length"),
    ("pressure-gauge", "bar", "pressure"),
    ("flow-meter", "l/min", "flow"),
)
BEHIND_BROKER = frozenset({"oil-temperature", "pressure-gauge", "flow-meter"})
CLAMPED = "input:3"  # the end switch of the fixture's clamp
LAMPS = {"green": "coil:32", "yellow": "coil:33", "red": "coil:34"}
BINS = {  # part -> its bin of the rack; a bin's light is a coil from 16 on, in this order
    "GP-112": "A1",
    "GP-113": "A2",
    "GP-114": "A3",
    "GP-115": "A4",
    "GP-121": "B1",
    "GP-122": "B2",
    "GP-131": "B3",
    "GP-132": "B4",
    "GP-133": "C1",
    "GP-134": "C2",
    "GP-135": "C3",
    "GP-141": "C4",
}
COILS = {name: f"coil:{number}" for number, name in enumerate(BINS.values(), start=16)} | LAMPS
FLOW = "Flow/Actual"  # the metric of the flow meter's edge node

SERIAL = """\
[[device]]
name = "scanner"
kind = "scanner"
url = "serial://{folder}/scanner"

[[device]]
name = "badge-reader"
kind = "badge"
url = "serial://{folder}/badge-reader"

[[device]]
name = "scale"
kind = "scale"
url = "serial://{folder}/scale"

[[device]]
name = "depth-gauge"
kind = "gauge"
url = "serial://{folder}/depth-gauge"
speaks = "digimatic"
"""
NETWORK = """
[[device]]
name = "torque"
kind = "open-protocol"
url = "{torque}"

[[device]]
name = "fixture"
kind = "modbus"
url = "{fixture}?unit=1"
heartbeat = "holding:90"
read = [{{ signal = "fixture-closed", at = "{clamped}" }}]
write = [
{points}
]
parts = {{ {bins} }}
shows = {{ running = ["green"], held = ["yellow"], supervisor = ["yellow"], failed = ["red"], fault = ["red"] }}

[[device]]
name = "label-printer"
kind = "printer"
url = "{printer}"
[device.labels]
type-label = '''
^XA
^FO40,40^BQN,2,6^FH^FDQA,(01){{gtin}}(21){{serial}}^FS
^FO260,60^A0N,40,40^FDGear pump^FS
^FO260,110^A0N,40,40^FH^FD{{serial}}^FS
^XZ
'''
"""
CAMERA = """
[[device]]
name = "camera"
kind = "camera"
url = "{camera}"
codes = false
"""
SCENE = Path("instructions", "label-and-pack", "media", "press-label.webp")  # what the camera sees
SEEN = (800, 600)  # pixels
BROKER = """
[[device]]
name = "oil-temperature"
kind = "sensor"
url = "mqtt:"
topic = "plant/{station}/oil-temperature"
field = "reading.value"
unit = "degC"
quantity = "temperature"

[[device]]
name = "pressure-gauge"
kind = "sensor"
url = "mqtt:"
topic = "plant/{station}/pressure-gauge"
field = "reading.value"
unit = "bar"
quantity = "pressure"

[[device]]
name = "flow-meter"
kind = "sparkplug"
url = "mqtt:"
topic = "spBv1.0/pumps"
host = "{station}"
node = "{station}"
device = "flow-meter"
read = [{{ quantity = "flow", unit = "l/min", metric = "{flow}" }}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """What a kiosk drives at its bench, as it stands there."""

    lamps: tuple[str, ...] = ()  # of the stack light, those that are lit
    bins: tuple[str, ...] = ()  # of the rack, those whose light is on
    tool: bool = False  # whether the tightening tool may run
    printed: int = 0  # labels
    labels: bool = True  # whether the printer has some left

    def __str__(self) -> str:
        lamps = ", ".join(self.lamps) or "dark"
        bins = f"bin {', '.join(self.bins)}" if self.bins else "no bin"
        return f"Stack light {lamps} · {bins} · driver {'free' if self.tool else 'locked'}"


class Devices:
    """Everything that stands at one bench, switched on."""

    def __init__(self, folder: Path, station: str, broker: str, library: Path) -> None:
        """Plug them in, the camera before a picture of the library; raises OSError when the broker is not there."""
        self.scanner = SimulatedScanner(folder / "scanner")
        self.badge_reader = SimulatedBadgeReader(folder / "badge-reader")
        self.scale = SimulatedScale(folder / "scale")
        self.depth_gauge = SimulatedGauge(folder / "depth-gauge")
        self.torque = SimulatedController()
        self.fixture = SimulatedPlc()
        self.printer = SimulatedPrinter()
        self.camera = SimulatedCamera()
        self.camera.show(_scene(library))
        self._sensors = {
            name: SimulatedSensor(broker, f"plant/{station}/{name}", "reading.value")
            for name in ("oil-temperature", "pressure-gauge")
        }
        self._flow_meter = SimulatedEdgeNode(broker, "pumps", station, "flow-meter")
        self._flow_meter.set(FLOW, 0.0)
        self.file = folder / "devices.toml"
        self.file.write_text(self._table(folder, station), encoding="utf-8")

    def measure(self, unit: str, value: Decimal | str) -> None:
        """Let the gauge that measures in `unit` say a value; raises OSError, RuntimeError or TimeoutError."""
        match unit:
            case "degC":
                self._sensors["oil-temperature"].publish(value)
            case "bar":
                self._sensors["pressure-gauge"].publish(value)
            case "mm":
                self.depth_gauge.measure(value)
            case "l/min":
                self._flow_meter.set(FLOW, float(value))
            case _:
                raise ValueError(f"no gauge measures in {unit}")

    def clamp(self, *, closed: bool) -> None:
        """Close the clamp of the fixture, or open it."""
        self.fixture.tables.set(CLAMPED, closed)

    def load_labels(self, *, loaded: bool) -> None:
        """Put a roll into the printer, or take it out."""
        if loaded:
            self.printer.mend()
        else:
            self.printer.fault("paper")

    def driven(self) -> Driven:
        """How the kiosk has set what it drives."""
        lit = {name for name, coil in COILS.items() if self.fixture.tables.get(coil)}
        return Driven(
            lamps=tuple(name for name in LAMPS if name in lit),
            bins=tuple(name for name in BINS.values() if name in lit),
            tool=not self.torque.locked,
            printed=len(self.printer.printed),
            labels="paper" not in self.printer.faults,
        )

    def close(self) -> None:
        """Switch them off for good."""
        lines = (self.scanner, self.badge_reader, self.scale, self.depth_gauge)
        for device in (*lines, self.torque, self.fixture, self.printer, self.camera, *self._sensors.values()):
            device.close()
        self._flow_meter.close()

    def _table(self, folder: Path, station: str) -> str:
        points = ",\n".join(f'  {{ signal = "{name}", at = "{coil}" }}' for name, coil in COILS.items())
        network = NETWORK.format(
            torque=self.torque.url,
            fixture=self.fixture.url,
            printer=self.printer.url,
            clamped=CLAMPED,
            points=points,
            bins=", ".join(f'"{part}" = "{name}"' for part, name in BINS.items()),
        )
        camera = CAMERA.format(camera=self.camera.url)
        return SERIAL.format(folder=folder) + network + camera + BROKER.format(station=station, flow=FLOW)


def _scene(library: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(library / SCENE))
    assert picture is not None, f"{library / SCENE} is no picture"
    return np.asarray(cv2.resize(picture, SEEN, interpolation=cv2.INTER_AREA), dtype=np.uint8)
