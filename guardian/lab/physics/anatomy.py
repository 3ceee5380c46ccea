"""A body as rigid segments with joints: what MuJoCo needs to know of it, measured on our own body.

Axes as everywhere: y up, +z ahead, the left at +x. With all angles zero the body stands upright, its arms hanging.
Masses are shares of the body's by de Leva, "Adjustments to Zatsiorsky-Seluyanov's segment inertia parameters" (Journal
of Biomechanics 29, 1996), table 4. Ranges are those of clinical goniometry (American Academy of Orthopaedic Surgeons,
"Joint motion", 1965), somewhat wider where a fall forces a joint. Greatest torques are those of people of about 75
(Anderson, Madigan and Nussbaum, "Maximum voluntary joint torque as a function of joint angle and angular velocity",
Journal of Biomechanics 40, 2007; Danneskiold-Samsoe and others, "Isokinetic and isometric muscle strength in a healthy
population", European Journal of Applied Physiology 2009).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.body import Body, mesh
from guardian.lab.figure import SIDES
from guardian.lab.room import Box

Array: TypeAlias = NDArray[np.float64]

DENSITY = 1010.0
"""Kilograms a cubic metre of a body, breath held half in."""
SHARES: Mapping[str, tuple[float, float]] = {
    "pelvis": (0.1247, 0.1117),
    "belly": (0.1465, 0.1633),
    "chest": (0.1545, 0.1596),
    "head": (0.0668, 0.0694),
    "upperarm": (0.0255, 0.0271),
    "forearm": (0.0138 + 0.0056, 0.0162 + 0.0061),
    "thigh": (0.1478, 0.1416),
    "shank": (0.0481, 0.0433),
    "foot": (0.0129, 0.0137),
}
"""Each segment's share of the body's mass, women and men; the hand goes with the forearm, the neck with the head."""
SPINE = ("spine_01", "spine_02", "spine_03")


@dataclass(frozen=True, slots=True)
class Joint:
    """One hinge: about which axis of the segment it turns, how far (degrees), and the greatest torque of its muscles
    (newton metres). `stiff` (newton metres a radian) and `damping` (times seconds) are those of the passive tissue.
    """

    name: str
    axis: tuple[int, int, int]
    least: float
    most: float
    strength: float
    stiff: float
    damping: float


def _trunk() -> list[Joint]:
    joints = []
    for number in (1, 2, 3):
        joints += [
            Joint(f"trunk{number}_flex", (1, 0, 0), -12, 27, 120, 40, 6),
            Joint(f"trunk{number}_aside", (0, 0, -1), -13, 13, 80, 50, 6),
            Joint(f"trunk{number}_turn", (0, 1, 0), -14, 14, 60, 40, 4),
        ]
    for number in (1, 2):
        joints += [
            Joint(f"neck{number}_flex", (1, 0, 0), -25, 26, 15, 6, 0.5),
            Joint(f"neck{number}_aside", (0, 0, -1), -18, 18, 12, 8, 0.5),
            Joint(f"neck{number}_turn", (0, 1, 0), -36, 36, 8, 4, 0.4),
        ]
    return joints


def _arm_joints(side: str) -> list[Joint]:
    out = 1 if side == "l" else -1
    return [
        Joint(f"shoulder_{side}_flex", (-1, 0, 0), -60, 170, 40, 1.5, 0.8),
        Joint(f"shoulder_{side}_out", (0, 0, out), -35, 100, 35, 1.5, 0.8),
        Joint(f"shoulder_{side}_in", (0, -out, 0), -90, 115, 25, 1.0, 0.5),
        Joint(f"elbow_{side}", (-1, 0, 0), 0, 145, 35, 1.0, 0.5),
    ]


def _leg_joints(side: str) -> list[Joint]:
    out = 1 if side == "l" else -1
    return [
        Joint(f"hip_{side}_flex", (-1, 0, 0), -22, 122, 110, 6, 3),
        Joint(f"hip_{side}_out", (0, 0, out), -28, 45, 80, 8, 3),
        Joint(f"hip_{side}_in", (0, -out, 0), -45, 42, 45, 6, 2),
        Joint(f"knee_{side}", (1, 0, 0), 0, 142, 100, 3, 2),
        Joint(f"ankle_{side}_up", (-1, 0, 0), -50, 28, 80, 8, 1.5),
        Joint(f"ankle_{side}_out", (0, 0, out), -25, 30, 30, 8, 1),
        Joint(f"ankle_{side}_in", (0, -out, 0), -30, 30, 20, 8, 1),
    ]


JOINTS: tuple[Joint, ...] = (
    *_trunk(),
    *_arm_joints("l"),
    *_arm_joints("r"),
    *_leg_joints("l"),
    *_leg_joints("r"),
)
"""In the order of the model: trunk, neck, arms, legs."""
NAMES = tuple(joint.name for joint in JOINTS)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """One body as segments: `mass` in kilograms; `lengths` of limbs, `radii` and `places` (3,), from the middle between
    the hips where nothing else is said, in metres.
    """

    mass: Mapping[str, float]
    lengths: Mapping[str, float]
    radii: Mapping[str, float]
    places: Mapping[str, Array]


def measured(body: Body) -> Anatomy:
    """Measure a body: the whole of its mass by its volume, the lengths between joints, the thickness of its flesh."""
    rest = body.joints
    hips = (rest["thigh_l"] + rest["thigh_r"]) / 2
    places = {name: np.asarray(rest[name] - hips) for name in (*SPINE, "neck_01", "head", "crown")}
    for side in SIDES:
        places[f"hip_{side}"] = rest[f"thigh_{side}"] - hips
        places[f"shoulder_{side}"] = rest[f"upperarm_{side}"] - hips
    places["toe"] = rest["ball_l"] - rest["foot_l"]
    places["tip"] = rest["ball_l_tip"] - rest["foot_l"]
    whole = volume(body) * DENSITY
    man = body.build.sex == "male"
    return Anatomy(
        mass={name: share[man] * whole for name, share in SHARES.items()},
        lengths={
            "upperarm": body.length("upperarm_l", "lowerarm_l"),
            "forearm": body.length("lowerarm_l", "hand_l"),
            "thigh": body.length("thigh_l", "calf_l"),
            "shank": body.length("calf_l", "foot_l"),
            "ankle": float(rest["foot_l"][1]),
        },
        radii=_radii(body),
        places=places,
    )


def volume(body: Body) -> float:
    """The volume within the skin, cubic metres (divergence theorem)."""
    quads = body.mesh.faces[body.mesh.parts == 0]
    first, second, third, fourth = (body.vertices[quads[:, corner]] for corner in range(4))
    twice = np.cross(second - first, third - first) + np.cross(third - first, fourth - first)
    return float((first * twice).sum() / 6)


@lru_cache(maxsize=1)
def _owners() -> NDArray[np.intp]:
    """The bone that carries most of each vertex; -1 off the skin."""
    shared = mesh()
    owners = np.full(shared.count, -1)
    skin = np.unique(shared.faces[shared.parts == 0])
    owners[skin] = shared.weights[skin].argmax(1)
    return owners


def _flesh(body: Body, bone: str) -> Array:
    found: Array = body.vertices[_owners() == mesh().bones.index(bone)]
    return found


def _radii(body: Body) -> dict[str, float]:
    """The median distance of the skin from the bone in each limb, and half the depth of the trunk."""
    limbs = (
        ("thigh", "thigh_l", "calf_l"),
        ("shank", "calf_l", "foot_l"),
        ("upperarm", "upperarm_l", "lowerarm_l"),
        ("forearm", "lowerarm_l", "hand_l"),
    )
    radii = {}
    for name, bone, end in limbs:
        way = body.joints[end] - body.joints[bone]
        way = way / np.linalg.norm(way)
        aside = _flesh(body, bone) - body.joints[bone]
        aside = aside - np.outer(aside @ way, way)
        radii[name] = float(np.median(np.linalg.norm(aside, axis=1)))
    for name, bone in (("pelvis", "pelvis"), ("belly", "spine_02"), ("chest", "spine_03"), ("head", "head")):
        low, high = np.percentile(_flesh(body, bone)[:, 2], [8, 92])
        radii[name] = float(high - low) / 2
    return radii


# -- the model -----------------------------------------------------------------------------------------------------

_HEAD = """<mujoco>
<compiler angle="degree" autolimits="true"/>
<option timestep="{step}" gravity="0 -9.81 0" integrator="implicitfast" iterations="30" ls_iterations="20"/>
<default>
<geom solref="0.012 1" solimp="0.9 0.985 0.003" friction="{friction} 0.01 0.001" condim="4"/>
<joint armature="0.01" solreflimit="0.02 1" solimplimit="0.9 0.97 0.05"/>
</default>
<worldbody>
<geom name="floor" type="plane" size="20 20 1" zaxis="0 1 0" contype="1" conaffinity="0"/>
"""
FRICTION = 0.6
"""Of clothes and skin on a floor of wood or carpet."""
TRUNK, ARM, LEG = 'contype="2" conaffinity="13"', 'contype="4" conaffinity="15"', 'contype="8" conaffinity="15"'
SOFT = (
    *((bone, f"thigh_{side}") for bone in SPINE[:2] for side in SIDES),
    ("foot_l", "foot_r"),
)
"""Pairs that give way to each other: flesh of belly and thighs, shoes."""
UPHOLSTERY = 0.4
YIELDING = 'solref="0.05 1" solimp="0.7 0.95 0.05"'
"""Mattresses and cushions give way by some centimetres."""
SMALL = 0.25
"""Metres: what is smaller than this in every direction stops nobody."""


def mjcf(anatomy: Anatomy, boxes: Sequence[Box] = (), step: float = 0.002) -> str:
    """Return the model of that body among those boxes, in MuJoCo's language."""
    parts = [_HEAD.format(step=step, friction=FRICTION)]
    parts += [_block(box) for box in boxes if max(box.size) >= SMALL and min(box.size) > 0.02]  # noqa: PLR2004 - no rugs
    parts += [_body(anatomy), "</worldbody>\n<contact>\n"]
    parts += [f'<exclude body1="{one}" body2="{other}"/>\n' for one, other in SOFT]
    parts.append("</contact>\n<actuator>\n")
    parts += [
        f'<general name="{joint.name}" joint="{joint.name}" gaintype="fixed" biastype="affine" gainprm="0"'
        f' biasprm="0 0 0" forcerange="-{joint.strength} {joint.strength}"/>\n'
        for joint in JOINTS
    ]
    parts.append("</actuator>\n</mujoco>\n")
    return "".join(parts)


