"""A bench with a device on every transport that there is: the demonstration's own, and those that it lacks."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import zxingcpp

from hardware.simulate.camera import SimulatedCamera
from hardware.simulate.gauge import SimulatedGauge
from hardware.simulate.opc_ua import SimulatedMachine
from hardware.simulate.remote_port import SimulatedRemotePort
from hardware.simulate.scale import SimulatedScale
from hardware.simulate.switch import SimulatedSwitch
from hardware.simulate.wedge import SimulatedWedge
from stepline.demo.devices import Devices
from stepline.demo.plant import LIBRARY
from tests.kiosk.process import KioskProcess
from tests.kiosk.station import GTIN

LABEL = LIBRARY / "instructions" / "label-and-pack"
FILES = {"vision/type-label.vision": (LABEL / "vision" / "type-label.vision").read_bytes()}
MORE = """
[[device]]
name = "hand-scanner"
kind = "wedge"
url = "{wedge}"

[[device]]
name = "window-scanner"
kind = "wedge"

[[device]]
name = "far-scale"
kind = "scale"
url = "{far_scale}?baud=19200"

[[device]]
name = "asked-gauge"
kind = "gauge"
url = "{gauge}"
speaks = "sylvac"
mode = "on-demand"

[[device]]
name = "code-camera"
kind = "camera"
url = "{eye}"

[[device]]
name = "guard"
kind = "switch"
url = "mqtt:"
topic = "plant/guard"
field = "closed"

[[device]]
name = "press"
kind = "opc-ua"
url = "{press}"
every_ms = 20
[[device.read]]
signal = "press-closed"
node = "ns=2;s=Press.Closed"
[[device.write]]
signal = "close-press"
node = "ns=2;s=Press.Close"
confirm = "ns=2;s=Press.Closed"
confirm_ms = 10000
"""


def measured(check: str, device: str, unit: str, quantity: str) -> dict[str, Any]:
    return {
        "id": check,
        "kind": "measure",
        "unit": unit,
        "quantity": quantity,
        "device": device,
        "low": "10",
        "high": "20",
    }


INSTRUCTION: dict[str, Any] = {
    "id": "everything",
    "kind": "work-instruction",
    "title": "Use everything",
    "revision": 1,
    "language": "en",
    "applies_to": {"part_numbers": ["GP-100"], "gtins": [GTIN]},
    "parts": [
        {"number": "GP-131", "name": "Screw"},
        {"number": "GP-132", "name": "Washer"},
        {"number": "GP-133", "name": "Ring"},
        {"number": "GP-134", "name": "Plug"},
        {"number": "GP-135", "name": "Cap"},
        {"number": "GP-141", "name": "Label"},
    ],
    "steps": [
        {
            "id": "codes",
            "title": "Codes",
            "text": "Read them all.",
            "parts": ["GP-131"],
            "checks": [
                {"id": "typed", "kind": "scan", "exact": "HAND-1"},
                {"id": "in-window", "kind": "scan", "exact": "WINDOW-1"},
                {"id": "part", "kind": "scan", "part": "GP-131"},
            ],
        },
        {
            "id": "eye",
            "title": "Eye",
            "text": "Hold it up.",
            "parts": ["GP-141"],
            "checks": [{"id": "seen", "kind": "scan", "exact": "CAMERA-1"}],
        },
        {
            "id": "values",
            "title": "Values",
            "text": "Measure them all.",
            "parts": ["GP-132"],
            "checks": [
                measured("near", "scale", "g", "mass"),
                measured("far", "far-scale", "g", "mass"),
                measured("depth", "depth-gauge", "mm", "length"),
                # it is asked again and again, and says nothing until it is used
                {**measured("asked", "asked-gauge", "mm", "length"), "until_in_limits": True},
                measured("oil", "oil-temperature", "degC", "temperature"),
                measured("pressure", "pressure-gauge", "bar", "pressure"),
                measured("flow", "flow-meter", "l/min", "flow"),
            ],
        },
        {
            "id": "bolts",
            "title": "Bolts",
            "text": "Tighten.",
            "parts": ["GP-133"],
            "checks": [
                {"id": "both", "kind": "torque", "unit": "N.m", "low": "8", "high": "9", "fastenings": 2}
            ],
        },
        {
            "id": "signals",
            "title": "Signals",
            "text": "Close.",
            "parts": ["GP-134"],
            "drives": [{"device": "press", "signal": "close-press"}],
            "checks": [
                {"id": "clamped", "kind": "signal", "signal": "fixture-closed", "expect": True},
                {"id": "pressed", "kind": "signal", "signal": "press-closed", "expect": True},
                {"id": "guarded", "kind": "signal", "signal": "guard", "expect": True},
            ],
        },
        {
            "id": "label",
            "title": "Label",
            "text": "Look.",
            "parts": ["GP-135"],
            "prints": [{"device": "label-printer", "label": "type-label"}],
            "checks": [
                {
                    "id": "label-there",
                    "kind": "vision",
                    "check": "type-label",
                    "taught": "vision/type-label.vision",
                    "device": "camera",
                    "prompt": "The label is in its field",
                }
            ],
        },
    ],
}


class EveryKind:
    """The devices, switched on, and the station's file."""

    def __init__(self, folder: Path, broker: str) -> None:
        self.demo = Devices(folder, "bench-1", broker, LIBRARY)
        self.wedge = SimulatedWedge(folder / "hand-scanner")
        self.far_scale = SimulatedScale()
        self.network = SimulatedRemotePort(self.far_scale.path)
        self.gauge = SimulatedGauge(folder / "asked-gauge", speaks="sylvac", asked=True)
        self.eye = SimulatedCamera()
        self.guard = SimulatedSwitch(broker, "plant/guard", "closed")
        self.guard.switch(on=False, retain=True)
        self.press = SimulatedMachine()
        self.press.set("Press.Close", False)
        self.press.set("Press.Closed", False)
        self.press.follow("Press.Close", "Press.Closed")
        self.file = self.demo.file
        more = MORE.format(
            wedge=self.wedge.url,
            far_scale=self.network.url,
            gauge=self.gauge.url,
            eye=self.eye.url,
            press=self.press.url,
        )
        self.file.write_text(self.file.read_text() + more)

    def show_code(self, text: str) -> None:
        """Hold a label before the camera that reads codes."""
        code = zxingcpp.write_barcode_to_image(
            zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix), scale=8, add_quiet_zones=True
        )
        picture = np.full((480, 640), 200, np.uint8)
        drawn = np.asarray(code)
        picture[100 : 100 + drawn.shape[0], 200 : 200 + drawn.shape[1]] = drawn
        self.eye.show(np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), dtype=np.uint8))

    def close(self) -> None:
        for device in (self.demo, self.wedge, self.network, self.far_scale, self.gauge, self.eye, self.press):
            device.close()
        self.guard.close()


class Kiosk(KioskProcess):
    """A kiosk at a bench whose devices somebody else plays."""

    def __init__(self, folder: Path, file: Path, server: str, broker: str) -> None:
        folder.mkdir()
        self.file = file
        super().__init__(folder, server, broker)

    def plug_in(self) -> str:
        """They are plugged in."""
        return self.file.read_text()

    def unplug(self) -> None:
        """They are not ours."""
