"""A sensor that publishes a number in a JSON message."""

import json
from decimal import Decimal

from hardware.simulate.publisher import SimulatedPublisher
from hardware.simulate.verb import Verb


class SimulatedSensor(SimulatedPublisher):
    """Publishes what it is told to."""

    def publish(self, value: Decimal | str | float, *, retain: bool = False) -> None:
        """The sensor measures `value`, spelled exactly so in the message."""
        payload = str(Decimal(str(value)))
        for step in reversed(self.field.split(".") if self.field else ()):
            payload = f"{{{json.dumps(step)}: {payload}}}"
        self.send(payload, retain=retain)

    def verbs(self) -> dict[str, Verb]:
        """Publishing beside the rubbish."""
        return {"publish": Verb("VALUE", lambda rest: self.publish(Decimal(rest))), **super().verbs()}
