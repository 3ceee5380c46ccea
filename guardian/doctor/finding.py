"""What an examination finds: one line for each part, and the remedy where something is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from guardian.errors import GuardianError


class State(str, Enum):
    """How a part is; the later, the worse."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the `part` that was examined, its `state`, what was found, and what to do where it is not ok."""

    state: State
    part: str
    text: str
    remedy: str = ""


def ok(part: str, text: str) -> Finding:
    """All is well."""
    return Finding(State.OK, part, text)


def warn(part: str, text: str, remedy: str) -> Finding:
    """It works, but somebody should know."""
    return Finding(State.WARN, part, text, remedy)


def fail(part: str, text: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(State.FAIL, part, text, remedy)


def failed(part: str, error: GuardianError | str, remedy: str) -> Finding:
    """It does not work: of an error, what stands before the first semicolon is what is wrong and the rest what would be
    right; `remedy` is for one that tells none.
    """
    wrong, _, right = str(error).partition("; ")
    return fail(part, wrong, right or remedy)


def worst(findings: Iterable[Finding]) -> State:
    """The worst state of all."""
    return max((finding.state for finding in findings), key=list(State).index, default=State.OK)