def _block(box: Box) -> str:
    wide, high, deep = (side / 2 for side in box.size)
    x, y, z = box.centre
    place = f'pos="{x:.4f} {y + high:.4f} {z:.4f}" size="{wide:.4f} {high:.4f} {deep:.4f}"'
    stuff = f'{YIELDING} priority="1"' if box.stuff == "fabric" else ""
    touch = f'contype="1" conaffinity="0" friction="{UPHOLSTERY}"'
    return f'<geom type="box" {place} axisangle="0 1 0 {box.turn:.3f}" {touch} {stuff}/>\n'


def _vector(values: Array | Sequence[float]) -> str:
    return " ".join(f"{value:.5f}" for value in values)


def _capsule(
    ends: tuple[Sequence[float], Sequence[float]], radius: float, mass: float, kind: str, name: str = ""
) -> str:
    called = f'name="{name}" ' if name else ""
    line = f'fromto="{_vector([*ends[0], *ends[1]])}" size="{radius:.4f}"'
    return f'<geom {called}type="capsule" {line} mass="{mass:.4f}" {kind}/>\n'


def _hinges(first: str) -> str:
    """The hinges whose names begin so, in the order of the table."""
    return "".join(
        f'<joint name="{joint.name}" axis="{_vector(joint.axis)}" range="{joint.least} {joint.most}"'
        f' stiffness="{joint.stiff}" damping="{joint.damping}"/>\n'
        for joint in JOINTS
        if joint.name.startswith(first)
    )


