"""An OPC UA session: one thread with a loop of its own, subscriptions that tell what changes (asyncua)."""

import asyncio
import contextlib
import json
import logging
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Self

from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.node import Node

from hardware.address import OpcUaServer
from hardware.conversation import Conversation, decoder_of
from hardware.decode.excerpt import refused
from hardware.device import Device
from hardware.drivers.opc_ua import OpcUaOptions, OpcUaRead, OpcUaWrite
from hardware.items import Items, Raw, number_of
from hardware.readings import DeviceState, Quality, tick_now
from hardware.tape import Tape, Way
from hardware.transport.backoff import Backoff
from hardware.transport.halt import Halt, LinkLost
from hardware.transport.mailbox import Letter, Mailbox

log = logging.getLogger(__name__)

PATIENCE = 4.0  # s for an answer
FIRST_NEWS = 5.0  # s until every node must have told its value once


class OpcUaLine(threading.Thread):
    """Keeps one session until the bell rings."""

    def __init__(self, device: Device, halt: Halt, tape: Tape) -> None:
        super().__init__(name=f"device-{device.settings.name}", daemon=True)
        assert isinstance(device.settings.transport, OpcUaServer)
        assert isinstance(device.settings.options, OpcUaOptions)
        self._device = device
        self._halt = halt
        self._tape = tape
        self._server = device.settings.transport
        self._own = device.settings.options
        self._mailbox = Mailbox()
        items = decoder_of(device)
        assert isinstance(items, Items)
        self._items: Items[OpcUaRead, OpcUaWrite] = items
        self._talk = Conversation(device, items, self._cannot_say)
        self._by_node: dict[str, list[OpcUaRead | OpcUaWrite]] = defaultdict(list)
        for read in self._own.read:
            self._by_node[_key(read.node)].append(read)
        for write in self._own.write:
            self._by_node[_key(write.proof)].append(write)

    def post(self, letter: Letter) -> bool:
        """Have `letter` carried out by this thread; False when too many wait."""
        return self._mailbox.put(letter)

    def hang_up(self) -> None:
        """The bell wakes it."""

    def run(self) -> None:
        """Connect, listen and write until the session is lost, wait a little, and again."""
        backoff = Backoff()
        self._device.announce()
        while not self._halt.rung:
            began = tick_now()
            try:
                asyncio.run(self._serve())
            except LinkLost as lost:
                self._lost(str(lost))
            except (OSError, TimeoutError, ua.UaError) as problem:
                self._lost(f"{self._server} cannot be reached: {_why(problem)}")
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
        raise LinkLost("the program wanted to say something that OPC UA does not carry")

    # --- a session ----------------------------------------------------------

    async def _serve(self) -> None:
        async with self._session() as client:
            self._talk.opened()
            await self._subscribe(client)
            writers = await _Writers.known(client, self._own)
            for key, kind in writers.kinds():
                self._note(key, {"kind": kind.name})
            self._talk.told(self._items.ready())
            async with _Stirred(self._halt, self._mailbox, client) as stirred:
                beat = _Beat(self._own, writers)
                while not self._halt.rung:
                    self._read_letters()
                    await self._write(writers)
                    self._talk.rang()
                    await beat.due()
                    await stirred.wait(self._patience(beat))
                    if stirred.lost:
                        raise LinkLost(f"{self._server} has stopped answering, or ended the session")

    @contextlib.asynccontextmanager
    async def _session(self) -> AsyncIterator[Client]:
        client = Client(self._server.endpoint, timeout=PATIENCE)
        if self._server.user is not None:
            client.set_user(self._server.user)
            client.set_password(self._server.password or "")
        await client.connect()
        protocol = client.uaclient.protocol  # disconnecting forgets it
        try:
            yield client
        finally:
            try:
                with contextlib.suppress(OSError, TimeoutError, ua.UaError):
                    await asyncio.wait_for(client.disconnect(), PATIENCE)
            finally:
                if protocol is not None and protocol.transport is not None:
                    protocol.transport.abort()  # the library leaves that of a frozen server open
                    await asyncio.sleep(0)  # it is closed in the next turn of the loop

    async def _subscribe(self, client: Client) -> None:
        """Subscribe to every node; each has told its value when this returns."""
        nodes = {key: client.get_node(key) for key in self._by_node}
        untold = set(nodes)
        all_told = asyncio.Event()

        def told(key: str) -> None:
            untold.discard(key)
            if not untold:
                all_told.set()

        subscription = await client.create_subscription(self._own.every_ms, _Ear(self, told))
        sampling = ua.Duration(self._own.every_ms)
        answers = await subscription.subscribe_data_change(list(nodes.values()), sampling_interval=sampling)
        for key, answer in zip(nodes, answers if isinstance(answers, list) else [answers], strict=True):
            if isinstance(answer, ua.StatusCode):
                raise LinkLost(f"{key}: the server does not know this node ({answer.name})")
        try:
            await asyncio.wait_for(all_told.wait(), FIRST_NEWS)
        except TimeoutError:
            raise LinkLost(f"{min(untold)}: the server does not tell the value of this node") from None

    def _note(self, key: str, told: dict[str, Any]) -> None:
        said = json.dumps(told, default=str, separators=(",", ":"))
        self._tape.note(self._device.settings.name, Way.IN, said.encode(), topic=key)

    def heard(self, key: str, told: ua.DataValue) -> None:
        """A node has told; called in the loop of this thread."""
        value, status = (told.Value.Value if told.Value else None), told.StatusCode or ua.StatusCode()
        kind = told.Value.VariantType.name if told.Value else "Null"
        self._note(key, {"value": value, "kind": kind, "status": status.value})
        if status.is_bad():
            self._talk.told(
                iter([refused(self._device.stamp, f"{key} has no good value: {status.name}", b"")])
            )
            return
        quality = Quality.GOOD if status.is_good() else Quality.UNCERTAIN
        for item in self._by_node[key]:
            if isinstance(item, OpcUaRead):
                self._talk.told(self._items.came(item, _plain(value), quality))
            else:
                self._talk.told(self._items.reads_back(item, _plain(value)))

    async def _write(self, writers: "_Writers") -> None:
        for item, value in self._items.due_writes().values():
            number = number_of(value, item)
            self._items.written(item)  # before: the proof may come while the answer is waited for
            try:
                await writers.put(item.node, number)
            except (ua.UaStatusCodeError, ValueError) as problem:
                self._talk.told(self._items.refused(item, f"{item.node}: {_why(problem)}"))
            self._tape.note(self._device.settings.name, Way.OUT, str(number).encode(), topic=_key(item.node))
            if item.confirm is None:
                self._talk.told(self._items.reads_back(item, await writers.get(item.node)))

    def _patience(self, beat: "_Beat") -> float | None:
        dues = [due for due in (self._talk.due(), beat.at) if due is not None]
        return max(0.0, (min(dues) - tick_now()) / 1e9) if dues else None


