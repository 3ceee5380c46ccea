"""How much of the scenery is out of its place."""

import cv2
import numpy as np
import pytest

from guardian.eye.scenery import FOLLOW_SECONDS, SETTLE_SECONDS, Cells, Scenery, displaced, edges_of


def room(shift: int = 0, seed: int = 3) -> Cells:
    """A room of furniture, as cells of luma; the camera looks so many cells to the side."""
    random = np.random.default_rng(seed)
    wide = np.full((60, 160), 150, np.uint8)
    for _ in range(60):
        y, x, height, width = (int(random.integers(low, high)) for low, high in ((0, 50), (0, 150), (4, 20), (4, 20)))
        wide[y : y + height, x : x + width] = random.integers(30, 230)
    return np.ascontiguousarray(wide[:, 40 + shift : 120 + shift])


def noisy(cells: Cells, seed: int, spread: float = 1.5) -> Cells:
    noise = np.random.default_rng(seed).normal(0, spread, cells.shape)
    return np.clip(cells + noise, 0, 255).astype(np.uint8)


def settled(cells: Cells) -> tuple[Scenery, float]:
    scenery, now = Scenery(), 0.0
    while now < SETTLE_SECONDS + 5:
        scenery.measure(noisy(cells, int(now)), now)
        now += 0.5
    return scenery, now


def test_a_room_in_which_nothing_moves_stays_where_it_is():
    scenery, now = settled(room())
    assert scenery.measure(noisy(room(), 99), now + 1) == 0.0


@pytest.mark.parametrize("shift", [6, 15, 30, -20])
def test_a_turned_camera_displaces_most_of_it(shift: int):
    scenery, now = settled(room())
    assert scenery.measure(noisy(room(shift), 99), now + 1) > 0.6


def test_somebody_in_the_room_displaces_little_of_it():
    scenery, now = settled(room())
    body = room()
    body[15:58, 30:45] = 60
    assert 0 < scenery.measure(noisy(body, 99), now + 1) < 0.4


@pytest.mark.parametrize("light", [0.5, 0.8, 1.1])
def test_light_displaces_nothing(light: float):
    scenery, now = settled(room())
    lit = np.clip(room() * light, 0, 255).astype(np.uint8)
    assert scenery.measure(noisy(lit, 99), now + 1) < 0.1


def test_where_nothing_can_be_made_out_the_last_answer_stands():
    scenery, now = settled(room())
    moved = scenery.measure(noisy(room(20), 99), now + 1)
    dark = np.full((60, 80), 4, np.uint8)
    assert scenery.measure(noisy(dark, 98), now + 2) == moved
    assert displaced(edges_of(dark), edges_of(room())) is None


def test_a_room_that_was_dark_when_the_eye_opened_is_known_once_it_is_light():
    scenery, now = settled(np.full((60, 80), 4, np.uint8))
    assert scenery.measure(noisy(room(), 1), now + 1) == 0.0
    assert scenery.measure(noisy(room(), 2), now + 2) == 0.0
    assert scenery.measure(noisy(room(20), 3), now + 3) > 0.6


def test_it_looks_once_a_second():
    scenery, now = settled(room())
    first = scenery.measure(noisy(room(), 99), now + 1)
    assert scenery.measure(room(20), now + 1.5) == first
    assert scenery.measure(room(20), now + 2.1) > first


def test_what_came_before_the_picture_has_settled_is_no_reference():
    scenery = Scenery()
    scenery.measure(room(20), 0.0)
    scenery.measure(room(), SETTLE_SECONDS + 1)
    assert scenery.measure(room(), SETTLE_SECONDS + 3) == 0.0


def test_the_reference_follows_a_piece_of_furniture_to_its_new_place():
    scenery, now = settled(room())
    other = room()
    other[20:40, 20:40] = 20
    cv2.rectangle(other, (24, 24), (36, 36), 220, 2)
    before = scenery.measure(other, now + 1)
    for step in range(1, 80):
        scenery.measure(other, now + step * FOLLOW_SECONDS / 20)
    assert scenery.displaced < before


def test_a_view_that_is_accepted_becomes_the_reference():
    scenery, now = settled(room())
    assert scenery.measure(room(20), now + 1) > 0.6
    scenery.look_anew()
    assert scenery.displaced == 0.0
    assert [scenery.measure(room(20), now + step) for step in (2, 3)] == [0.0, 0.0]
    assert scenery.measure(room(), now + 4) > 0.6
