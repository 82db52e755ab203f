"""The one spelling of inputs, facts and documents as JSON: exact numbers as text, times in UTC, lasting names."""

import json
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from content import inputs, record
from content.errors import UnknownMessage, WireError
from content.inputs import Input, Started
from content.record import Fact

Cause = Input | Started

FACTS: dict[str, type[Fact]] = {  # Never change a name; only add.
    "run.started": record.RunStarted,
    "step.entered": record.StepEntered,
    "check.passed": record.CheckPassed,
    "check.failed": record.CheckFailed,
    "step.completed": record.StepCompleted,
    "step.left": record.StepLeft,
    "step.skipped": record.StepSkipped,
    "route.taken": record.RouteTaken,
    "supervisor.needed": record.SupervisorNeeded,
    "failure.ruled": record.FailureRuled,
    "manual.allowed": record.ManualEntryAllowed,
    "picture.doubted": record.PictureDoubted,
    "deviation.raised": record.DeviationRaised,
    "reading.refused": record.ReadingRefused,
    "run.held": record.RunHeld,
    "run.continued": record.RunContinued,
    "run.interrupted": record.RunInterrupted,
    "run.completed": record.RunCompleted,
    "run.aborted": record.RunAborted,
    "operator.signed-in": record.OperatorSignedIn,
    "operator.signed-out": record.OperatorSignedOut,
    "changes.seen": record.ChangesSeen,
    "code.refused": record.CodeRefused,
    "device.changed": record.DeviceChanged,
    "garbage.refused": record.GarbageRefused,
    "output.driven": record.OutputDriven,
    "device.disabled": record.DeviceDisabled,
}
CAUSES: dict[str, type[Cause]] = {  # Never change a name; only add.
    "started": inputs.Started,
    "tapped": inputs.Tapped,
    "answered": inputs.Answered,
    "photo.given": inputs.PhotoGiven,
    "cell.given": inputs.CellGiven,
    "signed": inputs.Signed,
    "decided": inputs.Decided,
    "manual.allowed": inputs.ManualAllowed,
    "device.out-of-use": inputs.DeviceOutOfUse,
    "vision.given": inputs.VisionGiven,
    "waived": inputs.Waived,
    "code.given": inputs.CodeGiven,
    "value.given": inputs.ValueGiven,
    "torque.given": inputs.TorqueGiven,
    "signal.given": inputs.SignalGiven,
    "ticked": inputs.Ticked,
    "paused": inputs.Paused,
    "continued": inputs.Continued,
    "went-to": inputs.WentTo,
    "problem.reported": inputs.ProblemReported,
    "restarted": inputs.Restarted,
    "aborted": inputs.Aborted,
}
_NAME_OF: dict[type[Any], str] = {kind: name for names in (FACTS, CAUSES) for name, kind in names.items()}
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in _NAME_OF}
# the adapters' own validators: a server reads every body, and the way through the adapter costs as much again
_READERS = {kind: adapter.validator.validate_python for kind, adapter in _ADAPTERS.items()}


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; the same value always gives the same text.

    Raises WireError for a floating-point number: its spelling is not the same everywhere.
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_refuse)
    except (TypeError, ValueError) as problem:
        raise WireError(str(problem)) from None


def _refuse(value: object) -> Any:
    message = f"{type(value).__name__} has no spelling in JSON"
    raise TypeError(message)


def type_of(message: Fact | Cause) -> str:
    """The name a fact or input has on the wire."""
    return _NAME_OF[type(message)]


def dump(message: Fact | Cause) -> dict[str, Any]:
    """A fact or input as JSON values, with its name under `type`; what is absent is left out."""
    values = _ADAPTERS[type(message)].dump_python(message, mode="json", exclude_none=True)
    return {"type": type_of(message), **values}


def load_fact(message: dict[str, Any]) -> Fact:
    """A JSON message back into a fact; raises UnknownMessage or WireError."""
    return cast("Fact", _take(_copied(message), FACTS))


def load_cause(message: dict[str, Any]) -> Cause:
    """A JSON message back into an input; raises UnknownMessage or WireError."""
    return cast("Cause", _take(_copied(message), CAUSES))


def body(fact: Fact, cause: Cause | None) -> str:
    """The canonical text under which a fact is kept and sent, with the input that caused it when it is the first."""
    return canonical({"fact": dump(fact)} if cause is None else {"cause": dump(cause), "fact": dump(fact)})


def read_body(text: str) -> tuple[Fact, Cause | None]:
    """A kept body back into its fact and cause; raises UnknownMessage or WireError."""
    try:
        message = from_json(text)  # three times as fast as json's, and it bounds how deep values may nest
    except ValueError:
        raise WireError("the body is not JSON") from None
    values = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
    if "fact" not in values or len(values) != 1 + ("cause" in values):
        raise WireError("the body is not an object with `fact` and, at most, `cause`")
    cause = _take(values["cause"], CAUSES) if "cause" in values else None
    return _take(values["fact"], FACTS), cause


def _copied(message: Any) -> Any:
    return cast("dict[str, Any]", message).copy() if isinstance(message, dict) else message


def _take(message: Any, names: dict[str, Any]) -> Any:
    """The value of a message, which is left without its name."""
    if not isinstance(message, dict):
        raise WireError("the message is not an object")
    values = cast("dict[str, Any]", message)
    name = values.pop("type", None)
    if not isinstance(name, str) or name not in names:
        unknown = f"no message type {name!r}"
        raise UnknownMessage(unknown)
    try:
        return _READERS[names[name]](values, extra="forbid")
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(key) for key in first["loc"])
        wrong = f"{name}: {place}: {first['msg']}"
        raise WireError(wrong) from None
