import numpy as np
import pytest
from bodies import bent, posed_like, seated, standing, tilted
from hypothesis import given
from hypothesis import strategies as st

from guardian.events import PersonIdentified
from guardian.identity import (
    ENOUGH,
    FEATURES,
    Identity,
    Person,
    Recognition,
    Template,
    proportions,
    recognise,
    remoteness,
    summary,
)
from guardian.skeleton import ANKLES, HEAD, HIPS, KEYPOINTS, SHOULDERS, Pose
from guardian.tracking import Track, TrackState


def built(pose: Pose, *, broad: float = 1.0, tall: float = 0.0) -> Pose:
    """The body with shoulders and hips so much broader, and with the torso longer by so many statures."""
    keypoints, middle = pose.keypoints.copy(), pose.keypoints[list(SHOULDERS), 1].mean()
    across = [*SHOULDERS, *HIPS]
    keypoints[across, 1] = middle + broad * (keypoints[across, 1] - middle)
    keypoints[:11, 0] -= tall * 0.6
    return Pose(keypoints, pose.score)


MARY, HULK = standing(), built(standing(), broad=1.6, tall=0.12)


def track(pose: Pose, number: int = 1, *, hit: bool = True, state: TrackState = TrackState.CONFIRMED) -> Track:
    return Track(number, pose, state, born=0.0, seen=0.0, hit=hit)


class Hall:
    """Somebody is looked at four times a second, with keypoints that tremble a little."""

    def __init__(self, *templates: Template) -> None:
        self.identity, self.now, self.noise = Identity("hall", templates), 0.0, np.random.default_rng(7)
        self.events, self.persons = list[PersonIdentified](), tuple[Person, ...]()

    def show(self, seconds: float, *tracks: Track) -> "Hall":
        for _ in range(round(seconds * 4)):
            self.now += 0.25
            looks = [
                Track(each.id, self._trembling(each.pose), each.state, 0.0, self.now, hit=each.hit) for each in tracks
            ]
            self.persons = self.identity.update(looks, self.now)
            self.events += self.identity.events
        return self

    def _trembling(self, pose: Pose) -> Pose:
        return posed_like(pose, self.noise.normal(0, 0.001, (KEYPOINTS, 2)), 0.7)


def template(pose: Pose, name: str) -> Template:
    hall = Hall().show(10, track(pose))
    made = hall.identity.enrol(name, 1)
    assert made is not None
    return made


def test_who_was_enrolled_is_recognised_after_some_seconds_and_told_once():
    hall = Hall(template(MARY, "Mary"), template(HULK, "Bruce"))
    hall.show(4, track(MARY, 5))
    assert (hall.persons[0].name, hall.persons[0].recognition) == (None, Recognition.UNDECIDED)
    hall.show(20, track(MARY, 5))
    assert (hall.persons[0].name, hall.persons[0].recognition) == ("Mary", Recognition.KNOWN)
    (event,) = hall.events
    assert (event.person, event.track, event.room) == ("Mary", 5, "hall")
    assert event.reasons[0].startswith("Proportions of the body fit Mary at ")


def test_whoever_fits_nobody_is_a_stranger_without_a_name():
    hall = Hall(template(MARY, "Mary")).show(10, track(HULK))
    assert (hall.persons[0].name, hall.persons[0].recognition) == (None, Recognition.STRANGER)
    (event,) = hall.events
    assert event.person is None
    assert event.reasons[0].startswith("Proportions of the body fit nobody enrolled; the nearest at ")


def test_where_nobody_is_enrolled_nobody_is_a_stranger():
    hall = Hall()
    assert not hall.identity.enrolled
    hall.show(20, track(MARY))
    assert hall.persons[0].recognition is Recognition.UNDECIDED
    assert hall.events == []


def test_of_two_who_are_alike_neither_is_named():
    twin = built(standing(), broad=1.01)
    hall = Hall(template(MARY, "Mary"), template(twin, "Martha")).show(20, track(MARY))
    assert hall.persons[0].name is None
    assert hall.persons[0].recognition is Recognition.UNDECIDED
    assert hall.persons[0].score > 0.5
    assert hall.events == []


def test_a_name_stays_while_the_body_is_seen_badly():
    hall = Hall(template(MARY, "Mary")).show(10, track(MARY))
    between = built(standing(), broad=1.17, tall=0.02)
    hall.show(40, track(between))
    assert hall.persons[0].name == "Mary"
    assert hall.persons[0].recognition is Recognition.KNOWN
    hall.show(60, track(seated())).show(60, track(standing(), hit=False))
    assert hall.persons[0].name == "Mary"
    assert len(hall.events) == 1


def test_a_name_is_taken_back_when_the_template_is_erased():
    hall = Hall(template(MARY, "Mary")).show(10, track(MARY))
    hall.identity.forget("Mary")
    assert not hall.identity.enrolled
    hall.show(1, track(MARY))
    assert (hall.persons[0].name, hall.persons[0].recognition) == (None, Recognition.UNDECIDED)
    assert hall.events[-1].reasons == ("The person who this was taken for is no longer enrolled.",)


def test_nobody_is_enrolled_before_enough_was_seen():
    hall = Hall()
    assert hall.identity.enrol("Mary", 1) is None
    hall.show(ENOUGH / 4 - 0.5, track(MARY))
    assert hall.identity.enrol("Mary", 1) is None
    hall.show(1, track(MARY))
    made = hall.identity.enrol("Mary", 1)
    assert made is not None
    assert hall.identity.enrolled


