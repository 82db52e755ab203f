"""What a kiosk proves about itself: which releases it shows, signed with its own key (DSSE, Ed25519)."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from securesystemslib.signer import (
    CryptoSigner,  # pyright: ignore[reportPrivateImportUsage] - its own manual imports it so
)

from content import package, wire
from content.errors import PackageError
from content.values import Digest

REPORT_TYPE = "application/vnd.stepline.report+json"
FORMAT = 1
Named = Annotated[Digest, Field(pattern=r"^[0-9a-f]{64}$")]


class Holding(BaseModel):
    """What a kiosk shows at an instant, and how far its record had come: `seq` and `head` of its last entry."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT
    kiosk: str
    station: str
    at: AwareDatetime
    counter: int  # of the assignment in force
    heard: int = 0  # of the newest one that was believed: what that withdraws is out of use already
    issued_at: AwareDatetime | None = None  # when the one in force was issued, and until when it holds
    expires_at: AwareDatetime | None = None
    releases: Annotated[tuple[Named, ...], Field(max_length=5_000)] = ()
    open: tuple[Named, ...] = ()  # releases that runs are open on; they may be older, or withdrawn
    withdrawn: Annotated[
        tuple[Named, ...], Field(max_length=5_000)
    ] = ()  # what the assignment says is withdrawn
    numbers: Annotated[dict[str, int], Field(max_length=5_000)] = Field(
        default_factory=dict[str, int]
    )  # the revision of each document that it shows
    seq: Annotated[int, Field(ge=0)] = 0
    head: str = ""


def sealed(holding: Holding, signer: CryptoSigner) -> str:
    """The signed report, as JSON text."""
    return package.seal(
        wire.canonical(holding.model_dump(mode="json")).encode(), REPORT_TYPE, signer
    ).decode()


def read(envelope: str, public_key: dict[str, Any]) -> Holding:
    """What the kiosk with that key reports; raises PackageError when it did not sign it, or it cannot be read."""
    data = envelope.encode()
    if package.kind_of(data) != REPORT_TYPE:
        message = f"it is {package.kind_of(data)}, not a kiosk's report"
        raise PackageError(message)
    try:
        payload = package.unseal(data, REPORT_TYPE, package.read_key(public_key))
    except PackageError:
        raise PackageError("its signature is not that of the kiosk") from None
    try:
        holding = Holding.model_validate_json(payload)
    except ValidationError as problem:
        message = f"it cannot be read: {problem.errors()[0]['msg']}"
        raise PackageError(message) from None
    if holding.format > FORMAT:
        message = f"it has format {holding.format}; this program reads up to {FORMAT}: update it"
        raise PackageError(message)
    return holding


def follows(newer: Holding, older: Holding) -> bool:
    """Whether a report can come after another one of the kiosk: its record only grows, and so does the time."""
    return (newer.seq, newer.at) >= (older.seq, older.at)


def proof(kiosk: str, public_key: dict[str, Any], envelope: str, received_at: datetime) -> dict[str, Any]:
    """What somebody needs to check a report without the server."""
    return {
        "kiosk": kiosk,
        "public_key": public_key,
        "received_at": received_at.isoformat(),
        "report": envelope,
    }


def check(values: dict[str, Any]) -> Holding:
    """The report in what `proof` made; raises PackageError."""
    try:
        envelope, key, kiosk = str(values["report"]), dict(values["public_key"]), str(values["kiosk"])
    except (KeyError, TypeError, ValueError):
        raise PackageError("this is no kiosk's proof") from None
    holding = read(envelope, key)
    if holding.kiosk != kiosk:
        message = f"it is a report of {holding.kiosk}, not of {kiosk}"
        raise PackageError(message)
    return holding
