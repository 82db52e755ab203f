"""Tells the record and the screen of devices that come and go, and of what they send that is no reading."""

from hardware.readings import DeviceChanged, Reading, ReadingRefused, ReadingsDropped
from hardware.sentences import sentence
from kiosk.bench import Bench
from kiosk.watch import Watch
from kiosk.words import again

DOUBTED = "the device itself is not sure of it, so that it proves nothing"


class Watching:
    """The watch over the devices, with its hands on the desk and the store."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._watch = Watch()

    def changed(self, reading: DeviceChanged) -> bool:
        """A device came or went; the screen changes."""
        self._watch.changed(reading)
        self._bench.change(lost=self._watch.lost)
        self.tell()
        return True

    def refused(self, reading: ReadingRefused | ReadingsDropped) -> bool:
        """A device sent something that is no reading, or more than can be taken; the screen changes."""
        self._watch.refused(reading)
        self.tell()
        if isinstance(reading, ReadingsDropped):
            before = self._bench.desk.dropped
            self._bench.change(
                dropped={**before, reading.device: before.get(reading.device, 0) + reading.count}
            )
        key = "sent_too_much" if isinstance(reading, ReadingsDropped) else "sent_rubbish"
        why = again(reading.reason, self._bench.language)
        self._bench.reject(self._bench.words(key, device=reading.device, why=why))
        return True

    def doubted(self, reading: Reading) -> None:
        """A device is not sure of what it says: the record is told, as of anything that is no reading."""
        self._watch.refused(
            ReadingRefused(
                device=reading.device,
                at=reading.at,
                tick=reading.tick,
                reason=DOUBTED,
                excerpt=sentence(reading),
            )
        )
        self.tell()

    def tell(self) -> None:
        """Keep what is due to be kept."""
        bench = self._bench
        if not self._may_keep:
            return
        facts = self._watch.facts(bench.stamp(), bench.by)
        if facts and bench.keep(facts):
            self._watch.told(facts)

    def due(self) -> int | None:
        """The tick at which something that is held back may be told; None while nothing may be kept at all."""
        return self._watch.due() if self._may_keep else None

    @property
    def _may_keep(self) -> bool:
        """There is a record only once somebody let the kiosk in."""
        return self._bench.desk.trouble is None and bool(self._bench.store.meta.kiosk)