def _body(anatomy: Anatomy) -> str:
    """The pelvis and all that hangs on it."""
    radii, places, mass = anatomy.radii, anatomy.places, anatomy.mass
    thick, wide = min(radii["pelvis"], 0.09), 0.055
    parts = ['<body name="pelvis">\n<freejoint/>\n']
    parts.append(_capsule(((-wide, 0.02, 0.0), (wide, 0.02, 0.0)), thick, mass["pelvis"], TRUNK))
    before = np.zeros(3)
    for number, bone in enumerate(SPINE, start=1):
        parts.append(f'<body name="{bone}" pos="{_vector(places[bone] - before)}">\n{_hinges(f"trunk{number}")}')
        before = places[bone]
        if bone != SPINE[-1]:
            belly = ((-0.03, 0.02, 0.045), (0.03, 0.02, 0.045))
            parts.append(_capsule(belly, radii["belly"], mass["belly"] / 2, TRUNK))
    parts.append(_chest(anatomy))
    parts.append("</body>\n" * 3)
    parts += [_leg(anatomy, side) for side in SIDES]
    parts.append("</body>\n")
    return "".join(parts)


def _chest(anatomy: Anatomy) -> str:
    """The chest's flesh, the head and the arms."""
    radii, places, mass = anatomy.radii, anatomy.places, anatomy.mass
    root = places[SPINE[-1]]
    top, neck = places["shoulder_l"] - root, places["neck_01"] - root
    thick, deep = radii["chest"] * 0.95, 0.045
    parts = [
        _capsule(((-0.05, 0.06, deep), (0.05, 0.06, deep)), thick, mass["chest"] / 2, TRUNK),
        _capsule(((-0.06, top[1] - 0.03, deep), (0.06, top[1] - 0.03, deep)), thick * 0.9, mass["chest"] / 2, TRUNK),
    ]
    skull = places["head"] - places["neck_01"]
    crown = places["crown"] - places["neck_01"]
    radius = radii["head"]
    face, top_of_it = (0.0, radius * 0.55, 0.02), (0.0, crown[1] - skull[1] - radius, crown[2] - skull[2])
    parts.append(f'<body name="neck" pos="{_vector(neck)}">\n{_hinges("neck1")}')
    parts.append(_capsule(((0.0, 0.0, 0.0), tuple(skull)), 0.05, mass["head"] * 0.15, TRUNK))
    parts.append(f'<body name="head" pos="{_vector(skull)}">\n{_hinges("neck2")}')
    parts.append(_capsule((face, top_of_it), radius, mass["head"] * 0.85, TRUNK))
    parts.append("</body>\n</body>\n")
    return "".join(parts) + "".join(_arm(anatomy, side, places[f"shoulder_{side}"] - root) for side in SIDES)


