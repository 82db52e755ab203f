"""What every check says beside its kind: when it is asked, whether it must be met, and what a failure does."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from content.refusing import refusal
from content.values import LONGEST_LINE, CheckId, Line, Piece, StepId

Expression = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_LINE * 4, strip_whitespace=True)
]  # of the Common Expression Language; content.conditions knows what it may name
StepName = Annotated[StepId, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
MOST_TIMES = 100  # that a rule may lead back in one run


class GoTo(Piece):
    """A failure leads to a step, a limited number of times in a run; after that a supervisor decides."""

    go_to: StepName
    at_most: Annotated[int, Field(ge=1, le=MOST_TIMES)] = 1


def _failure(value: Any) -> Any:
    if isinstance(value, str) and value not in {"repeat", "supervisor", "stop"}:
        raise refusal(
            f"{value!r} is nothing that a failure can do",
            mend="one of repeat, supervisor, stop, or {go_to: STEP, at_most: 2}",
        )
    return value


Failure = Annotated[Literal["repeat", "supervisor", "stop"] | GoTo, BeforeValidator(_failure)]


class Computed(Piece):
    """Limits that are expressions, in place of fixed ones."""

    low: Expression | None = None
    high: Expression | None = None
    target: Expression | None = None

    @model_validator(mode="after")
    def _computes_something(self) -> "Computed":
        if self.low is None and self.high is None and self.target is None:
            raise refusal("`limits` computes nothing", mend="give `low`, `high` or `target`, or leave it out")
        return self


class Asking(Piece):
    """What all checks have in common; `FAILS` is false for a kind about which nothing can be wrong."""

    FAILS: ClassVar[bool] = True

    id: Annotated[CheckId, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    when: Expression | None = None  # false: it is not asked
    mandatory: bool = True  # else the step can be done without it
    not_applicable: bool = False  # the operator may say that it does not apply to this unit
    attempts: Annotated[int, Field(ge=1, le=100)] | None = None  # bad ones that it allows
    on_failure: Failure | None = None  # what the last of them does

    @model_validator(mode="after")
    def _fails_somehow(self) -> "Asking":
        for name in ("attempts", "on_failure"):
            if not self.FAILS and getattr(self, name) is not None:
                raise refusal(
                    f"nothing can be wrong about this check, so `{name}` would never come to pass",
                    mend="leave it out, or ask with a choice that has an answer with `good: false`",
                    at=(name,),
                )
        return self

    @model_validator(mode="after")
    def _ends_somehow(self) -> "Asking":
        if self.attempts is not None and self.on_failure == "repeat":
            raise refusal(
                f"after {self.attempts} attempts nothing would happen",
                mend="`on_failure`: supervisor, stop or {go_to: STEP}; or leave `attempts` out",
                at=("on_failure",),
            )
        return self

    @property
    def failure(self) -> Literal["repeat", "supervisor", "stop"] | GoTo:
        """What the last bad attempt does; where only their number is given, a supervisor decides."""
        if self.on_failure is not None:
            return self.on_failure
        return "repeat" if self.attempts is None else "supervisor"

    @property
    def bad_attempts(self) -> int | None:
        """How many bad attempts bring the failure; None where it can be repeated without end."""
        return None if self.failure == "repeat" else self.attempts or 1


class Prompted(Asking):
    """A check that may tell the operator what to do."""

    prompt: Line | None = None


class Question(Asking):
    """A check that a person answers."""

    prompt: Line
