"""What the screen says: a desk turned into a view. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from content.inputs import Unit
from content.languages import languages
from content.run import RunState
from content.values import Digest, format_duration
from kiosk import ticker, viewing_step, viewing_vision
from kiosk.desk import Desk, News, Play, Purpose
from kiosk.store.library import Summary
from kiosk.view import (
    ChangesView,
    ChangeView,
    ChooseView,
    DoneView,
    EnrolView,
    FaultView,
    HeldView,
    IdleView,
    Mark,
    MediumView,
    StatusView,
    Tile,
    View,
)
from kiosk.words import again, say

FileOf = Callable[[Digest, str], Path]  # where the file of a digest and media type lies
MANY = 8  # titles that the idle screen names
PIN_FOR = {
    Purpose.SIGN_IN: "pin_for",
    Purpose.SIGN: "pin_to_sign",
    Purpose.RULE: "pin_to_decide",
    Purpose.ALLOW: "pin_to_allow",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now, on both clocks: the tick of the record and the seconds of `time.monotonic`."""

    tick: int
    monotonic: float


def view(
    desk: Desk, tiles: Sequence[Summary], file_of: FileOf, moment: Moment, code_picture: bytes = b""
) -> View:
    """The view of `desk`. `code_picture` is the QR code of the enrolment's address, a PNG."""
    status = status_of(desk)
    if desk.trouble is not None:
        return FaultView(
            status=status,
            title=desk.trouble.title,
            message=desk.trouble.message,
            mend=desk.trouble.mend,
            retry=say("retry", desk.words),
        )
    if desk.station is None:
        return _enrol(desk, status, code_picture)
    if desk.operator is None or desk.asking is not None:
        return _idle(desk, tiles, status)
    if desk.done is not None:
        return _done(desk, status)
    if desk.play is not None:
        if desk.play.run.state is RunState.HELD or desk.play.stopped:
            return _held(desk, status)
        return viewing_step.step_view(
            desk, desk.play, file_of, tick=moment.tick, monotonic=moment.monotonic, status=status
        )
    if desk.news is not None:
        return _news(desk.news, desk, status)
    return _choose(desk, tiles, file_of, status)


def status_of(desk: Desk) -> StatusView:
    """The top bar: where, what, who, and the most urgent thing that a person should know."""
    play, done, words = desk.play, desk.done, desk.words
    document = release = unit = ""
    if play is not None:
        document, release = (
            (play.shown or play.instruction).title,
            say("rev", words, revision=play.instruction.revision),
        )
        unit = unit_text(play.run.unit, words)
    elif done is not None:
        document, release, unit = done.title, done.release, unit_text(done.unit, words)
    language = "" if play is None else _spoken(play, desk.language)
    if play is not None and _choice(play):
        release += f" · {language.upper()}{'*' if play.unspoken else ''}"
    banner, mark = _banner(desk)
    return StatusView(
        station=desk.station.name if desk.station else "",
        document=document,
        release=release,
        unit=unit,
        operator=desk.operator.name if desk.operator else "",
        online=desk.line.online,
        undelivered=desk.line.undelivered,
        lost_devices=tuple(desk.lost),
        languages=() if play is None else _choice(play),
        language=language,
        partly=play is not None and play.unspoken > 0,
        banner=banner,
        banner_mark=mark,
    )


def _choice(play: Play) -> tuple[str, ...]:
    held = languages(play.instruction)
    return held if len(held) > 1 else ()


def _spoken(play: Play, wanted: str) -> str:
    """The language that the document is shown in: the one that is wanted, or its own."""
    held = languages(play.instruction)
    return next((each for each in (wanted, wanted.partition("-")[0]) if each in held), held[0])


def _banner(desk: Desk) -> tuple[str, Mark]:
    if desk.line.trouble and desk.station is not None:
        return desk.line.trouble, Mark.BAD
    if wrong := ticker.what_is_wrong(desk.line.clock_ahead, desk.words):
        return wrong, Mark.BAD
    if desk.remark:
        return again(desk.remark, desk.words), Mark.BAD
    if desk.lost:
        names, why = ", ".join(desk.lost), again(next(iter(desk.lost.values())), desk.words)
        key = "lost_one" if len(desk.lost) == 1 else "lost_many"
        return say(key, desk.words, devices=names, why=why), Mark.BAD
    if desk.line.told:
        return desk.line.told, Mark.GOOD
    return "", Mark.WAITING


def unit_text(unit: Unit, language: str) -> str:
    """The unit as the top bar names it."""
    named = (
        ("unit_serial", unit.serial),
        ("unit_lot", unit.lot),
        ("unit_part", None if unit.serial or unit.lot else unit.part_number or unit.gtin),
        ("unit_order", unit.work_order),
    )
    return " · ".join(say(key, language, value=value) for key, value in named if value)


