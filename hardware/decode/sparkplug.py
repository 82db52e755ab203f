"""Messages of Sparkplug B: topics, payloads and the values in them.

Written against the "Sparkplug Specification" 3.0 of the Eclipse Foundation; the fields' numbers are those of its
payload schema, of which only what a host application needs is declared here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

NAMESPACE = "spBv1.0"
LARGEST_PAYLOAD = 1024 * 1024  # bytes
REBIRTH = "Node Control/Rebirth"
BD_SEQ = "bdSeq"

INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT, DOUBLE, BOOLEAN, STRING = range(1, 13)
TEXT = 14
_SIGNED = {INT8: 8, INT16: 16, INT32: 32, INT64: 64}
_FIELD_OF = {
    **dict.fromkeys((INT8, INT16, INT32, UINT8, UINT16, UINT32), "int_value"),
    **dict.fromkeys((INT64, UINT64), "long_value"),
    FLOAT: "float_value",
    DOUBLE: "double_value",
    BOOLEAN: "boolean_value",
    STRING: "string_value",
    TEXT: "string_value",
}

Value = bool | int | float | str


class Kind(StrEnum):
    """What a message is about."""

    NODE_BIRTH = "NBIRTH"
    NODE_DEATH = "NDEATH"
    NODE_DATA = "NDATA"
    NODE_COMMAND = "NCMD"
    DEVICE_BIRTH = "DBIRTH"
    DEVICE_DEATH = "DDEATH"
    DEVICE_DATA = "DDATA"
    DEVICE_COMMAND = "DCMD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One value; its name stands in births, and an alias in its place afterwards, where there is one."""

    name: str = ""
    alias: int | None = None
    kind: int = 0
    value: Value | None = None  # None: null, or of a kind that is no single value
    historical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The content of a message."""

    metrics: tuple[Metric, ...] = ()
    seq: int | None = None
    timestamp: int = 0  # ms since 1970


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Whose message it is."""

    group: str
    kind: Kind
    node: str
    device: str = ""


class NoPayload(ValueError):
    """The bytes are no Sparkplug payload; the text says why."""


def topic(text: str) -> Topic | None:
    """`spBv1.0/GROUP/KIND/NODE[/DEVICE]`; None for any other."""
    levels = text.split("/")
    if len(levels) not in {4, 5} or levels[0] != NAMESPACE or levels[2] not in set(Kind):
        return None
    device = levels[4] if len(levels) == 5 else ""
    return Topic(group=levels[1], kind=Kind(levels[2]), node=levels[3], device=device)


def read(data: bytes) -> Payload:
    """A payload; raises NoPayload."""
    if len(data) > LARGEST_PAYLOAD:
        raise NoPayload(f"the payload has {len(data)} bytes; at most {LARGEST_PAYLOAD} are read")
    message = _MESSAGE()
    try:
        message.ParseFromString(data)
    except (DecodeError, ValueError):  # ValueError: text that is not UTF-8
        raise NoPayload("the payload is no Sparkplug B") from None
    return Payload(
        metrics=tuple(_metric(each) for each in message.metrics),
        seq=message.seq if message.HasField("seq") else None,
        timestamp=message.timestamp,
    )


def write(payload: Payload) -> bytes:
    """A payload as it goes over the line."""
    message = _MESSAGE()
    message.timestamp = payload.timestamp
    if payload.seq is not None:
        message.seq = payload.seq
    for metric in payload.metrics:
        _put(message.metrics.add(), metric, payload.timestamp)
    return message.SerializeToString()


def _metric(found: Any) -> Metric:
    which = found.WhichOneof("value")
    value: Value | None = None
    if which in {"int_value", "long_value"}:
        value = _signed(int(getattr(found, which)), found.datatype)
    elif which in {"float_value", "double_value", "boolean_value", "string_value"} and not found.is_null:
        value = getattr(found, which)
    return Metric(
        name=found.name,
        alias=found.alias if found.HasField("alias") else None,
        kind=found.datatype,
        value=None if found.is_null else value,
        historical=found.is_historical,
    )


def _signed(value: int, kind: int) -> int:
    """Signed numbers travel as the unsigned ones with the same bits."""
    bits = _SIGNED.get(kind)
    if bits is None:
        return value
    value &= 2**bits - 1
    return value - 2**bits if value >= 2 ** (bits - 1) else value


def _put(message: Any, metric: Metric, timestamp: int) -> None:
    if metric.name:
        message.name = metric.name
    if metric.alias is not None:
        message.alias = metric.alias
    message.timestamp = timestamp
    message.datatype = metric.kind
    if metric.historical:
        message.is_historical = True
    if metric.value is None:
        message.is_null = True
        return
    field = _FIELD_OF[metric.kind]
    value = metric.value
    if field == "int_value":
        value = int(value) & 0xFFFF_FFFF
    elif field == "long_value":
        value = int(value) & 0xFFFF_FFFF_FFFF_FFFF
    setattr(message, field, value)


_TYPES = descriptor_pb2.FieldDescriptorProto
_PAYLOAD = {
    "timestamp": (1, _TYPES.TYPE_UINT64),
    "metrics": (2, _TYPES.TYPE_MESSAGE),
    "seq": (3, _TYPES.TYPE_UINT64),
}
_METRIC = {
    "name": (1, _TYPES.TYPE_STRING),
    "alias": (2, _TYPES.TYPE_UINT64),
    "timestamp": (3, _TYPES.TYPE_UINT64),
    "datatype": (4, _TYPES.TYPE_UINT32),
    "is_historical": (5, _TYPES.TYPE_BOOL),
    "is_null": (7, _TYPES.TYPE_BOOL),
}
_VALUES = {
    "int_value": (10, _TYPES.TYPE_UINT32),
    "long_value": (11, _TYPES.TYPE_UINT64),
    "float_value": (12, _TYPES.TYPE_FLOAT),
    "double_value": (13, _TYPES.TYPE_DOUBLE),
    "boolean_value": (14, _TYPES.TYPE_BOOL),
    "string_value": (15, _TYPES.TYPE_STRING),
    "bytes_value": (16, _TYPES.TYPE_BYTES),
}


def _declared(name: str, fields: Mapping[str, tuple[int, Any]], values: Iterable[str] = ()) -> Any:
    message = descriptor_pb2.DescriptorProto(name=name)
    chosen = set(values)
    if chosen:
        message.oneof_decl.add(name="value")
    for field, (number, kind) in fields.items():
        many = field == "metrics"
        made = message.field.add(
            name=field,
            number=number,
            type=kind,
            label=_TYPES.LABEL_REPEATED if many else _TYPES.LABEL_OPTIONAL,
        )
        if many:
            made.type_name = ".stepline.sparkplug.Metric"
        if field in chosen:
            made.oneof_index = 0
    return message


def _message() -> Any:
    """The class of payloads; declared in the syntax whose fields know whether they were set."""
    file = descriptor_pb2.FileDescriptorProto(
        name="stepline/sparkplug.proto", package="stepline.sparkplug", syntax="proto2"
    )
    file.message_type.add().CopyFrom(_declared("Metric", {**_METRIC, **_VALUES}, _VALUES))
    file.message_type.add().CopyFrom(_declared("Payload", _PAYLOAD))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("stepline.sparkplug.Payload"))


_MESSAGE = _message()
