from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.eye.engine import Image
from guardian.lab.gif import animated, lzw, palette

needs_reader = pytest.mark.skipif(not hasattr(cv2, "imreadanimation"), reason="this OpenCV reads no GIF")


def unpacked(data: bytes) -> bytes:
    """LZW of a GIF read by the book, to hold the writer to it."""
    bits = "".join(f"{byte:08b}"[::-1] for byte in data)
    place, width, table, last = 0, 9, [], None
    out = bytearray()
    while True:
        code = int(bits[place : place + width][::-1], 2)
        place += width
        if code == 257:
            assert len(bits) - place < 16, "nothing but padding follows the end"
            return bytes(out)
        if code == 256:
            table, width, last = [*(bytes([n]) for n in range(256)), b"", b""], 9, None
            continue
        entry = table[code] if code < len(table) else last + last[:1]
        out += entry
        if last is not None:
            table.append(last + entry[:1])
        last = entry
        width = min(12, max(9, len(table).bit_length()))


@given(st.binary(min_size=1, max_size=3000))
def test_what_is_packed_is_unpacked(pixels: bytes):
    assert unpacked(lzw(pixels)) == pixels


@pytest.mark.parametrize("colours", [2, 7, 256])
def test_long_pictures_pass_every_width_of_code(colours: int):
    pixels = np.random.default_rng(colours).integers(0, colours, 40_000, dtype=np.uint8).tobytes()
    assert unpacked(lzw(pixels)) == pixels


def test_even_pictures_become_small():
    assert len(lzw(bytes(100_000))) < 1000


def pictures(*shades: int) -> list[Image]:
    return [np.full((12, 16, 3), shade, np.uint8) for shade in shades]


@needs_reader
def test_a_reader_sees_the_same_frames_in_the_same_time(tmp_path: Path):
    frames = pictures(16, 16, 200)
    frames[1][3:5, 4:9] = (40, 120, 240)
    (tmp_path / "x.gif").write_bytes(animated(frames, 0.125))
    good, read = cv2.imreadanimation(str(tmp_path / "x.gif"))
    assert good
    assert sum(read.durations) == pytest.approx(370, abs=11)
    assert len(read.frames) == 3
    for there, here in zip(read.frames, frames, strict=True):
        assert np.abs(there[..., :3].astype(int) - here).max() == 0, "so few colours are kept exactly"


@needs_reader
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_many_colours_come_near(seed: int):
    noise = np.random.default_rng(seed).integers(0, 256, (2, 40, 40, 3), dtype=np.uint8)
    colours, table = palette(list(noise))
    wide = (noise[0] >> 3).astype(int)
    got = colours[table[wide[..., 2] << 10 | wide[..., 1] << 5 | wide[..., 0]]][..., ::-1]
    assert np.abs(got.astype(int) - noise[0]).mean() < 30


def test_frames_that_do_not_change_cost_nothing():
    still, other = pictures(90), pictures(90, 90, 90, 90)
    assert len(animated(other, 0.1)) - len(animated(still, 0.1)) < 3 * 40