def _enrol(desk: Desk, status: StatusView, picture: bytes) -> EnrolView:
    offered = desk.enrolment
    if offered is None:
        message = desk.line.trouble or say("enrol_asking", desk.words)
        return EnrolView(status=status, message=message)
    return EnrolView(
        status=status,
        code=offered.code,
        url=offered.url,
        picture=picture,
        message=again(offered.message, desk.words),
    )


def _idle(desk: Desk, tiles: Sequence[Summary], status: StatusView) -> IdleView:
    prompt = say("scan_badge", desk.words)
    if desk.asking is not None:
        key = "one_moment" if desk.judging else PIN_FOR[desk.purpose]
        prompt = say(key, desk.words, name=desk.asking.name)
    notice = desk.notice.text
    if not notice and desk.play is not None:
        title = (desk.play.shown or desk.play.instruction).title
        notice = desk.play.stopped and again(desk.play.stopped, desk.words)
        notice = notice or say("held_sign_in", desk.words, title=title)
    return IdleView(
        status=status,
        prompt=prompt,
        pin_for=desk.asking.name if desk.asking else "",
        set_up_for=tuple(tile.title for tile in tiles[:MANY]),
        notice=notice,
    )


def _news(news: News, desk: Desk, status: StatusView) -> ChangesView:
    terms = news.terms
    return ChangesView(
        status=status,
        release=news.release,
        title=news.title,
        revision=news.revision,
        since=terms.from_revision,
        changes=tuple(
            ChangeView(number=news.numbers.get(each.step), title=each.title, what=each.what)
            for each in terms.changes
        ),
        acknowledge=terms.acknowledge,
        notice=desk.notice.text,
    )


def _choose(desk: Desk, tiles: Sequence[Summary], file_of: FileOf, status: StatusView) -> ChooseView:
    prompt = say("scan_part", desk.words)
    shown = list(tiles)
    if desk.choices:
        prompt = say("several_fit", desk.words)
        shown = [tile for tile in tiles if tile.digest in desk.choices]
    elif desk.work_order:
        prompt = say("order_scan", desk.words, number=desk.work_order)
    elif not tiles:
        prompt = say("none_assigned", desk.words)
    return ChooseView(
        status=status,
        prompt=prompt,
        notice=desk.notice.text,
        notice_mark=desk.notice.mark,
        tiles=tuple(_tile(tile, file_of, desk.words) for tile in shown),
    )


def _tile(summary: Summary, file_of: FileOf, language: str) -> Tile:
    detail = [
        ", ".join(summary.part_numbers),
        say("steps_one" if summary.steps == 1 else "steps_many", language, count=summary.steps),
        _time(summary.expected),
    ]
    return Tile(
        key=summary.digest,
        title=summary.title,
        detail=" · ".join(part for part in detail if part),
        picture=None if summary.picture is None else file_of(*summary.picture),
        step_count=summary.steps,
    )


def _time(expected: timedelta | None) -> str:
    if expected is None:
        return ""
    return format_duration(timedelta(seconds=round(expected.total_seconds())))


def _held(desk: Desk, status: StatusView) -> HeldView:
    assert desk.play is not None
    play = desk.play
    run = play.run
    waits = run.waiting is not None
    step = ""
    if run.step is not None:
        number = play.instruction.number(run.step)
        shown = play.shown or play.instruction
        at = {"number": number, "total": len(shown.steps), "title": shown.step(run.step).title}
        step = say("held_step", desk.words, **at)
    return HeldView(
        status=status,
        title=(play.shown or play.instruction).title,
        reason=desk.notice.text
        if waits and desk.notice.text and not play.stopped
        else again(play.stopped or play.reason, desk.words) or desk.notice.text,
        waits=waits,
        stopped=bool(play.stopped),
        supervisor=desk.supervisor.name if desk.supervisor is not None else "",
        step=step,
        held_since=play.held_since,
        media=_asked_about(desk, play) if waits and not play.stopped else (),
    )


def _asked_about(desk: Desk, play: Play) -> tuple[MediumView, ...]:
    """What the camera saw, while a supervisor decides about that very check."""
    if desk.look is None or desk.look.check != play.run.waiting or play.run.step is None:
        return ()
    check = next(
        check for check in play.instruction.step(play.run.step).checks if check.id == desk.look.check
    )
    return viewing_vision.medium(desk, check.prompt or "")


def _done(desk: Desk, status: StatusView) -> DoneView:
    assert desk.done is not None
    done = desk.done
    message = desk.notice.text or say("scan_next", desk.words)
    return DoneView(
        status=status,
        title=done.title,
        elapsed=done.elapsed,
        expected=done.expected,
        deviations=done.deviations,
        completed=done.completed,
        message=message if done.completed else f"{done.reason}. {message}".lstrip(". "),
    )
