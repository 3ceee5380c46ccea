"""What goes over the wire to the page: plain JSON values, made from the household's nouns in one place, with sentences
in the language of `book`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any, TypeAlias

import numpy as np

from guardian import messages
from guardian.day import Day
from guardian.drawn import DrawnPlace, written
from guardian.heat import COLUMNS, ROWS
from guardian.incident import Incident
from guardian.neighbours import Seen
from guardian.pause import Pause
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.rest_places import LearnedPlace
from guardian.senses import Sensed
from guardian.settings import Place
from guardian.skeleton import HEAD, LIMBS, TORSO
from guardian.transitions import Course, course_of
from guardian.web import boxes, words
from guardian.web.audit import Deed
from guardian.web.boxes import Somewhere
from guardian.web.household import (
    EnrolmentShown,
    HabitsShown,
    PastIncident,
    PersonShown,
    RecordedScene,
    RoomShown,
    Snapshot,
)
from guardian.web.tongues import retold

Json: TypeAlias = dict[str, Any]

SKELETON: Json = {
    "limbs": [[int(a), int(b)] for a, b in LIMBS],
    "head": [int(keypoint) for keypoint in HEAD],
    "torso": [int(keypoint) for keypoint in TORSO],
}
"""The topology that the page draws by: pairs of keypoint numbers, and which of them make the head and the torso."""

THOUSANDTHS = 1_000


def message(name: str, data: Json) -> bytes:
    """Write one server-sent event; JSON has no line break of its own."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def state(snapshot: Snapshot, now: float, book: Phrasebook = ENGLISH) -> Json:
    """Write everything but the bodies: what is said, the open incidents, the rooms, and how the box itself is."""
    said = words.headline(snapshot, now, book)
    return {
        "household": snapshot.household,
        "version": snapshot.version,
        "late": words.late(snapshot, now),
        "headline": {
            "mood": said.mood.value,
            "kicker": said.kicker,
            "title": said.title,
            "detail": said.detail,
            "countdown": said.countdown,
        },
        "incidents": [_open_incident(each, snapshot, now, book) for each in boxes.everywhere(snapshot)],
        "rooms": [_room(room, book) for room in snapshot.rooms],
        "boxes": [_box(box, snapshot, book) for box in snapshot.boxes],
        "senses": [_sensed(sensed, snapshot, book) for sensed in snapshot.senses],
        "panel": {
            "lamp": snapshot.panel.lamp.value,
            "sound": snapshot.panel.sound.value,
            "text": snapshot.panel.text,
            "says": words.panel(snapshot.panel.lamp, snapshot.panel.sound, book),
        },
        "faults": [
            {"part": book.phrase(fault.part), "room": fault.room, "reason": words.fault(fault, book)}
            for fault in snapshot.faults
        ],
        "snoozes": [
            {"room": snooze.room, "until": snapshot.wall(snooze.until).isoformat(timespec="seconds")}
            for snooze in snapshot.snoozes
        ],
        "pauses": [_pause(each, snapshot) for each in snapshot.pauses],
        "trial": words.trial(snapshot.trial, book),
        "feedback": _feedback(snapshot),
        "habits": [_habits(each, book) for each in snapshot.habits],
    }


def people(snapshot: Snapshot, book: Phrasebook = ENGLISH) -> Json:
    """Write the bodies of every room, in the order of the rooms."""
    return {"rooms": [[_person(person, book) for person in room.persons] for room in snapshot.rooms]}


def known(snapshot: Snapshot, book: Phrasebook = ENGLISH) -> Json:
    """Write who is enrolled where, and how enrolments go, to whole per cent: names, and never a template."""
    shown = snapshot.people
    return {
        "people": [{"name": name, "room": room} for name, room in shown.known],
        "enrolments": [_enrolment(each, book) for each in shown.enrolments],
    }


def _enrolment(shown: EnrolmentShown, book: Phrasebook) -> Json:
    return {**asdict(shown), "share": round(shown.share, 2), "text": retold(shown.text, book)}


