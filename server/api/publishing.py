"""Publishing over the API: submit, sign, release, withdraw, restore, place; policies and tokens."""

import json
import tempfile
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi import Path as FromPath
from pydantic import AwareDatetime, BaseModel, Field

from content.errors import Finding
from server.api.access import (
    Bearer,
    ByAdministrator,
    ByEngineer,
    BySupervisor,
    InHouse,
    calling_person,
    token_of,
)
from server.api.problems import RESPONSES
from server.api.proving import prove
from server.errors import NotAllowed, Refused, SignInNeeded, TooLarge
from server.library import (
    commenting,
    drafts,
    placing,
    policy,
    releasing,
    restoring,
    reviewing,
    ruling,
    settling,
    sharing,
    submissions,
)
from server.library.archives import LARGEST_ARCHIVE, unpack
from server.people import keys
from server.people.sessions import Role, Visitor
from server.store.engine import reading

router = APIRouter(responses=RESPONSES, tags=["publishing"])
DraftName = Annotated[str, FromPath(max_length=80)]
DigestName = Annotated[str, FromPath(max_length=80)]
LONGEST_SOURCE = 2_000  # characters
LONGEST_NAMED = 300  # of one value in it


class SentOut(BaseModel):
    """What became of a submission: `released` with a digest, or a draft that waits for its signatures."""

    document: str
    revision: int
    state: str
    draft: str | None = None
    digest: str | None = None


class Signing(BaseModel):
    """A signature: under which content, the verdict, what it means, and the password once more."""

    content: Annotated[str, Field(max_length=64, description="The digest that the review tells")]

    verdict: str = "approved"
    meaning: Annotated[str, Field(min_length=1, max_length=300)]
    comment: Annotated[str, Field(max_length=4_000)] = ""
    password: Annotated[str, Field(min_length=1, max_length=500)]


class ReviewOut(BaseModel):
    """How far a review is."""

    state: str
    round: int
    content: str
    missing: list[str]
    unsettled: int


class TermsIn(BaseModel):
    """How a release takes effect."""

    effective_at: AwareDatetime | None = None
    point: str = "next-run"
    acknowledge: bool = False
    first: Annotated[list[list[str]], Field(max_length=10)] = []
    good_runs: Annotated[int, Field(ge=0, le=100_000)] = 0
    most_deviations: Annotated[float, Field(ge=0, le=1_000)] = 0.0
    last_units: Annotated[int, Field(ge=0, le=100_000)] = 0
    override: Annotated[str, Field(max_length=2_000)] = ""
    content: Annotated[
        str | None, Field(max_length=64, description="Refused where it says otherwise by now")
    ] = None


class RestoreIn(BaseModel):
    """Why an earlier content comes back, and how its release takes effect."""

    reason: Annotated[str, Field(max_length=2_000)]
    terms: TermsIn = TermsIn()


class Reason(BaseModel):
    """Why."""

    reason: Annotated[str, Field(max_length=2_000)]


class CommentIn(BaseModel):
    """Something that is said about a draft."""

    text: Annotated[str, Field(max_length=4_000)]
    step: str | None = None
    anchor: dict[str, Any] = {}


class StagesIn(BaseModel):
    """The stages of a policy."""

    stages: Annotated[list[dict[str, Any]], Field(max_length=20)]


class PolicyOut(BaseModel):
    """A policy as it holds."""

    kind: str
    risk_class: str
    stages: list[dict[str, Any]]
    given: bool


class Placement(BaseModel):
    """A document, and where it belongs."""

    document: Annotated[str, Field(max_length=80)]
    scope: str
    place: Annotated[str, Field(max_length=120)] = ""


MadeName = Annotated[str, Field(max_length=120)]


class Makes(BaseModel):
    """What a station makes: part numbers or families, and options."""

    products: Annotated[list[MadeName], Field(max_length=250)] = []
    options: Annotated[list[MadeName], Field(max_length=250)] = []


class AbsenceIn(BaseModel):
    """Somebody is away; without `person` who calls."""

    person: Annotated[str, Field(max_length=80)] = ""
    deputy: Annotated[str, Field(max_length=80)]
    since: AwareDatetime
    until: AwareDatetime


class AbsenceOut(BaseModel):
    """Who is away, who signs for them, and from when until when."""

    id: int
    person: str
    deputy: str
    since: datetime
    until: datetime