def _arm(anatomy: Anatomy, side: str, root: Array) -> str:
    upper, lower = anatomy.lengths["upperarm"], anatomy.lengths["forearm"]
    radii, mass = anatomy.radii, anatomy.mass
    hand = 0.09
    return (
        f'<body name="upperarm_{side}" pos="{_vector(root)}">\n{_hinges(f"shoulder_{side}")}'
        + _capsule(((0, 0, 0), (0, -upper, 0)), radii["upperarm"], mass["upperarm"], ARM)
        + f'<body name="forearm_{side}" pos="{_vector((0, -upper, 0))}">\n{_hinges(f"elbow_{side}")}'
        + _capsule(((0, 0, 0), (0, -lower - hand, 0)), radii["forearm"], mass["forearm"], ARM)
        + "</body>\n</body>\n"
    )


def _leg(anatomy: Anatomy, side: str) -> str:
    upper, lower = anatomy.lengths["thigh"], anatomy.lengths["shank"]
    radii, mass = anatomy.radii, anatomy.mass
    high, tip, radius = anatomy.lengths["ankle"], anatomy.places["tip"], 0.022
    edge = radius - high
    soles = [((x, edge, -0.04), (x * 1.3, edge, tip[2] - 0.01)) for x in (-0.022, 0.022)]
    return (
        f'<body name="thigh_{side}" pos="{_vector(anatomy.places[f"hip_{side}"])}">\n{_hinges(f"hip_{side}")}'
        + _capsule(((0, 0, 0), (0, -upper, 0)), radii["thigh"] * 0.95, mass["thigh"], LEG)
        + f'<body name="shank_{side}" pos="{_vector((0, -upper, 0))}">\n{_hinges(f"knee_{side}")}'
        + _capsule(((0, 0, 0), (0, -lower, 0)), radii["shank"] * 1.1, mass["shank"], LEG)
        + f'<body name="foot_{side}" pos="{_vector((0, -lower, 0))}">\n{_hinges(f"ankle_{side}")}'
        + "".join(_capsule(ends, radius, mass["foot"] / 2, LEG, f"sole_{side}_{n}") for n, ends in enumerate(soles))
        + "</body>\n</body>\n</body>\n"
    )
