"""Media on the server: the store, and what becomes of a file that somebody uploads."""

from server.media.store import FULL, MediaStore

__all__ = ["FULL", "MediaStore"]
