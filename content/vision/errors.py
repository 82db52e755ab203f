"""What can be wrong with a taught check or with a picture; each says what, where and how to mend it."""

from content.errors import ContentError


class VisionError(ContentError):
    """A taught check or a picture that cannot be used."""


class NoPicture(VisionError):
    """Bytes that are no picture, or one that nobody should open."""


class NotTaught(VisionError):
    """A file that is no taught check, or pictures that nothing can be learned from."""
