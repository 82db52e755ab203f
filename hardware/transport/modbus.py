"""A Modbus connection: one thread that reads every point again and again, and writes what is wanted (pymodbus)."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from typing import Any, TypeVar

from pymodbus import ModbusException
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.pdu import ModbusPDU

from hardware.address import ModbusServer, SerialPort
from hardware.conversation import Conversation, decoder_of
from hardware.decode.registers import BITS, READS, Area, Place, Span, Type, packed, spans, unpacked
from hardware.device import Device
from hardware.drivers.modbus import ModbusOptions, ModbusRead, ModbusWrite
from hardware.items import Items, Raw, number_of
from hardware.readings import DeviceState, tick_now
from hardware.tape import Tape, Way
from hardware.transport.backoff import Backoff
from hardware.transport.halt import Halt, LinkLost
from hardware.transport.mailbox import Letter, Mailbox

log = logging.getLogger(__name__)

PATIENCE = 1.0  # s for an answer
AGAIN = 1  # how often a request without an answer is said once more
SAID = {  # exception codes of the application protocol
    1: "it does not know the function: is the point in the right table?",
    2: "it has no such address",
    3: "it does not take that value or count",
    4: "it has failed",
    5: "it needs longer",
    6: "it is busy",
    10: "its gateway has no way to it",
    11: "its gateway got no answer from it",
}
T = TypeVar("T")
Seen = dict[Area, dict[int, int | bool]]


class ModbusLine(threading.Thread):
    """Keeps one server read and driven until the bell rings."""

    def __init__(self, device: Device, halt: Halt, tape: Tape) -> None:
        super().__init__(name=f"device-{device.settings.name}", daemon=True)
        assert isinstance(device.settings.transport, ModbusServer)
        assert isinstance(device.settings.options, ModbusOptions)
        self._device = device
        self._halt = halt
        self._tape = tape
        self._server = device.settings.transport
        self._own = device.settings.options
        self._mailbox = Mailbox()
        items = decoder_of(device)
        assert isinstance(items, Items)
        self._items: Items[ModbusRead, ModbusWrite] = items
        self._talk = Conversation(device, items, self._cannot_say)
        self._reads = spans((item.at, item.size) for item in self._own.read)
        self._beat, self._beat_at = False, 0
        self._beating = False  # what is said now is the heartbeat, which nobody needs in a recording
        self._asking = b"\0"  # the request that is under way
        self._told: dict[bytes, bytes] = {}  # request -> its answer in the recording

    def post(self, letter: Letter) -> bool:
        """Have `letter` carried out by this thread; False when too many wait."""
        return self._mailbox.put(letter)

    def hang_up(self) -> None:
        """The bell wakes it."""

    def run(self) -> None:
        """Connect, read and write until the connection is lost, wait a little, and again."""
        backoff = Backoff()
        self._device.announce()
        while not self._halt.rung:
            began = tick_now()
            try:
                self._serve()
            except LinkLost as lost:
                self._lost(str(lost))
            except (
                Exception
            ) as error:  # the top of a thread: one bad device must not end, or it would look healthy
                log.exception("%s: the program failed while reading it", self.name)
                self._lost(f"the program failed while reading it: {error}")
            self._rest(backoff.after(tick_now() - began))
        self._device.report_refusals()
        self._mailbox.close()

    def _rest(self, seconds: float) -> None:
        until = tick_now() + int(seconds * 1e9)
        while not self._halt.rung and (left := until - tick_now()) > 0:
            self._halt.wait(left / 1e9, self._mailbox)
            self._read_letters()

    def _read_letters(self) -> None:
        for letter in self._mailbox.take():
            letter(self._talk)

    def _lost(self, reason: str) -> None:
        if not self._halt.rung:
            self._talk.closed("the device went away")
            self._device.became(DeviceState.LOST, reason)

    def _cannot_say(self, _told: object) -> None:
        raise LinkLost("the program wanted to say something that Modbus does not carry")

    # --- a connection -------------------------------------------------------

    def _serve(self) -> None:
        with closing(self._client()) as client:
            if not client.connect():
                raise LinkLost(
                    f"{self._server.reached} cannot be reached: is it switched on, and its address right?"
                )
            self._talk.opened()
            self._round(client)
            self._talk.told(self._items.ready())
            while not self._halt.rung:
                began = tick_now()
                self._read_letters()
                self._write(client)
                self._alive(client)
                self._round(client)
                self._talk.rang()
                self._pause(began)

    def _client(self) -> Any:
        reached = self._server.reached
        if isinstance(reached, SerialPort):
            return ModbusSerialClient(
                reached.path,
                baudrate=reached.baud,
                bytesize=reached.bits,
                parity=reached.parity,
                stopbits=int(reached.stop),
                timeout=PATIENCE,
                retries=AGAIN,
                trace_pdu=self._noted,
            )
        return ModbusTcpClient(
            reached.host, port=reached.port, timeout=PATIENCE, retries=AGAIN, trace_pdu=self._noted
        )

    def _noted(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        """Note a request and its answer; of what is read again and again only an answer that is news."""
        data = bytes([pdu.function_code]) + pdu.encode()
        if sending:
            self._asking = data
        elif not self._beating and (self._asking[0] not in READS or self._told.get(self._asking) != data):
            self._told[self._asking] = data
            self._tape.note(self._device.settings.name, Way.OUT, self._asking)
            self._tape.note(self._device.settings.name, Way.IN, data)
        return pdu

    def _pause(self, began: int) -> None:
        """Until the next round, or until something is wanted."""
        left = began + self._own.every_ms * 1_000_000 - tick_now()
        if left > 0:
            self._halt.wait(left / 1e9, self._mailbox)

    # --- reading ------------------------------------------------------------

    def _round(self, client: Any) -> None:
        seen: Seen = {}
        for span in self._reads:
            self._look(client, span, seen)
        for item in self._own.read:
            self._talk.told(self._items.came(item, _raw(seen, item)))
        self._confirm(client, seen)

    def _look(self, client: Any, span: Span, seen: Seen) -> None:
        read = {
            Area.COIL: client.read_coils,
            Area.INPUT: client.read_discrete_inputs,
            Area.HOLDING: client.read_holding_registers,
            Area.REGISTER: client.read_input_registers,
        }[span.area]
        where = f"{span.area}:{span.address} to {span.address + span.count - 1}"
        told = self._answer(lambda: read(span.address, count=span.count, device_id=self._server.unit), where)
        values = told.bits if span.area in BITS else told.registers
        if len(values) < span.count:
            raise LinkLost(f"the device answers with too few values for {where}")
        kept = seen.setdefault(span.area, {})
        kept.update(zip(range(span.address, span.address + span.count), values, strict=False))

    def _confirm(self, client: Any, seen: Seen) -> None:
        for item in self._items.unconfirmed:
            proof = item.proof
            for address in range(proof.address, proof.address + item.size):
                if address not in seen.get(proof.area, {}):
                    self._look(client, Span(proof.area, proof.address, item.size), seen)
                    break
            self._talk.told(
                self._items.reads_back(item, _value(seen, proof, item.type, item.order, item.size))
            )

    # --- writing ------------------------------------------------------------

    def _write(self, client: Any) -> None:
        for item, value in self._items.due_writes().values():
            try:
                self._put(client, item.at, number_of(value, item), item.type, item.order)
            except _Refused as problem:
                self._talk.told(self._items.refused(item, str(problem)))
            else:
                self._items.written(item)

    def _put(self, client: Any, at: Place, number: Decimal, kind: Type, order: Any) -> None:
        unit = self._server.unit
        if at.area is Area.COIL:
            self._answer(
                lambda: client.write_coil(at.address, number != 0, device_id=unit), str(at), refuse=True
            )
            return
        try:
            registers = packed(number, kind, order)
        except ValueError as problem:
            raise _Refused(str(problem)) from None
        self._answer(
            lambda: client.write_registers(at.address, registers, device_id=unit), str(at), refuse=True
        )

    def _alive(self, client: Any) -> None:
        at, now = self._own.heartbeat, tick_now()
        if at is None or now - self._beat_at < self._own.heartbeat_ms * 1_000_000:
            return
        self._beat, self._beat_at = not self._beat, now
        self._beating = True
        try:
            self._put(client, at, Decimal(self._beat), "uint16", "big")
        except _Refused as problem:
            raise LinkLost(str(problem)) from None
        finally:
            self._beating = False

    def _answer(self, ask: Callable[[], T], where: str, *, refuse: bool = False) -> Any:
        """What the server answers; raises LinkLost without an answer, or with an error to what must be readable."""
        try:
            told: Any = ask()
        except ModbusException:
            raise LinkLost(f"{self._server} does not answer") from None
        except OSError as problem:
            raise LinkLost(f"{self._server} is gone: {problem}") from problem
        if told.isError():
            code = getattr(told, "exception_code", 0)
            reason = f"{where}: {SAID.get(code, f'it answers with error {code}')}"
            raise _Refused(reason) if refuse else LinkLost(reason)
        return told


class _Refused(Exception):
    """The server does not let a point be written; the text says why."""


def _raw(seen: Seen, item: ModbusRead) -> Raw:
    return _value(seen, item.at, item.type, item.order, item.size)


def _value(seen: Seen, at: Place, kind: Type, order: Any, size: int) -> Raw:
    values = seen[at.area]
    if at.area in BITS:
        return bool(values[at.address])
    if at.bit is not None:
        return bool(int(values[at.address]) >> at.bit & 1)
    if kind == "bit":
        return bool(values[at.address])
    return unpacked([int(values[address]) for address in range(at.address, at.address + size)], kind, order)
