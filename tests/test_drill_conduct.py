"""Leading somebody through a drill, in a home that is played by hand."""

from dataclasses import replace

import pytest
from drilled import BATH, EXERCISE, HALL, Played

from guardian.drill.conduct import DRILL_SECONDS, FALL_SECONDS, GONE_SECONDS, RISE_SECONDS, Conductor, Plan, Stage
from guardian.drill.ear import Ear
from guardian.drill.findings import Findings, Line
from guardian.errors import GuardianError
from guardian.incident import Incident, IncidentState
from guardian.rehearsal import Outcome

PLAN = Plan(rooms=("hall",), fall_room="hall", seconds=20.0)
WALKED = [("", 8.0), ("sofa", 5.0), ("", 60.0)]
REAL = Incident(id="r", room="bath", kind="FallConfirmed", state=IncidentState.PENDING, opened=0.0, changed=0.0)


class Hearing(Ear):
    """An ear that hears at once what is raised."""

    def __init__(self, home: Played) -> None:
        self._home = home

    def heard(self) -> list[tuple[str, str, float]]:
        return [(each.id, each.state.value, each.changed + 0.02) for each in self._home.scene().incidents]


def conductor(home: Played, plan: Plan = PLAN, *, hears: bool = True) -> Conductor:
    stage = Stage(home.told.append, home.wait, home.now)
    return Conductor(home, plan, stage, Hearing(home) if hears else None, None if hears else "")


def found(conducted: Conductor) -> Findings:
    return conducted.findings("Home", "0.1.0", "", doctor=(Line("ok", "clock", "is right"),))


def said(home: Played, words: str) -> bool:
    return any(words in line for line in home.told)


def test_a_whole_drill_is_passed_and_leaves_nothing_on():
    home = Played(walks=WALKED)
    conducted = conductor(home)
    conducted.run()
    result = found(conducted)
    assert result.passed
    assert all(tick.done for tick in result.ticks)
    assert {step.name: step.outcome for step in result.steps}["button"] is Outcome.WELL
    assert home.asked[1] == ("drill", {"room": "hall", "seconds": DRILL_SECONDS, "contacts": False})
    assert home.asked[-2:] == [
        ("resolve", {"incident": "i", "outcome": "drill"}),
        ("drill", {"room": "hall", "seconds": 0}),
    ]
    for words in ("→ hall: walk about", "✓ hall, sofa: seen. 3 s, sure to 80%", "nobody is called", "✓ It rings."):
        assert said(home, words)
    plain = result.plain()
    assert plain["passed"] is True
    assert [tick["seen"] for tick in plain["walk"]] == [True, True]
    assert plain["fall"]["steps"][-1]["outcome"] == "well"


def test_a_place_that_was_ticked_on_the_way_is_not_gone_to_again():
    home = Played(walks=[("sofa", 30.0)])
    conducted = conductor(home, replace(PLAN, fall=False))
    conducted.run()
    assert found(conducted).passed
    assert not said(home, "go to sofa")
    assert home.asked == []
    assert found(conducted).plain()["fall"] is None


def test_where_nobody_is_seen_is_told_and_the_walk_goes_on():
    home = Played(walks=[("", 1.2), (None, 5.0), ("", 60.0)], rooms=(HALL, BATH))
    conducted = conductor(home, replace(PLAN, rooms=("hall", "bath"), fall=False))
    conducted.run()
    assert said(home, "! bath: degraded. It is rather dark.")
    assert said(home, "✗ hall, sofa: not seen within 20 s. Nobody was seen there.")
    assert said(home, "lost from sight for up to 5")
    assert said(home, "✗ bath: not seen")
    assert not found(conducted).passed


def test_a_drill_in_which_nobody_comes_down_ends_by_itself():
    home = Played(falls=False)
    conducted = conductor(home, replace(PLAN, walk=False))
    conducted.run()
    assert not found(conducted).passed
    assert FALL_SECONDS <= home.time - 1_000.0 - GONE_SECONDS < FALL_SECONDS + 1
    assert home.asked[-1] == ("drill", {"room": "hall", "seconds": 0})
    assert found(conducted).plain()["walk"] is None


def test_a_drill_that_nobody_answers_is_left_to_the_box():
    home = Played(presses=False)
    conducted = conductor(home, replace(PLAN, walk=False))
    conducted.run()
    assert {step.name: step.outcome for step in found(conducted).steps}["answered"] is Outcome.NOT_YET
    assert [request for request, _ in home.asked] == ["drill", "drill", "drill"]
    assert home.time - 1_000.0 < GONE_SECONDS + 12 + RISE_SECONDS + 1


@pytest.mark.parametrize("refuses", ["", "acknowledge", "resolve"])
def test_it_can_answer_in_place_of_the_person_unless_somebody_was_faster(refuses: str):
    home = Played(presses=refuses == "acknowledge", refuses=refuses)
    conducted = conductor(home, replace(PLAN, walk=False, answer=True))
    conducted.run()
    assert [request for request, _ in home.asked] == ["drill", "drill", "acknowledge", "resolve", "drill"]
    assert found(conducted).passed


def test_what_does_not_arrive_is_waited_for_and_then_told():
    home = Played()
    conducted = conductor(home, replace(PLAN, walk=False, contacts=("Anna",)), hears=False)
    conducted.run()
    assert said(home, "Anna will be told that it is a drill")
    assert not found(conducted).passed
    assert home.asked[1][1]["contacts"] is True


class Gone(Played):
    """A person who gets up before it rings, after pressing the button."""

    def _incidents(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
        since = self._since()
        self.answered_at = self.time if since > 9 else None
        return () if since > 9 else super()._incidents()


def test_one_that_is_over_before_it_rings_is_followed_to_its_end():
    home = Gone()
    conducted = conductor(home, replace(PLAN, walk=False))
    conducted.run()
    outcomes = {step.name: step.outcome for step in found(conducted).steps}
    assert outcomes["alarm"] is Outcome.NOT_TRIED
    assert outcomes["answered"] is Outcome.WELL
    assert home.asked[-1] == ("drill", {"room": "hall", "seconds": 0})


@pytest.mark.parametrize("at", [1_000.0, 1_005.0])
def test_a_real_emergency_ends_the_drill_at_once(at: float):
    home = Played(emergency=REAL, emergency_at=at)
    conducted = conductor(home, replace(PLAN, walk=False))
    with pytest.raises(GuardianError, match=r"this is no drill: in the bath FallConfirmed is pending"):
        conducted.run()
    assert home.began is None
    assert not found(conducted).passed
    assert bool(found(conducted).steps) is (at > 1_000.0)


def test_a_camera_that_cannot_see_is_a_fault_and_no_emergency():
    home = Played(walks=WALKED, emergency=replace(REAL, kind="ViewLost"), emergency_at=0.0)
    conducted = conductor(home)
    conducted.run()
    assert found(conducted).passed


def test_a_core_that_stands_still_is_told():
    with pytest.raises(GuardianError, match="does not finish its passes"):
        conductor(Played(late=True)).run()


def test_another_exercise_in_the_home_is_no_emergency():
    home = Played(walks=WALKED, emergency=replace(EXERCISE, id="x", room="bath"), emergency_at=0.0)
    conductor(home).run()
    assert home.asked
