"""What reaches the conductor besides readings: news of the sync, the PIN's verdict, the alarm."""

from dataclasses import dataclass
from datetime import timedelta

from content.values import PersonId
from content.vision.verdict import Verdict
from hardware.readings import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRang:
    """Something is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinJudged:
    """The PIN that was entered for a person is right, or not."""

    person: PersonId
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentOffered:
    """The server waits for an administrator to confirm this code."""

    code: str
    url: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """The kiosk has a station now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentChanged:
    """The store has switched to another assignment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChanged:
    """How the kiosk stands with its server.

    `trouble` tells a person what is wrong and what to do, `told` what has been done for them.
    """

    online: bool
    undelivered: int
    trouble: str = ""
    told: str = ""
    clock_ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureJudged:
    """The eye answers wish `number`: a verdict and the picture (JPEG) it is about, or none, with the trouble."""

    number: int
    verdict: Verdict | None = None
    picture: bytes | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTaken:
    """The eye took a picture (JPEG) to teach a camera from, or there was none to take."""

    device: str
    good: bool
    picture: bytes | None


Event = (
    PictureJudged
    | PictureTaken
    | Reading
    | AlarmRang
    | PinJudged
    | EnrolmentOffered
    | Enrolled
    | AssignmentChanged
    | LineChanged
)
