from pathlib import Path

import cv2
import numpy as np
import pytest
from films import HEIGHT, WIDTH, picture, write_film

from guardian.errors import SourceError
from guardian.lab.canary import curtain
from guardian.lab.canary.search import shows


def test_every_row_is_the_code_and_every_copy_of_it_is_alike():
    hung = curtain.curtain(120, 640)
    assert (hung.shape, hung.dtype) == ((120, 640, 3), np.uint8)
    assert (hung == hung[0]).all()
    for width in (320, 160, 80, 40):
        small = cv2.resize(hung, (width, 30), interpolation=cv2.INTER_AREA)[10, :, 0]
        assert np.corrcoef(small, curtain.code(width))[0, 1] > 0.98, width


def test_a_code_has_no_mean_and_is_like_no_moved_one():
    code = curtain.code(640)
    assert abs(float(code.mean())) < 1e-3
    assert 20 < float(code.std()) < 40
    moved = [abs(float(np.corrcoef(code, np.roll(code, shift))[0, 1])) for shift in range(70, 570)]
    assert max(moved) < 0.5


def test_who_moves_is_before_the_curtain():
    frames = [picture(number) for number in range(30)]
    for number, frame in enumerate(curtain.behind(frames)):
        left = 4 * number % WIDTH
        assert (frame[60, min(left + 8, WIDTH - 1)] == 220).all()
        assert shows(frame[:, :, 0])


def test_a_part_of_a_film_is_written(tmp_path: Path):
    out = curtain.write_film(write_film(tmp_path / "walk.mp4", 30), tmp_path / "curtain.mp4", 0.4, 1.4)
    film = cv2.VideoCapture(str(out))
    frames = []
    while (read := film.read())[0]:
        frames.append(read[1])
    assert len(frames) == 15
    assert frames[0].shape == (HEIGHT, WIDTH, 3)
    assert all(shows(np.asarray(frame[..., 0], np.uint8)) for frame in frames)


def test_a_film_that_is_too_short_is_named(tmp_path: Path):
    film = write_film(tmp_path / "walk.mp4", 10)
    with pytest.raises(SourceError, match=r"walk\.mp4: ends before 9 s"):
        curtain.write_film(film, tmp_path / "curtain.mp4", 0.0, 9.0)
