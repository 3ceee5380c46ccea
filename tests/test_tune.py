from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import pytest
import yaml
from askew import ASPECT, askew
from bodies import seen, standing, tilted
from hypothesis import given
from hypothesis import strategies as st

from guardian import recording
from guardian.cli import main
from guardian.configuration.loading import parse
from guardian.events import PersonDown
from guardian.lab import tune
from guardian.lab.analyse import NOON
from guardian.lab.clusters import APART, LEAST, Spot, clusters, place
from guardian.lab.tune import AS_IT_IS, CANDIDATES, Mistakes, Trial, chance, choose, cost, held_out, total, warnings
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Falls, Room, Settings
from guardian.skeleton import Pose

Film = Callable[[float], Pose]


def falls_at(second: float, up: float = 1e9, x: float = 0.7) -> Film:
    """Somebody who goes over at that second, and may be up again at another."""

    def pose(time: float) -> Pose:
        return tilted(max(0.0, min(90.0, (time - second) * 150)) if time < up else 0.0, feet=(0.9, x))

    return pose


def lies_down_at(second: float, x: float = 0.7) -> Film:
    """Somebody who lies down within some seconds, and stays."""

    def pose(time: float) -> Pose:
        return tilted(max(0.0, min(90.0, (time - second) * 20)), feet=(0.9, x))

    return pose


def write(path: Path, film: Film, seconds: float) -> None:
    lines = [recording.header()]
    lines += [recording.dumps(seen(tenth / 10, film(tenth / 10))) for tenth in range(round(seconds * 10))]
    path.write_text("\n".join(lines) + "\n")


def collection(directory: Path, *rows: tuple[Film, float, str], room: str = "hall") -> Path:
    """A manifest with a scene for each (film, seconds, kind and times)."""
    directory.mkdir()
    told = ["path,kind,fall_onset_s,ground_contact_s,room"]
    for number, (film, seconds, kind) in enumerate(rows):
        write(directory / f"{number}.jsonl", film, seconds)
        told.append(f"{number}.jsonl,{kind},{room}")
    manifest = directory / "manifest.csv"
    manifest.write_text("\n".join(told) + "\n")
    return manifest


FALSE = (falls_at(5.0, up=11.5), 20.0, "adl,,")
"""Down for some 6 s: somebody who plays on the floor."""
FALL = (falls_at(5.0), 30.0, "fall,5.0,5.6")


