"""Does at a bench what a person pressed on the panel: through the simulators, the cable and the switch."""

from collections.abc import Collection

from content import units
from hardware.simulate.terminal import Unplugged
from stepline.demo.cable import Cable
from stepline.demo.devices import BEHIND_BROKER, GAUGES
from stepline.demo.panel.acts import Act, Badge, Clamp, Gauge, Labels, Plug, Power, Scan, Tighten, Weigh
from stepline.demo.plant import Bench

NOBODY = "The kiosk has no power: nobody hears it"
DEAF = "The kiosk cannot hear it while its network is cut"
NOT_YET = "The kiosk has not found it again yet: once more in a moment"
NAMES = {unit: name for name, unit, _quantity in GAUGES}


class Hands:
    """The bench as hands reach it."""

    def __init__(self, bench: Bench, cable: Cable) -> None:
        self._bench = bench
        self._cable = cable
        self.powered = True

    def do(self, act: Act, lost: Collection[str] = ()) -> str:
        """Do it; what was done, in a sentence. `lost`: devices that the kiosk says it has lost."""
        try:
            done, device = self._do(act)
        except (Unplugged, ValueError, RuntimeError, OSError) as problem:
            return f"It could not be done: {problem}"
        if isinstance(act, Plug | Power):
            return done
        return self._heard(done, device, lost)

    def _do(self, act: Act) -> tuple[str, str]:
        """What was done, and which device said it."""
        at = self._bench.devices
        match act:
            case Scan():
                at.scanner.scan(act.text, act.symbology)
                return f"Scanned {act.label}", "scanner"
            case Badge():
                at.badge_reader.hold(act.number)
                return f"Held {act.label} to the reader", "badge-reader"
            case Weigh():
                at.scale.weigh(act.value, act.unit)
                return f"The scale says {units.quantity(act.value, act.unit)}", "scale"
            case Tighten():
                torque = units.convert(act.torque, act.unit, "N.m") or act.torque
                at.torque.tighten(torque, round(act.angle), ok=act.ok)
                verdict = "OK" if act.ok else "NOK"
                return f"Tightened to {units.quantity(act.torque, act.unit)}, {verdict}", "torque"
            case Gauge():
                at.measure(act.unit, act.value)
                return f"The gauge says {units.quantity(act.value, act.unit)}", NAMES[act.unit]
            case Clamp():
                at.clamp(closed=act.closed)
                return f"The clamp is {'closed' if act.closed else 'open'}", "fixture"
            case Labels():
                at.load_labels(loaded=act.loaded)
                return f"The printer has {'a roll of' if act.loaded else 'no'} labels", "label-printer"
            case Plug():
                return self._plug(plugged=act.plugged), ""
            case Power():
                return self._switch(on=act.on), ""

    def _heard(self, done: str, device: str, lost: Collection[str]) -> str:
        if not self.powered:
            return f"{done}. {NOBODY}"
        if not self._cable.whole and device in BEHIND_BROKER:
            return f"{done}. {DEAF}"
        return f"{done}. {NOT_YET}" if device in lost else done

    def _plug(self, *, plugged: bool) -> str:
        if plugged:
            self._cable.mend()
            return "Mended: what waited on the kiosk is delivered"
        self._cable.cut()
        return "The network is cut: what speaks through the broker cannot be heard"

    def _switch(self, *, on: bool) -> str:
        self.powered = on
        if on:
            self._bench.kiosk.start()
            return "Switched on: it comes up in the step where it was"
        self._bench.kiosk.kill()
        return "The kiosk was killed (kill -9), as by a power cut"
