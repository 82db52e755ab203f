"""What a password and a PIN cost whoever guesses them; other tests hash with less."""

import runpy

import pytest

from server.people import passwords


def test_what_is_kept_costs_as_much_as_it_should() -> None:
    product = runpy.run_path(
        passwords.__file__
    )  # as it is written, whatever the session's tests put in its place
    # RFC 9106, its second recommended choice
    assert product["HASHER"].hash("correct horse").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    # the least that OWASP's cheat sheet on password storage recommends
    assert product["PIN_HASHER"].hash("4711").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_somebody_who_is_not_there_is_hashed_for_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    class Hasher:
        def hash(self, password: str) -> str:
            return f"hash of {password}"

        def verify(self, _password: str, kept: str) -> bool:
            compared.append(kept)
            return True

    passwords._nobody.cache_clear()
    monkeypatch.setattr(passwords, "HASHER", Hasher())
    assert not passwords.matches("whatever it is", None)
    assert compared == ["hash of the password of nobody"]
    passwords._nobody.cache_clear()
