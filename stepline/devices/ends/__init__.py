"""Stand-ins for the devices of a recording: each plays one device through its real transport."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hardware.address import (
    CameraSource,
    KeysPort,
    ModbusServer,
    MqttTopic,
    OpcUaServer,
    RemotePort,
    SerialPort,
    TcpPeer,
    Window,
)
from hardware.settings import DeviceSettings
from hardware.tape import Piece
from stepline.devices.ends.far_end import HERE, CannotReplay, FarEnd


def far_end(device: DeviceSettings, pieces: Sequence[Piece], version: int, touches: Path | None) -> FarEnd:
    """What plays these pieces of a device at its port; raises CannotReplay with what to do."""
    make = _maker(device, pieces, version, touches)
    if make is None:
        raise CannotReplay(
            f"{device.name}: nothing can stand in at {device.transport}; give a file whose lines are on this machine"
        )
    try:
        return make()
    except OSError as problem:
        raise CannotReplay(f"{device.name}: {_why(device, problem)}") from None


def _why(device: DeviceSettings, problem: OSError) -> str:
    port = problem.errno is not None and not isinstance(problem, FileExistsError | FileNotFoundError)
    return f"{device.transport} cannot be had: {problem.strerror}" if port else str(problem)


def _maker(
    device: DeviceSettings, pieces: Sequence[Piece], version: int, touches: Path | None
) -> Callable[[], FarEnd] | None:
    # each imported when it is needed: asyncua and OpenCV take a second
    match device.transport:
        case SerialPort(path=path):
            from stepline.devices.ends.lines import TerminalEnd

            return lambda: TerminalEnd(path, device, pieces)
        case TcpPeer(host=host, port=port) if host in HERE:
            from stepline.devices.ends.lines import PeerEnd

            return lambda: PeerEnd(port, device, pieces)
        case RemotePort(host=host, port=port) if host in HERE:
            from stepline.devices.ends.lines import RemoteEnd

            return lambda: RemoteEnd(port, device, pieces)
        case MqttTopic(broker=broker):
            from stepline.devices.ends.messages import MessagesEnd

            return lambda: MessagesEnd(broker, device, pieces)
        case KeysPort(path=path, layout=layout) if _new_enough(device, version):
            from stepline.devices.ends.keys import KeysEnd

            return lambda: KeysEnd(path, layout)
        case Window():
            from stepline.devices.ends.keys import WindowEnd

            return lambda: WindowEnd(device.name, touches)
        case CameraSource():
            from stepline.devices.ends.camera import CameraEnd, port_here

            port = port_here(device.transport)
            return None if port is None else lambda: CameraEnd(port, pieces)
        case ModbusServer(reached=reached) if _new_enough(device, version):
            from stepline.devices.ends.modbus import ModbusEnd

            here = isinstance(reached, SerialPort) or reached.host in HERE
            return (lambda: ModbusEnd(reached, pieces)) if here else None
        case OpcUaServer() if _new_enough(device, version):
            from stepline.devices.ends.opc_ua import OpcUaEnd, port_of

            port = port_of(device.transport)
            return None if port is None else lambda: OpcUaEnd(port, device, pieces)
        case _:
            return None


def _new_enough(device: DeviceSettings, version: int) -> bool:
    if version < 2:
        raise CannotReplay(
            f"{device.name}: the recording was made by an earlier version, which noted a {device.kind} for people only"
        )
    return True


__all__ = ["CannotReplay", "FarEnd", "far_end"]
