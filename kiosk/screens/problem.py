"""Reporting a problem: what it is about, a quick word or a typed one, and a photo where there is a camera."""

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.textinput import TextInput

from content.deviation import CATEGORIES
from kiosk.screens.sheet import Sheet
from kiosk.screens.texts import font
from kiosk.screens.theme import BODY, SMALL, theme
from kiosk.screens.widgets import Action, Txt
from kiosk.view import Verbs
from kiosk.words import say

QUICK = ("damaged", "missing", "wrong", "unclear")


class ProblemSheet(Sheet):
    """Two touches are enough: a category, then "Send"."""

    def __init__(self, verbs: Verbs) -> None:
        super().__init__(say("report_title", theme.language))
        self._verbs = verbs
        self._category = ""
        self._photo: bytes | None = None
        self._categories: dict[str, Action] = {}
        self.body.add_widget(
            Txt(text=say("what_about", theme.language), size=SMALL, color=theme.palette.quiet)
        )
        self.body.add_widget(self._make_categories())
        self.body.add_widget(Txt(text=say("say_more", theme.language), size=SMALL, color=theme.palette.quiet))
        self.body.add_widget(self._make_quick())
        self._comment = TextInput(
            font_size=theme.px(BODY),
            font_name=font(),
            background_color=theme.palette.back,
            foreground_color=theme.palette.text,
            cursor_color=theme.palette.primary,
            padding=theme.px(14),
            background_normal="",
            background_active="",
        )
        self.body.add_widget(self._comment)
        self.body.add_widget(self._make_foot())

    def _make_categories(self) -> GridLayout:
        grid = GridLayout(cols=3, spacing=theme.px(16), size_hint_y=None)
        grid.bind(minimum_height=grid.setter("height"))
        for name in CATEGORIES:
            button = Action(
                f"category:{name}",
                say(f"category_{name}", theme.language),
                lambda name=name: self._choose(name),
            )
            self._categories[name] = button
            grid.add_widget(button)
        return grid

    def _make_quick(self) -> BoxLayout:
        line = BoxLayout(spacing=theme.px(16), size_hint_y=None, height=theme.px(76))
        for name in QUICK:
            word = say(f"quick_{name}", theme.language)
            line.add_widget(
                Action(f"quick:{name}", word, lambda word=word: self._add(word), size=SMALL, tall=76)
            )
        return line

    def _make_foot(self) -> BoxLayout:
        foot = BoxLayout(spacing=theme.px(16), size_hint_y=None, height=theme.px(84))
        language = theme.language
        self._camera = Action("photo", say("take_photo", language), self._take, icon="camera", size=SMALL)
        foot.add_widget(Action("cancel", say("cancel", language), self.close))
        foot.add_widget(self._camera)
        self._send = Action("submit", say("send", language), self._submit, primary=True)
        self._send.opacity = 0.35
        foot.add_widget(self._send)
        return foot

    def _choose(self, name: str) -> None:
        self._category = name
        for other, button in self._categories.items():
            chosen = other == name
            button.tint(theme.palette.primary if chosen else theme.palette.raised)
            button.label.paint(theme.palette.on_primary if chosen else theme.palette.text)
        self._send.opacity = 1

    def _add(self, word: str) -> None:
        self._comment.text = f"{self._comment.text} {word}".strip()

    def _take(self) -> None:
        self._photo = self._verbs.take_photo()
        self._camera.label.say(say("photo_taken" if self._photo else "no_camera", theme.language))

    def _submit(self) -> None:
        if not self._category:
            return
        self.close()
        comment = self._comment.text.strip() or say(f"category_{self._category}", theme.language)
        self._verbs.report_problem(self._category, comment, self._photo)
