"""The demonstration with a display: the portal, a kiosk in a window, and a panel to play its devices."""

import contextlib
import os
import shutil
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Never

import httpx2
from rich.console import Console
from rich.table import Table

from stepline.demo.cable import Cable
from stepline.demo.ending import deafen, interruptible
from stepline.demo.headless import Say, set_up
from stepline.demo.panel.acts import Act, Power
from stepline.demo.panel.hands import Hands
from stepline.demo.panel.offers import offer
from stepline.demo.panel.places import Area, side_by_side
from stepline.demo.panel.seen import Seen
from stepline.demo.panel.view import Line, PanelView
from stepline.demo.plant import OFFICE, PASSWORD, PEOPLE, Bench, Plant, Process
from stepline.demo.watch import KioskLibrary, KioskRecord

STATION = "bench-1"
LOOK = 0.1  # seconds between two looks at the kiosk's store
PATIENCE = 30  # seconds for the panel's window to open
LAST = 15  # lines of a log that are shown when its process ended by itself


class NoWindow(Exception):
    """No window can be opened here."""


class Ended(Exception):
    """A window was closed; the text says which."""


class Broken(Exception):
    """A process of the plant ended by itself; the text says which, and what it said last."""


def show(keep: Path | None, console: Console) -> int:
    """Play with a person until a window is closed, or Ctrl-C; the exit code. Raises NoWindow."""
    try:
        with contextlib.ExitStack() as ending:
            ending.enter_context(interruptible())
            folder = _folder(keep, ending)
            plant = Plant(folder, headless=False)
            line, window = _open_panel(folder, ending)
            ending.callback(deafen)
            kiosk_place, _panel_place, _scale = side_by_side(_screen(line, window))
            cable = Cable(plant)
            ending.callback(cable.cut)
            ending.callback(plant.close)
            ending.callback(deafen)  # the first to happen: nothing interrupts the end
            return _play(plant, cable, line, kiosk_place, console=console, keep=keep)
    except KeyboardInterrupt:
        console.print("The plant is shut down.")
        return 0


def _play(plant: Plant, cable: Cable, line: Line, place: Area, *, console: Console, keep: Path | None) -> int:
    def make(plant: Plant, station: str) -> Bench:
        return Bench(plant, station, uplink=cable, size=f"{place.width}x{place.height}")

    try:
        cable.mend()
        _place_kiosk(plant, place)
        with console.status("Setting the plant up …") as status:
            set_up(plant, _telling(line, status.update), (STATION,), make)
        _introduce(plant, console, keep)
        Play(line, plant, cable).go_on()
    except Ended as ended:
        console.print(f"{ended}; the plant is shut down.")
        return 0
    except (Broken, TimeoutError, OSError, httpx2.HTTPError) as problem:
        console.print(f"[bold red]✗[/] {problem}", highlight=False)
        return 1


class Play:
    """Shows what can be done and does what is pressed, until something ends it."""

    def __init__(self, line: Line, plant: Plant, cable: Cable) -> None:
        (bench,) = plant.benches
        store = bench.data / "kiosk.db"
        self._line, self._plant, self._cable, self._bench = line, plant, cable, bench
        self._record, self._library = KioskRecord(store), KioskLibrary(store)
        self._hands = Hands(bench, cable)
        self._told = "Press what the kiosk waits for, or anything else"
        self._shown: PanelView | None = None
        self._acts: Mapping[str, Act] = {}

    def go_on(self) -> Never:
        """Until a window is closed or a process ends; raises Ended and Broken."""
        while True:
            self._show()
            try:
                messages = self._line.heard(LOOK)
            except EOFError:
                raise Ended("The panel was closed") from None
            for message in messages:
                act = self._acts.get(message.get("press", ""))
                if act is not None:
                    self._told = self._hands.do(act, self._record.lost)
                if isinstance(act, Power):
                    self._record.lost.clear()  # it finds them anew
            self._look_after_processes()

    def _show(self) -> None:
        self._record.look()
        self._library.look()
        found = offer(
            Seen(
                powered=self._hands.powered,
                plugged=self._cable.whole,
                signed_in=self._record.signed_in,
                run=self._record.run,
                held=self._library.held,
                assigned=self._library.assigned,
                lost=frozenset(self._record.lost),
                driven=self._bench.devices.driven(),
                serial=f"SN{len(self._record.runs) + 1:06d}",
                told=self._told,
            )
        )
        self._acts = found.acts
        if found.view != self._shown:
            self._shown = found.view
            self._line.say(view=asdict(found.view))

    def _look_after_processes(self) -> None:
        code = self._bench.kiosk.ended() if self._hands.powered else None
        if code == 0:
            raise Ended("The kiosk's window was closed")
        if code is not None:
            raise Broken(_last_words(self._bench.kiosk, code))
        code = self._plant.server.ended()
        if code is not None:
            raise Broken(_last_words(self._plant.server, code))


