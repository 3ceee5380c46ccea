"""What is kept of an evaluation: one JSON document, complete enough to set a later run beside it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from guardian import __version__
from guardian.errors import ConfigurationError
from guardian.lab.evaluate import manifest as manifests
from guardian.lab.evaluate.evaluation import Result
from guardian.lab.evaluate.scoring import FalseAlarm, Outcome, Told, rules
from guardian.settings import Settings

FORMAT, VERSION = "guardian-evaluation", 1
DIGITS = 6
_NEEDED = ("name", "settings", "hold", "falls", "false_alarms", "recordings", "overall")


def document(result: Result) -> dict[str, Any]:
    """Everything that was found, without a trace of when, where or by how many processes."""
    kinds = manifests.kinds(result.manifest.rows)
    found = {
        "format": FORMAT,
        "version": VERSION,
        "guardian": __version__,
        "name": f"{result.detector} on {result.manifest.file.name}",
        "manifest": {"file": result.manifest.file.name, "sha256": result.manifest.digest},
        "settings": settings(result.settings),
        "hold": result.hold,
        "rules": rules(),
        "overall": result.overall,
        "by": result.by,
        "falls": [_fall(outcome, kinds) for outcome in result.outcomes],
        "false_alarms": [_false_alarm(alarm, kinds) for alarm in result.false_alarms],
        "recordings": [
            {
                "path": seen.path,
                "seconds": seen.seconds,
                "frames": seen.frames,
                "coverage": seen.covered / (seen.seconds + seen.held) if seen.seconds + seen.held else None,
                "events": [_told(each) for each in seen.told],
                "fault": seen.fault,
            }
            for seen in (*(case.watched for case in result.cases), *result.faults)
        ],
        "omnifall": result.omnifall,
    }
    plain: dict[str, Any] = _plain(found)
    return plain


def settings(used: Settings) -> dict[str, Any]:
    """The settings that bear on what is found, and none that may hold a secret."""
    room = used.rooms[0]
    return {
        "falls": used.falls.model_dump(mode="json"),
        "behaviour": used.behaviour.model_dump(mode="json"),
        "places": [place.model_dump(mode="json") for place in room.places],
        "runtime": used.models.runtime,
    }


def dumps(found: Mapping[str, Any]) -> str:
    """The document as text."""
    return json.dumps(found, indent=1, allow_nan=False)


def load(file: Path) -> dict[str, Any]:
    """Read a document. Raises ConfigurationError where it is none."""
    right = f"the output of `guardian evaluate --json`, version {VERSION}, would be right"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{file}: {error.strerror}; {right}"
        raise ConfigurationError(message) from error
    except ValueError as error:
        message = f"{file}: {error}; {right}"
        raise ConfigurationError(message) from error
    if not isinstance(found, dict) or (found.get("format"), found.get("version")) != (FORMAT, VERSION):
        message = f"{file}: this is no evaluation, or of another version; {right}"
        raise ConfigurationError(message)
    missing = [key for key in _NEEDED if key not in found]
    if missing:
        message = f"{file}: {missing[0]} is missing; {right}"
        raise ConfigurationError(message)
    return {**found, "name": f"{found['name']} ({file.name})"}


def _fall(outcome: Outcome, kinds: Mapping[int, str]) -> dict[str, Any]:
    row = outcome.row
    return {
        "path": row.path,
        "onset": row.onset,
        "contact": row.contact,
        "kind": kinds[row.line],
        "source": row.source,
        "subject": row.subject,
        "light": row.light,
        "posture": row.posture,
        "verdict": outcome.verdict.value,
        "cut_short": outcome.cut_short,
        "alarm": _told(outcome.alarm),
        "alarm_delay": outcome.alarm_delay,
        "suspected_delay": outcome.suspected_delay,
    }


def _false_alarm(alarm: FalseAlarm, kinds: Mapping[int, str]) -> dict[str, Any]:
    during = {"kind": kinds[alarm.row.line], "source": alarm.row.source, "subject": alarm.row.subject}
    return {"path": alarm.path, **(_told(alarm.told) or {}), "more": alarm.more, **during}


def _told(told: Told | None) -> dict[str, Any] | None:
    if told is None:
        return None
    where = {"track": told.track, "place": told.place}
    return {"t": told.time, "event": told.event, **where, "reasons": list(told.reasons)}


def _plain(thing: Any) -> Any:
    """The same in what JSON has, numbers rounded."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return _plain(asdict(thing))
    if isinstance(thing, Mapping):
        return {key: _plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_plain(value) for value in thing]
    return round(thing, DIGITS) if isinstance(thing, float) else thing
