"""Tokens and codes: random, shown once, kept only as hashes."""

import hashlib
import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1, which are misread


def new_token() -> str:
    """A bearer token of 256 random bits."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A code that a person reads from a screen and types: `K7PM-3QXR`, 40 bits."""
    letters = [secrets.choice(ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def hashed(token: str) -> str:
    """What is kept of a token, or of a badge's code: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()
