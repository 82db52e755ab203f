"""A station's assignment as the server writes it: which documents it must hold, and who may sign in."""

from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from content.errors import PackageError
from content.values import Digest, DocumentId, PersonId

FORMAT = 1  # of an assignment's payload; a newer one is refused


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # a newer server may say more


class Station(_Value):
    """Where this kiosk stands."""

    id: str
    name: str
    line: str = ""
    area: str = ""


class Named(_Value):
    """A release that the station must hold."""

    digest: Annotated[Digest, Field(pattern=r"^[0-9a-f]{64}$")]
    document: DocumentId
    revision: int
    title: str


class Person(_Value):
    """Somebody who may sign in; `badge` is the SHA-256 of the badge's code, `pin` an argon2id verifier."""

    id: PersonId
    name: str
    badge: str | None = None
    pin: str | None = None
    role: str = "operator"


class Change(_Value):
    """A changed step in a few words; without a step it is to be known before the first."""

    step: str = ""
    title: str
    what: str


class Terms(_Value):
    """How a release takes effect: what it changed since `from_revision`, and whether operators must acknowledge it.

    `point` says when: "next-run"; "next-unit": a unit that was begun under the release `before` is finished under it;
    or "at-once": a run on an earlier release stops at the next safe step.
    """

    changes: tuple[Change, ...] = ()
    acknowledge: bool = False
    from_revision: int | None = None
    point: str = "next-run"
    before: Digest | None = None  # the release before, where units may still be finished on it


class Assignment(_Value):
    """What a station must hold; `counter` only grows; nobody may go on with a `withdrawn` release.

    It holds from `issued_at` until `expires_at`; a server of before 0.2 said neither.
    """

    format: int
    station: Station
    counter: int
    issued_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    releases: tuple[Named, ...] = ()
    people: tuple[Person, ...] = ()
    broker: str | None = None
    withdrawn: tuple[Digest, ...] = ()
    terms: Mapping[Digest, Terms] = Field(default_factory=dict[Digest, Terms])

    def without(self, recalled: Collection[Digest]) -> "Assignment":
        """The same, once these of its releases were withdrawn."""
        return self.model_copy(
            update={
                "releases": tuple(each for each in self.releases if each.digest not in recalled),
                "withdrawn": tuple(sorted({*self.withdrawn, *recalled})),
            }
        )

    @classmethod
    def read(cls, payload: bytes) -> "Assignment":
        """An assignment from its canonical bytes; raises PackageError when they are not one."""
        try:
            assignment = cls.model_validate_json(payload)
        except ValidationError as problem:
            first = problem.errors()[0]
            place = ".".join(str(key) for key in first["loc"])
            raise PackageError(f"the assignment cannot be read: {place}: {first['msg']}") from None
        if assignment.format > FORMAT:
            raise PackageError(
                f"the assignment has format {assignment.format}; this kiosk reads up to {FORMAT}: update it"
            )
        return assignment
