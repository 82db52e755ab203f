"""Any device behind an MQTT broker: what its table reads of its topics, and what it writes to them."""

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from hardware.address import is_one_topic, is_topic_filter
from hardware.decode.expression import Expression
from hardware.decode.topic_items import (
    Presence,
    Take,
    TopicItems,
    TopicRead,
    TopicWrite,
    as_asked,
    at_path,
    bare,
)
from hardware.driver import TOPICS, Driver, Options, State
from hardware.driver import Place as Seat
from hardware.items import MOST_ITEMS, Raw, ReadItem, WriteItem, number_of


def _filter(value: str) -> str:
    if not is_topic_filter(value):
        raise ValueError("name a topic; `+` may stand for a whole level, `#` for all that follow")
    return value


def _one(value: str) -> str:
    if not is_one_topic(value):
        raise ValueError("name exactly one topic, without + and #")
    return value


TopicFilter = Annotated[str, BeforeValidator(_filter)]
OneTopic = Annotated[str, BeforeValidator(_one)]
Compiled = Annotated[
    Expression,
    BeforeValidator(lambda value: Expression(value) if isinstance(value, str) else value),
    PlainSerializer(lambda value: value.written),
]


class _Taken(Options):
    topic: TopicFilter | None = Field(
        None, description="the topics it is read from, else those of the device"
    )
    field: str | None = Field(None, description="path in the JSON message; empty: the message itself")
    value: Compiled | None = Field(
        None, description="an expression over `payload`, `text` and `topic` instead of a path"
    )

    @model_validator(mode="after")
    def _one_way(self) -> "_Taken":
        if self.field is not None and self.value is not None:
            raise ValueError("give a path in `field` or an expression in `value`, not both")
        return self

    def taker(self, *, switch: bool) -> Take:
        """How a message is read."""
        expression = self.value
        if expression is not None:
            return lambda payload, topic: as_asked(
                expression.value(payload, topic), expression.written, switch=switch
            )
        return at_path(self.field, switch=switch) if self.field else bare(switch=switch)


class MqttRead(_Taken, ReadItem):
    """What is read: a switch by its `signal`, a value of a `quantity`, or a `code`."""

    code: bool = Field(False, description="it is a scanned code")
    retained: bool = Field(False, description="whether a value that the broker had kept counts")
    pulse: bool = Field(False, description="a switch that is on for a moment, such as a pedal or a button")

    @model_validator(mode="before")
    @classmethod
    def _code_is_neither(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("code") and not given.get("quantity"):
            return {**given, "quantity": "code"}
        return given


class Proof(_Taken):
    """How the device says that an output is as it was wanted: true, or the number that was written."""


class MqttWrite(WriteItem):
    """An output: what is published for on and off (or `{value}` for a number), and how the device says that it did."""

    topic: OneTopic = Field(description="the topic it is published to")
    on: str = Field("ON", description="what is published to switch it on; {value} stands for a number")
    off: str = Field("OFF", description="what is published to switch it off")
    retain: bool = Field(False, description="whether the broker keeps it")
    confirm: Proof | None = Field(None, description="how the device says that it did")
    unconfirmed: bool = Field(False, description="nothing says so; taken by the broker counts as done")

    @model_validator(mode="after")
    def _is_confirmed(self) -> "MqttWrite":
        if (self.confirm is None) is not self.unconfirmed:
            raise ValueError(
                "say in `confirm` how the device answers, or `unconfirmed = true` when it does not"
            )
        if self.confirm is not None and self.confirm.topic is None:
            raise ValueError("confirm: name the `topic` on which the device answers")
        return self

    def spell(self, value: State) -> bytes:
        """What is published for a state."""
        if value is False:
            return self.off.encode()
        return self.on.replace("{value}", f"{number_of(value, self):f}").encode()


class Here(_Taken):
    """Where the device says whether it is there; its last will says that it is not."""

    topic: TopicFilter | None = Field(description="the topic")


class MqttOptions(Options):
    """The items of one device."""

    read: tuple[MqttRead, ...] = Field((), max_length=MOST_ITEMS, description="what is read")
    write: tuple[MqttWrite, ...] = Field((), max_length=MOST_ITEMS, description="what is driven")
    presence: Here | None = Field(None, description="where the device says whether it is there")

    @model_validator(mode="after")
    def _does_something(self) -> "MqttOptions":
        if not self.read and not self.write:
            raise ValueError("nothing is read and nothing is driven; list items in `read` or `write`")
        return self


def _decoder(own: MqttOptions, seat: Seat) -> TopicItems:
    reads = [_read(item, seat) for item in own.read]
    presence = own.presence and Presence(
        topic=own.presence.topic or seat.topic, online=own.presence.taker(switch=True)
    )
    return TopicItems(seat.stamp, reads, [_write(item) for item in own.write], presence)


def _read(item: MqttRead, seat: Seat) -> TopicRead:
    return TopicRead(
        item=None if item.code else item,
        topic=item.topic or seat.topic,
        take=item.taker(switch=bool(item.signal)),
        retained=item.retained,
        pulse=item.pulse,
    )


def _write(item: MqttWrite) -> TopicWrite:
    proof = item.confirm
    return TopicWrite(
        item=item,
        topic=item.topic,
        spell=item.spell,
        retain=item.retain,
        proof="" if proof is None else proof.topic or "",
        proves=None if proof is None else _either(proof.taker(switch=True), proof.taker(switch=False)),
    )


def _either(switch: Take, number: Take) -> Take:
    """A word for on and off where it is one, else the number."""

    def take(payload: bytes, topic: str) -> Raw | None:
        try:
            return switch(payload, topic)
        except ValueError:
            return number(payload, topic)

    return take


DRIVER = Driver(
    kind="mqtt",
    title="any device behind an MQTT broker: values, switches, codes, outputs",
    carriers=TOPICS,
    options=MqttOptions,
    decoder=_decoder,
    outputs=True,
    signals=lambda own: tuple(item.signal for item in own.write),
    simulator="hardware.simulate.mqtt:SimulatedMqttDevice",
)
