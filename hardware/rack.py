"""The rack: a station's devices, each kept running by a thread until the rack is stopped."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from hardware.address import Broker, KeysPort, MqttTopic, RemotePort, SerialPort, TcpPeer, Window
from hardware.device import Device, DeviceHealth, Emit
from hardware.driver import Command, Wanted
from hardware.lines import own_line
from hardware.readings import CommandDone, DeviceState
from hardware.settings import DeviceSettings
from hardware.stream import Stream
from hardware.tape import NoTape, Tape
from hardware.topics import Listener
from hardware.transport.halt import Halt
from hardware.transport.mailbox import Letter
from hardware.transport.mqtt import BrokerLine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

PARTING = 3.0  # s for all threads to end; what hangs in a name look-up longer than this is left behind


class Line(Protocol):
    """A thread that keeps one or more devices connected until the bell rings."""

    name: str

    def start(self) -> None:
        """Begin."""
        ...

    def hang_up(self) -> None:
        """Wake it out of its waiting; the bell has rung."""
        ...

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        ...

    def is_alive(self) -> bool:
        """Whether it still runs."""
        ...


class PostBox(Protocol):
    """Where letters for a device are left."""

    def post(self, letter: Letter) -> bool:
        """Have `letter` carried out by the device's own thread; False when too many wait."""
        ...


class Rack:
    """The running devices of a station. `emit` is called on their threads and must not block."""

    def __init__(
        self,
        devices: Sequence[DeviceSettings],
        emit: Emit,
        tape: Tape | None = None,
        kiosk: str | None = None,
    ) -> None:
        self._halt = Halt()
        self._emit = emit
        self._tape = tape or NoTape()
        self._devices = {settings.name: Device(settings, emit) for settings in devices}
        self._boxes: dict[str, PostBox] = {}
        self._lines: list[Line] = []
        behind: dict[tuple[Broker, str], list[Listener]] = defaultdict(list)
        for name, device in self._devices.items():
            match device.settings.transport:
                case MqttTopic(broker=broker):
                    self._boxes[name] = listener = Listener(device, self._tape)
                    behind[broker, name if listener.will else ""].append(listener)
                case Window():
                    device.announce()
                    device.became(DeviceState.READY, "types into the kiosk's window")
                case SerialPort() | RemotePort() | TcpPeer() | KeysPort():
                    self._boxes[name] = stream = Stream(device, self._halt, self._tape)
                    self._lines.append(stream)
                case _:
                    self._boxes[name] = line = own_line(device, self._halt, self._tape)
                    self._lines.append(line)
        for (broker, _), listeners in behind.items():
            line = BrokerLine(broker, listeners, self._halt, kiosk)
            for listener in listeners:
                listener.line = line
            self._lines.append(line)

    @classmethod
    def start(
        cls,
        devices: Sequence[DeviceSettings],
        *,
        emit: Emit,
        tape: Tape | None = None,
        kiosk: str | None = None,
    ) -> Self:
        """Start every device. None needs to be there yet: each reports its state through `emit`.

        With a `tape`, everything that goes over their lines is noted. By the name of a `kiosk`, which no other has, a
        broker keeps what its devices say while it is away.
        """
        rack = cls(devices, emit, tape, kiosk)
        for line in rack._lines:
            line.start()
        return rack

    def want(self, device: str, wanted: Wanted) -> None:
        """From now on this is wanted of an output, also after it was away. Each signal is told as an `OutputSet`.

        Safe from any thread. A device that is not there, or is no output, is passed over.
        """
        box = self._boxes.get(device)
        if box is not None:
            box.post(lambda talk: talk.want(wanted))

    def ask(self, device: str, command: Command) -> None:
        """Have a device do something once; it is told as a `CommandDone`, whatever happens. Safe from any thread."""
        box = self._boxes.get(device)
        if box is not None and box.post(lambda talk: talk.ask(command)):
            return
        known = self._devices.get(device)
        if known is not None:
            reason = "it takes no commands" if box is None else "too many commands wait for it"
            self._emit(
                CommandDone(**known.stamp(), command=command.id, verb=command.verb, ok=False, reason=reason)
            )

    def picture(self, device: str, seconds: float) -> "NDArray[np.uint8] | None":
        """The next picture of a camera, waited for at most so long. Safe from any thread."""
        line = self._boxes.get(device)
        takes = getattr(line, "picture", None)
        return None if takes is None else takes(seconds)

    def stop(self) -> None:
        """End every thread; once it returns nothing is emitted any more. May be called twice."""
        if self._halt.rung:
            return
        self._halt.ring()
        for line in self._lines:
            line.hang_up()
        for line in self._lines:
            line.join(PARTING)
        if left := [line.name for line in self._lines if line.is_alive()]:
            log.warning("left behind while stopping: %s", ", ".join(left))
            return
        self._halt.close()

    def health(self) -> Mapping[str, DeviceHealth]:
        """How each device is now, by name, in the order of the station's file. Safe from any thread."""
        return {name: device.health for name, device in self._devices.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
