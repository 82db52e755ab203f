"""The looks, in one file: colours and sizes. Sizes are those at 1280 x 800 times a scale."""

from dataclasses import dataclass

from kivy.utils import get_color_from_hex

Color = tuple[float, float, float, float]


def _hex(text: str) -> Color:
    red, green, blue, alpha = get_color_from_hex(text)
    return (red, green, blue, alpha)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours; texts keep a contrast of 7:1 on what they stand on (WCAG 2.2, 1.4.6)."""

    back: Color
    panel: Color
    raised: Color
    line: Color
    text: Color
    quiet: Color
    primary: Color
    on_primary: Color
    good: Color
    bad: Color
    amber: Color
    on_mark: Color
    stage: Color


DARK = Palette(
    back=_hex("#0E1318"),
    panel=_hex("#182028"),
    raised=_hex("#26313C"),
    line=_hex("#3A4754"),
    text=_hex("#F3F6F8"),
    quiet=_hex("#B4BFC9"),
    primary=_hex("#7CC4FF"),
    on_primary=_hex("#06131F"),
    good=_hex("#62E08E"),
    bad=_hex("#FF9C92"),
    amber=_hex("#FFCB57"),
    on_mark=_hex("#0A1014"),
    stage=_hex("#E9ECEF"),
)
LIGHT = Palette(
    back=_hex("#EEF1F4"),
    panel=_hex("#FFFFFF"),
    raised=_hex("#DDE3E9"),
    line=_hex("#B9C3CC"),
    text=_hex("#0F161C"),
    quiet=_hex("#39444E"),
    primary=_hex("#0B4A8F"),
    on_primary=_hex("#FFFFFF"),
    good=_hex("#0A5C2C"),
    bad=_hex("#97141A"),
    amber=_hex("#6B4200"),
    on_mark=_hex("#FFFFFF"),
    stage=_hex("#FFFFFF"),
)
ACCENT = _hex("#FF7A1A")  # annotations: seen on metal, plastic and paper
SAFETY = {  # ISO 3864-4 / ANSI Z535: ground and text of the signal word panel
    "danger": (_hex("#C8102E"), _hex("#FFFFFF")),
    "warning": (_hex("#FF8200"), _hex("#000000")),
    "caution": (_hex("#FFD100"), _hex("#000000")),
    "notice": (_hex("#00467F"), _hex("#FFFFFF")),
}


class Theme:
    """Palette and scale in force; set once before the first widget is made."""

    def __init__(self) -> None:
        self.palette = DARK
        self.scale = 1.0
        self.language = "en"

    def use(self, name: str, scale: float, language: str) -> None:
        """Choose `dark` or `light`, the scale, and the kiosk's own language."""
        self.palette = LIGHT if name == "light" else DARK
        self.scale = scale
        self.language = language

    def px(self, size: float) -> float:
        """A size at 1280 x 800 in pixels of this screen."""
        return round(size * self.scale)


theme = Theme()
GAP = 16  # between things that belong together
TOUCH = 80  # 20 mm on a 15.6-inch screen of 1280 pixels
BODY = 28
TITLE = 40
SMALL = 22
HUGE = 64
