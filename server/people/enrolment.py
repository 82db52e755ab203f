"""Kiosks: asking to be enrolled, being confirmed by a person, their credential, and its end."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from content import chain, package
from server.audit import note
from server.errors import Conflict, Invalid, NotThere, Revoked, SignInNeeded, TooOften
from server.house import House
from server.people.tokens import hashed, new_code, new_token
from server.store import tables
from server.store.engine import reading, writing

VALID = timedelta(minutes=15)
MOST_WAITING = 50  # requests at a time; a plant enrols a handful of kiosks on one day


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request to be enrolled: what the kiosk shows (`code`) and what it keeps to itself (`secret`)."""

    id: str
    code: str
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """A kiosk whose credential holds."""

    id: str
    station: str


def ask(house: House, name: str, public_key: dict[str, Any]) -> Asked:
    """Take a kiosk's request; raises TooOften when too many wait, PackageError or Invalid for a bad key."""
    key = package.read_key(public_key)
    if key.keytype != "ed25519" or not re.fullmatch("[0-9a-f]{64}", str(key.keyval.get("public"))):
        raise Invalid("the key is not an Ed25519 public key", "update the kiosk")
    asked = Asked(
        id=secrets.token_hex(8), code=new_code(), secret=new_token(), expires_at=house.now() + VALID
    )
    enrolments = tables.enrolments
    with writing(house.engine) as tx:
        tx.execute(
            delete(enrolments).where(enrolments.c.expires_at < house.now(), enrolments.c.state == "waiting")
        )
        waiting = tx.execute(select(func.count()).where(enrolments.c.state == "waiting")).scalar()
        if waiting is not None and waiting >= MOST_WAITING:
            raise TooOften(
                "too many kiosks ask to be enrolled", "confirm or wait; a request ends after 15 minutes"
            )
        tx.execute(
            insert(enrolments).values(
                id=asked.id,
                code=asked.code,
                secret_hash=hashed(asked.secret),
                name=name,
                public_key=json.dumps(public_key),
                state="waiting",
                created_at=house.now(),
                expires_at=asked.expires_at,
            )
        )
    house.live.say("stations")
    return asked


def waiting(house: House) -> Sequence[Row[*tuple[Any, ...]]]:
    """The requests that wait for a person: id, code, name, state, created_at, expires_at."""
    e = tables.enrolments.c
    with reading(house.engine) as tx:
        return tx.execute(
            select(e.id, e.code, e.name, e.state, e.created_at, e.expires_at)
            .where(e.state == "waiting", e.expires_at > house.now())
            .order_by(e.created_at)
        ).all()


def confirm(house: House, code: str, station: str, by: str) -> str:
    """Let the kiosk that shows `code` in, at `station`; its identifier. Raises NotThere, Conflict."""
    e = tables.enrolments.c
    kiosk, token, now = f"k-{secrets.token_hex(4)}", new_token(), house.now()
    with writing(house.engine) as tx:
        row = tx.execute(select(tables.enrolments).where(e.code == code.strip().upper())).one_or_none()
        if row is None or row.expires_at <= now:
            raise NotThere(
                f"no kiosk shows the code {code}", "look at the kiosk's screen; a code ends after 15 minutes"
            )
        if row.state != "waiting":
            raise Conflict(f"the code {code} was {row.state} already")
        if tx.execute(select(tables.stations.c.id).where(tables.stations.c.id == station)).scalar() is None:
            raise NotThere(f"there is no station {station}", "create it first")
        tx.execute(
            insert(tables.kiosks).values(
                id=kiosk,
                station=station,
                name=row.name,
                token_hash=hashed(token),
                public_key=row.public_key,
                enrolled_at=now,
                enrolled_by=by,
                held_seq=0,
                head_hash=chain.FIRST,
                status="{}",
            )
        )
        changed = {"state": "confirmed", "kiosk": kiosk, "token": token}
        tx.execute(update(tables.enrolments).where(e.id == row.id).values(changed))
        note(tx, now, by, "enrolled kiosk", kiosk, f"{row.name} at {station}")
    house.live.say("stations")
    return kiosk


