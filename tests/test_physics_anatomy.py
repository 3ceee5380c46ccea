import numpy as np
import pytest

from guardian.lab.body import Build, shape
from guardian.lab.physics.anatomy import JOINTS, SHARES, measured, mjcf, volume
from guardian.lab.physics.tumble import engine
from guardian.lab.room import Box


@pytest.mark.parametrize("build", [Build(), Build("male", 40.0, height=1.8, weight=0.5)], ids=lambda build: build.sex)
def test_a_body_weighs_what_people_of_its_size_weigh(build: Build):
    body = shape(build)
    assert 17 < volume(body) * 1010 / build.height**2 < 30
    model = engine().MjModel.from_xml_string(mjcf(measured(body)))
    assert model.body_mass.sum() == pytest.approx(volume(body) * 1010, rel=0.02)


def test_the_segments_make_up_the_whole_body():
    twice = ("upperarm", "forearm", "thigh", "shank", "foot")
    for sex in (0, 1):
        whole = sum(share[sex] * (2 if name in twice else 1) for name, share in SHARES.items())
        assert whole == pytest.approx(1.0, abs=0.01)


def test_the_model_has_the_joints_of_the_table_in_their_order():
    model = engine().MjModel.from_xml_string(mjcf(measured(shape(Build()))))
    assert [model.joint(number).name for number in range(1, model.njnt)] == [joint.name for joint in JOINTS]
    assert np.allclose(np.degrees(model.jnt_range[1:]), [(joint.least, joint.most) for joint in JOINTS])


def test_furniture_stops_a_body_but_a_rug_does_not():
    anatomy = measured(shape(Build()))
    table = Box((0.0, 0.0, -2.0), (1.0, 0.7, 0.6), (0.5, 0.5, 0.5), turn=30.0)
    rug = Box((0.0, 0.0, -2.0), (2.0, 0.012, 1.0), (0.5, 0.5, 0.5))
    bare, furnished = (engine().MjModel.from_xml_string(mjcf(anatomy, each)) for each in ([rug], [rug, table]))
    assert furnished.ngeom == bare.ngeom + 1
    solid = furnished.geom(1)
    assert solid.pos == pytest.approx([0.0, 0.35, -2.0])
    assert solid.size == pytest.approx([0.5, 0.35, 0.3])
