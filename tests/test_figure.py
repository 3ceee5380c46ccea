import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.animate import Actor
from guardian.lab.body import Build, mesh, shape
from guardian.lab.figure import Figure, Skeleton, bend, blend, skinned
from guardian.lab.gait import Spot
from guardian.lab.rotation import about

SKELETON = Skeleton(shape(Build()))
parts = st.floats(-1.0, 1.0)


def rest() -> Figure:
    joints, arm = SKELETON.body.joints, SKELETON.arm
    sides = ("l", "r")

    def pole(a: str, b: str, c: str) -> list[np.ndarray]:
        return [joints[f"{b}_{s}"] - (joints[f"{a}_{s}"] + joints[f"{c}_{s}"]) / 2 for s in sides]

    return Figure(
        hips=(joints["thigh_l"] + joints["thigh_r"]) / 2,
        pelvis=np.eye(3),
        chest=np.eye(3),
        head=np.eye(3),
        hands=[(joints[f"hand_{s}"] - joints[f"upperarm_{s}"]) / arm for s in sides],
        elbows=pole("upperarm", "lowerarm", "hand"),
        ankles=[joints[f"foot_{s}"] for s in sides],
        knees=pole("thigh", "calf", "foot"),
        feet=[np.eye(3), np.eye(3)],
    )


def test_the_rest_figure_leaves_every_vertex_where_it_is():
    moved = skinned(SKELETON.body.vertices, mesh().weights, SKELETON.transforms(rest()))
    assert np.abs(moved - SKELETON.body.vertices).max() < 2e-3


def test_a_bones_transform_is_a_rotation_and_joins_its_parent():
    actor = Actor(SKELETON, Spot(0.5, -3.0, 40.0), 10.0)
    matrices = SKELETON.transforms(actor.figure)
    for number, (name, parent) in enumerate(zip(mesh().bones, mesh().parents, strict=True)):
        turn = matrices[number, :, :3]
        assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-6)
        if parent >= 0:
            joint = SKELETON.body.joints[name]
            ours, theirs = (m[:, :3] @ joint + m[:, 3] for m in (matrices[number], matrices[parent]))
            assert np.allclose(ours, theirs, atol=2e-3), name


@given(st.tuples(parts, parts, parts), st.tuples(parts, parts, parts))
def test_a_limb_keeps_its_lengths_and_reaches_as_far_as_it_can(target: tuple[float, ...], pole: tuple[float, ...]):
    root, goal = np.zeros(3), np.array(target)
    middle, end = bend(root, goal, np.array(pole), (0.4, 0.35))
    assert np.linalg.norm(middle - root) == pytest.approx(0.4, abs=1e-6)
    assert np.linalg.norm(end - middle) == pytest.approx(0.35, abs=1e-6)
    if 0.06 < np.linalg.norm(goal) < 0.748:
        assert np.allclose(end, goal, atol=1e-6)


def test_a_blend_begins_and_ends_at_its_figures():
    start, end = rest(), Actor(SKELETON, Spot(1.0, -2.0, 90.0), 5.0).figure
    assert np.allclose(blend(start, end, 0.0).hips, start.hips)
    assert np.allclose(blend(start, end, 1.0).chest, end.chest, atol=1e-6)
    assert np.allclose(blend(start, end, 0.5).hips, (start.hips + end.hips) / 2)


def test_a_figure_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        rest().hips[0] = 1.0


def test_turning_the_pelvis_turns_what_hangs_on_it():
    figure = Actor(SKELETON, Spot(0.0, 0.0, 90.0), 0.0).figure
    chest = SKELETON.transforms(figure)[mesh().bones.index("spine_03"), :, :3]
    assert np.allclose(chest @ [0, 0, 1], about("y", 90) @ [0, 0, 1], atol=0.05)
