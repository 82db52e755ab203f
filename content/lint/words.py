"""The words that the rules about plain language know. Our own lists; a site adds its own in `lint.yaml`."""

import re

VAGUE = {
    "en": (
        "properly|appropriately|adequately|sufficiently|correctly|suitable|appropriate|adequate|sufficient|as needed|"
        "as required|if necessary|if required|as appropriate|when needed|and so on|etc.|approximately|roughly|somewhat|"
        "good enough|a bit|more or less|normally|usually|reasonable|reasonably|firmly enough"
    ),
    "de": (
        "ordnungsgemäß|sachgemäß|fachgerecht|ausreichend|angemessen|geeignet|bei Bedarf|falls nötig|wenn nötig|"
        "gegebenenfalls|ggf.|usw.|etc.|ungefähr|ca.|einigermaßen|in der Regel"
    ),
}
# how a sentence begins that tells nobody to do something
TELLING = frozenset(
    (
        "the a an this that these those it there you we they he she operator operators one each every all "
        "both"
    ).split()
)
FREE = frozenset(("bring string swing ring sling").split())
# a verb that tells to do something, at the beginning of a sentence
DOING = frozenset(
    (
        "add adjust align apply attach bend blow bolt bring check choose clamp clean clear close connect "
        "cover cut detach dip disconnect drain drill drive drop empty enter fasten feed fill fit fix fold "
        "glue grease grip guide hang heat hold insert inspect install join keep label lay let lift load lock "
        "loosen lower lubricate make mark measure mix mount move note oil open pack paint peel photograph "
        "pick place plug position pour press prime pull push put raise read release remove renew repeat "
        "replace reset rinse rotate run sand scan screw seal seat secure select set shake shut slide slip "
        "solder spray squeeze stamp start stick stop store strip support switch take tap test thread tie "
        "tighten tilt torque touch trim turn type undo unlock unpack unscrew use wait wash weigh weld wind "
        "wipe wrap write"
    ).split()
)
PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s+(?:(?!red\b)\w+ed|held|made|done|taken|given|driven|kept|put|set|cut|shown|found)\b(?!\s+to\b)",
    re.IGNORECASE,
)
WARNING = re.compile(
    r"\b(?:danger|warning|caution|attention|beware|careful|gefahr|warnung|vorsicht|achtung)\b\s*[:!]",
    re.IGNORECASE,
)
COLOR = re.compile(
    r"\bthe\s+(?:red|green|blue|yellow|orange|white|black)\s+(?:one|ones|side|end|part)\b", re.IGNORECASE
)
UNWRITTEN = re.compile(r"\b(?:TODO|TBD|FIXME|XXX+|lorem ipsum)\b|\?\?\?", re.IGNORECASE)
BEGUN = frozenset(
    ("what to do.", "first step", "new step", "untitled", "why.", "what for.")
)  # what the editor begins with
ABBREVIATION = re.compile(r"\b[A-Z]{2,5}s?\b")
KNOWN_ABBREVIATIONS = frozenset(
    ("TODO TBD FIXME XXX OK PDF USB LED ISO DIN EN SAE ANSI IEC QR PIN ID SN").split()
)
# words that are no part of a name of two words
SMALL = frozenset(
    (
        "a an the this that these those each every all any both some no not one two three four of to in on at by for "
        "from with without into onto over under up down off out as is are was be been and or but if so than then it "
        "its there here you your he she they may can must will do does only also again too until when while before "
        "after which who what how der die das den dem des ein eine einen einem einer und oder mit in im auf an am zu "
        "zum zur von vom bei nach aus für bis ist sind wird werden nicht kein keine sich es er sie"
    ).split()
)
# words that a name follows
BEFORE_A_NAME = frozenset(
    "a an the this that each every both new old of with der die das den dem des ein eine".split()
)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\s])|\n\s*\n|\n\s*(?=[-*]|\d+\.)")
WORD = re.compile(r"[^\W\d_][\w'’-]*")
QUANTITY = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)?)\s?(N·m|Nm|N\.m|mm|µm|bar|mbar|kPa|MPa|°C|g|kg|V|mV|A|rpm|l/min|°)(?![\w/])"
)


def _one_of(*names: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Names of one thing, each with what finds it, alone or in the plural."""
    return tuple(
        (name, re.compile(rf"(?<![\w-]){re.escape(name)}(?:s|es|n|e)?(?![\w-])", re.IGNORECASE))
        for name in names
    )


SAME = {  # names of one thing, by language
    "en": (
        _one_of("hex key", "hexagon key", "Allen key", "hex wrench", "Allen wrench"),
        _one_of("circlip", "snap ring", "retaining ring"),
        _one_of("grub screw", "set screw", "setscrew"),
        _one_of("split pin", "cotter pin"),
        _one_of("cable tie", "zip tie", "tie wrap"),
        _one_of("open-end spanner", "open-end wrench"),
        _one_of("ring spanner", "box wrench", "ring wrench"),
        _one_of("torque wrench", "torque spanner"),
        _one_of("crosshead screwdriver", "cross-head screwdriver", "Phillips screwdriver"),
        _one_of("slotted screwdriver", "flat screwdriver", "flat-head screwdriver", "flathead screwdriver"),
        _one_of("calliper", "caliper"),
        _one_of("adhesive tape", "sticky tape"),
    ),
    "de": (
        _one_of("Innensechskantschlüssel", "Inbusschlüssel"),
        _one_of("Sicherungsring", "Seegerring"),
        _one_of("Gewindestift", "Madenschraube"),
        _one_of("Schraubendreher", "Schraubenzieher"),
        _one_of("Messschieber", "Schieblehre"),
        _one_of("Drehmomentschlüssel", "Momentenschlüssel"),
        _one_of("Etikett", "Aufkleber"),
    ),
}


def vague(language: str, more: tuple[str, ...]) -> re.Pattern[str] | None:
    """What finds a vague word of that language; None where we know none."""
    known = VAGUE.get(language.partition("-")[0], "").split("|")
    found = sorted({*filter(None, known), *more}, key=len, reverse=True)
    choices = "|".join(re.escape(word) for word in found)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE) if found else None


def plain(text: str) -> str:
    """A text without Markdown's marks."""
    return re.sub(r"[*_`]+", "", text)


def sentences(text: str) -> list[str]:
    """The sentences and list lines of a text, without Markdown's marks."""
    return [piece.strip(" -*\n") for piece in SENTENCE.split(plain(text)) if piece.strip(" -*\n")]


def words(text: str) -> list[str]:
    """The words of a text."""
    return WORD.findall(text)
