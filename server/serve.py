"""Starting and ending the server: one process with its stores, broker, pusher and web server."""

import contextlib
import errno
import fcntl
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import uvicorn
from sqlalchemy.exc import OperationalError

from server.app import create_app
from server.broker import EmbeddedBroker, PortTaken
from server.clockwork import Clockwork
from server.house import House, utc_now
from server.keys import Keyring
from server.library import collecting, keeping, planning, rotating
from server.media import MediaStore
from server.people import roster
from server.preview import Previews
from server.pushing import Pusher
from server.settings import Settings, SettingsWrong
from server.store.engine import first_line, open_engine
from server.store.migrate import migrate
from server.telling.teller import Teller


class AlreadyRunning(Exception):
    """Another server works on this data folder."""


class NoFolder(Exception):
    """The data folder is not there and cannot be made, or is not ours."""


def open_house(settings: Settings, now: Callable[[], datetime] = utc_now) -> House:
    """The house over a data folder, its database brought up to date; `now` is its clock."""
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings.database)
    house = House(
        settings=settings,
        engine=open_engine(settings.database),
        media=MediaStore(settings.data / "media"),
        photos=MediaStore(settings.data / "photos"),
        keys=Keyring(settings.data / "keys", now),
        previews=Previews(settings.data / "preview"),
        now=now,
    )
    rotating.finish(house, "stepline")
    return house


def serve(settings: Settings) -> None:
    """Serve until interrupted; ends the process with a sentence when it cannot."""
    try:
        settings.check()
        _serve(settings)
    except (SettingsWrong, AlreadyRunning, NoFolder, PortTaken) as problem:
        raise SystemExit(str(problem)) from None
    except OperationalError as problem:
        raise SystemExit(f"the database does not answer: {first_line(problem)}") from None


def _serve(settings: Settings) -> None:
    with contextlib.ExitStack() as running:
        running.enter_context(_alone(settings.data))
        house = open_house(settings)
        pusher = Pusher(settings.broker, house.engine)
        house = replace(house, push=pusher.push)
        if settings.broker_url is None:
            broker = EmbeddedBroker(settings.host, settings.broker_port)
            broker.start()
            running.callback(broker.stop)
        pusher.start()
        running.callback(pusher.stop)
        teller = Teller(house)
        running.callback(teller.close)
        clockwork = Clockwork(
            house,
            [
                keeping.KeyWatch(house).look,
                planning.Planner(house).look,
                collecting.Collector(house).look,
                teller.look,
            ],
        )
        clockwork.start()
        running.callback(clockwork.stop)
        listening = running.enter_context(_listening(settings))
        # the password is told once: only when nothing else can keep the server from starting
        _greet(settings, roster.bootstrap(house, settings.admin_password))
        config = uvicorn.Config(
            create_app(house), settings.host, settings.port, log_level="warning", timeout_graceful_shutdown=3
        )
        running.callback(house.engine.dispose)
        running.callback(house.previews.close)
        server = _Server(config, house)
        gc.collect()
        gc.freeze()  # the program itself need not be looked through again each time that records make work
        server.run(sockets=[listening])


def _listening(settings: Settings) -> socket.socket:
    """The port of the portal and the API; raises SettingsWrong when it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family)
    except OSError as problem:
        why = problem.strerror or str(problem)
        message = f"cannot listen at {settings.host}:{settings.port}: {why}; give another --port or --host"
        raise SettingsWrong(message) from None
    # inherited by every connection: a small answer must not wait 40 ms until its head was acknowledged
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Server(uvicorn.Server):
    """Ends the live streams first: a page that listens must not hold up the end."""

    def __init__(self, config: uvicorn.Config, house: House) -> None:
        super().__init__(config)
        self._house = house

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on a signal; uvicorn would raise it anew afterwards and leave no time to tidy up."""
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    async def shutdown(self, sockets: list | None = None) -> None:
        self._house.live.close()
        await super().shutdown(sockets)


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise NoFolder(f"{data} cannot hold the data: {problem.strerror}; choose another --data") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(handle)
        if problem.errno in {errno.EAGAIN, errno.EACCES}:
            raise AlreadyRunning(
                f"another server works on {data}; stop it, or choose another --data"
            ) from None
        raise
    try:
        yield
    finally:
        os.close(handle)


def _greet(settings: Settings, password: str | None) -> None:
    lines = [f"Stepline serves http://{settings.host}:{settings.port}", f"MQTT broker: {settings.broker}"]
    if password is not None:
        lines.append(f"First start: sign in as admin with the password {password} (shown only now)")
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201 - this is what a person waits for