class KeyIn(BaseModel):
    """A token to be made."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    scope: str = "submit"
    days: Annotated[int, Field(ge=1, le=366)] = 90


class KeyOut(BaseModel):
    """The token, which is shown only now."""

    token: str


class ReleaseOut(BaseModel):
    """A release."""

    digest: str
    document: str
    revision: int


def who_submits(house: InHouse, credentials: Bearer) -> Visitor:
    """An engineer's session, or a pipeline's token."""
    token = token_of(credentials)
    if not token.startswith(keys.PREFIX):
        visitor = calling_person(house, credentials)
    else:
        found = keys.find_key(house, token, "submit")
        if found is None:
            raise SignInNeeded("this token is not known, revoked or over", "make a new one in the portal")
        visitor = found
    if not visitor.role.may(Role.ENGINEER):
        raise NotAllowed("this needs the role engineer", "ask an administrator")
    return visitor


BySender = Annotated[Visitor, Depends(who_submits)]


@router.post("/documents", status_code=201)
def submit(
    house: InHouse,
    by: BySender,
    archive: Annotated[UploadFile, File(description="A zip archive of one document's folder")],
    comment: Annotated[str, Form(max_length=2_000)] = "",
    source: Annotated[
        str, Form(max_length=LONGEST_SOURCE, description="JSON: repository, commit, pipeline")
    ] = "",
) -> SentOut:
    """Check a document and submit it for review; where no approval is asked for, it is released at once."""
    data = archive.file.read(LARGEST_ARCHIVE + 1)
    if len(data) > LARGEST_ARCHIVE:
        raise TooLarge("the archive is too large", f"at most {LARGEST_ARCHIVE:,} bytes")
    with tempfile.TemporaryDirectory(dir=house.settings.data) as folder:
        document_folder = unpack(data, Path(folder))
        try:
            sent = submissions.send(house, document_folder, by.id, by.role, comment, _source(source))
        except Refused as problem:
            problem.findings = tuple(_within(document_folder, finding) for finding in problem.findings)
            raise
    return SentOut(**asdict(sent))


def _source(text: str) -> dict[str, str]:
    try:
        given = json.loads(text or "{}")
    except ValueError:
        given = {"note": text}
    if not isinstance(given, dict):
        given = {"note": str(given)}
    told = {str(name)[:40]: str(value) for name, value in list(given.items())[:10]}
    return {  # an author that is cut off could sign
        name: value if name == "author" else value[:LONGEST_NAMED] for name, value in told.items()
    }


def _within(folder: Path, finding: Finding) -> Finding:
    """A finding that names its file as the sender knows it."""
    file = Path(finding.file)
    return replace(finding, file=str(file.relative_to(folder)) if file.is_relative_to(folder) else file.name)


# --- review ---------------------------------------------------------------------


@router.get("/drafts/{draft}/review")
def review(house: InHouse, _by: BySupervisor, draft: DraftName) -> ReviewOut:
    """How far the review of a draft is."""
    with reading(house.engine) as tx:
        return _review(reviewing.look(tx, drafts.read(tx, draft)))


@router.post("/drafts/{draft}/signatures", status_code=201)
def sign(house: InHouse, by: BySupervisor, request: Request, draft: DraftName, given: Signing) -> ReviewOut:
    """Sign a draft: approve it, or send it back."""
    prove(house, by, given.password, request)
    signed = reviewing.sign(
        house, draft, by.id, by.role, given.verdict, given.meaning, given.comment, seen=given.content
    )
    return _review(signed)


@router.post("/drafts/{draft}/comments", status_code=201)
def comment(house: InHouse, by: BySupervisor, draft: DraftName, given: CommentIn) -> dict[str, int]:
    """Say something about a draft, a step, a picture's region or words."""
    return {"id": commenting.comment(house, draft, given.text, by.id, given.step, given.anchor)}


@router.post("/comments/{number}/settled", status_code=204)
def settle(house: InHouse, by: BySupervisor, number: int, answer: Reason) -> None:
    """Settle a comment; the reason is the answer to it."""
    commenting.settle(house, number, answer.reason, by.id)


@router.post("/drafts/{draft}/release", status_code=201)
def release(house: InHouse, by: ByEngineer, draft: DraftName, given: TermsIn) -> ReleaseOut:
    """Release an approved draft; of a shared block, its next revision, to which terms do not apply."""
    with reading(house.engine) as tx:
        is_block = drafts.read(tx, draft).kind == "block"
    if is_block:
        block = sharing.release(house, draft, by.id, seen=given.content)
        return ReleaseOut(digest=block.digest, document=block.id, revision=block.revision)
    made = releasing.release(house, draft, by.id, by.role, _terms(given), given.override, seen=given.content)
    return ReleaseOut(digest=made.digest, document=made.document.id, revision=made.document.revision)


def _terms(given: TermsIn) -> releasing.Terms:
    values = given.model_dump(exclude={"override", "first", "content"})
    return releasing.Terms(**values, first=tuple(tuple(stage) for stage in given.first))


