"""The scenes that the box may learn from: a directory with one file each, and two tables that say what they are.

`manifest.csv` has the scenes of which a human has said whether somebody fell, in the form that `guardian evaluate`
reads; `unjudged.csv` those of which nobody has. Every file is complete or not there: written aside, synced, renamed.
"""

import csv
import fcntl
import io
import logging
import os
import queue
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TypeAlias

from guardian import feedback, recording
from guardian.commands import ForgetScenes, JudgeScene, KeepScene, SceneCommand, Verdict
from guardian.errors import SceneError, StoreError
from guardian.events import Event, FaultCleared, FaultOccurred, ScenesChanged
from guardian.mention import Mention
from guardian.moment import Moment
from guardian.private_file import hand_over
from guardian.settings import Feedback

log = logging.getLogger(__name__)

DIRECTORY, MANIFEST, UNJUDGED, LOCK = "scenes", "manifest.csv", "unjudged.csv", ".lock"
SCENE, PARTIAL = ".jsonl", ".partial"
PART = "scenes"
COLUMNS = (
    *("path", "kind", "fall_onset_s", "ground_contact_s", "down_until_end", "source", "subject", "event", "light"),
    *("posture", "second_person", "notes", "room", "happened", "label", "said_by", "said_via", "said_at"),
    *("came_down_s", "at_rest_s"),
)
"""Those of `guardian evaluate`, then our own: `came_down_s` and `at_rest_s` are the estimated times, were it a fall."""
SWEEP_SECONDS = 6 * 3_600.0
CLOSE_SECONDS = 3.0
MOST_WAITING = 64
TAIL_BYTES = 65_536
"""The last line of a scene is shorter: six bodies are 6 kB."""

Row: TypeAlias = dict[str, str]


