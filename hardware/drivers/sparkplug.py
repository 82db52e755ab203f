"""An edge node, or a device behind one, that speaks Sparkplug B; this station is a host application.

Births say what there is, deaths that it is gone, sequence numbers that nothing was lost between. Births are not kept by
the broker: a station that comes asks for a new one, and so it does when a message is missing.
"""

import json
from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field, model_validator

from hardware.decode import sparkplug
from hardware.decode.excerpt import refused
from hardware.decode.sparkplug import BD_SEQ, BOOLEAN, NAMESPACE, REBIRTH, Kind, Metric, NoPayload, Payload
from hardware.driver import TOPICS, Driver, HangUp, Options, Place, Publish, Ready, Told, Wanted
from hardware.items import MOST_ITEMS, Items, ReadItem, WriteItem, number_of

SECOND = 1_000_000_000  # ns
AGAIN = 5 * SECOND  # between two requests for a birth
FLOATS = {sparkplug.FLOAT, sparkplug.DOUBLE}


class SparkplugRead(ReadItem):
    """A metric that is read."""

    metric: str = Field(description="the metric's name, as its birth says it")


class SparkplugWrite(WriteItem):
    """A metric that is driven; its own data confirm it."""

    metric: str = Field(description="the metric's name, as its birth says it")


class SparkplugHost:
    """One edge node (and one device behind it) as a host application sees it."""

    def __init__(self, *, place: Place, own: "SparkplugOptions") -> None:
        self._stamp = place.stamp
        self._own = own
        self._group = place.topic.removeprefix(f"{NAMESPACE}/")
        self._items = Items[SparkplugRead, SparkplugWrite](place.stamp, own.read, own.write)
        self._began = self._milliseconds()
        self._names: dict[tuple[str, int], str] = {}  # (device, alias) -> name
        self._kinds: dict[str, int] = {}  # metric that is written -> its type
        self._seq: int | None = None
        self._bd_seq: int | None = None
        self._here = False
        self._asked_at: int | None = None
        node = f"{NAMESPACE}/{self._group}/+/{own.node}"
        self.topics = (node, f"{node}/+")

    @property
    def will(self) -> Publish:
        """What the broker says when this host is gone."""
        return self._state(online=False)

    def _state(self, *, online: bool) -> Publish:
        said = json.dumps({"online": online, "timestamp": self._began})
        return Publish(f"{NAMESPACE}/STATE/{self._own.host}", said.encode(), retain=True)

    def _milliseconds(self) -> int:
        return int(self._stamp()["at"].timestamp() * 1000)

    def _now(self) -> int:
        return self._stamp()["tick"]

    # --- the line -----------------------------------------------------------

    def opened(self) -> Iterator[Told]:
        """Say that this host is there, and ask for a birth: nobody kept the last one."""
        self._here, self._seq, self._bd_seq, self._asked_at = False, None, None, None
        self._names.clear()
        yield from self._items.opened()
        yield self._state(online=True)
        yield from self._ask_for_birth()

    def due(self) -> int | None:
        """When a birth is asked for once more, or an output must be as it was wanted."""
        waits = [self._items.due(), None if self._asked_at is None else self._asked_at + AGAIN]
        return min((each for each in waits if each is not None), default=None)

    def rang(self) -> Iterator[Told]:
        """Ask once more."""
        yield from self._items.rang()
        if self._asked_at is not None and self._now() - self._asked_at >= AGAIN:
            self._asked_at = None
            yield from self._ask_for_birth()

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> Iterator[Told]:
        """Yield what one message means."""
        about = sparkplug.topic(topic)
        if about is None or retained:  # only STATE is ever kept
            return
        if about.kind in {Kind.NODE_COMMAND, Kind.DEVICE_COMMAND}:
            return
        try:
            told = sparkplug.read(payload)
        except NoPayload as problem:
            yield refused(self._stamp, str(problem), payload)
            return
        match about.kind:
            case Kind.NODE_BIRTH:
                yield from self._node_birth(told)
            case Kind.NODE_DEATH:
                yield from self._node_death(told)
            case Kind.DEVICE_BIRTH:
                yield from self._in_order(told)
                yield from self._birth(about.device, told)
            case Kind.DEVICE_DEATH:
                yield from self._in_order(told)
                if about.device == self._own.device:
                    yield from self._gone("the device is gone, says its edge node")
            case _:
                yield from self._in_order(told)
                yield from self._data(about.device, told)

    # --- births and deaths --------------------------------------------------

    def _node_birth(self, told: Payload) -> Iterator[Told]:
        self._seq, self._asked_at = told.seq, None
        self._names = {key: name for key, name in self._names.items() if key[0]}
        self._bd_seq = next((_whole(each) for each in told.metrics if each.name == BD_SEQ), None)
        yield from self._birth("", told)

    def _node_death(self, told: Payload) -> Iterator[Told]:
        """A death counts when it is of the life that was seen; the will of an earlier one comes late."""
        of = next((_whole(each) for each in told.metrics if each.name == BD_SEQ), None)
        if self._bd_seq is None or of is None or of == self._bd_seq:
            yield from self._gone("the edge node is gone, says the broker")

    def _gone(self, reason: str) -> Iterator[Told]:
        self._here, self._seq = False, None
        yield HangUp(reason)

    def _birth(self, device: str, told: Payload) -> Iterator[Told]:
        for metric in told.metrics:
            if metric.alias is not None and metric.name:
                self._names[device, metric.alias] = metric.name
        if device != self._own.device:
            return
        self._kinds = {each.name: each.kind for each in told.metrics if each.name}
        missing = [
            item.metric for item in (*self._own.read, *self._own.write) if item.metric not in self._kinds
        ]
        if missing:
            yield refused(
                self._stamp, f"the birth has no metric {missing[0]!r}: mend its name in the table", b""
            )
        if not self._here:
            self._here = True
            yield from self._items.opened()
            yield Ready("was born")
        yield from self._data(device, told)

    def _in_order(self, told: Payload) -> Iterator[Told]:
        """Something was lost on the way: ask for everything anew."""
        expected = None if self._seq is None else (self._seq + 1) % 256
        self._seq = told.seq
        if told.seq is None or told.seq != expected:
            yield from self._ask_for_birth()

    def _ask_for_birth(self) -> Iterator[Told]:
        if self._asked_at is not None:
            return
        self._asked_at = self._now()
        metric = Metric(name=REBIRTH, kind=BOOLEAN, value=True)
        yield self._command("", metric)

    def _command(self, device: str, metric: Metric) -> Publish:
        kind = Kind.DEVICE_COMMAND if device else Kind.NODE_COMMAND
        tail = f"/{device}" if device else ""
        payload = sparkplug.write(Payload(metrics=(metric,), timestamp=self._milliseconds()))
        return Publish(f"{NAMESPACE}/{self._group}/{kind}/{self._own.node}{tail}", payload)

    # --- values -------------------------------------------------------------

    def _data(self, device: str, told: Payload) -> Iterator[Told]:
        if device != self._own.device:
            return
        for metric in told.metrics:
            if metric.historical:  # it was so once; a check is about now
                continue
            name = metric.name or self._names.get((device, metric.alias or 0), "")
            if not name:
                yield from self._ask_for_birth()
                continue
            yield from self._came(name, metric)

    def _came(self, name: str, metric: Metric) -> Iterator[Told]:
        if metric.value is None:
            if any(item.metric == name for item in self._own.read):
                yield refused(self._stamp, f"{name} has no value", b"")
            return
        for item in self._own.read:
            if item.metric == name:
                yield from self._items.came(item, metric.value)
        for item in self._own.write:
            if item.metric == name:
                yield from self._items.reads_back(item, metric.value)

    def want(self, wanted: Wanted) -> Iterator[Told]:
        """From now on this is wanted; what is not named is off."""
        yield from self._items.want(wanted)
        for item, value in self._items.due_writes().values():
            kind = self._kinds.get(item.metric)
            if kind is None:
                yield from self._items.refused(item, f"the birth has no metric {item.metric!r}")
                continue
            self._items.written(item)
            yield self._command(
                self._own.device, Metric(name=item.metric, kind=kind, value=_of(kind, number_of(value, item)))
            )