def test_enrolling_anew_replaces_the_earlier_template():
    hall = Hall(template(HULK, "Mary")).show(10, track(MARY))
    assert hall.persons[0].recognition is Recognition.STRANGER
    assert hall.identity.enrol("Mary", 1) is not None
    hall.show(1, track(MARY))
    assert hall.persons[0].name == "Mary"
    assert len(hall.identity._templates) == 1


def test_only_a_confirmed_body_that_is_seen_upright_is_measured():
    for unseen in (
        track(MARY, state=TrackState.TENTATIVE),
        track(MARY, state=TrackState.LOST),
        track(MARY, hit=False),
        track(seated()),
        track(bent()),
        track(tilted(60)),
    ):
        assert Hall().show(20, unseen).identity.enrol("Mary", 1) is None


def test_frames_in_quick_succession_count_once():
    identity = Identity()
    for number in range(60):
        identity.update([track(MARY)], number * 0.03)
    assert identity.enrol("Mary", 1) is None


def test_an_ended_track_is_forgotten():
    hall = Hall().show(20, track(MARY))
    hall.show(0.25)
    hall.show(0.25, track(MARY))
    assert hall.identity.enrol("Mary", 1) is None


def test_persons_come_in_the_order_of_their_tracks():
    hall = Hall(template(MARY, "Mary")).show(10, track(HULK, 9), track(MARY, 3))
    assert [(person.track.id, person.name) for person in hall.persons] == [(9, None), (3, "Mary")]


@given(st.floats(0.2, 1.5), st.floats(0.2, 1.0), st.floats(-20, 20))
def test_proportions_do_not_depend_on_distance_place_or_lean(stature: float, x: float, lean: float):
    near, here = proportions(standing().keypoints), proportions(tilted(lean, (0.9, x), stature).keypoints)
    assert near is not None
    assert here is not None
    assert here == pytest.approx(near, rel=0.02)
    assert here.shape == (len(FEATURES),)


@pytest.mark.parametrize("hidden", [[*SHOULDERS], [12], [*ANKLES], [5], [*HEAD], [13, 14], [7, 8], [7, 10, 14, 15]])
def test_a_body_that_is_not_wholly_seen_has_no_proportions(hidden: list[int]):
    keypoints = standing().keypoints.copy()
    keypoints[hidden, 2] = 0.1
    assert proportions(keypoints) is None


def test_of_a_limb_that_points_at_the_camera_the_other_side_tells_the_length():
    keypoints = standing().keypoints.copy()
    whole = proportions(keypoints)
    keypoints[7, :2] = keypoints[5, :2]
    assert proportions(keypoints) == pytest.approx(whole)
    keypoints[[7, 13], 2] = 0.1
    assert proportions(keypoints) == pytest.approx(whole)


def test_a_body_folded_together_has_no_proportions():
    keypoints = standing().keypoints.copy()
    keypoints[13:, :2] = keypoints[11:13, :2].mean(axis=0)
    assert proportions(keypoints) is None


def test_a_template_survives_the_store():
    made = template(MARY, "Märy")
    assert Template.decode(made.encode()) == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting"),
        ("7", "this is no template"),
        ('{"name": "Mary"}', "this is no template: 'mean'"),
        ('{"name": "Mary", "mean": [1, 2], "spread": [1, 2], "count": 30}', "the template of 'Mary' is damaged"),
        ('{"name": "Mary", "mean": [1, 1, 1, 1, 1, "x"], "spread": [], "count": 30}', "could not convert"),
        ('{"name": "Mary", "mean": [1, 1, 1, 1, 1, NaN], "spread": [1, 1, 1, 1, 1, 1], "count": 30}', "is damaged"),
        ('{"name": "Mary", "mean": [1, 1, 1, 1, 1, -1], "spread": [1, 1, 1, 1, 1, 1], "count": 30}', "is damaged"),
        ('{"name": "Mary", "mean": [1, 1, 1, 1, 1, 1], "spread": [1, 1, 1, 1, 1, 1], "count": 0}', "is damaged"),
    ],
)
def test_a_damaged_template_names_nobody(text: str, said: str):
    with pytest.raises(ValueError, match=said):
        Template.decode(text)


ENROLLED_MARY, ENROLLED_HULK = template(MARY, "Mary"), template(HULK, "Bruce")


@given(st.integers(0, 2**32 - 1), st.floats(1.0, 2.0))
def test_whoever_is_further_away_is_never_preferred(seed: int, broad: float):
    noise = np.random.default_rng(seed)
    samples = [proportions(built(standing(), broad=broad + noise.normal(0, 0.01)).keypoints) for _ in range(30)]
    seen = [each for each in samples if each is not None]
    known = [ENROLLED_MARY, ENROLLED_HULK]
    name, score, recognition = recognise(seen, known)
    assert 0 <= score <= 1
    assert (name is not None) == (recognition is Recognition.KNOWN)
    if name is not None:
        assert name == min(known, key=lambda each: remoteness(seen, each)).name


def test_widths_are_taken_from_the_front_view_and_lengths_from_the_middle():
    shape = proportions(standing().keypoints)
    assert shape is not None
    turned = shape.copy()
    turned[2:4] *= 0.3
    centre, spread = summary([shape, shape, shape, turned, turned, turned])
    assert centre == pytest.approx(shape)
    assert spread[0] == 0
    assert spread[2] > 0
