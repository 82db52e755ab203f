"""A PLC or machine on OPC UA: nodes that are subscribed to as switches and values, nodes that are driven."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from hardware.driver import Carrier, Driver, Options
from hardware.items import MOST_ITEMS, Items, ReadItem, WriteItem

_NODE = re.compile(r"(ns=\d{1,5};)?(s=.{1,200}|i=\d{1,10}|g=[0-9a-fA-F-]{36}|b=[A-Za-z0-9+/=]{1,200})")


def _node(value: str) -> str:
    if not _NODE.fullmatch(value):
        raise ValueError(f"{value!r} is no node; write ns=2;s=Press.Closed or ns=2;i=4711")
    return value


NodeId = Annotated[str, BeforeValidator(_node)]


class OpcUaRead(ReadItem):
    """A node that is subscribed to."""

    node: NodeId = Field(description="the node, as in ns=2;s=Press.Closed or ns=2;i=4711")


class OpcUaWrite(WriteItem):
    """A node that is driven; `confirm` is another that proves it, else the node itself is subscribed to."""

    node: NodeId = Field(description="the node")
    confirm: NodeId | None = Field(
        default=None, description="the node that proves it, such as a clamp's end switch"
    )

    @property
    def proof(self) -> str:
        """The node that shows whether it is as wanted."""
        return self.confirm or self.node


class OpcUaOptions(Options):
    """The nodes, and how often the server looks at them."""

    every_ms: int = Field(50, ge=10, le=60_000, description="how often the server samples and tells")
    read: tuple[OpcUaRead, ...] = Field((), max_length=MOST_ITEMS, description="the nodes that are read")
    write: tuple[OpcUaWrite, ...] = Field((), max_length=MOST_ITEMS, description="the nodes that are driven")
    heartbeat: NodeId | None = Field(
        None, description="a node that changes all the time while the kiosk lives"
    )
    heartbeat_ms: int = Field(500, ge=100, le=60_000, description="how often it changes")

    @model_validator(mode="after")
    def _does_something(self) -> "OpcUaOptions":
        if not self.read and not self.write:
            raise ValueError("nothing is read and nothing is driven; list nodes in `read` or `write`")
        names = [item.signal for item in self.write]
        if len(set(names)) < len(names):
            raise ValueError("two nodes in `write` have the same signal")
        return self


DRIVER = Driver(
    kind="opc-ua",
    title="PLC or machine on OPC UA",
    carriers=frozenset({Carrier.OPC_TCP}),
    options=OpcUaOptions,
    decoder=lambda own, seat: Items(seat.stamp, own.read, own.write),
    outputs=True,
    signals=lambda own: tuple(item.signal for item in own.write),
    simulator="hardware.simulate.opc_ua:SimulatedMachine",
)