def look(snapshot: Snapshot, now: float) -> Json:
    """Write what the drill looks at, in monotonic seconds of this machine: who is seen how, and how alarms go."""
    drill = snapshot.drill
    return {
        "time": now,
        "wall": snapshot.moment.wall.isoformat(timespec="seconds"),
        "late": words.late(snapshot, now),
        "rooms": [
            {
                **_room(room, ENGLISH),
                "persons": [_person(person, ENGLISH) for person in room.persons],
                "look": _look(room),
            }
            for room in snapshot.rooms
        ],
        "incidents": [
            {
                **{key: getattr(each, key) for key in ("id", "room", "kind", "opened", "changed", "drill")},
                "state": each.state.value,
                "told": list(each.told),
                "by": each.acknowledged_by,
            }
            for each in snapshot.incidents
        ],
        "panel": {"lamp": snapshot.panel.lamp.value, "sound": snapshot.panel.sound.value},
        "deliveries": [{**asdict(each), "state": each.state.value} for each in snapshot.deliveries],
        "snoozed": [snooze.room for snooze in snapshot.snoozes],
        "drill": None if drill is None else {**asdict(drill), "until": snapshot.wall(drill.until).isoformat()},
    }


def _look(room: RoomShown) -> Json | None:
    return None if room.look is None else asdict(room.look)


def beat(snapshot: Snapshot) -> Json:
    """Write a sign of life, with the household's time of day."""
    return {"wall": snapshot.moment.wall.isoformat(timespec="seconds")}


def incidents(past: Sequence[PastIncident], book: Phrasebook = ENGLISH) -> Json:
    """Write the list of what happened, newest first."""
    return {"incidents": [_past_incident(each, book) for each in past]}


def days(kept: Sequence[Day]) -> Json:
    """Write the days of somebody, the oldest first."""
    return {"days": [day.plain() for day in kept]}


def deeds(done: Sequence[Deed], zone: tzinfo | None, book: Phrasebook = ENGLISH) -> Json:
    """Write who did what, the newest first, with the household's time."""
    when = [datetime.fromisoformat(each.when).astimezone(zone).isoformat(timespec="seconds") for each in done]
    told = [
        {"who": book.word(each.who), "what": book.recall(each.what), "whence": book.word(each.whence)} for each in done
    ]
    return {"deeds": [{**each, "when": at} for each, at in zip(told, when, strict=True)]}


def scene(recorded: RecordedScene, book: Phrasebook = ENGLISH) -> Json:
    """Write the stick figures around an incident."""
    return {
        "room": recorded.room,
        "aspect": recorded.aspect,
        "places": [_place(place, book) for place in recorded.places],
        "frames": [
            {"t": round(frame.offset, 3), "persons": [_person(person, book) for person in frame.persons]}
            for frame in recorded.frames
        ],
    }


def places(room: RoomShown) -> Json:
    """Write what whoever draws the places of a room goes by: where people have been, and the places as lines for the
    configuration.
    """
    heat = room.heat
    return {
        "columns": COLUMNS,
        "rows": ROWS,
        "heat": {} if heat is None else heat.levels(),
        "hours": 0.0 if heat is None else round(heat.total / 60, 1),
        "yaml": written(room.drawn),
    }


def _person(person: PersonShown, book: Phrasebook) -> Json:
    """One body; keypoints as 51 whole thousandths: y, x, score, y, x, score ..."""
    thousandths = np.rint(np.nan_to_num(person.keypoints) * THOUSANDTHS).astype(int)
    return {
        "track": person.track,
        "name": person.name,
        "posture": person.posture,
        "place": None if person.place is None else book.phrase(person.place),
        "keypoints": thousandths.ravel().tolist(),
    }


def _room(room: RoomShown, book: Phrasebook) -> Json:
    return {
        "name": room.name,
        "aspect": round(room.aspect, 4),
        "coverage": room.coverage.value,
        "reason": retold(room.reason, book),
        "camera": retold(room.camera, book),
        "moved": room.moved,
        "outdated": retold(room.outdated, book),
        "places": [_place(place, book) for place in room.places],
        "learned": [_learned(each, book) for each in room.learned],
        "drawn": [_drawn(each, book) for each in room.drawn],
    }


def _habits(shown: HabitsShown, book: Phrasebook) -> Json:
    sentences = [retold(each, book) for each in shown.sentences]
    return {"who": shown.who, "sentences": sentences, "today": shown.today.plain()}