def _folder(keep: Path | None, ending: contextlib.ExitStack) -> Path:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        return keep.resolve()
    folder = Path(tempfile.mkdtemp(prefix="stepline-demo-"))
    ending.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _open_panel(folder: Path, ending: contextlib.ExitStack) -> tuple[Line, Process]:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "stepline.demo.panel.window", "--line", str(theirs.fileno())]
    command += ["--touches", str(folder / "panel-touches")]
    environment = {"KIVY_HOME": str(folder / "kivy-panel"), "KIVY_LOG_MODE": "MIXED"}
    window = Process("panel", command, folder / "panel.log", environment, hand_down=(theirs.fileno(),))
    ending.callback(window.stop)
    window.start()
    theirs.close()
    line = Line(ours)
    ending.callback(line.close)
    return line, window


def _screen(line: Line, window: Process) -> Area:
    """How large the display is, as the panel says once its window is open."""
    try:
        for message in line.heard(PATIENCE):
            return Area(**message["screen"])
    except EOFError:
        pass
    raise NoWindow(_last_words(window, window.ended()))


def _place_kiosk(plant: Plant, place: Area) -> None:
    home = Path(plant.kiosk_environment["KIVY_HOME"])
    home.mkdir(exist_ok=True)
    (home / "config.ini").write_text(
        f"[graphics]\nposition = custom\nleft = {place.left}\ntop = {place.top}\n"
    )


def _telling(line: Line, update: Callable[[str], None]) -> Say:
    """Tells the terminal and the panel how far it is; raises Ended when the panel was closed."""

    def say(who: str, what: str) -> None:
        update(f"{who}: {what}")
        line.say(view=asdict(PanelView(waits="The plant to be set up", detail=f"{who}: {what}")))
        try:
            line.heard(0.01)
        except EOFError:
            raise Ended("The panel was closed") from None

    return say


def _introduce(plant: Plant, console: Console, keep: Path | None) -> None:
    people = Table(show_header=True, box=None, pad_edge=False, header_style="dim")
    for column in ("portal: sign in as", "password", "who it is"):
        people.add_column(column)
    people.add_row("admin", PASSWORD, "administrator")
    for login, name, role in OFFICE:
        people.add_row(login, PASSWORD, f"{name}, {role}")
    badges = ", ".join(f"{name}{f' (PIN {pin})' if pin else ''}" for _, name, _, pin in PEOPLE)
    console.print(f"[bold]Portal[/]  {plant.server_url}", highlight=False)
    console.print(people, highlight=False)
    console.print(
        f"[bold]Kiosk[/]   Bench 1 · badges: {badges}. Its devices are played on the panel.", highlight=False
    )
    left = "Nothing is left behind" if keep is None else f"Everything stays in {keep}"
    console.print(f"Ctrl-C, or closing a window, ends it. {left}.", highlight=False)
    _browse(plant.server_url)


def _browse(url: str) -> None:
    """Open the portal where there is a browser with a window; one for terminals would take ours."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser or os.environ.get("BROWSER"):
        threading.Thread(target=browser.open, args=(url,), name="browser", daemon=True).start()


def _last_words(process: Process, code: int | None) -> str:
    lines = process.log.read_text(errors="replace").splitlines() if process.log.is_file() else []
    said = "\n".join(f"    {line}" for line in lines[-LAST:])
    return f"the {process.name} ended by itself (code {code})" + (f":\n{said}" if said else "")
