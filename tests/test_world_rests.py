import numpy as np
import pytest

from guardian.cli import main
from guardian.geometry import contains
from guardian.lab.world import rests
from guardian.lab.world.days import live as days_live
from guardian.lab.world.days import visited
from guardian.lab.world.homes import home
from guardian.lab.world.rests import Lived, places, share
from guardian.rest_places import RestPlaces
from guardian.settings import Place

pytestmark = pytest.mark.slow

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def test_a_day_of_a_home_is_lived_twice_and_people_fall_there(capsys: pytest.CaptureFixture[str]):
    assert places(homes=1, days=1, falls=1, seed=4, jobs=1) == 0
    told = capsys.readouterr().out
    assert "Simulated: 1 homes of which nobody drew a place, 1 days each" in told
    assert "Of 1 falls" in told
    assert "with learned places" in told


def test_an_activity_that_nobody_does_is_refused(capsys: pytest.CaptureFixture[str]):
    assert main(["lab", "places", "--only", "flying"]) == 2
    assert "'flying' is no activity; one of walking through," in capsys.readouterr().err


def test_only_one_thing_is_done_where_that_is_asked_for():
    day = visited(home(np.random.default_rng(4)), np.random.default_rng(4), 0, only=("tying shoes",))
    assert {name for name, _ in day} == {"tying shoes"}


def test_the_share_of_an_outline_in_another():
    assert share(SQUARE, SQUARE) == 1.0
    assert share(SQUARE, ((2.0, 2.0), (3.0, 2.0), (3.0, 3.0))) == 0.0
    assert share(SQUARE, ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))) == pytest.approx(0.5, abs=0.05)


def test_what_is_learned_is_told_from_what_is_not_there_and_floor_under_it_is_counted():
    place, lived = home(np.random.default_rng(3)), Lived()
    rest = next(spec for spec in place.furniture if spec.name == "rest")
    seen = tuple((min(1.0, max(0.0, x)), min(1.0, max(0.0, y))) for x, y in rests._seen(place, rest.piece()))
    over = Place(name="bed", kind="bed", polygon=seen)
    corner = Place(name="bed", kind="bed", polygon=((0.0, 0.0), (0.05, 0.0), (0.05, 0.05)))
    rests._judge(place, over, 0, lived)
    rests._judge(place, corner, 1, lived)
    assert lived.proposed == {rest.kind: (1, "bed")}
    assert lived.wrong == 1
    rests._lie_about(place, (corner,), lived)
    assert lived.floor > 3
    assert lived.covered == 0
    everything = corner.model_copy(update={"polygon": SQUARE})
    rests._lie_about(place, (everything,), lived)
    assert lived.covered == pytest.approx(lived.floor)
    assert contains(over.polygon, tuple(np.mean(over.polygon, axis=0)))


def test_an_alarm_is_called_false_and_an_accepted_place_counts(monkeypatch: pytest.MonkeyPatch):
    life = rests._Life(home(np.random.default_rng(4)))
    called = []
    monkeypatch.setattr(RestPlaces, "incident", lambda _self, incident, _moment: called.append(incident) or ())
    monkeypatch.setattr(rests._Watch, "alarmed", lambda _self, seen: ((), seen.time < first + 1))
    first = float("inf")
    for _, observation, _ in days_live(4, 0):
        first = min(first, observation.time)
        life.see(observation, 0)
        if observation.time > first + 2 * rests.CALLED_FALSE_SECONDS:
            break
    assert [incident.outcome for incident in called] == [None, "false alarm"]
    assert life.lived.learned[0] == life.lived.without[0] > 0
