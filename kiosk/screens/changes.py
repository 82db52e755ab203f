"""What a release changed, step by step, before the operator's first run on it."""

from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.icons import Icon
from kiosk.screens.plain import Notice
from kiosk.screens.theme import BODY, SMALL, TITLE, theme
from kiosk.screens.widgets import Action, Panel, Rows, Scroll, Txt
from kiosk.view import ChangesView, ChangeView, Verbs
from kiosk.words import say

WIDE = 88  # of the place of a step's number


class ChangesScreen(BoxLayout):
    """The changed steps as a list, and one large button below them that begins the run."""

    def __init__(self, verbs: Verbs) -> None:
        super().__init__(orientation="vertical", padding=theme.px(28), spacing=theme.px(18))
        self._verbs = verbs
        self._view = ChangesView()
        head = BoxLayout(size_hint_y=None, spacing=theme.px(20), height=theme.px(108))
        head.add_widget(Icon("text", color=theme.palette.amber, side=72))
        words = BoxLayout(orientation="vertical")
        self._title = Txt(text="", size=TITLE, bold=True, color=theme.palette.amber, fixed=True)
        self._document = Txt(text="", size=BODY, fixed=True, shorten=True, shorten_from="right")
        words.add_widget(self._title)
        words.add_widget(self._document)
        head.add_widget(words)
        self._notice = Notice()
        self._rows = Rows(gap=14)
        self._list = Scroll(self._rows)
        self._foot = BoxLayout(size_hint_y=None, height=theme.px(104), spacing=theme.px(24))
        for widget in (head, self._notice, self._list, self._foot):
            self.add_widget(widget)

    def show(self, view: ChangesView) -> None:
        """Bring the screen up to date."""
        language = theme.language
        title = "changes_new" if view.since is None else "changes_title"
        self._title.say(say(title, language, since=view.since))
        self._document.say(f"{view.title}  ·  {say('revision', language, revision=view.revision)}")
        self._notice.show(view.notice)
        if view.changes != self._view.changes or not self._rows.children:
            self._fill(view)
            self._list.scroll_y = 1
        self._act(view)
        self._view = view

    def _fill(self, view: ChangesView) -> None:
        self._rows.clear_widgets()
        for change in view.changes:
            self._rows.add_widget(_row(change))
        if not view.changes and view.since is not None:
            self._rows.add_widget(Txt(text=say("changes_same", theme.language), color=theme.palette.quiet))

    def _act(self, view: ChangesView) -> None:
        language = theme.language
        self._foot.clear_widgets()
        word = say("understood" if view.acknowledge else "begin", language)
        self._foot.add_widget(
            Action(
                "not_now",
                say("not_now", language),
                self._verbs.put_by,
                tall=104,
                size_hint_x=None,
                width=theme.px(280),
            )
        )
        self._foot.add_widget(
            Action(
                "understood",
                word,
                lambda: self._verbs.understood(view.release),
                primary=True,
                size=TITLE,
                tall=104,
            )
        )


def _row(change: ChangeView) -> Panel:
    """A changed step: its number, its title, and what changed."""
    row = Panel(pad=16, gap=18, size_hint_y=None)
    number = AnchorLayout(size_hint_x=None, width=theme.px(WIDE))
    if change.number is None:
        number.add_widget(Icon("warn", color=theme.palette.amber, side=44))
    else:
        number.add_widget(
            Txt(text=str(change.number), size=TITLE, bold=True, color=theme.palette.primary, halign="center")
        )
    words = Rows(gap=4)
    words.pos_hint = {"center_y": 0.5}
    words.add_widget(Txt(text=change.title, size=SMALL + 2, color=theme.palette.quiet))
    words.add_widget(Txt(text=change.what, size=BODY, bold=True))
    row.add_widget(number)
    row.add_widget(words)
    words.bind(height=lambda _words, high: setattr(row, "height", high + theme.px(32)))
    row.height = words.height + theme.px(32)
    return row
