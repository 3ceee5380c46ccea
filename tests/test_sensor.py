from dataclasses import replace

import numpy as np
import pytest

from guardian.lab.sensor import Sensor, infrared

CLEAN = Sensor(noise=0.0, blur=0.0)
GREY = np.full((40, 60, 3), 0.4)


def exposed(sensor: Sensor, image: np.ndarray = GREY) -> np.ndarray:
    return sensor.exposed(image, np.random.default_rng(1)).astype(int)


def test_a_clean_sensor_shows_what_there_is_in_the_order_of_opencv():
    image = np.tile([1.0, 0.5, 0.0], (8, 8, 1))
    assert exposed(CLEAN, image)[0, 0].tolist() == [0, 127, 255]


def test_exposure_makes_brighter():
    assert exposed(replace(CLEAN, exposure=2.0)).mean() == pytest.approx(2 * exposed(CLEAN).mean(), abs=1)


def test_noise_is_alike_in_all_colours_and_chroma_is_not():
    grey, coloured = exposed(replace(CLEAN, noise=8.0)), exposed(replace(CLEAN, chroma=8.0))
    assert grey[..., 0].std() == pytest.approx(8, abs=1)
    assert np.ptp(grey, axis=2).max() == 0
    assert np.ptp(coloured, axis=2).mean() > 5


def test_an_infrared_sensor_sees_no_colours():
    image = np.random.default_rng(2).uniform(0, 1, (8, 8, 3))
    assert np.ptp(exposed(replace(CLEAN, infrared=True, chroma=5.0), image), axis=2).max() == 0


def test_a_vignette_darkens_the_corners_and_not_the_middle():
    shown = exposed(replace(CLEAN, vignette=0.6))
    assert shown[20, 30, 0] == 102
    assert shown[0, 0, 0] == pytest.approx(41, abs=3)


def test_a_window_glares_over_what_is_beside_it():
    image = GREY.copy()
    image[10:30, 20:40] = 2.0
    dull, glaring = exposed(CLEAN, image), exposed(replace(CLEAN, bloom=0.5), image)
    assert (glaring[20, 10:18] > dull[20, 10:18] + 20).all()


def test_compression_makes_blocks_and_keeps_what_is_plain():
    rng = np.random.default_rng(3)
    image = np.clip(0.5 + 0.04 * rng.standard_normal((37, 61, 1)) + np.zeros(3), 0, 1)
    shown = exposed(replace(CLEAN, compression=0.8), image)
    assert shown.shape == (37, 61, 3)
    assert shown[:8, :8].std() < exposed(CLEAN, image)[:8, :8].std() / 2
    assert abs(shown.mean() - 127) < 6
    assert np.abs(exposed(replace(CLEAN, compression=0.3)) - 102).max() <= 8


def test_dyes_are_pale_in_infrared_and_differ_less():
    black, white = infrared(np.array([0.0, 0.0, 0.0])), infrared(np.array([1.0, 1.0, 1.0]))
    assert black == pytest.approx([0.32] * 3)
    assert 0.5 < white[0] < 1.0
    assert infrared(np.array([0.2, 0.2, 0.5])).shape == (3,)
