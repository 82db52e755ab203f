"""Whom the author of a commit is here: what somebody wrote in git they do not sign, whoever's token sent it."""

import re
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from server.store.tables import people

BETWEEN = re.compile(r"[,;\n]")  # authors


def people_of(tx: Connection, sources: Iterable[Mapping[str, str]]) -> list[frozenset[str]]:
    """For each source, whose `author` is `Name <mail>, …`, the people whose name, login or mail that is."""
    named = [_called(str(source.get("author", ""))) for source in sources]
    if not any(named):
        return [frozenset() for _ in named]
    p = people.c
    known = [
        (row.id, {row.id.casefold(), row.name.casefold(), (row.login or row.id).casefold()})
        for row in tx.execute(select(p.id, p.name, p.login))
    ]
    return [frozenset(person for person, names in known if names & called) for called in named]


def _called(author: str) -> frozenset[str]:
    """Every name that an author goes by: the name, the mail's address, and what stands before its @."""
    found: set[str] = set()
    for one in BETWEEN.split(author):
        name, _, rest = one.partition("<")
        mail = rest.partition(">")[0].strip().casefold()
        found |= {name.strip().casefold(), mail, mail.partition("@")[0]}
    return frozenset(found - {""})
