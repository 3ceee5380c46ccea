"""The directory of scenes to learn from, and the thread that writes it."""

import csv
import os
import queue
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from bodies import seen, tilted

from guardian import recording
from guardian.commands import ForgetScenes, JudgeScene, KeepScene, Verdict
from guardian.errors import StoreError
from guardian.events import Event, FaultCleared, FaultOccurred, ScenesChanged
from guardian.io.scenes import COLUMNS, MANIFEST, MOST_WAITING, UNJUDGED, SceneDirectory, SceneWriter
from guardian.lab.evaluate import manifest
from guardian.mention import Mention
from guardian.moment import Moment
from guardian.recollection import pack
from guardian.settings import Feedback

NOON = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
FALL = Verdict(fall=True, by="Ana", via="web", said=NOON, note='slid off, "slowly"')
FALSE = Verdict(fall=False, by="Ana", via="mqtt", said=NOON)
SECONDS = 30.0


def command(scene: str = "s-1", verdict: Verdict | None = None, *, days: float = 0.0) -> KeepScene:
    """Somebody goes over at second 1020 of the process; `days` ago."""
    times = [1_000.0 + number / 5 for number in range(200)]
    frames = tuple(pack(seen(time, tilted(max(0.0, min(90.0, (time - 1_020) * 150))))) for time in times)
    return KeepScene(scene, "hall", "FallConfirmed", NOON - timedelta(days=days), 1_000.0, 1_030.0, frames, verdict)


@pytest.fixture
def scenes(tmp_path: Path) -> SceneDirectory:
    return SceneDirectory(tmp_path / "state" / "scenes")


def sweep(scenes: SceneDirectory, *, keep_days: int = 180, most: int = 200) -> int:
    return scenes.sweep(NOON, keep_days=keep_days, most=most)


def files(scenes: SceneDirectory) -> set[str]:
    return {path.name for path in scenes.path.iterdir()} - {".lock"}


def test_what_a_human_has_judged_is_read_by_the_evaluation(scenes: SceneDirectory):
    scenes.keep(command("s-1", FALL))
    scenes.keep(command("s-2", FALSE))
    found = manifest.read(scenes.path / MANIFEST)
    fall, other = found.rows
    assert (fall.kind, fall.event, fall.source, fall.down_until_end) == ("fall", "FallConfirmed", "household", False)
    assert fall.onset == pytest.approx(20.0, abs=0.5)
    assert fall.contact == pytest.approx(20.6, abs=0.5)
    assert (other.kind, other.onset, other.contact) == ("adl", None, None)
    lines = (scenes.path / fall.path).read_text().splitlines()
    observations = list(recording.read(lines))
    assert (observations[0].time, len(observations)) == (0.0, 200)
    row = scenes.judged()["s-1"]
    assert set(row) == set(COLUMNS)
    said = {"room": "hall", "said_by": "Ana", "said_via": "web", "label": 'slid off, "slowly"'}
    assert {name: row[name] for name in said} == said
    assert datetime.fromisoformat(row["happened"]) == NOON


def test_nobody_else_may_read_it(scenes: SceneDirectory):
    scenes.keep(command(verdict=FALL))
    assert stat.S_IMODE(scenes.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in scenes.path.iterdir()} == {0o600}


def test_a_scene_waits_for_a_verdict_that_can_be_changed(scenes: SceneDirectory):
    scenes.keep(command())
    assert (set(scenes.unjudged()), scenes.judged()) == ({"s-1"}, {})
    assert scenes.verdicts() == {"s-1": ""}
    assert scenes.judge(JudgeScene("s-1", FALL))
    assert (scenes.unjudged(), scenes.verdicts()) == ({}, {"s-1": "fall"})
    assert scenes.judge(JudgeScene("s-1", FALSE))
    assert scenes.verdicts() == {"s-1": "false alarm"}
    assert scenes.judged()["s-1"]["fall_onset_s"] == ""
    assert scenes.judge(JudgeScene("s-1", FALL))
    assert float(scenes.judged()["s-1"]["fall_onset_s"]) == pytest.approx(20.0, abs=0.5)


def test_a_scene_that_has_become_longer_takes_its_own_place(scenes: SceneDirectory):
    whole = command(verdict=FALL)
    scenes.keep(replace(whole, frames=whole.frames[:120]))
    scenes.judge(JudgeScene("s-1", FALSE))
    scenes.keep(whole)
    assert scenes.verdicts() == {"s-1": "fall"}
    assert len((scenes.path / "s-1.jsonl").read_text().splitlines()) == 201


