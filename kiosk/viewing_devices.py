"""What the technician's page says: every device, and one of them closely. Pure."""

from collections.abc import Mapping, Sequence

from hardware.address import CameraSource
from hardware.device import DeviceHealth
from hardware.metering import Metrics
from hardware.readings import DeviceState
from hardware.sentences import sentence
from hardware.settings import DeviceSettings
from kiosk.desk import Desk, Tending
from kiosk.view import DeviceRow, DevicesView, Mark, OptionView
from kiosk.viewing import status_of
from kiosk.words import again, say

MARKS = {
    DeviceState.READY: Mark.GOOD,
    DeviceState.LOST: Mark.BAD,
    DeviceState.CONNECTING: Mark.WAITING,
}
TOOL = "enabled"  # the signal of a tool that may run


def view(desk: Desk, devices: Sequence[DeviceSettings], health: Mapping[str, DeviceHealth]) -> DevicesView:
    """The page as the desk and the rack stand now."""
    tending = desk.tending or Tending()
    chosen = next((each for each in devices if each.name == tending.device), None)
    return DevicesView(
        status=status_of(desk),
        devices=tuple(_row(each, health.get(each.name), desk) for each in devices),
        chosen=tending.device,
        reached="" if chosen is None else str(chosen.transport),
        said=tuple(_said(line, desk.words) for line in tending.said),
        commands=() if chosen is None else tuple(chosen.driver.commands),
        signals=() if chosen is None else _signals(chosen, tending),
        disabled=tending.device in desk.disabled,
        sees=chosen is not None and isinstance(chosen.transport, CameraSource),
        kept=None if tending.kept is None else tending.kept.file,
        kept_words=_kept(tending, desk.words),
        notice=desk.notice.text,
        notice_mark=desk.notice.mark,
    )


def _row(device: DeviceSettings, health: DeviceHealth | None, desk: Desk) -> DeviceRow:
    words, title = desk.words, again(device.driver.title, desk.words)
    if health is None:
        state = say("state_none", words)
        return DeviceRow(name=device.name, title=title, mark=Mark.WAITING, state=state)
    if device.name in desk.disabled:
        reason, state = again(desk.disabled[device.name].reason, words), say("state_disabled", words)
        return DeviceRow(name=device.name, title=title, mark=Mark.SKIPPED, state=state, reason=reason)
    counted = {
        "taken": health.accepted,
        "refused": health.refused,
        "dropped": desk.dropped.get(device.name, 0),
        "losses": health.losses,
        "returns": health.returns,
    }
    return DeviceRow(
        name=device.name,
        title=title,
        mark=MARKS[health.state],
        state=say(f"state_{health.state}", words),
        reason=again(health.reason, words),
        last="" if health.last_reading is None else again(sentence(health.last_reading), words),
        counts=", ".join(
            say(f"counts_{key}", words, count=count)
            for key, count in counted.items()
            if count or key == "taken"
        ),
        pace=_pace(health.metrics, words),
    )


def _kept(tending: Tending, language: str) -> str:
    """What the picture that was kept last is."""
    return "" if tending.kept is None else say("kept_good" if tending.kept.good else "kept_bad", language)


def _pace(metrics: Metrics, language: str) -> str:
    """How its readings flow; nothing before there was one."""
    if metrics.age is None or metrics.delay is None or metrics.delay_99 is None:
        return ""
    return say(
        "pace",
        language,
        rate=_decimal(metrics.rate, 1, language),
        age=_age(metrics.age),
        delay=_decimal(metrics.delay, 1, language),
        delay_99=_decimal(metrics.delay_99, 1, language),
    )


def _age(seconds: float) -> str:
    """As long as it needs to be: 3 s, 4 min, 2 h."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.0f} h"


def _decimal(value: float, places: int, language: str) -> str:
    """A number with the language's decimal mark."""
    return f"{value:.{places}f}".replace(".", say("decimal_mark", language))


def _said(line: str, language: str) -> str:
    at, _, what = line.partition(" ")
    return f"{at} {again(what, language)}"


def _signals(device: DeviceSettings, tending: Tending) -> tuple[OptionView, ...]:
    """What can be switched over: the signals that the station's file and the kind name."""
    if not device.driver.outputs:
        return ()
    named = dict.fromkeys(device.driver.signals(device.options))
    named |= dict.fromkeys(device.driving.parts.values())
    named |= dict.fromkeys(signal for signals in device.driving.shows.values() for signal in signals)
    if device.driver.tool:
        named = {TOOL: None}
    return tuple(OptionView(id=each, text=each, chosen=tending.trying.get(each) is True) for each in named)