class _Ear:
    """Where the library tells of changes."""

    def __init__(self, line: OpcUaLine, told: Any) -> None:
        self._line = line
        self._told = told

    def datachange_notification(self, node: Node, val: Any, data: Any) -> None:  # noqa: ARG002 - as it calls
        """A node changed, or its quality did."""
        key = _key(node.nodeid.to_string())
        self._line.heard(key, data.monitored_item.Value)
        self._told(key)


class _Writers:
    """The nodes that are driven, with the type that each of them takes."""

    def __init__(self, nodes: dict[str, tuple[Node, ua.VariantType]]) -> None:
        self._nodes = nodes

    @classmethod
    async def known(cls, client: Client, own: OpcUaOptions) -> "_Writers":
        """Ask the server for the types; raises LinkLost for a node that it does not know."""
        wanted = [item.node for item in own.write] + ([own.heartbeat] if own.heartbeat else [])
        nodes: dict[str, tuple[Node, ua.VariantType]] = {}
        for key in wanted:
            node = client.get_node(key)
            try:
                nodes[key] = node, await node.read_data_type_as_variant_type()
            except ua.UaStatusCodeError as problem:
                raise LinkLost(f"{key}: {_why(problem)}") from None
        return cls(nodes)

    def kinds(self) -> list[tuple[str, ua.VariantType]]:
        """The nodes and their types."""
        return [(_key(key), kind) for key, (_, kind) in self._nodes.items()]

    async def put(self, key: str, number: Decimal) -> None:
        """Write; raises UaStatusCodeError, or ValueError for a node that takes no number."""
        node, kind = self._nodes[key]
        await node.write_value(ua.DataValue(ua.Variant(_of(kind, number), kind)))

    async def get(self, key: str) -> Raw:
        """Read back."""
        return _plain(await self._nodes[key][0].read_value())