class SceneDirectory:
    """The files. Any thread and any process may call: a lock keeps them apart. All raise StoreError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def judged(self) -> dict[str, Row]:
        """The rows of the manifest by the scene's name."""
        return self._rows(MANIFEST)

    def unjudged(self) -> dict[str, Row]:
        """The rows of the scenes of which nobody has said anything yet."""
        judged = self.judged()
        return {name: row for name, row in self._rows(UNJUDGED).items() if name not in judged}

    def verdicts(self) -> dict[str, str]:
        """What a human said of each scene: fall, or false alarm; "" where nobody has yet."""
        words = {"fall": "fall", "adl": "false alarm"}
        judged = {name: words.get(row.get("kind", ""), "") for name, row in self.judged().items()}
        return {**dict.fromkeys(self.unjudged(), ""), **judged}

    def keep(self, command: KeepScene) -> None:
        """Write a scene and its row."""
        found = feedback.cut(command)
        lines = (recording.header(command.roll), *map(recording.dumps, found.observations))
        with self._locked():
            self._write(command.scene + SCENE, "".join(line + "\n" for line in lines))
            rows = self.unjudged()
            rows[command.scene] = _row(command, found)
            self._write_rows(UNJUDGED, rows)
            if command.verdict is not None:
                self._judge(command.scene, command.verdict)

    def judge(self, command: JudgeScene) -> bool:
        """Note what a human said of a scene; False where it is not kept."""
        with self._locked():
            return self._judge(command.scene, command.verdict)

    def _judge(self, scene: str, verdict: Verdict) -> bool:
        judged, unjudged = self.judged(), self.unjudged()
        row = unjudged.pop(scene, None) or judged.get(scene)
        if row is None:
            log.info("event=scene_not_kept scene=%r", scene)
            return False
        judged[scene] = {**row, **_said(row, verdict)}
        self._write_rows(MANIFEST, judged)  # first: a scene in both is judged
        self._write_rows(UNJUDGED, unjudged)
        return True

    def sweep(self, now: datetime, *, keep_days: int, most: int) -> int:
        """Erase what is too old or too much, what nobody has said anything of first, and what is torn; return how
        many are left.
        """
        if not self.path.is_dir():
            return 0
        with self._locked():
            judged, unjudged = self.judged(), self.unjudged()
            eldest = now - timedelta(days=keep_days)
            order = [*_since(eldest, judged), *_since(eldest, unjudged)]  # what comes last is erased first
            kept = [name for name in order[:most] if self._whole(name)]
            self._retain(judged, unjudged, frozenset(kept))
        return len(kept)

    def _retain(self, judged: Mapping[str, Row], unjudged: Mapping[str, Row], kept: frozenset[str]) -> None:
        """Leave only these: rows first, so that none ever stands for a file that is gone."""
        for table, rows in ((MANIFEST, judged), (UNJUDGED, unjudged)):
            if not kept.issuperset(rows):
                self._write_rows(table, {name: row for name, row in rows.items() if name in kept})
        for file in self.path.glob("*"):
            stray = file.suffix == SCENE and file.stem not in kept
            if stray or file.suffix == PARTIAL:
                self._erase(file)

    def forget(self) -> int:
        """Erase everything; return how many scenes there were."""
        if not self.path.is_dir():
            return 0
        with self._locked():
            scenes = list(self.path.glob("*" + SCENE))
            for file in (self.path / MANIFEST, self.path / UNJUDGED, *scenes, *self.path.glob("*" + PARTIAL)):
                self._erase(file)
            self._sync()
        return len(scenes)

    def take_out(self, mention: Mention, scenes: Collection[str]) -> int:
        """Erase these scenes, those of which somebody said that they are of that person, and the name of who spoke of
        others; return how many were erased.
        """
        if not self.path.is_dir():
            return 0
        erased = 0
        with self._locked():
            for table in (MANIFEST, UNJUDGED):
                rows = self._rows(table)
                left = {
                    name: {**row, "said_by": mention.without(row.get("said_by", ""))}
                    for name, row in rows.items()
                    if name not in scenes and not mention.within(row.get("label", ""))
                }
                if left != rows:
                    self._write_rows(table, left)
                for name in rows.keys() - left.keys():
                    self._erase(self.path / (name + SCENE))
                    erased += 1
            self._sync()
        return erased

    def _rows(self, table: str) -> dict[str, Row]:
        """The rows of a table; one that makes no sense, or whose scene is gone, is left out and told."""
        try:
            text = (self.path / table).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _failed(self.path / table, error) from error
        found = {}
        for row in csv.DictReader(text.replace("\0", "").splitlines()):
            name = (row.get("path") or "").removesuffix(SCENE)
            if not name or None in row or None in row.values() or not (self.path / (name + SCENE)).is_file():
                log.error("event=scene_row_ignored table=%s row=%r", table, str(row)[:200])
                continue
            found[name] = row
        return found

    def _whole(self, name: str) -> bool:
        """Whether a scene begins and ends as one: a torn file is of no use."""
        try:
            with (self.path / (name + SCENE)).open("rb") as file:
                first = file.readline(TAIL_BYTES)
                file.seek(-min(file.seek(0, os.SEEK_END), TAIL_BYTES), os.SEEK_END)
                *_, last, rest = file.read().split(b"\n")
            list(recording.read((first.decode(), last.decode(), rest.decode() or "")))
        except (OSError, ValueError, SceneError) as error:
            log.error("event=scene_torn scene=%r error=%r", name, str(error))
            return False
        return True

    def _write_rows(self, table: str, rows: Mapping[str, Row]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())
        self._write(table, text.getvalue())

    def _write(self, name: str, text: str) -> None:
        """Write a file so that it is there in full, and on the disk, or not at all."""
        partial = self.path / (name + PARTIAL)
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                hand_over(descriptor, partial)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path / name)
        except OSError as error:
            raise _failed(partial, error) from error
        self._sync()

    def _erase(self, file: Path) -> None:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise _failed(file, error) from error

    def _sync(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the directory for this caller alone; it is made where there is none."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _failed(self.path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _failed(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: {error.strerror}; a directory that this user may write, on a sound disk, would be right"
    )


