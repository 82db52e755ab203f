"""A machine's signal, published as true or false in a JSON message."""

from hardware.simulate.publisher import SimulatedPublisher
from hardware.simulate.verb import Verb


class SimulatedSwitch(SimulatedPublisher):
    """Is switched as it is told to."""

    def switch(self, *, on: bool, retain: bool = False) -> None:
        """The signal goes on, or off."""
        self.send_value(on, retain=retain)

    def verbs(self) -> dict[str, Verb]:
        """Switching beside the rubbish."""
        return {
            "on": Verb("", lambda _: self.switch(on=True)),
            "off": Verb("", lambda _: self.switch(on=False)),
            **super().verbs(),
        }