class _Beat:
    """The heartbeat."""

    def __init__(self, own: OpcUaOptions, writers: _Writers) -> None:
        self._own = own
        self._writers = writers
        self._on = False
        self.at = tick_now() if own.heartbeat else None

    async def due(self) -> None:
        """Change it when it is time."""
        if self._own.heartbeat is None or self.at is None or tick_now() < self.at:
            return
        self._on = not self._on
        self.at = tick_now() + self._own.heartbeat_ms * 1_000_000
        await self._writers.put(self._own.heartbeat, Decimal(self._on))


class _Stirred:
    """Wakes the loop: a letter, the bell, or the end of the session."""

    def __init__(self, halt: Halt, mailbox: Mailbox, client: Client) -> None:
        self._descriptors = (halt.fileno(), mailbox.fileno())
        self._client = client
        self._event = asyncio.Event()
        self.lost = False

    async def wait(self, seconds: float | None) -> None:
        """Until something stirs, or so long."""
        for descriptor in self._descriptors:
            asyncio.get_running_loop().add_reader(descriptor, self._stir, descriptor)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()

    def _stir(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_reader(descriptor)  # it stays readable until it is emptied
        self._event.set()

    async def _watch(self) -> None:
        async with self._client.subscribe_state() as states:
            await states.wait_for_state(type(self._client.state).DISCONNECTED)
        self.lost = True
        self._event.set()

    async def __aenter__(self) -> Self:
        self._watcher = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        for descriptor in self._descriptors:
            asyncio.get_running_loop().remove_reader(descriptor)
        self._watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watcher


def _key(node: str) -> str:
    """A node's identifier in one spelling."""
    return ua.NodeId.from_string(node).to_string()


def _plain(value: Any) -> Raw:
    return value if isinstance(value, bool | int | float | str) else str(value)


def _of(kind: ua.VariantType, number: Decimal) -> bool | int | float:
    if kind is ua.VariantType.Boolean:
        return number != 0
    if kind in {ua.VariantType.Float, ua.VariantType.Double}:
        return float(number)
    if kind.name.removeprefix("U").startswith(("Int", "Byte", "SByte")):
        return int(number)
    raise ValueError(f"the node holds no number but a {kind.name}")


def _why(problem: Exception) -> str:
    """What went wrong, in words."""
    if isinstance(problem, ua.UaStatusCodeError):
        return _SAID.get(type(problem).__name__, type(problem).__name__)
    if isinstance(problem, TimeoutError):
        return "it does not answer"
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__


_SAID = {
    "BadUserAccessDenied": "the server does not let us write it",
    "BadNotWritable": "it cannot be written",
    "BadNodeIdUnknown": "the server does not know this node",
    "BadTypeMismatch": "it takes another type",
    "BadOutOfRange": "it does not take that value",
    "BadIdentityTokenRejected": "it refuses us: mend user and password in the url",
    "BadIdentityTokenInvalid": "it refuses us: mend user and password in the url",
    "BadSecurityPolicyRejected": "it demands a security that this kiosk does not speak",
}
