"""What the server refuses, each with words for a person and the mend.

Refused
├── NotThere        no such thing
├── Conflict        it contradicts what is held
├── Invalid         it is not what it should be; may carry findings
├── TooLarge        over a limit
├── NotAllowed      these credentials may not
├── Busy            not just now
└── NoSpace         the disk is full
"""

from content.errors import Finding


class Refused(Exception):
    """Something was asked that is not done; `mend` says what to do instead."""

    status = 400
    title = "refused"

    def __init__(self, detail: str, mend: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.mend = mend
        self.findings = findings


class NotThere(Refused):
    """No such thing."""

    status = 404
    title = "not there"


class Conflict(Refused):
    """It contradicts what is held."""

    status = 409
    title = "conflict"


class Invalid(Refused):
    """It is not what it should be."""

    status = 422
    title = "not valid"


class TooLarge(Refused):
    """It is over a limit."""

    status = 413
    title = "too large"


class NotAllowed(Refused):
    """These credentials may not."""

    status = 403
    title = "not allowed"


class SignInNeeded(Refused):
    """No credentials, or none that hold."""

    status = 401
    title = "sign-in needed"


class Revoked(SignInNeeded):
    """This kiosk's credential was taken back."""

    title = "revoked"


class TooOften(Refused):
    """Asked too often."""

    status = 429
    title = "too often"


class Busy(Refused):
    """There is no room for this just now."""

    status = 503
    title = "busy"


class NoSpace(Refused):
    """The disk is full."""

    status = 507
    title = "no space"