def _since(eldest: datetime, rows: Mapping[str, Row]) -> Sequence[str]:
    """The names of what happened since then, the youngest first."""
    happened = {name: _happened(row) for name, row in rows.items()}
    return sorted((name for name in rows if happened[name] >= eldest), key=lambda name: happened[name], reverse=True)


def _happened(row: Row) -> datetime:
    """When it happened; a row that does not say so is as old as can be."""
    try:
        return datetime.fromisoformat(row.get("happened", "")).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=timezone.utc)


def _row(command: KeepScene, found: feedback.Cut) -> Row:
    """What is known of a scene before anybody has said anything."""
    seen = "Seen coming down." if found.found else "Nobody was seen coming down; the times are a guess."
    return {
        **dict.fromkeys(COLUMNS, ""),
        "path": command.scene + SCENE,
        "came_down_s": f"{found.onset:.2f}",
        "at_rest_s": f"{found.contact:.2f}",
        "source": "household",
        "event": command.event,
        "notes": seen,
        "room": command.room,
        "happened": command.happened.isoformat(timespec="seconds"),
    }


def _said(row: Row, verdict: Verdict) -> Row:
    return {
        "kind": "fall" if verdict.fall else "adl",
        "fall_onset_s": row.get("came_down_s", "") if verdict.fall else "",
        "ground_contact_s": row.get("at_rest_s", "") if verdict.fall else "",
        "down_until_end": "no",
        "label": verdict.note,
        "said_by": verdict.by,
        "said_via": verdict.via,
        "said_at": verdict.said.isoformat(timespec="seconds"),
    }


class SceneWriter:
    """Carries out what the core says of scenes, on a thread of its own, and keeps the limits.

    `report` gets ScenesChanged, and FaultOccurred and FaultCleared with the part "scenes". `moment` tells the time.
    """

    def __init__(
        self, directory: SceneDirectory, limits: Feedback, report: Callable[[Event], None], moment: Callable[[], Moment]
    ) -> None:
        self.directory = directory
        self._limits, self._report, self._moment = limits, report, moment
        self._waiting: queue.Queue[SceneCommand | None] = queue.Queue(MOST_WAITING)
        self._count = 0
        self._faulty = False
        self._thread = threading.Thread(target=self._run, name="scenes", daemon=True)

    def start(self) -> None:
        """Begin; what is torn or too old is erased first."""
        self._thread.start()

    def put(self, command: SceneCommand) -> None:
        """Have something done soon; never blocks. Where too much waits already it is dropped, and told."""
        try:
            self._waiting.put_nowait(command)
        except queue.Full:
            log.error("event=scene_dropped command=%s", type(command).__name__)

    def close(self) -> None:
        """Do what waits, within a few seconds, and end."""
        if self._thread.ident is None:
            return
        with suppress(queue.Full):
            self._waiting.put(None, timeout=CLOSE_SECONDS)
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        self._attempt(None)
        while True:
            try:
                command = self._waiting.get(timeout=SWEEP_SECONDS)
            except queue.Empty:
                command = None
            else:
                if command is None:
                    return
            self._attempt(command)

    def _attempt(self, command: SceneCommand | None) -> None:
        """Carry out one command, or none, keep the limits, and say what came of it."""
        try:
            match command:
                case KeepScene():
                    self.directory.keep(command)
                case JudgeScene():
                    self.directory.judge(command)
                case ForgetScenes():
                    self.directory.forget()
            count = self.directory.sweep(self._moment().wall, keep_days=self._limits.keep_days, most=self._limits.most)
        except StoreError as error:
            self._fail(str(error))
            return
        if command is not None or count != self._count:
            self._count = count
            self._report(ScenesChanged(time=self._moment().monotonic, room="", count=count))
        if self._faulty:
            self._faulty = False
            self._report(FaultCleared(time=self._moment().monotonic, room="", part=PART))

    def _fail(self, reason: str) -> None:
        log.error("event=scenes_failed reason=%r", reason)
        if not self._faulty:
            self._faulty = True
            self._report(FaultOccurred(time=self._moment().monotonic, room="", part=PART, reasons=(reason,)))
