"""A machine's signal, published as true or false in a JSON message."""

from hardware.simulate.publisher import SimulatedPublisher


class SimulatedSwitch(SimulatedPublisher):
    """Is switched as it is told to."""

    def switch(self, *, on: bool, retain: bool = False) -> None:
        """The signal goes on, or off."""
        self.send_value(on, retain=retain)
