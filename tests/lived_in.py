"""A household that has lived with the box, and what the box keeps of it: names and bodies to be searched for."""

import json
import time
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

from bodies import seen, standing, tilted
from boxes import START, Log

from guardian.app import STORE
from guardian.brain import Brain
from guardian.commands import Publish
from guardian.contacts import Contact
from guardian.day import Day
from guardian.events import (
    Acknowledged,
    ContactTold,
    EnrolmentAsked,
    MissReported,
    PauseAsked,
    Resolved,
)
from guardian.eye.watch import Seen
from guardian.home import scenes_of
from guardian.identity import Template
from guardian.io.journal import Journal
from guardian.io.scenes import SceneWriter
from guardian.kept import rows
from guardian.lab.identify.walks import walks
from guardian.moment import Moment
from guardian.settings import Settings
from guardian.skeleton import Observation
from guardian.web.audit import Audit
from guardian.web.roles import Role
from guardian.web.users import Users

ROSA, LUIS, CARER = "Xaveria", "Quirino", "Wendeline"
"""Who lives there and is enrolled, who lives there with her, and who comes when it rings."""
AWAY = Publish("guardian/home/event", json.dumps({"event": "PersonLeft", "person": ROSA}))


def settings_of(state: Path, **more: object) -> Settings:
    """A home of one room that keeps all that a box may keep."""
    rooms = [{"name": "kitchen", "camera": {"source": "/dev/video0"}}]
    known = {"rooms": rooms, "feedback": {"keep_scenes": True}, "state_directory": state, "mqtt": {"broker": "none"}}
    contacts = [Contact(name=CARER, ways=("json://localhost",))]
    return Settings.model_validate({**known, "contacts": contacts, **more})


class Household:
    """A brain at work on a real journal and real files, until `end`."""

    def __init__(self, settings: Settings) -> None:
        self.now = 0.0
        self.journal = Journal(settings.state_directory / STORE, lambda _: None)
        self.journal.open(self._moment())
        self._scenes = SceneWriter(scenes_of(settings), settings.feedback, lambda _: None, self._moment)
        self._scenes.start()
        ids = iter(range(1_000))
        outputs = replace(Log().outputs, journal=self.journal, scenes=self._scenes.put)
        self.brain = Brain(settings, outputs, lambda: f"i-{next(ids)}", self._moment())

    def see(self, observation: Observation) -> None:
        """Let the camera see something `observation.time` seconds after what was seen before."""
        self.now += observation.time
        self.brain.take(Seen("kitchen", replace(observation, time=self._moment().monotonic)), self._moment())

    def say(self, kind: type, **said: object) -> None:
        """Let a human do something."""
        event = kind(time=self._moment().monotonic, by=ROSA, via="web", **said)
        self.brain.take(event, self._moment())

    def enrol(self) -> None:
        """Let Rosa walk to and fro for a minute, and be known from then on."""
        self.say(EnrolmentAsked, name=ROSA, room="kitchen")
        for walk in walks(7, 1):
            last = 0.0
            for each in walk.seen:
                self.see(replace(each, time=max(0.01, each.time - last)))
                last = each.time
            if self.brain.shown.people.known:
                return
        message = "nobody was enrolled"
        raise AssertionError(message)

    def fall(self) -> str:
        """Let somebody fall, be helped and spoken of; the incident's id."""
        for _ in range(30):
            self.see(seen(0.1, standing()))
        for step in range(6):
            self.see(seen(0.1, tilted(15.0 * (step + 1))))
        for _ in range(350):
            self.see(seen(0.1, tilted(90.0)))
        (incident,) = self.brain.alarm.incidents
        self.say(Acknowledged, incident=incident.id)
        self.say(Resolved, incident=incident.id, outcome="helped", note=f"{ROSA} tripped over {LUIS}'s shoes.")
        for _ in range(100):
            self.see(seen(0.1, standing()))
        return incident.id

    def end(self) -> None:
        """Write what waits."""
        self._scenes.close()
        self.journal.close()

    def _moment(self) -> Moment:
        return Moment(1_000.0 + self.now, START.fromtimestamp(START.timestamp() + self.now, START.tzinfo))


def live(settings: Settings) -> dict[str, bytes]:
    """Fill the state, and return what is to be found in its bytes, by what it is: names, and numbers of bodies."""
    state, home = settings.state_directory, Household(settings)
    home.enrol()
    incident = home.fall()
    home.say(MissReported, at="12:00", room="kitchen", note=f"{ROSA} says she fell.")
    home.say(PauseAsked, seconds=60.0)
    moment = home._moment()
    days = [Day(date=date(2025, 6, day), who=who, rising=400 + day) for day in (1, 2) for who in (ROSA, "")]
    for day in days:
        home.journal.save_day(day, moment)
    home.journal.save_message(7, AWAY, moment)
    told = ContactTold(time=1.0, room="", contact=CARER, way="json", incident=incident, step=1)
    home.journal.save_told(told, moment)
    home.end()
    audit = Audit(state, time.time)
    audit.note(ROSA, "erased a person", "192.0.2.7")
    audit.note(CARER, f"let {ROSA} in", "192.0.2.8")
    Users(state).add(CARER, Role.CAREGIVER, "violin harbour thimble")
    return {"Rosa": ROSA.encode(), "Luis": LUIS.encode(), "carer": CARER.encode(), **_bodies(state, incident, days[0])}


def _bodies(state: Path, incident: str, day: Day) -> dict[str, bytes]:
    (template,) = rows(state / STORE, "templates")
    values = Template.decode(str(template["body"])).signature.values
    scene = next(row["lines"] for row in rows(state / STORE, "scenes") if row["incident"] == incident)
    assert '"' in zlib.decompress(scene).decode()
    frame = next(file.read_text().splitlines()[5] for file in sorted((state / "scenes").glob("*.jsonl")))
    return {
        "body": repr(values[0]).encode(),
        "stick figures": scene[40:80],
        "kept scene": frame[:60].encode(),
        "day": day.encode()[10:40],
    }


def found_in(state: Path, canaries: dict[str, bytes]) -> dict[str, list[str]]:
    """In which files each canary is; those that are nowhere are left out."""
    files = {path.relative_to(state).as_posix(): path.read_bytes() for path in state.rglob("*") if path.is_file()}
    places = {what: sorted(name for name, held in files.items() if canary in held) for what, canary in canaries.items()}
    return {what: names for what, names in places.items() if names}