def _review(found: reviewing.Review) -> ReviewOut:
    missing = [each.stage.name for each in found.stages if each.missing]
    return ReviewOut(
        state=found.state,
        round=found.round,
        content=found.content,
        missing=missing,
        unsettled=found.unsettled,
    )


# --- releases -------------------------------------------------------------------


@router.post("/releases/{digest}/withdraw", status_code=204)
def withdraw(house: InHouse, by: ByEngineer, digest: DigestName, given: Reason) -> None:
    """Take a release off the floor."""
    releasing.withdraw(house, digest, given.reason, by.id)


@router.post("/releases/{digest}/restore", status_code=201)
def restore(house: InHouse, by: ByEngineer, digest: DigestName, given: RestoreIn) -> ReleaseOut:
    """Release an earlier content anew, under the next number; what keeps a draft from its release keeps it too."""
    terms = _terms(given.terms)
    made = restoring.restore(house, digest, by.id, by.role, given.reason, terms, given.terms.override)
    return ReleaseOut(digest=made.digest, document=made.document.id, revision=made.document.revision)


@router.post("/releases/{digest}/advance", status_code=204)
def advance(house: InHouse, by: ByEngineer, digest: DigestName, given: Reason | None = None) -> None:
    """The next stage of a staged release; one that was stopped goes on only with a reason."""
    settling.advance(house, digest, by.id, given.reason if given else "")


@router.post("/releases/{digest}/stop", status_code=204)
def stop(house: InHouse, by: ByEngineer, digest: DigestName, given: Reason) -> None:
    """Let a staged release go no further."""
    settling.stop(house, digest, by.id, given.reason or "stopped by hand")


@router.post("/placements", status_code=204)
def place(house: InHouse, by: ByEngineer, given: Placement) -> None:
    """Have every station of a site, area or line, one station, or wherever a product or option is made, get it."""
    placing.place(house, given.document, given.scope, given.place, by.id)


@router.put("/stations/{station}/makes", status_code=204)
def make(
    house: InHouse, by: ByEngineer, station: Annotated[str, FromPath(max_length=80)], given: Makes
) -> None:
    """Say what a station makes; documents that are placed for a product or an option follow."""
    placing.make(house, station, given.products, given.options, by.id)


@router.get("/stations/{station}/outlook")
def outlook(
    house: InHouse, _by: BySupervisor, station: Annotated[str, FromPath(max_length=80)]
) -> list[dict[str, Any]]:
    """What a station gets of each document, and why."""
    with reading(house.engine) as tx:
        return [asdict(each) for each in settling.outlook(tx, station, house.now())]


# --- set-up ---------------------------------------------------------------------


@router.get("/policies")
def policies(house: InHouse, _by: BySupervisor) -> list[PolicyOut]:
    """Who has to approve what."""
    with reading(house.engine) as tx:
        found = policy.policies(tx)
    return [
        PolicyOut(
            kind=each.kind,
            risk_class=each.risk_class,
            stages=[stage.model_dump(mode="json") for stage in each.stages],
            given=each.given,
        )
        for each in found
    ]


@router.put("/policies/{kind}/{risk_class}", status_code=204)
def decide(house: InHouse, by: ByAdministrator, kind: str, risk_class: str, given: StagesIn) -> None:
    """Say who has to approve documents of a kind and risk class; no stages: nobody."""
    ruling.decide(house, kind, risk_class, given.stages, by.id)


@router.get("/absences")
def absences(house: InHouse, _by: BySupervisor) -> list[AbsenceOut]:
    """Who is away or will be, and who signs for them."""
    with reading(house.engine) as tx:
        found = policy.absences(tx, house.now())
    return [AbsenceOut.model_validate(each, from_attributes=True) for each in found]


@router.post("/absences", status_code=204)
def leave(house: InHouse, by: BySupervisor, given: AbsenceIn) -> None:
    """Say that one is away, or as an administrator that somebody is, and who signs for them."""
    person = given.person or by.id
    if person != by.id and by.role is not Role.ADMINISTRATOR:
        raise NotAllowed("only an administrator notes the absence of others", "leave `person` out")
    policy.add_absence(house, person, given.deputy, given.since, given.until, by.id)


@router.post("/absences/{absence}/end", status_code=204)
def back(house: InHouse, by: BySupervisor, absence: int) -> None:
    """Be back."""
    policy.end_absence(house, absence, by.id, by.role)


@router.post("/keys", status_code=201)
def make_key(house: InHouse, by: ByEngineer, given: KeyIn) -> KeyOut:
    """A token for a pipeline, which acts for who makes it."""
    return KeyOut(token=keys.make_key(house, given.name, by.id, given.scope, given.days))