def test_of_a_scene_that_is_not_kept_nothing_is_noted(scenes: SceneDirectory):
    assert not scenes.judge(JudgeScene("nobody", FALL))
    assert files(scenes) == set()


def test_the_oldest_make_room_and_first_those_that_nobody_judged(scenes: SceneDirectory):
    for name, verdict, days in (("a", FALL, 9), ("b", None, 1), ("c", FALSE, 5), ("d", None, 2)):
        scenes.keep(command(name, verdict, days=days))
    assert sweep(scenes, most=3) == 3
    assert scenes.verdicts() == {"a": "fall", "b": "", "c": "false alarm"}
    assert sweep(scenes, most=1) == 1
    assert scenes.verdicts() == {"c": "false alarm"}
    assert files(scenes) == {"c.jsonl", MANIFEST, UNJUDGED}


def test_what_is_too_old_is_erased(scenes: SceneDirectory):
    scenes.keep(command("old", FALL, days=30.01))
    scenes.keep(command("young", FALL, days=29.99))
    assert sweep(scenes, keep_days=30) == 1
    assert set(scenes.judged()) == {"young"}


def test_where_nothing_was_kept_there_is_no_directory(scenes: SceneDirectory):
    assert (sweep(scenes), scenes.forget(), scenes.verdicts()) == (0, 0, {})
    assert not scenes.path.exists()


def test_all_of_it_can_be_erased(scenes: SceneDirectory):
    scenes.keep(command("a", FALL))
    scenes.keep(command("b"))
    (scenes.path / "c.jsonl.partial").write_text("half")
    assert scenes.forget() == 2
    assert files(scenes) == set()
    scenes.keep(command("c", FALSE))
    assert scenes.verdicts() == {"c": "false alarm"}


@pytest.mark.parametrize("torn", ["", "no scene\n", "header only", "half a line", "no end", "zeros"])
def test_a_torn_scene_is_ignored_and_told(scenes: SceneDirectory, torn: str, caplog: pytest.LogCaptureFixture):
    scenes.keep(command("good", FALL))
    scenes.keep(command("bad", FALL))
    bad = scenes.path / "bad.jsonl"
    whole = bad.read_text()
    texts = {
        "header only": recording.header() + "\n",
        "half a line": whole[:-300],
        "no end": whole[:-1] + "\n" + whole[-400:-200],
        "zeros": whole[:-300] + "\0" * 300,
    }
    bad.write_text(texts.get(torn, torn))
    assert sweep(scenes) == 1
    assert "scene_torn" in caplog.text
    assert files(scenes) == {"good.jsonl", MANIFEST, UNJUDGED}
    assert set(scenes.judged()) == {"good"}


def test_what_a_power_cut_left_behind_is_cleared_away(scenes: SceneDirectory):
    scenes.keep(command("a", FALL))
    (scenes.path / "orphan.jsonl").write_text("written, but its row was not")
    (scenes.path / "b.jsonl.partial").write_text("half")
    assert sweep(scenes) == 1
    assert files(scenes) == {"a.jsonl", MANIFEST, UNJUDGED}


def test_a_verdict_that_a_power_cut_left_in_both_tables_stands(scenes: SceneDirectory):
    scenes.keep(command("a"))
    before = (scenes.path / UNJUDGED).read_text()
    scenes.judge(JudgeScene("a", FALL))
    (scenes.path / UNJUDGED).write_text(before)
    assert (scenes.unjudged(), set(scenes.judged())) == ({}, {"a"})


@pytest.mark.parametrize("damage", ["a.jsonl,fall", "gone.jsonl" + "," * 19, ",fall" + "," * 18, "\0\0\0", "x" * 9])
def test_a_row_that_makes_no_sense_is_ignored_and_told(
    scenes: SceneDirectory, damage: str, caplog: pytest.LogCaptureFixture
):
    scenes.keep(command("good", FALL))
    with (scenes.path / MANIFEST).open("a") as file:
        file.write(damage + "\n")
    assert set(scenes.judged()) == {"good"}
    assert "scene_row_ignored" in caplog.text or "\0" in damage
    scenes.keep(command("next", FALL))
    assert len(manifest.read(scenes.path / MANIFEST).rows) == 2


