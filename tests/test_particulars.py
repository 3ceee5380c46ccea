"""What an event adds to what is known of an incident; the life of one is in test_alarm.py."""

from dataclasses import replace

from guardian.events import Acknowledged, FallConfirmed, FallSuspected, PersonRecovered, Resolved
from guardian.incident import Incident, IncidentState
from guardian.particulars import MAX_REASONS, noted, worsened
from guardian.transitions import Trigger

OPEN = Incident(id="i", room="hall", kind="FallSuspected", state=IncidentState.SUSPECTED, opened=0.0, changed=0.0)


def test_the_gravest_name_stays_and_the_newest_track_and_place():
    fell = FallConfirmed(time=1.0, room="hall", track=4, place="mat", reasons=("Fell.",) * 12)
    worse = worsened(OPEN, fell)
    assert (worse.kind, worse.track, worse.place, len(worse.reasons)) == ("FallConfirmed", 4, "mat", MAX_REASONS)
    assert worsened(worse, FallSuspected(time=2.0, room="hall", track=5)).kind == "FallConfirmed"


def test_a_drill_worsens_as_an_emergency_does_and_ends_as_a_drill():
    drill = replace(OPEN, drill=True)
    fell = FallConfirmed(time=1.0, room="hall", track=4, reasons=("Fell.",))
    assert noted(drill, Trigger.DRILL_DANGER, fell, IncidentState.PENDING).kind == "FallConfirmed"
    closed = noted(drill, Trigger.TIMEOUT, None, IncidentState.RESOLVED)
    assert closed.outcome == "drill"
    by = Resolved(time=2.0, by="Ana", via="web", outcome="helped", note="fine")
    closed = noted(drill, Trigger.CLOSE, by, IncidentState.RESOLVED)
    assert (closed.outcome, closed.closed_by, closed.note) == ("drill", "Ana", "fine")


def test_who_took_it_and_that_they_are_up_again_are_kept():
    taken = noted(OPEN, Trigger.ACKNOWLEDGE, Acknowledged(time=1.0, by="Ana", via="web"), IncidentState.ACKNOWLEDGED)
    assert (taken.acknowledged_by, taken.acknowledged_via) == ("Ana", "web")
    up = noted(taken, Trigger.RECOVERY, PersonRecovered(time=2.0, room="hall", track=1), IncidentState.RESOLVED)
    assert (up.outcome, up.reasons) == ("recovered", ("Upright again.",))
