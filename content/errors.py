"""What can be wrong with a document, a record or a package, as one tree.

ContentError
├── DocumentError      a folder that is not a valid document; carries its findings
├── WireError          a message that cannot be read
│   └── UnknownMessage its type is not one of ours
├── ChainError         records that do not follow from one another
├── AnnotationError    a web annotation that none of our shapes can hold
└── PackageError       a release that is changed, foreign or incomplete
"""

from dataclasses import dataclass


class ContentError(Exception):
    """Something in the language of documents and records is not right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong in a document: where it stands and how to mend it."""

    file: str
    line: int | None
    where: str
    message: str
    mend: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        subject = f"{self.where}: " if self.where else ""
        return f"{place}: {subject}{self.message}" + (f" - {self.mend}" if self.mend else "")


class DocumentError(ContentError):
    """A folder that is not a valid document; `findings` says everything that was found, not only the first."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


class WireError(ContentError):
    """A message that cannot be read."""


class UnknownMessage(WireError):
    """A message whose type is not one of ours."""


class ChainError(ContentError):
    """A record that does not follow from the one before it."""


class AnnotationError(ContentError):
    """A web annotation that none of our shapes can hold; the text says which and how to mend it."""


class PackageError(ContentError):
    """A release that is changed, foreign or incomplete."""
