"""What a person can touch within a check's row: the answers of a choice, the lines of a checklist, "not applicable"."""

from collections.abc import Callable

from kiosk.screens.icons import Icon
from kiosk.screens.theme import SMALL, TOUCH, theme
from kiosk.screens.widgets import Rows, Tap, Txt
from kiosk.view import CheckView, OptionView

SKIP = "not-applicable"
BY_HAND = "by-hand"


class OptionRow(Tap):
    """One answer: a symbol and its words."""

    def __init__(self, act: Callable[[str], None]) -> None:
        self._option = OptionView(id="", text="")
        super().__init__(
            "",
            lambda: act(self._option.id),
            ground=theme.palette.line,
            size_hint_y=None,
            height=theme.px(TOUCH),
            pad=12,
            gap=12,
            radius=10,
        )
        self._icon = Icon("", side=30)
        self._text = Txt(text="", size=SMALL + 2, bold=True, fixed=True)
        self.add_widget(self._icon)
        self.add_widget(self._text)

    def show(self, name: str, option: OptionView, symbol: str) -> None:
        """Another answer, or the same in another state."""
        self._option = option
        self.rename(name)
        palette = theme.palette
        self._icon.become(symbol, palette.good if option.chosen else palette.text)
        self._text.say(option.text)


class Answers(Rows):
    """The rows below a check; they are made once and serve every check."""

    def __init__(self, answer: Callable[[str], None]) -> None:
        super().__init__(gap=8)
        self._answer = answer
        self._spare: list[OptionRow] = []

    def show(self, check: CheckView, skip: str, by_hand: str) -> None:
        """Bring the rows up to date; `skip` is what "not applicable" is called, `by_hand` the way without a device."""
        rows = [
            (f"answer:{check.id}:{option.id}", option, _symbol(check, option)) for option in check.options
        ]
        if check.skippable:
            rows.append((f"skip:{check.id}", OptionView(id=SKIP, text=skip), "skip"))
        if check.by_hand:
            rows.append((f"by-hand:{check.id}", OptionView(id=BY_HAND, text=by_hand), "number"))
        while len(self._spare) < len(rows):
            self._spare.append(OptionRow(self._answer))
        if len(self.children) != len(rows):
            self.clear_widgets()
            for row in self._spare[: len(rows)]:
                self.add_widget(row)
        for row, (name, option, symbol) in zip(self._spare, rows, strict=False):
            row.show(name, option, symbol)


def _symbol(check: CheckView, option: OptionView) -> str:
    if option.chosen:
        return "tick" if check.kind == "checklist" else "now"
    return "square" if check.kind == "checklist" else "ring"
