"""A stand-in for every device, at the far end of a pseudo terminal or a broker: for trials and tests."""

from hardware.simulate.scale import SimulatedScale
from hardware.simulate.scanner import SimulatedScanner
from hardware.simulate.sensor import SimulatedSensor
from hardware.simulate.switch import SimulatedSwitch
from hardware.simulate.torque import SimulatedTorqueDriver

__all__ = [
    "SimulatedScale",
    "SimulatedScanner",
    "SimulatedSensor",
    "SimulatedSwitch",
    "SimulatedTorqueDriver",
]
