from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from guardian.eye.wire import RECORD_BYTES
from guardian.lab import fuzz_wire
from guardian.lab.fuzz_wire import KINDS, fuzz, piece, run, samples


def test_the_decoder_refuses_or_means_what_came_and_holds_little():
    done = fuzz(4_000, 1)
    assert sum(done.found.values()) == 4_000
    assert all(done.found[kind, "refused"] for kind in KINDS)
    assert done.found["damaged", "records"] > 20
    assert done.found["lying", "records"] > 2, "lies within the range are taken"
    assert done.found["chance", "records"] == 0
    assert done.grown < 20_000_000


def test_the_same_seed_gives_the_same_pieces():
    one, other = (fuzz(400, 3).found for _ in range(2))
    assert one == other


@pytest.mark.parametrize("kind", KINDS)
def test_a_piece_is_as_long_as_a_record_unless_it_is_chance(kind: str):
    chance = np.random.default_rng(2)
    lengths = Counter(len(piece(kind, samples(chance), chance)) for _ in range(200))
    assert lengths.most_common(1)[0][0] == RECORD_BYTES
    assert len(lengths) == 1 or kind == "chance"


def test_a_decoder_that_takes_bytes_for_something_else_ends_the_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fuzz_wire, "encode", lambda _record: b"something else")
    monkeypatch.setattr(fuzz_wire, "samples", lambda _chance: SAMPLES)
    with pytest.raises(AssertionError, match="does not mean the bytes"):
        fuzz(1_000, 1)


def test_a_decoder_that_breaks_ends_the_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fuzz_wire, "decode", SimpleNamespace().__getattribute__)
    with pytest.raises(TypeError):
        fuzz(10, 1)


SAMPLES = samples(np.random.default_rng(1))


def test_it_tells_what_came_of_it(capsys: pytest.CaptureFixture[str]):
    assert run(400, 1) == 0
    said = capsys.readouterr().out
    assert said.startswith("400 pieces to the decoder (seed 1)")
    assert all(kind in said for kind in KINDS)
