from typing import get_args

import numpy as np
import pytest

from guardian.lab.body import Build, mesh, shape
from guardian.lab.clothes import GARMENTS, Clothes, Pattern, dressed, garments, normals, palette, parted, patterned


def share_of(garment: str, bone: str) -> float:
    """The share of the faces that hang on `bone` which wear `garment`."""
    bones = mesh().weights[mesh().faces].sum(axis=1).argmax(axis=1)
    chosen = (bones == mesh().bones.index(bone)) & (mesh().parts == 0)
    return float((garments().faces[chosen] == GARMENTS.index(garment)).mean())


@pytest.mark.parametrize(
    ("garment", "bone"),
    [("top", "spine_03"), ("top", "upperarm_l"), ("bottom", "thigh_r"), ("bottom", "calf_l"), ("shoes", "ball_r"),
     ("skin", "hand_l")],
)  # fmt: skip
def test_each_part_of_the_body_wears_what_belongs_there(garment: str, bone: str):
    assert share_of(garment, bone) > 0.7


def test_the_face_is_bare_under_hair():
    assert share_of("skin", "head") > 0.4
    assert share_of("hair", "head") > 0.05


def test_cloth_lies_outside_the_body_and_skin_is_left_as_it_is():
    body = shape(Build())
    moved = np.linalg.norm(dressed(body) - body.vertices, axis=1)
    assert moved.max() < 0.025
    assert (moved == 0).any()
    trunk = mesh().weights[:, mesh().bones.index("spine_03")] > 0.9
    assert moved[trunk].min() > 0.005


def test_the_shirt_shows_in_the_opening_of_the_top():
    top, shirt, skin = (GARMENTS.index(name) for name in ("top", "shirt", "skin"))
    places = np.array([[0.0, 0.35, 0.1], [0.09, 0.35, 0.1], [0.0, 0.35, -0.1], [0.0, 0.6, 0.05]])
    assert parted(np.full(4, top), places).tolist() == [shirt, top, top, skin]


def test_each_garment_has_its_colour():
    colours = palette(Clothes(top=(0.1, 0.2, 0.3)))
    assert colours.shape == (len(GARMENTS), 3)
    assert colours[GARMENTS.index("top")].tolist() == [0.1, 0.2, 0.3]
    assert np.isfinite(colours).all()


def test_normals_point_outwards():
    body = shape(Build())
    facing = normals(body.vertices, mesh().faces)
    calf = mesh().weights[:, mesh().bones.index("calf_l")] > 0.95
    axis = body.vertices[calf].mean(axis=0)
    away = (body.vertices[calf] - axis)[:, [0, 2]]
    assert ((away * facing[calf][:, [0, 2]]).sum(axis=1) > 0).mean() > 0.9


def test_a_pattern_is_on_the_top_alone_and_in_the_colour_of_the_shirt():
    top, shirt, bottom = (GARMENTS.index(name) for name in ("top", "shirt", "bottom"))
    places = np.random.default_rng(1).uniform(-0.3, 0.3, (500, 3))
    for pattern in get_args(Pattern):
        worn = patterned(np.full(500, top), places, pattern)
        share = (worn == shirt).mean()
        assert share == 0.0 if pattern == "plain" else 0.15 < share < 0.6
        assert (patterned(np.full(500, bottom), places, pattern) == bottom).all()
