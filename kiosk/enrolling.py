"""Becoming a kiosk of the plant: ask, show the code, wait for an administrator, keep the credential."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from securesystemslib.signer import CryptoSigner  # pyright: ignore[reportPrivateImportUsage]

from content import package, trust
from content.errors import PackageError
from kiosk.events import Enrolled, EnrolmentOffered
from kiosk.link import Asked, Link, NotOurServer, Refused, Revoked
from kiosk.store.meta import Identity
from kiosk.store.store import Store

ASKED = "enrolment"  # the name under which an enrolment that waits is kept


class Enrolling:
    """Used on the sync's thread until the kiosk is enrolled."""

    def __init__(
        self,
        store: Store,
        link: Link,
        *,
        name: str,
        version: str,
        tell: Callable[[Enrolled | EnrolmentOffered], None],
    ) -> None:
        self._store = store
        self._link = link
        self._name = name
        self._version = version
        self._tell = tell
        self._asked = self._kept()
        self._shown = False

    def go_on(self) -> bool:
        """One step towards it; whether the kiosk is enrolled now. Raises LinkError and StoreError."""
        if self._asked is None:
            self._ask("")
            return False
        if not self._shown:
            self._show(self._asked, "")
        try:
            answer = self._link.enrolment(self._asked.id, self._asked.secret)
        except (Revoked, Refused):
            answer = {"state": "expired"}
        match answer.get("state"):
            case "waiting":
                return False
            case "confirmed" if answer.get("token"):
                self._become(answer)
                return True
            case "refused":
                self._ask("The last request was refused by an administrator. This is a new one.")
            case _:
                self._ask("The last code has expired. This is a new one.")
        return False

    def _ask(self, message: str) -> None:
        signer = CryptoSigner.generate_ed25519()
        asked = self._link.ask_enrolment(self._name, package.public_key(signer), self._version)
        self._store.meta.put(
            **{ASKED: json.dumps(asdict(asked)), "private_key": signer.private_bytes.decode()}
        )
        self._asked = asked
        self._show(asked, message)

    def _show(self, asked: Asked, message: str) -> None:
        self._shown = True
        self._tell(EnrolmentOffered(code=asked.code, url=asked.url, message=message))

    def _become(self, answer: dict[str, Any]) -> None:
        try:
            vouched = _vouched(answer)
            identity = Identity(
                kiosk=str(answer["kiosk"]),
                token=str(answer["token"]),
                server_key=answer["server_key"],
                station={key: str(value) for key, value in answer["station"].items() if value is not None},
                broker=answer.get("broker"),
            )
        except (KeyError, TypeError, AttributeError, PackageError) as problem:
            raise NotOurServer(f"the confirmation cannot be read: {problem}") from None
        if vouched:
            self._store.meta.put(trust=vouched)
        self._store.meta.enrol(identity)
        self._link.token = identity.token
        self._tell(Enrolled())

    def _kept(self) -> Asked | None:
        kept = self._store.meta.get(ASKED)
        return None if kept is None else Asked(**json.loads(kept))


def _vouched(answer: dict[str, Any]) -> str:
    """The root's newest statement about the server's key; empty from a server of before there was a root."""
    key = package.read_key(answer["server_key"])
    statements = [str(each) for each in answer.get("trust") or ()]
    if not statements:
        return ""
    if key not in trust.anchor(statements[-1].encode()).signing:
        raise PackageError("the server's key is none that its root vouches for")
    return statements[-1]