def test_a_longer_wait_is_proposed_where_everybody_is_up_again_soon(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    manifest = collection(tmp_path / "home", *[FALSE] * 4, *[FALL] * 2)
    assert main(["lab", "tune", str(manifest)]) == 0
    said = capsys.readouterr().out
    assert "Worth a try: falls.confirm_seconds: 8.0. Missed falls 0 -> 0, false alarms 4 -> 0" in " ".join(said.split())
    snippet = said[said.index("falls:\n") :].split("\n\n")[0]
    assert yaml.safe_load(snippet) == {"falls": {"confirm_seconds": 8.0}}
    assert "Thin evidence: 6 scenes" in said
    assert "2 falls: these scenes hardly tell" in said


def test_where_nothing_is_wrong_it_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    manifest = collection(tmp_path / "home", FALL, (lambda _: standing(), 10.0, "adl,,"))
    assert main(["lab", "tune", str(manifest.parent)]) == 0
    said = capsys.readouterr().out
    assert "leave it as it is" in said
    assert "falls:\n" not in said


def test_a_second_manifest_speaks_for_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    home = collection(tmp_path / "home", *[FALSE] * 2)
    other = collection(tmp_path / "other", FALL)
    assert main(["lab", "tune", str(home), str(other)]) == 0
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert "home/manifest.csv" in first
    assert "other/manifest.csv" in first
    assert " ".join(second.split()) == "as it is 0 found, 0 missed, 2 false 1 found, 0 missed, 0 false 2"


def test_a_torn_scene_is_left_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    manifest = collection(tmp_path / "home", FALL, FALL)
    (manifest.parent / "1.jsonl").write_text("torn")
    assert main(["lab", "tune", str(manifest)]) == 0
    said = capsys.readouterr().out
    assert "Left out:" in said
    assert "1 scene. One missed fall" in said
    (manifest.parent / "0.jsonl").write_text("torn")
    assert main(["lab", "tune", str(manifest)]) == 1


def test_a_manifest_without_a_scene_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    manifest = collection(tmp_path / "home")
    assert main(["lab", "tune", str(manifest)]) == 2
    assert "has no scene" in capsys.readouterr().err


def test_false_alarms_at_one_spot_are_offered_a_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    naps = [(lies_down_at(5.0, x=0.3 + number / 100), 45.0, "adl,,") for number in range(LEAST)]
    manifest = collection(tmp_path / "home", *naps, (falls_at(5.0, x=1.0), 30.0, "fall,5.0,5.6"))
    config = tmp_path / "guardian.yaml"
    bed = "{name: the bed, kind: bed, polygon: [[0, 0], [0.1, 0], [0.1, 0.1]]}"
    config.write_text(f"rooms: [{{name: hall, camera: {{source: csi}}, places: [{bed}]}}]\n")
    assert main(["lab", "tune", str(manifest), "--config", str(config)]) == 0
    said = capsys.readouterr().out
    assert "3 scenes of hall have a false alarm at one spot" in said
    assert "false alarms 3 -> 0, falls found 1 -> 1" in " ".join(said.split())
    assert "3 of 3 such scenes stay quiet" in " ".join(said.split())
    whole = yaml.safe_load(said[said.index("rooms:\n") :])
    whole["rooms"][0]["camera"] = {"source": "csi"}
    settings = parse(yaml.safe_dump(whole))
    assert [(each.name, each.kind) for each in settings.rooms[0].places] == [("the bed", "bed"), ("name it", "sofa")]


def test_a_spot_is_where_the_picture_shows_it_however_the_camera_hangs():
    rooms = [Room(name="hall", camera=Camera(source="csi", roll=roll)) for roll in (0.0, 20.0)]
    pipelines = [Pipeline(room, Settings(rooms=(room,)), 0.0) for room in rooms]
    for pipeline in pipelines:
        pipeline.update(seen(1.0, askew(standing((0.8, 0.3)), 20.0)), Moment(1.0, NOON))
    event = PersonDown(time=1.0, room="hall", track=1)
    straight, turned = (tune._spot(pipeline, event, ASPECT) for pipeline in pipelines)
    assert straight == turned != {}


def test_no_place_is_offered_where_a_fall_would_be_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    naps = [(lies_down_at(5.0), 45.0, "adl,,")] * LEAST
    manifest = collection(tmp_path / "home", *naps, (lies_down_at(5.0), 45.0, "fall,5.0,9.5"))
    assert main(["lab", "tune", str(manifest)]) == 0
    assert "at one spot" not in capsys.readouterr().out


def test_only_what_this_version_has_is_tried():
    changes = tune.changes_of(Falls(sensitivity="high"))
    assert changes[0] is AS_IT_IS
    assert ("sensitivity", "high") not in {(each.key, each.value) for each in changes}
    assert ("sensitivity", "low") in {(each.key, each.value) for each in changes}
    assert {each.key for each in changes[1:]} == set(CANDIDATES) & set(Falls.model_fields)
    for each in changes[1:]:
        Falls(**{each.key: each.value})


# How it chooses


def trial(*mistakes: tuple[int, int, int]) -> Trial:
    return Trial(tuple(Mistakes(*each) for each in mistakes))


counts = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
trials = st.lists(st.lists(counts, min_size=4, max_size=4).map(lambda each: trial(*each)), max_size=8)


@given(trials)
def test_what_is_chosen_is_never_worse_and_loses_no_fall(found: list[Trial]):
    number = choose(found)
    if found:
        assert cost(total(found, number)) <= cost(total(found, 0))
        assert total(found, number).found >= total(found, 0).found
    else:
        assert number == 0


def test_fewer_false_alarms_are_not_worth_a_fall():
    found = [trial((1, 0, 9), (0, 1, 0))]
    assert choose(found) == 0


def test_what_helps_one_scene_alone_is_seen_through():
    found = [trial((0, 0, 1), (0, 0, 0)), *[trial((0, 0, 0), (0, 0, 0))] * 5]
    assert choose(found) == 1
    assert held_out(found) == Mistakes(0, 0, 1)
    many = [trial((0, 0, 1), (0, 0, 0))] * 5
    assert held_out(many) == Mistakes(0, 0, 0)


@pytest.mark.parametrize(
    ("better", "worse", "likely"), [(0, 0, 1.0), (1, 0, 0.5), (5, 0, 1 / 32), (3, 1, 5 / 16), (0, 2, 1.0)]
)
def test_a_change_is_weighed_against_chance(better: int, worse: int, likely: float):
    found = [
        *[trial((0, 0, 1), (0, 0, 0))] * better,
        *[trial((0, 0, 0), (0, 0, 1))] * worse,
        trial((1, 0, 0), (1, 0, 0)),
    ]
    assert chance(found, 1) == (better, worse, pytest.approx(likely))


def test_what_proves_little_is_said(tmp_path: Path):
    few = tuple(tune.scenes_of([collection(tmp_path / "home", FALL)]))
    said = list(warnings(few, [trial((0, 1, 0), (1, 0, 0))], 1))
    assert [each.partition(":")[0] for each in said[:3]] == ["Thin evidence", "1 fall", "No everyday scene"]
    assert "chance alone does as well in 50%" in said[3]
    assert len(list(warnings(few, [trial((0, 1, 0), (1, 0, 0))], 0))) == 3


# Where false alarms lie together


def spots(*where: tuple[float, float], room: str = "hall") -> list[Spot]:
    return [Spot(number, room, hips) for number, hips in enumerate(where)]


def names(groups: Sequence[Sequence[Spot]]) -> list[set[int]]:
    return [{spot.scene for spot in group} for group in groups]


def test_alarms_that_lie_together_are_a_cluster():
    chain = [(0.5, 0.1 + number * APART * 0.9) for number in range(4)]
    assert names(clusters(spots(*chain, (0.9, 0.9), (0.9, 0.9)))) == [{0, 1, 2, 3}]


def test_one_scene_or_two_rooms_are_no_cluster():
    assert clusters([Spot(1, "hall", (0.5, 0.5))] * 5) == []
    assert clusters([Spot(number, room, (0.5, 0.5)) for number, room in product((1, 2), ("hall", "bath"))]) == []


@given(st.permutations(range(6)))
def test_the_order_of_the_scenes_makes_no_cluster(order: list[int]):
    where = [(0.5, 0.1), (0.5, 0.2), (0.5, 0.3), (0.9, 0.1), (0.9, 0.2), (0.9, 0.3)]
    found = clusters([Spot(number, "hall", where[number]) for number in order])
    assert sorted(map(sorted, names(found))) == [[0, 1, 2], [3, 4, 5]]


def test_a_place_is_drawn_around_its_spots_and_within_the_frame():
    drawn = place(spots((0.95, 0.5), (0.9, 0.6), (0.92, 0.02)), "name it")
    assert drawn.polygon == ((0.0, 0.82), (0.68, 0.82), (0.68, 1.0), (0.0, 1.0))
