"""The text of a code as scanners send it: its AIM identifier, its separators, and what makes it none."""

import re

_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")  # ISO/IEC 15424: flag, symbology, modifier
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SEPARATORS = (
    "\x04\x1c\x1d\x1e\x1f"  # EOT, FS, GS, RS, US: ISO/IEC 15434 messages and GS1 element strings use them
)


def split_symbology(text: str) -> tuple[str, str | None]:
    """The text of a scan and the AIM identifier before it: `]d20104…` is (`0104…`, `]d2`)."""
    if _AIM.match(text):
        return text[3:], text[:3]
    return text, None


def unreadable(text: str) -> str | None:
    """Why `text` is no code, for a person; None when it is one."""
    for control in _CONTROLS.findall(text):
        if control not in _SEPARATORS:
            return (
                f"the code holds control character 0x{ord(control):02x}: it is binary, or the line is noisy"
            )
    if not text.strip(_SEPARATORS + " "):
        return "the scanner sent no text"
    return None
