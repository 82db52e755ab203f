"""What the tests of devices share is shipped, for a plant's own drivers to be tested with."""

from hardware.simulate.pytest_rack import Heard, devices, heard, rack

__all__ = ["Heard", "devices", "heard", "rack"]
