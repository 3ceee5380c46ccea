import numpy as np
import pytest

from guardian.lab.world.motion import Motion


def test_a_motion_owns_its_joints() -> None:
    joints = np.zeros((30, 17, 3), np.float32)
    motion = Motion("walk", "adl", joints, 1.7)
    joints[:] = 1
    assert not motion.joints.any()
    assert motion.seconds == 1.0
    with pytest.raises(ValueError, match="read-only"):
        motion.joints[0] = 1


@pytest.mark.parametrize("shape", [(0, 17, 3), (17, 3), (5, 16, 3)])
def test_joints_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="joints have shape"):
        Motion("walk", "adl", np.zeros(shape), 1.7)


@pytest.mark.parametrize(("kind", "onset"), [("fall", None), ("adl", 1.0)])
def test_only_a_fall_has_its_times(kind: str, onset: float | None) -> None:
    with pytest.raises(ValueError, match="onset"):
        Motion("trip", kind, np.zeros((3, 17, 3)), 1.7, onset=onset, contact=onset)