def _of(kind: int, number: Decimal) -> sparkplug.Value:
    if kind == BOOLEAN:
        return number != 0
    if kind in FLOATS:
        return float(number)
    return str(number) if kind in {sparkplug.STRING, sparkplug.TEXT} else int(number)


def _whole(metric: Metric) -> int | None:
    return metric.value if isinstance(metric.value, int) else None


class SparkplugOptions(Options):
    """Which node and device, and their metrics. `topic` in the table is `spBv1.0/GROUP`."""

    host: str = Field("stepline", description="the name of this host application; each station needs its own")
    node: str = Field(description="the edge node's id")
    device: str = Field("", description="the device's id behind the node; empty: the node's own metrics")
    read: tuple[SparkplugRead, ...] = Field(
        (), max_length=MOST_ITEMS, description="the metrics that are read"
    )
    write: tuple[SparkplugWrite, ...] = Field(
        (), max_length=MOST_ITEMS, description="the metrics that are driven"
    )

    @model_validator(mode="after")
    def _can_be(self) -> "SparkplugOptions":
        for name in ("host", "node", "device"):
            if set(getattr(self, name)) & {"/", "+", "#"}:
                raise ValueError(f"{name} must not hold /, + or #")
        if not self.read and not self.write:
            raise ValueError("nothing is read and nothing is driven; list metrics in `read` or `write`")
        return self


DRIVER = Driver(
    kind="sparkplug",
    title="edge node or device that speaks Sparkplug B",
    carriers=TOPICS,
    options=SparkplugOptions,
    decoder=lambda own, place: SparkplugHost(place=place, own=own),
    outputs=True,
    signals=lambda own: tuple(item.signal for item in own.write),
    simulator="hardware.simulate.sparkplug:SimulatedEdgeNode",
)