def test_a_row_without_a_time_is_the_oldest(scenes: SceneDirectory):
    scenes.keep(command("a", FALL))
    rows = list(csv.reader((scenes.path / MANIFEST).read_text().splitlines()))
    rows[1][COLUMNS.index("happened")] = "yesterday"
    (scenes.path / MANIFEST).write_text("\n".join(map(",".join, rows)) + "\n")
    assert sweep(scenes) == 0


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="a directory that this user may write"):
        SceneDirectory(tmp_path / "file" / "scenes").keep(command())


def test_a_write_that_fails_leaves_what_was_there(scenes: SceneDirectory):
    scenes.keep(command("a", FALL))
    (scenes.path / "b.jsonl.partial").mkdir()
    with pytest.raises(StoreError):
        scenes.keep(command("b", FALL))
    assert set(scenes.judged()) == {"a"}


# The thread


class Told:
    """What the writer reports, one after another."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()

    def next(self) -> Event:
        return self.events.get(timeout=SECONDS)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for somebody else")
def test_what_root_writes_the_service_can_read(scenes: SceneDirectory):
    scenes.keep(command("s-1", FALL))
    os.chown(scenes.path, 12_345, 12_345)
    scenes.take_out(Mention("Ana"), ())
    assert (scenes.path / MANIFEST).stat().st_uid == 12_345


def test_of_a_person_scenes_and_words_are_taken_out(scenes: SceneDirectory):
    scenes.take_out(Mention("Rosa"), {"s-1"})
    for scene, note, by in (("s-1", "", "Anna"), ("s-2", "Rosa fell", "Anna"), ("s-3", "it was the dog", "Rosa")):
        scenes.keep(command(scene, replace(FALL, note=note, by=by)))
    scenes.keep(command("s-4"))
    assert scenes.take_out(Mention("Rosa"), {"s-1", "s-9"}) == 2
    assert files(scenes) >= {"s-3.jsonl", "s-4.jsonl"}
    assert {name: row["said_by"] for name, row in scenes.judged().items()} == {"s-3": "somebody"}
    assert not any(b"Rosa" in path.read_bytes() for path in scenes.path.iterdir())
    assert scenes.take_out(Mention("Rosa"), ()) == 0


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def writer(scenes: SceneDirectory, told: Told) -> Iterator[SceneWriter]:
    made = SceneWriter(scenes, Feedback(most=2), told.events.put, lambda: Moment(1_000.0, NOON))
    yield made
    made.close()


def changed(count: int) -> ScenesChanged:
    return ScenesChanged(time=1_000.0, room="", count=count)


def test_the_writer_does_what_it_is_told_and_keeps_the_limits(writer: SceneWriter, told: Told):
    writer.start()
    for number, verdict in enumerate((FALL, FALSE, None)):
        writer.put(command(f"s-{number}", verdict, days=number))
    assert [told.next() for _ in range(3)] == [changed(1), changed(2), changed(2)]
    assert writer.directory.verdicts() == {"s-0": "fall", "s-1": "false alarm"}
    writer.put(JudgeScene("s-1", FALL))
    assert told.next() == changed(2)
    assert writer.directory.verdicts() == {"s-0": "fall", "s-1": "fall"}
    writer.put(ForgetScenes())
    assert told.next() == changed(0)
    assert writer.directory.verdicts() == {}


def test_what_was_kept_before_is_counted_at_the_start(writer: SceneWriter, told: Told):
    writer.directory.keep(command("a", FALL))
    writer.start()
    assert told.next() == changed(1)


def test_a_disk_that_fails_is_a_fault_until_it_works_again(writer: SceneWriter, told: Told):
    writer.directory.path.parent.mkdir(parents=True)
    writer.directory.path.write_text("in the way")
    writer.start()
    writer.put(command("a", FALL))
    fault = told.next()
    assert isinstance(fault, FaultOccurred)
    assert fault.part == "scenes"
    writer.directory.path.unlink()
    writer.put(command("b", FALL))
    assert [told.next(), told.next()] == [changed(1), FaultCleared(time=1_000.0, room="", part="scenes")]
    assert told.events.empty()


def test_what_waits_is_written_before_the_end(writer: SceneWriter, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("guardian.io.scenes.CLOSE_SECONDS", SECONDS)
    writer.start()
    writer.put(command("a", FALL))
    writer.close()
    assert set(writer.directory.judged()) == {"a"}


def test_a_writer_that_is_overrun_never_blocks(writer: SceneWriter, caplog: pytest.LogCaptureFixture):
    small = replace(command(), frames=())
    for _ in range(MOST_WAITING + 3):
        writer.put(small)
    assert caplog.text.count("scene_dropped") == 3