def _sensed(sensed: Sensed, snapshot: Snapshot, book: Phrasebook) -> Json:
    return {
        "name": sensed.name,
        "room": sensed.room,
        "kind": sensed.kind.value,
        "state": sensed.state.value,
        "says": words.sensed(sensed, book),
        "since": snapshot.wall(sensed.since).isoformat(timespec="seconds"),
        "fault": retold(sensed.fault, book) if sensed.fault else sensed.fault,
    }


def _pause(pause: Pause, snapshot: Snapshot) -> Json:
    since, until = (snapshot.wall(at).isoformat(timespec="seconds") for at in (pause.since, pause.until))
    return {"room": pause.room, "since": since, "until": until, "by": pause.by}


def _feedback(snapshot: Snapshot) -> Json:
    """What is kept to learn from, and since which minute of the day a missed fall can be told."""
    shown = snapshot.feedback
    since = min(shown.reaches.values(), default=None)
    return {
        "on": shown.on,
        "kept": shown.kept,
        "since": None if since is None else f"{snapshot.wall(since):%H:%M}",
    }


def _place(place: Place, book: Phrasebook) -> Json:
    """A place; one that nobody has named is called by its kind, which is a word of ours."""
    return {"name": book.phrase(place.name), "kind": place.kind, "polygon": [list(corner) for corner in place.polygon]}


def _learned(learned: LearnedPlace, book: Phrasebook) -> Json:
    return {
        **_place(learned.place, book),
        "key": learned.place.name,
        "number": learned.number,
        "sentence": retold(learned.sentence, book),
        "accepted": learned.accepted,
    }


def _drawn(drawn: DrawnPlace, book: Phrasebook) -> Json:
    return {
        **_place(drawn.place, book),
        "key": drawn.place.name,
        "source": drawn.source.value,
        "configured": drawn.configured,
        "outdated": drawn.outdated,
    }


def _box(box: Seen, snapshot: Snapshot, book: Phrasebook) -> Json:
    """Another box; what was open there, where it does not answer."""
    return {
        "name": box.neighbour.name,
        "page": box.neighbour.page,
        "lives": box.lives,
        "stands": boxes.stands(box, book),
        "heard": None if box.heard is None else snapshot.wall(box.heard).isoformat(timespec="seconds"),
        "rooms": [
            {
                "name": room.name,
                "coverage": room.coverage,
                "reason": retold(room.reason, book),
                "says": boxes.says(room, book),
            }
            for room in box.rooms
        ],
        "last": [_common(each, _opened(each, snapshot), book) for each in boxes.last_said(box)],
    }


def _opened(incident: Incident, snapshot: Snapshot) -> str:
    return snapshot.wall(incident.opened).isoformat(timespec="seconds")


def _open_incident(each: Somewhere, snapshot: Snapshot, now: float, book: Phrasebook) -> Json:
    incident = each.incident
    return {
        **_common(incident, _opened(incident, snapshot), book),
        "where": each.where(book),
        "box": each.box,
        "problem": boxes.problem(each, snapshot, book),
        "age": messages.ago(now - incident.opened, book),
        "actions": list(words.actions(incident)),
        "countdown": words.countdown(incident, now),
        "told": list(incident.told),
        "reached": [] if each.box else list(words.reached(incident, snapshot, book)),
    }


def _past_incident(past: PastIncident, book: Phrasebook) -> Json:
    return {
        **_common(past.incident, past.opened.isoformat(timespec="seconds"), book),
        "closed": past.closed.isoformat(timespec="seconds") if past.closed else None,
        "replayable": past.replayable,
        "judged": past.judged,
    }


def _common(incident: Incident, opened: str, book: Phrasebook) -> Mapping[str, Any]:
    return {
        "id": incident.id,
        "opened": opened,
        "what": book.say("Drill") if course_of(incident) is Course.DRILL else messages.headline(incident, book),
        "room": incident.room,
        "where": messages.where(incident, book),
        "reasons": [retold(each, book) for each in incident.reasons],
        "state": incident.state.value,
        "verdict": words.verdict(incident, book),
        "by": _word(incident.acknowledged_by, book),
        "via": _word(incident.acknowledged_via, book),
        "outcome": incident.outcome,
        "drill": incident.drill,
    }


def _word(said: str | None, book: Phrasebook) -> str | None:
    return None if said is None else book.word(said)