def refuse(house: House, code: str, by: str) -> None:
    """Turn a request down."""
    e = tables.enrolments.c
    with writing(house.engine) as tx:
        done = tx.execute(
            update(tables.enrolments).where(e.code == code, e.state == "waiting").values(state="refused")
        )
        if done.rowcount == 0:
            raise NotThere(f"no kiosk shows the code {code}")
        note(tx, house.now(), by, "refused kiosk", code)
    house.live.say("stations")


def poll(house: House, enrolment: str, secret: str, broker: str) -> dict[str, Any]:
    """What became of a request, for the kiosk that asked: its credential and `broker` once confirmed."""
    e = tables.enrolments.c
    with reading(house.engine) as tx:
        row = tx.execute(select(tables.enrolments).where(e.id == enrolment)).one_or_none()
        if row is None or not secrets.compare_digest(row.secret_hash, hashed(secret)):
            raise SignInNeeded("no such request, or not yours", "ask to be enrolled again")
        if row.state == "waiting" and row.expires_at <= house.now():
            return {"state": "expired"}
        if row.state != "confirmed" or row.token is None:
            return {"state": row.state}
        k, s = tables.kiosks.c, tables.stations.c
        station = tx.execute(
            select(tables.stations).join(tables.kiosks, k.station == s.id).where(k.id == row.kiosk)
        ).one()
    return {
        "state": "confirmed",
        "kiosk": row.kiosk,
        "token": row.token,
        "station": {"id": station.id, "name": station.name, "line": station.line, "area": station.area},
        "server_key": package.public_key(house.signer),
        "trust": [statement.decode() for statement in house.keys.statements()[-1:]],
        "broker": broker,
    }


def kiosk_of(house: House, token: str) -> Kiosk:
    """Whose credential it is; raises SignInNeeded or Revoked. Its first use ends the hand-over."""
    k, e = tables.kiosks.c, tables.enrolments.c
    with reading(house.engine) as tx:
        row = tx.execute(
            select(k.id, k.station, k.revoked_at).where(k.token_hash == hashed(token))
        ).one_or_none()
        handing = (
            row is not None
            and tx.execute(select(e.id).where(e.kiosk == row.id, e.token.is_not(None))).scalar()
        )
    if row is None:
        raise SignInNeeded("this credential is not known", "enrol the kiosk")
    if row.revoked_at is not None:
        raise Revoked("this kiosk's credential was revoked", "ask an administrator; its records are kept")
    if handing:
        with writing(house.engine) as tx:
            tx.execute(update(tables.enrolments).where(e.id == handing).values(token=None))
    return Kiosk(id=row.id, station=row.station)


def revoke(house: House, kiosk: str, by: str) -> None:
    """Take a kiosk's credential back; raises NotThere."""
    with writing(house.engine) as tx:
        done = tx.execute(
            update(tables.kiosks)
            .where(tables.kiosks.c.id == kiosk, tables.kiosks.c.revoked_at.is_(None))
            .values(revoked_at=house.now())
        )
        if done.rowcount == 0:
            raise NotThere(f"there is no kiosk {kiosk} to revoke")
        note(tx, house.now(), by, "revoked kiosk", kiosk)
    house.live.say("stations")


def rename(house: House, kiosk: str, name: str, by: str) -> None:
    """Give a kiosk another name; raises NotThere."""
    with writing(house.engine) as tx:
        done = tx.execute(update(tables.kiosks).where(tables.kiosks.c.id == kiosk).values(name=name))
        if done.rowcount == 0:
            raise NotThere(f"there is no kiosk {kiosk}")
        note(tx, house.now(), by, "renamed kiosk", kiosk, name)
    house.live.say("stations")


def reported(tx: Connection, kiosk: Kiosk, status: dict[str, Any], now: datetime) -> None:
    """Keep a kiosk's latest report of itself."""
    tx.execute(
        update(tables.kiosks)
        .where(tables.kiosks.c.id == kiosk.id)
        .values(last_contact=now, status=json.dumps(status))
    )
