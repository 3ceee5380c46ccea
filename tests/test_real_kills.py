"""The judgement of the lab's real kills, with boxes that do wrong, and a few kills of the daemon itself."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from guardian.errors import BrokerError
from guardian.lab import real_kills
from guardian.lab.real_kills import round_of, run

CALL, TAKEN, CLEAR = "Rosa is calling for help.", "Anna has taken it: Rosa is calling for help.", "All clear: Rosa."


class Script:
    """A box whose two lives say and tell what they are made to; and the provider that it tells."""

    def __init__(self, states: tuple[list[str], list[str]], told: tuple[list[str], list[str]]) -> None:
        self._lives = iter(zip(states, told, strict=True))
        self.taken: list[str] = []
        self.store = Path("/nowhere")
        self.unnoted: set[str] = set()

    @contextmanager
    def running(self) -> Iterator["Script"]:
        self.states, told = next(self._lives)
        self.taken += told
        yield self

    def of(self, _topic: str) -> list[str]:
        return self.states

    def ask(self, request: str, _payload: str = "") -> None:
        if request == "resolve":
            self.states.append("idle")
            self.taken.append(CLEAR)
            self.unnoted.clear()

    def untold(self) -> set[str]:
        return set(self.unnoted)


def judged(script: Script) -> dict[str, int]:
    found = Counter[str]()
    chance = cast("random.Random", FixedChance())
    round_of(cast("Any", script), cast("Any", script), chance, found)
    return {name: count for name, count in found.items() if count}


class FixedChance:
    """Somebody takes it, and the kill comes at once."""

    def random(self) -> float:
        return 0.0

    def uniform(self, low: float, _high: float) -> float:
        return low


def test_a_box_that_goes_on_as_it_should_is_found_well() -> None:
    rings = Script((["raised"], ["raised"]), ([CALL], []))
    assert judged(rings) == {"rang": 1}
    taken = Script((["raised", "acknowledged"], ["acknowledged"]), ([CALL, TAKEN], []))
    assert judged(taken) == {"taken": 1}


@pytest.mark.parametrize(
    ("states", "told", "found"),
    [
        ((["raised"], ["idle"]), ([CALL], []), {"rang": 1, "lost": 1}),
        ((["raised", "acknowledged"], ["raised"]), ([CALL, TAKEN], []), {"taken": 1, "rang again": 1}),
        (
            (["raised", "acknowledged"], ["acknowledged"]),
            ([CALL, TAKEN], [CALL]),
            {"taken": 1, "rang again": 1, "twice": 1},
        ),
        ((["raised"], ["raised"]), ([CALL], [CALL]), {"rang": 1, "twice": 1}),
    ],
)
def test_a_box_that_does_wrong_is_found_out(
    states: tuple[list[str], list[str]], told: tuple[list[str], list[str]], found: dict[str, int]
) -> None:
    assert judged(Script(states, told)) == found


def test_what_no_store_could_have_known_is_counted_apart() -> None:
    script = Script((["raised"], ["raised"]), ([CALL], [CALL]))
    script.unnoted = {CALL}
    assert judged(script) == {"rang": 1, "in the gap": 1}


def test_a_contact_who_is_never_called_is_an_error_and_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_kills, "PATIENCE_SECONDS", 0.05)
    with pytest.raises(BrokerError, match="the contact is called"):
        judged(Script((["raised"], ["raised"]), ([], [])))


@pytest.mark.slow
def test_the_real_daemon_is_killed_and_found_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(2, 7) == 0
    said = capsys.readouterr().out
    assert "2 times kill -9 (seed 7)" in said
    assert "0  incidents lost" in said
