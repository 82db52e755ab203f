"""The rack: a station's devices, each kept running by a thread until the rack is stopped."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from hardware.device import Device, DeviceHealth, Emit
from hardware.kinds import DECODERS
from hardware.readings import DeviceState
from hardware.settings import Broker, DeviceKind, DeviceSettings, MqttTopic, Window
from hardware.stream import Stream
from hardware.transport.halt import Halt
from hardware.transport.mqtt import BrokerLine

log = logging.getLogger(__name__)

PARTING = 3.0  # s for all threads to end; what hangs in a name look-up longer than this is left behind


class Rack:
    """The running devices of a station. `emit` is called on their threads and must not block."""

    def __init__(self, devices: Sequence[DeviceSettings], emit: Emit) -> None:
        self._halt = Halt()
        self._devices = {settings.name: Device(settings, emit) for settings in devices}
        self._threads: list[Stream | BrokerLine] = []
        topics: dict[Broker, dict[str, list[_Listener]]] = defaultdict(lambda: defaultdict(list))
        for device in self._devices.values():
            match device.settings.transport:
                case MqttTopic(broker=broker, topic=topic):
                    topics[broker][topic].append(_Listener(device))
                case Window():
                    device.announce()
                    device.became(DeviceState.READY, "types into the kiosk's window")
                case _:
                    self._threads.append(Stream(device, self._halt))
        self._threads += [BrokerLine(broker, heard, self._halt) for broker, heard in topics.items()]

    @classmethod
    def start(cls, devices: Sequence[DeviceSettings], *, emit: Emit) -> Self:
        """Start every device. None needs to be there yet: each reports its state through `emit`."""
        rack = cls(devices, emit)
        for thread in rack._threads:
            thread.start()
        return rack

    def stop(self) -> None:
        """End every thread; once it returns nothing is emitted any more. May be called twice."""
        if self._halt.rung:
            return
        self._halt.ring()
        for thread in self._threads:
            if isinstance(thread, BrokerLine):
                thread.hang_up()
        for thread in self._threads:
            thread.join(PARTING)
        if left := [thread.name for thread in self._threads if thread.is_alive()]:
            log.warning("left behind while stopping: %s", ", ".join(left))
            return
        self._halt.close()

    def health(self) -> Mapping[str, DeviceHealth]:
        """How each device is now, by name, in the order of the devices file. Safe from any thread."""
        return {name: device.health for name, device in self._devices.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Listener:
    """A device at the end of a topic."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._decoder = DECODERS[device.settings.kind](device.settings, device.stamp)
        device.announce()

    def ready(self) -> None:
        self._device.became(DeviceState.READY, "connected")

    def lost(self, reason: str) -> None:
        self._device.became(DeviceState.LOST, reason)

    def message(self, payload: bytes, *, retained: bool) -> None:
        # a value that the broker kept may be of last week and is no measurement; a switch's still holds
        if retained and self._device.settings.kind is not DeviceKind.SWITCH:
            return
        for reading in self._decoder.feed(payload):
            self._device.hand_over(reading)
