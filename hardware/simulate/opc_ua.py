"""A machine with an OPC UA server (asyncua's own), whose nodes are what it is told."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Self

from asyncua import ua
from asyncua.common.callback import CallbackType, ServerItemCallback
from asyncua.common.node import Node
from asyncua.server.server import Server

from hardware.simulate.closing import Closing
from hardware.simulate.verb import Options, Verb

PATIENCE = 10.0  # s for the server to come up or go
BAD_SENSOR = 0x808C0000  # BadSensorFailure, OPC 10000-6 annex A
NAMESPACE = "urn:stepline:simulated"  # becomes ns=2

Value = bool | int | float | str


class SimulatedMachine(Closing):
    """Nodes by name, all in ns=2. An end switch follows its drive unless it jams."""

    def __init__(self, port: int = 0) -> None:
        """Listen at `port`, or at a free one; raises OSError when it cannot be had."""
        self.port = port or _free_port()
        self._values: dict[str, Value] = {}
        self._protected: set[str] = set()
        self._follows: dict[str, str] = {}
        self._nodes: dict[str, Node] = {}
        self._thaw = threading.Event()
        self._writes: Counter[str] = Counter()  # by the whole identifier
        self._changed = threading.Condition()
        logging.getLogger("asyncua").setLevel(
            logging.CRITICAL
        )  # a stand-in for a machine has no log of its own
        self._up()

    @classmethod
    def open(cls, options: Options) -> Self:
        """Listen at `port`, or at a free one."""
        return cls(int(options.get("port", "0")))

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"opc.tcp://127.0.0.1:{self.port}/machine"

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return self.url

    # --- what it can be told ------------------------------------------------

    def set(self, name: str, value: Value) -> None:
        """The node `ns=2;s=NAME` is now `value`; the first value of a node is its type."""
        with self._changed:
            self._values[name] = value
        self._do(self._show(name))

    def tell(self, node: str, value: Value | None, kind: str, status: int = 0) -> None:
        """The node with that whole identifier is now `value`, of that type and status; None: it only is there."""
        self._do(self._told(node, value, ua.VariantType[kind], status))

    async def _told(self, node: str, value: Value | None, kind: ua.VariantType, status: int) -> None:
        if node not in self._nodes:
            first = ua.DataValue(ua.Variant(_nothing(kind) if value is None else value, kind))
            objects, at = self._server.nodes.objects, ua.NodeId.from_string(node)
            self._nodes[node] = await objects.add_variable(at, at.to_string(), first.Value)
            await self._nodes[node].set_writable()
        if value is not None or status:
            before = await self._nodes[node].read_data_value(raise_on_bad_status=False)
            shown = before.Value if value is None else ua.Variant(value, kind)  # a bad value is often none
            await self._nodes[node].write_value(ua.DataValue(shown, ua.StatusCode(status)))  # pyright: ignore[reportArgumentType]

    def written(self, node: str) -> int:
        """How often the station has written the node."""
        with self._changed:
            return self._writes[node]

    def wait_until_written(self, node: str, count: int, seconds: float = PATIENCE) -> bool:
        """Wait until the station has written the node that often."""
        with self._changed:
            return self._changed.wait_for(lambda: self._writes[node] >= count, seconds)

    def get(self, name: str) -> Value:
        """What a node is now."""
        return self._do(self._nodes[name].read_value())

    def wait(self, name: str, value: Value, seconds: float = PATIENCE) -> bool:
        """Wait until a node is that; whether it came to be."""
        with self._changed:
            return self._changed.wait_for(lambda: self._values.get(name) == value, seconds)

    def follow(self, drive: str, end_switch: str) -> None:
        """From now on that node follows the other."""
        self._follows[drive] = end_switch

    def jam(self, drive: str) -> None:
        """It no longer does."""
        self._follows.pop(drive, None)

    def spoil(self, name: str) -> None:
        """The node's sensor has failed: its value is bad."""
        bad = ua.DataValue(ua.Variant(self._values[name]), ua.StatusCode(BAD_SENSOR))  # pyright: ignore[reportArgumentType]
        self._do(self._nodes[name].write_value(bad))

    def protect(self, name: str) -> None:
        """The node can no longer be written."""
        self._protected.add(name)
        self._do(self._nodes[name].set_read_only())

    def freeze(self) -> None:
        """Stop answering, and keep the connection."""
        self._thaw.clear()
        self._loop.call_soon_threadsafe(self._thaw.wait)

    def thaw(self) -> None:
        """Go on."""
        self._thaw.set()

    def unplug(self) -> None:
        """Switch it off."""
        self.thaw()
        if self._thread.is_alive():
            self._do(self._server.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)

    def replug(self) -> None:
        """Switch it on again."""
        if not self._thread.is_alive():
            self._up()

    def close(self) -> None:
        """Switch it off for good."""
        self.unplug()

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines."""
        return {
            "set": Verb("NODE VALUE", self._set),
            "follow": Verb("NODE NODE", lambda rest: self.follow(*rest.split())),
            "jam": Verb("NODE", self.jam),
            "spoil": Verb("NODE", self.spoil),
            "protect": Verb("NODE", self.protect),
            "freeze": Verb("", lambda _: self.freeze()),
            "thaw": Verb("", lambda _: self.thaw()),
            "unplug": Verb("", lambda _: self.unplug()),
            "replug": Verb("", lambda _: self.replug()),
        }

    def _set(self, rest: str) -> None:
        name, _, said = rest.partition(" ")
        if not said:
            raise ValueError("no value")
        self.set(name, _value(said))

    # --- the server ---------------------------------------------------------

    def _up(self) -> None:
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._problem: Exception | None = None
        self._thread = threading.Thread(
            target=self._run, args=(ready,), name="simulated-machine", daemon=True
        )
        self._thread.start()
        ready.wait(PATIENCE)
        if self._problem is not None:
            raise OSError(f"port {self.port} cannot be had: {self._problem}")

    def _run(self, ready: threading.Event) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except (OSError, ua.UaError) as problem:
            self._problem = problem
        ready.set()
        if self._problem is None:
            self._loop.run_forever()
        self._loop.run_until_complete(_swept_up())
        self._loop.close()

    async def _serve(self) -> None:
        self._server = Server()
        await self._server.init()
        self._server.set_endpoint(self.url)
        self._server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        await self._server.register_namespace(NAMESPACE)
        self._server.subscribe_server_callback(CallbackType.PostWrite, self._written)
        self._nodes = {}
        for name in self._values:
            await self._show(name)
        await self._server.start()

    async def _show(self, name: str) -> None:
        if name not in self._nodes:
            objects = self._server.nodes.objects
            node = await objects.add_variable(
                ua.NodeId.from_string(f"ns=2;s={name}"), name, self._values[name]
            )
            if name not in self._protected:
                await node.set_writable()
            self._nodes[name] = node
            return
        await self._nodes[name].write_value(self._values[name])

    async def _written(self, event: ServerItemCallback, _service: Any) -> None:
        """The station, or the machine itself, has written nodes."""
        for write, outcome in zip(event.request_params.NodesToWrite, event.response_params, strict=True):
            if event.is_external:
                with self._changed:
                    self._writes[write.NodeId.to_string()] += 1
                    self._changed.notify_all()
            name = write.NodeId.Identifier
            if not outcome.is_good() or name not in self._nodes or write.Value.Value is None:
                continue
            with self._changed:
                self._values[name] = write.Value.Value.Value
                self._changed.notify_all()
            end_switch = self._follows.get(name)
            if end_switch is not None and event.is_external:
                await self._nodes[end_switch].write_value(bool(self._values[name]))

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


async def _swept_up() -> None:
    """End what the server left under way."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    for _ in range(3):  # a socket is closed in a later turn of the loop
        await asyncio.sleep(0)


def _value(said: str) -> Value:
    words = {"true": True, "false": False}
    if said.lower() in words:
        return words[said.lower()]
    with contextlib.suppress(ValueError):
        return int(said)
    with contextlib.suppress(ValueError):
        return float(said)
    return said


def _nothing(kind: ua.VariantType) -> Value:
    """What a node of that type holds before anybody told it anything."""
    if kind is ua.VariantType.Boolean:
        return False
    return "" if kind is ua.VariantType.String else 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]
