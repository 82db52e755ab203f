"""The kiosk's composition root: builds its parts, starts them, and stops them in order."""

import contextlib
import signal
from collections.abc import Callable, Sequence

from kiosk import proof
from kiosk.alarm import Alarm
from kiosk.bench import Bench
from kiosk.camera import Camera
from kiosk.conductor import Conductor
from kiosk.events import AlarmRang
from kiosk.eye import Eye
from kiosk.inbox import Inbox
from kiosk.pins import PinJudge
from kiosk.rackroom import RackRoom
from kiosk.remote import Remote
from kiosk.runner import Runner
from kiosk.settings import Settings
from kiosk.store.store import Store
from kiosk.sync import Sync
from kiosk.ticker import Ticker
from kiosk.trace import FileTrace, NoTrace
from kiosk.wedge import Wedge


def run(settings: Settings) -> None:
    """Run a kiosk until its window is closed; raises StoreError, DevicesFileWrong."""
    # here, for Kivy opens a window when it is imported
    from kiosk.screens.window import DESIGNED_FOR, Window  # noqa: PLC0415

    with contextlib.ExitStack() as ending:
        store = ending.enter_context(Store.open(settings.data))
        ticker = Ticker.resume(store.journal.last_tick(), store.meta.get("ticker"))
        store.meta.put(ticker=ticker.mark())
        proof.recall(store, ticker)
        inbox, drains = Inbox(), list[Callable[[], None]]()
        trace = FileTrace(settings.trace) if settings.trace else NoTrace()
        bench = Bench(store, ticker, settings.language)
        alarm, judge, camera = (
            Alarm(lambda: inbox.put(AlarmRang())),
            PinJudge(inbox.put),
            Camera(settings.camera),
        )
        rack = RackRoom(
            settings.devices,
            inbox.put,
            lambda: settings.broker or store.meta.broker,
            settings.record,
            lambda: store.meta.kiosk,
        )
        eye = Eye(inbox.put, rack.picture)
        conductor = Conductor(
            bench,
            inbox,
            runner=Runner(bench),
            judge=judge,
            alarm=alarm,
            camera=camera,
            eye=eye,
            devices=rack,
            trace=trace,
        )
        drains.append(conductor.drain)
        sync = Sync(
            store, ticker, settings.sync, tell=rack.telling(inbox.put), report=lambda: rack.report(bench)
        )
        window = Window(
            conductor,
            size=settings.size or DESIGNED_FOR,
            fullscreen=settings.fullscreen,
            home=settings.data / "window",
            theme=settings.theme,
            scale=settings.scale,
            language=settings.language,
            drain=lambda: _all(drains),
            painted=trace.painted,
            on_key=Wedge(conductor.type_code, rack.typed).key,
        )
        inbox.wake, bench.nudge = window.wake, sync.wake
        for stop in (trace.close, camera.close, eye.stop, judge.stop, alarm.stop, sync.stop, rack.stop):
            ending.callback(stop)
        if settings.touches:
            remote = Remote(settings.touches, window, settings.shots)
            drains.append(remote.drain)
            ending.callback(remote.close)
        rack.start()
        conductor.start(window)
        sync.start()
        signal.signal(signal.SIGTERM, lambda *_: window.stop())
        window.run()


def _all(drains: Sequence[Callable[[], None]]) -> None:
    for drain in drains:
        drain()
