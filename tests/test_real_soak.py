"""The soak of the real daemon: what goes wrong goes wrong and is mended, and a short one with real processes."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from brokers import MOSQUITTO

from guardian import app
from guardian.lab import looped, real_soak
from guardian.lab.real_soak import FAULT_EVERY_SECONDS, FAULT_SECONDS, FAULTS, Trouble, soak


def test_every_fault_comes_and_is_mended():
    done: list[str] = []
    box = SimpleNamespace(
        broker=SimpleNamespace(stop=lambda: done.append("broker away"), start=lambda: done.append("broker back")),
        provider=SimpleNamespace(failing=False),
        close_page=lambda: done.append("page closed"),
        open_page=lambda: done.append("page open"),
    )
    trouble, failed = Trouble(cast("Any", box), 1), 0
    for second in range(3_000):
        trouble.look(float(second))
        failed += box.provider.failing
    assert {fault for _, fault in trouble.had} == set(FAULTS)
    assert failed > FAULT_SECONDS
    assert done.count("broker away") - done.count("broker back") in (0, 1)
    assert done.count("page closed") - done.count("page open") in (0, 1)
    assert len(trouble.had) > 3_000 / (2 * FAULT_EVERY_SECONDS + FAULT_SECONDS)


def test_the_daemon_plays_its_films_over_and_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[bool] = []

    def note(_settings: object, *, loop_files: bool) -> int:
        asked.append(loop_files)
        return 7

    monkeypatch.setattr(app, "run", note)
    config = tmp_path / "guardian.yaml"
    config.write_text("rooms: [{name: kitchen, camera: {source: /dev/video0}}]\n", encoding="utf-8")
    assert looped.run(config) == 7
    assert asked == [True]


@pytest.mark.slow
@pytest.mark.skipif(MOSQUITTO is None, reason="needs mosquitto")
def test_the_real_daemon_is_watched_while_its_broker_and_page_come_and_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(real_soak, "SAMPLE_SECONDS", 1.0)
    monkeypatch.setattr(real_soak, "FAULT_EVERY_SECONDS", 2.0)
    monkeypatch.setattr(real_soak, "FAULT_SECONDS", 1.0)
    file = tmp_path / "samples.jsonl"
    taken, had = soak(tmp_path, 12.0, 1, file)
    assert [json.loads(line) for line in file.read_text().splitlines()] == taken
    assert had
    last = {figure: value for sample in taken for figure, value in sample.items()}
    for process in ("brain", "eye"):
        assert last[f"{process} memory_mb"] > 10
        assert last[f"{process} descriptors"] > 0
        assert last[f"{process} threads"] > 0
    assert last["state mb"] > 0
