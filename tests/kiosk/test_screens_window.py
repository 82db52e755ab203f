"""The kiosk's screens in a real window, by real touches, with pictures of what is shown."""

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from content.checks import KINDS
from kiosk.screens.window import Window
from kiosk.view import ChooseView, HeldView, IdleView, Mark, StatusView, StepView, Wish
from kiosk.words import keys

pytestmark = pytest.mark.window
SIZE = (1280, 800)


class Heard:
    """Verbs that remember what was said, or are those of whoever `serves`."""

    def __init__(self) -> None:
        self.said: list[tuple] = []
        self.photo: bytes | None = None
        self.serves: Any = None

    def take_photo(self) -> bytes | None:
        return self.photo

    def __getattr__(self, verb: str):
        if self.serves is not None:
            return getattr(self.serves, verb)
        return lambda *words: self.said.append((verb, *words))


class Stage:
    """The one window of this process, driven frame by frame; who comes after finds it empty."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.painted: list = []
        self.window = Window(self.heard, size=SIZE, painted=self.painted.append)
        from kivy.base import EventLoop

        self.loop = EventLoop
        self.window._glass.add_widget(self.window._root)
        self.loop.start()

    def close(self) -> None:
        self.window._glass.remove_widget(self.window._root)

    def frames(self, count: int = 4) -> None:
        for _ in range(count):
            self.window._glass.canvas.ask_update()
            self.loop.idle()

    def show(self, view) -> None:
        self.painted.clear()
        self.window.show(view)
        self.frames()

    def touch(self, name: str) -> None:
        for _ in range(200):
            if self.window.touch(name):
                self.frames()
                return
            self.frames(1)
        pytest.fail(f"{name} is not on the screen")

    def shot(self, path: Path) -> Image.Image:
        self.frames(12)
        self.window.shot(path)
        return Image.open(path)

    def sheet_labels(self):
        from kivy.uix.label import Label

        sheets = [widget for widget in self.window._glass.children if widget is not self.window._root]
        return [each for sheet in sheets for each in sheet.walk() if isinstance(each, Label) and each.text]

    def labels(self):
        from kivy.uix.label import Label

        return [widget for widget in self.window._root.walk() if isinstance(widget, Label) and widget.text]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture(autouse=True)
def forget(stage: Stage) -> None:
    stage.heard.said.clear()


@pytest.fixture(scope="module")
def pictures() -> dict:
    from kiosk.screens import gallery

    german = {f"{name}-de": view for name, view in gallery.views("de") if name.startswith("said")}
    return dict(gallery.views()) | german


def test_the_gallery_draws_every_kind_of_check(pictures: dict) -> None:
    drawn = {check.kind for view in pictures.values() if isinstance(view, StepView) for check in view.checks}
    assert drawn == set(KINDS)


def test_two_lines_of_the_primary_action_are_whole(stage: Stage, pictures: dict) -> None:
    from kivy.uix.label import Label

    stage.show(pictures["step-sign-off"])
    label = stage.window._screens[StepView].foot._primary.label
    free = Label(font_size=label.font_size, font_name=label.font_name, text_size=(label.width, None))
    free.text = label.text
    free.texture_update()
    assert free.texture_size[1] > 1.5 * label.font_size  # two lines
    assert free.texture_size[1] <= label.height


def test_a_table_is_filled_cell_by_cell_and_a_signature_is_no_touch(stage: Stage, pictures: dict) -> None:
    view = pictures["step-table"]
    stage.show(view)
    stage.window._screens[StepView]._confirmed_at = 0.0
    stage.touch("primary")
    for key in ("2", "4", ".", "9", "9"):
        stage.touch(f"key:{key}")
    stage.touch("entry:ok")
    assert stage.heard.said == [("fill", view.step, "depths", ("idler", "width"), "24.99")]
    stage.heard.said.clear()
    stage.show(pictures["step-sign-off"])
    stage.window._screens[StepView]._confirmed_at = 0.0
    stage.touch("primary")
    assert stage.heard.said == []


def test_a_view_is_painted_with_the_next_frame(stage: Stage, pictures: dict) -> None:
    view = pictures["step-torque"]
    stage.painted.clear()
    stage.window.show(view)
    stage.frames(1)
    assert stage.painted == [view]


def test_a_touch_on_the_primary_action_confirms_the_step_that_is_shown(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["step-confirm"])
    stage.touch("primary")
    assert stage.heard.said == [("confirm", pictures["step-confirm"].step)]


def test_what_is_awaited_is_no_button(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["step-scan"])
    stage.touch("primary")
    assert stage.heard.said == []


def test_a_bouncing_finger_confirms_once(stage: Stage, pictures: dict) -> None:
    stage.show(replace(pictures["step-confirm"], step="bounce"))
    screen = stage.window._screens[StepView]
    screen._confirmed_at = 0.0
    stage.touch("primary")
    stage.show(replace(pictures["step-confirm"], step="after-bounce"))
    from kiosk.screens.touches import tap
    from kiosk.screens.widgets import touchable

    screen._confirmed_at = time.monotonic()  # the finger came down again within the same moment
    tap(touchable["primary"])
    assert stage.heard.said == [("confirm", "bounce")]


def test_a_confirm_row_can_be_touched_by_itself(stage: Stage, pictures: dict) -> None:
    view = pictures["step-many"]
    stage.show(view)
    screen = stage.window._screens[StepView]
    screen.telling.proof.scroll_y = 0
    stage.frames(8)
    stage.touch("check:seen")
    assert stage.heard.said == [("confirm", view.step, "seen")]


def test_an_answer_is_touched_and_a_checklist_is_ticked(stage: Stage, pictures: dict) -> None:
    view = pictures["step-choice"]
    stage.show(view)
    stage.touch("answer:leaks:film")
    assert stage.heard.said == [("answer", view.step, "leaks", "film")]
    view = pictures["step-checklist"]
    stage.show(view)
    stage.window._screens[StepView]._confirmed_at = 0.0
    stage.touch("answer:carton:sheet")
    assert stage.heard.said[1:] == [("answer", view.step, "carton", "sheet")]


def test_a_number_is_typed_on_a_keypad_that_takes_nothing_else(stage: Stage, pictures: dict) -> None:
    view = pictures["step-entries"]
    stage.show(view)
    stage.window._screens[StepView]._confirmed_at = 0.0
    stage.touch("primary")
    for key in ("0", ".", "-", ".", "1", "erase", "0", "5"):
        stage.touch(f"key:{key}")
    stage.touch("entry:ok")
    assert stage.heard.said == [("answer", view.step, "float", "0.05")]


def test_words_are_typed_on_the_glass_in_capitals_until_shifted(stage: Stage, pictures: dict) -> None:
    view = pictures["step-entries"]
    stage.show(view)
    stage.touch("check:batch")
    for key in ("A", "B", " ", "1", "shift", "x"):
        stage.touch(f"key:{key}")
    stage.touch("entry:ok")
    assert stage.heard.said == [("answer", view.step, "batch", "AB 1x")]


def test_a_check_that_does_not_apply_is_waived(stage: Stage, pictures: dict) -> None:
    view = pictures["step-entries"]
    stage.show(view)
    stage.window._screens[StepView]._confirmed_at = 0.0
    stage.touch("skip:float")
    assert stage.heard.said == [("waive", view.step, "float")]


def test_a_check_whose_device_is_gone_is_asked_to_be_entered_by_hand(stage: Stage, pictures: dict) -> None:
    view = pictures["step-by-hand"]
    stage.show(view)
    stage.window._screens[StepView]._confirmed_at = 0.0
    stage.touch("by-hand:mass")
    assert stage.heard.said == [("ask_by_hand", view.step, "mass")]


def test_the_technician_comes_to_the_devices_by_the_top_bar_and_tries_one(
    stage: Stage, pictures: dict
) -> None:
    stage.show(pictures["step-confirm"])
    stage.touch("devices")
    stage.show(pictures["devices"])
    for name in ("device:spindle-2", "try:amber", "device:disable", "devices:close"):
        stage.touch(name)
    assert stage.heard.said == [
        ("tend", Wish.OPEN),
        ("tend", Wish.CHOOSE, "spindle-2"),
        ("tend", Wish.TRY, "amber"),
        ("tend", Wish.DISABLE),
        ("tend", Wish.LEAVE),
    ]
    texts = " ".join(label.text for label in stage.labels())
    assert "stack light" in texts
    assert "14:02:11 green = True" in texts


def test_a_page_without_devices_says_nothing_of_an_earlier_one(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["devices"])
    stage.show(pictures["devices-none"])
    texts = " ".join(label.text for label in stage.labels())
    assert "No devices" in texts
    assert "stack light" not in texts
    assert "mqtt://" not in texts
    assert not stage.window.touch("device:disable")


def test_who_decides_about_a_picture_sees_it_beside_the_rulings(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["vision-supervisor"])
    texts = " ".join(label.text for label in stage.labels())
    assert "Berühren sich Teile?" in texts
    assert "0.50" in texts
    stage.touch("rule:continue")
    assert stage.heard.said == [("rule", "continue")]


def test_without_a_camera_a_photograph_cannot_be_used(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["step-entries"])
    stage.heard.photo = None
    stage.touch("check:label")
    assert "No camera" in " ".join(label.text for label in stage.sheet_labels())
    stage.touch("entry:ok")
    stage.touch("entry:cancel")
    assert [verb for verb, *_ in stage.heard.said] == []


def test_a_photograph_is_looked_at_before_it_is_used(stage: Stage, pictures: dict, tmp_path: Path) -> None:
    view = pictures["step-entries"]
    taken = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 120, 40)).save(taken, "JPEG")
    stage.show(view)
    stage.heard.photo = taken.getvalue()
    stage.touch("check:label")
    picture = stage.shot(tmp_path / "photo.png").getpixel((SIZE[0] // 2, SIZE[1] // 2))
    assert max(abs(a - b) for a, b in zip(picture, (200, 120, 40), strict=True)) < 12
    stage.touch("entry:ok")
    assert stage.heard.said == [("give_photo", view.step, "label", taken.getvalue())]


def test_a_problem_is_reported_with_two_touches_and_send(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["step-confirm"])
    stage.touch("problem")
    stage.touch("category:part")
    stage.touch("quick:damaged")
    stage.touch("submit")
    assert stage.heard.said == [("report_problem", "part", "Damaged", None)]


def test_a_problem_without_a_category_is_not_sent(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["step-confirm"])
    stage.touch("problem")
    stage.touch("submit")
    stage.touch("cancel")
    assert stage.heard.said == []


def test_the_rail_opens_the_list_and_only_reached_steps_can_be_gone_to(stage: Stage, pictures: dict) -> None:
    view = pictures["step-torque"]
    stage.show(view)
    stage.touch("rail")
    stage.touch("rail:s7")
    assert stage.heard.said == []
    stage.touch("rail:s1")
    assert stage.heard.said == [("go_to", view.step, "s1")]


def test_a_pin_is_typed_on_the_pad(stage: Stage) -> None:
    stage.show(IdleView(pin_for="Ben Osei"))
    for digit in ("2", "4", "6", "8", "ok"):
        stage.touch(f"pin:{digit}")
    assert stage.heard.said == [("enter_pin", "2468")]


def test_a_tile_opens_its_document(stage: Stage, pictures: dict) -> None:
    view = pictures["choose"]
    assert isinstance(view, ChooseView)
    stage.show(view)
    stage.touch(f"tile:{view.tiles[1].title}")
    assert stage.heard.said == [("open", view.tiles[1].key)]


def test_a_held_run_goes_on_or_is_ended(stage: Stage) -> None:
    stage.show(HeldView(reason="break"))
    stage.touch("go_on")
    stage.touch("abort")
    assert [verb for verb, *_ in stage.heard.said] == ["go_on"]
    stage.touch("abort:no")
    stage.touch("abort")
    stage.show(
        HeldView(reason="break", status=StatusView(online=True, undelivered=3))
    )  # only the bar has news
    stage.touch("abort:yes")
    assert [verb for verb, *_ in stage.heard.said] == ["go_on", "abort"]


def test_a_supervisor_who_ends_a_run_is_asked_once_more_too(stage: Stage) -> None:
    stage.show(HeldView(reason="failed", waits=True, supervisor="Cleo"))
    stage.touch("rule:stop")
    assert stage.heard.said == []
    stage.touch("abort:yes")
    assert stage.heard.said == [("rule", "stop")]


def test_every_screen_shows_something_and_no_text_leaves_the_window(
    stage: Stage, pictures: dict, tmp_path: Path
) -> None:
    for name, view in pictures.items():
        stage.show(view)
        picture = stage.shot(tmp_path / f"{name}.png")
        assert picture.size == SIZE
        assert max(ImageStat.Stat(picture).stddev) > 15, f"{name} is empty"
        for label in stage.labels():
            left, _ = label.to_window(label.x, label.y)
            assert left >= -1, f"{name}: {label.text!r}"
            assert left + label.width <= SIZE[0] + 1, f"{name}: {label.text!r}"


@pytest.mark.parametrize("name", ["step-german", "step-arabic", "step-confirm"])
def test_long_and_foreign_words_fit_their_places(stage: Stage, pictures: dict, name: str) -> None:
    stage.show(pictures[name])
    stage.frames(12)
    for label in stage.labels():
        assert label.texture_size[0] <= label.width + 1, label.text


def test_an_arabic_text_begins_at_the_right(stage: Stage, pictures: dict, tmp_path: Path) -> None:
    stage.show(pictures["step-arabic"])
    title = stage.window._screens[StepView].telling.told.title
    picture = stage.shot(tmp_path / "arabic.png").convert("L")
    left, bottom = title.to_window(*title.pos)
    box = picture.crop(
        (int(left), int(SIZE[1] - bottom - title.height), int(left + title.width), int(SIZE[1] - bottom))
    )
    letters = box.point(lambda grey: 255 if grey > 128 else 0).getbbox()
    assert letters is not None
    assert letters[2] > box.width - 6
    assert letters[0] > box.width * 0.3


def test_a_measured_value_moves_its_needle_without_drawing_the_page_anew(
    stage: Stage, pictures: dict
) -> None:
    view = pictures["step-torque"]
    stage.show(view)
    screen = stage.window._screens[StepView]
    row, text = screen.telling.proof.rows["screws"], screen.telling.told.text.texture
    moved = replace(view.checks[0], came="9.40 N·m", gauge=replace(view.checks[0].gauge, value=0.7))
    stage.show(replace(view, checks=(moved,)))
    assert screen.telling.proof.rows["screws"] is row
    assert row.view.came == "9.40 N·m"
    assert screen.telling.told.text.texture is text


def test_the_clock_of_the_step_says_when_it_is_over_the_standard(stage: Stage, pictures: dict) -> None:
    view = replace(pictures["step-confirm"], elapsed=timedelta(seconds=95), expected=timedelta(seconds=60))
    stage.show(view)
    screen = stage.window._screens[StepView]
    assert (screen.foot._clock.text, screen.foot._standard.text) == ("1:35", "over standard 1:00")


def test_a_rejected_reading_says_what_was_expected_and_what_came(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["step-wrong"])
    said = " ".join(label.text for label in stage.labels())
    assert "Expected GP-131, but GP-999 came" in said
    assert pictures["step-wrong"].checks[0].mark is Mark.BAD


def test_every_language_has_every_word() -> None:
    assert keys("de") == keys("en")


def test_the_limits_of_a_gauge_stand_below_its_bar_from_the_first_frame_on(
    stage: Stage, pictures: dict
) -> None:
    stage.show(pictures["step-scan"])
    stage.show(replace(pictures["step-torque"], step="gauge"))
    gauge = stage.window._screens[StepView].telling.proof.rows["screws"]._gauge
    low, _, high = gauge._words
    assert gauge.x <= low.x < low.x + low.width < high.x < high.x + high.width <= gauge.x + gauge.width
    assert all(gauge.y <= word.y and word.top < gauge._track.pos[1] for word in (low, high))


def test_the_check_whose_turn_it_is_stands_in_view(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["step-many"])
    stage.frames(4)
    proof = stage.window._screens[StepView].telling.proof
    active = next(row for row in proof.rows.values() if row.view.mark is Mark.ACTIVE)
    _, top = active.to_window(active.x, active.y + active.height)
    assert top <= proof.y + proof.height + 1
    _, below = active.to_window(active.x, active.y)
    assert below >= proof.y or active.height > proof.height


def test_what_changed_is_read_and_then_a_real_touch_begins_the_run(stage: Stage, pictures: dict) -> None:
    view = pictures["changes-acknowledge"]
    stage.show(view)
    shown = [label.text for label in stage.labels()]
    assert "Changed since revision 3" in shown
    assert "Understood" in shown
    assert all(change.what in shown for change in view.changes)
    stage.touch("understood")
    assert stage.heard.said == [("understood", view.release)]
    stage.heard.said.clear()
    stage.touch("not_now")
    assert stage.heard.said == [("put_by",)]


def test_what_changed_without_an_acknowledgement_is_gone_on_from(stage: Stage, pictures: dict) -> None:
    stage.show(pictures["changes"])
    shown = [label.text for label in stage.labels()]
    assert "Go on" in shown
    assert "Understood" not in shown


def test_every_change_can_be_reached_and_the_next_list_begins_at_its_top(
    stage: Stage, pictures: dict
) -> None:
    from kiosk.view import ChangesView

    stage.show(pictures["changes-acknowledge"])
    screen = stage.window._screens[ChangesView]
    stage.frames(8)
    assert screen._rows.height > screen._list.height
    screen._list.scroll_y = 0
    stage.frames()
    last = screen._rows.children[0]
    assert last.to_window(*last.pos)[1] >= screen._list.to_window(*screen._list.pos)[1] - 1
    stage.show(pictures["changes-long"])
    assert screen._list.scroll_y == 1
