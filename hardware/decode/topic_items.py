"""Items of a device behind a broker: each is read from the topics that fit it, or written to one. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hardware.decode.codes import split_symbology, unreadable
from hardware.decode.excerpt import refused
from hardware.decode.json_field import NoField, field_of
from hardware.decode.on_off import on_off
from hardware.driver import HangUp, Publish, Ready, State, Told, Wanted
from hardware.items import Items, Raw, ReadItem, WriteItem
from hardware.readings import CodeScanned, Stamp

LONGEST_WORD = 256  # bytes of a payload that is a bare value

Take = Callable[[bytes, str], Raw | None]  # what a message says, None: nothing of this; raises NoField


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRead:
    """What is read of a topic: an item; without one a scanned code. `pulse`: it is on for a moment, as a button is."""

    item: ReadItem | None
    topic: str
    take: Take
    retained: bool = False  # whether a value that the broker had kept counts; a switch's state always does
    pulse: bool = False

    @property
    def needs_news(self) -> bool:
        """Whether only what happens now counts."""
        return self.item is None or self.pulse or (bool(self.item.quantity) and not self.retained)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicWrite:
    """An item that is written; `proof` and `proves` are how the device says that it did. None: nobody says so."""

    item: WriteItem
    topic: str
    spell: Callable[[State], bytes]
    retain: bool = False
    proof: str = ""
    proves: Take | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Where the device, or the broker for it, says whether it is there."""

    topic: str
    online: Take  # gives whether it is


class TopicItems:
    """Hears every item of one device, and drives its outputs."""

    def __init__(
        self,
        stamp: Stamp,
        reads: Sequence[TopicRead],
        writes: Sequence[TopicWrite] = (),
        presence: Presence | None = None,
    ) -> None:
        self._stamp = stamp
        self._reads = reads
        self._writes = {write.item.signal: write for write in writes}
        self._presence = presence
        self._here = False
        self._items = Items[ReadItem, WriteItem](
            stamp, [read.item for read in reads if read.item is not None], [write.item for write in writes]
        )
        proofs = [write.proof for write in writes if write.proof]
        present = [presence.topic] if presence else []
        self.topics = tuple(dict.fromkeys([*(read.topic for read in reads), *proofs, *present]))

    def opened(self) -> Iterator[Told]:
        """The broker listens for us; a device that says whether it is there is waited for."""
        yield from self._items.opened()
        self._here = False
        if self._presence is None:
            yield Ready()

    def due(self) -> int | None:
        """When an output must be as it was wanted."""
        return self._items.due()

    def rang(self) -> Iterator[Told]:
        """An output is late."""
        yield from self._items.rang()

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> Iterator[Told]:
        """Yield what one message means for each item that it fits."""
        if self._presence is not None and fits(self._presence.topic, topic):
            yield from self._present(topic, payload)
        for read in self._reads:
            if fits(read.topic, topic) and not (retained and read.needs_news):
                yield from self._heard(read, topic, payload)
        for write in self._writes.values():
            if write.proves is not None and fits(write.proof, topic):
                yield from self._proved(write, topic, payload)

    def want(self, wanted: Wanted) -> Iterator[Told]:
        """From now on this is wanted; what is not named is off."""
        yield from self._items.want(wanted)
        for item, value in self._items.due_writes().values():
            write = self._writes[item.signal]
            yield Publish(write.topic, write.spell(value), retain=write.retain)
            self._items.written(item)
            if write.proves is None:
                yield from self._items.taken(item)

    def _present(self, topic: str, payload: bytes) -> Iterator[Told]:
        assert self._presence is not None
        try:
            online = self._presence.online(payload, topic)
        except NoField as problem:
            yield refused(self._stamp, str(problem), payload)
            return
        if online:
            if not self._here:
                self._here = True
                yield from self._items.opened()
                yield Ready()
        elif online is not None:
            self._here = False
            yield HangUp("the device says that it is off, or the broker that it is gone")

    def _heard(self, read: TopicRead, topic: str, payload: bytes) -> Iterator[Told]:
        try:
            raw = read.take(payload, topic)
        except NoField as problem:
            yield refused(self._stamp, str(problem), payload)
            return
        if raw is None:
            return
        if read.item is None:
            yield from self._code(str(raw), payload)
            return
        yield from self._items.came(read.item, raw)
        if read.pulse:
            yield from self._items.came(read.item, not raw)

    def _code(self, sent: str, payload: bytes) -> Iterator[Told]:
        text, symbology = split_symbology(sent)
        reason = unreadable(text)
        if reason is None:
            yield CodeScanned(**self._stamp(), text=text, symbology=symbology, raw=payload)
        else:
            yield refused(self._stamp, reason, payload)

    def _proved(self, write: TopicWrite, topic: str, payload: bytes) -> Iterator[Told]:
        assert write.proves is not None
        try:
            raw = write.proves(payload, topic)
        except NoField:
            return  # something else on the same topic
        if raw is not None:
            yield from self._items.reads_back(write.item, raw)


def fits(pattern: str, topic: str) -> bool:
    """Whether a topic fits a filter, as MQTT 3.1.1 says (section 4.7)."""
    wanted, levels = pattern.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return place == 0 or len(levels) >= place
        if place >= len(levels) or level not in {"+", levels[place]}:
            return False
    return len(wanted) == len(levels)


def at_path(path: str, *, switch: bool = False) -> Take:
    """Takes what stands at a path of a JSON payload; a switch in whatever word the device has for it."""

    def take(payload: bytes, _topic: str) -> Raw | None:
        return as_asked(field_of(payload, path), path, switch=switch)

    return take


def bare(*, switch: bool = False) -> Take:
    """Takes the payload as it is: a number, a word."""

    def take(payload: bytes, _topic: str) -> Raw | None:
        if len(payload) > LONGEST_WORD:
            raise NoField(f"the payload has {len(payload)} bytes; a bare value has at most {LONGEST_WORD}")
        return as_asked(payload.decode("utf-8", errors="replace").strip(), "", switch=switch)

    return take


def as_asked(found: object, where: str, *, switch: bool) -> Raw:
    """A value as the item needs it; raises NoField."""
    if switch:
        on = on_off(found)
        if on is None:
            raise NoField(f"{where or 'the payload'} is neither on nor off")
        return on
    if isinstance(found, bool | int | float | Decimal | str):
        return found
    raise NoField(f"{where or 'the payload'} holds no value")
