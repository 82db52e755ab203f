"""The published JSON Schema of documents (draft 2020-12), from the models that read them."""

from typing import Any

from pydantic import TypeAdapter

from content.blocks import Block
from content.instruction import Instruction
from content.languages import TranslationFile
from content.lint.settings import LintSettings
from content.sop import Sop

KINDS: dict[str, type] = {
    "work-instruction": Instruction,
    "sop": Sop,
    "block": Block,
    "translation": TranslationFile,
    "lint": LintSettings,
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of file, one of KINDS; raises KeyError.

    It says what a schema can say; that identifiers are unique, that conditions fit and that the end is reached is
    checked by the program. A step may be a reference to a shared block.
    """
    found = TypeAdapter(KINDS[kind]).json_schema(by_alias=True, mode="validation")
    if kind == "work-instruction":
        steps = found["properties"]["steps"]
        steps["items"] = {"anyOf": [steps["items"], _REFERENCE]}
    return {
        "$schema": DIALECT,
        "title": f"Stepline {kind}",
        **{k: v for k, v in found.items() if k != "title"},
    }


_REFERENCE: dict[str, Any] = {
    "type": "object",
    "description": "The steps of a shared block stand here, with the prefix before their identifiers.",
    "properties": {"block": {"type": "string"}, "prefix": {"type": "string"}, "digest": {"type": "string"}},
    "required": ["block"],
    "additionalProperties": False,
}
