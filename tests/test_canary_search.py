"""The detector of the canary test: it finds the curtain in every form that it names, and nothing in what is none."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from guardian.lab.canary.curtain import curtain
from guardian.lab.canary.search import find, shows

Frame = NDArray[np.uint8]
BEFORE, AFTER = b'{"event": "PersonAppeared", "t": 1.5}\n' * 7, b"\0\1\2 the rest of a file"


def filmed() -> Frame:
    """A frame as a camera gives it: somebody stands before the curtain, there is noise, and the light fades."""
    frame = curtain(480, 640).astype(np.float32)
    frame *= np.linspace(1.0, 0.8, 480, dtype=np.float32)[:, None, None]
    frame += np.random.default_rng(1).normal(0, 4, frame.shape)
    frame[150:400, 250:330] = (60, 70, 140)
    return np.clip(frame, 0, 255).astype(np.uint8)


FRAME = filmed()
ROWS = np.ascontiguousarray(FRAME[120:168])
"""A part of it, with somebody's head: enough for pixels, which are looked for in every layout."""


def small(width: int, frame: Frame = FRAME) -> Frame:
    return np.asarray(cv2.resize(frame, (width, width * 3 // 4), interpolation=cv2.INTER_AREA), np.uint8)


def picture(extension: str, frame: Frame = FRAME, *options: int) -> bytes:
    return bytes(cv2.imencode(extension, frame, options)[1])


def converted(code: int, frame: Frame = FRAME) -> bytes:
    return bytes(cv2.cvtColor(frame, code))


JPEG = picture(".jpg", FRAME, cv2.IMWRITE_JPEG_QUALITY, 50)

RAW: dict[str, bytes] = {
    "BGR": ROWS.tobytes(),
    "RGB": converted(cv2.COLOR_BGR2RGB, ROWS),
    "RGBA": converted(cv2.COLOR_BGR2RGBA, ROWS),
    "grey": converted(cv2.COLOR_BGR2GRAY, ROWS),
    "I420": converted(cv2.COLOR_BGR2YUV_I420, ROWS),
    "YUYV": converted(cv2.COLOR_BGR2YUV_YUY2, ROWS),
    "floats of 0-255": ROWS.astype("<f4").tobytes(),
    "floats of 0-1": (ROWS / 255).astype("<f4").tobytes(),
    "a few rows": FRAME[:8].tobytes(),
    "rows with padding": np.pad(ROWS, ((0, 0), (0, 16), (0, 0))).tobytes(),
    **{f"BGR {width} wide": small(width).tobytes() for width in (320, 256, 160, 80, 64, 40)},
    **{f"grey {width} wide": converted(cv2.COLOR_BGR2GRAY, small(width)) for width in (320, 192, 80, 40, 32)},
}
FILES: dict[str, bytes] = {
    **{extension: picture(extension) for extension in (".jpg", ".png", ".webp", ".bmp", ".gif")},
    "JPEG of quality 20": picture(".jpg", FRAME, cv2.IMWRITE_JPEG_QUALITY, 20),
    **{f"JPEG {width} wide": picture(".jpg", small(width)) for width in (320, 100, 64)},
    "a corner": picture(".jpg", np.ascontiguousarray(FRAME[40:260, 200:520])),
    "a corner, smaller": picture(".jpg", small(220, np.ascontiguousarray(FRAME[:300, 60:460]))),
    "turned": picture(".png", np.ascontiguousarray(np.rot90(FRAME))),
    "mirrored": picture(".png", np.ascontiguousarray(FRAME[:, ::-1])),
    "within a larger picture": picture(".png", np.pad(small(320), ((99, 20), (50, 270), (0, 0)))),
    "half a JPEG": JPEG[: len(JPEG) // 2],
}
WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64 in JSON": lambda data: json.dumps({"image": base64.encodebytes(data).decode()}).encode(),
    "hexadecimal": lambda data: data.hex().encode(),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "base64 of zlib": lambda data: base64.b64encode(zlib.compress(data)),
    "as Python prints bytes": lambda data: base64.b64encode(data).join((b"b'", b"'")),
}


def found(data: bytes) -> str:
    """The first form in which the curtain is found."""
    return next(find(data), "")


def within(data: bytes) -> bytes:
    return BEFORE + data + AFTER


@pytest.mark.parametrize("form", RAW)
def test_pixels_are_found_in_every_layout(form: str):
    assert found(within(RAW[form]))


@pytest.mark.parametrize("form", FILES)
def test_picture_files_are_found_whole_in_part_and_turned(form: str):
    assert found(within(FILES[form]))


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("data", [JPEG, small(80).tobytes()], ids=["JPEG", "pixels"])
def test_both_are_found_within_something_else(wrapping: str, data: bytes):
    assert found(within(WRAPPINGS[wrapping](data)))


def test_numbers_in_a_text_are_found():
    grey = cv2.cvtColor(small(160), cv2.COLOR_BGR2GRAY)
    assert found(within(json.dumps(grey.tolist()).encode()))
    assert found(within(np.array2string(grey, threshold=10**9).encode()))


def test_pictures_of_something_else_are_not(repository: Path):
    for name in ("asking.png", "drawing.png", "phone.png", "replay.gif", "replay.svg"):
        path = repository / "docs" / "pictures" / name
        assert list(find(path.read_bytes())) == [], path


@pytest.mark.parametrize("seed", range(3))
def test_neither_chance_nor_slopes_nor_silence_are(seed: int):
    chance = np.random.default_rng(seed)
    walk = np.cumsum(chance.normal(0, 3, 100_000)) % 256
    waves = 128 + 100 * np.sin(np.arange(100_000) / chance.uniform(1, 30))
    for values in (chance.integers(0, 256, 100_000), walk, waves, np.zeros(100_000)):
        assert list(find(values.astype(np.uint8).tobytes())) == []
    assert list(find(chance.normal(0, 1, 50_000).astype("<f4").tobytes())) == []


def test_another_curtain_is_not():
    stripes = np.repeat(np.random.default_rng(5).integers(60, 180, 80), 8).astype(np.uint8)
    frame = np.ascontiguousarray(np.broadcast_to(stripes[None, :, None], (48, 640, 3)))
    assert list(find(frame.tobytes() + picture(".png", frame))) == []


def test_what_begins_like_a_picture_and_is_none_is_passed_over():
    for magic in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF0000WEBP", b"\x1f\x8b\x08", b"\x78\x9c"):
        assert list(find(magic + bytes(range(256)) * 4)) == []


def test_a_picture_too_small_to_tell_is_none():
    assert not shows(np.zeros((4, 4), np.uint8))
    assert not shows(np.full((480, 640), 9, np.uint8))
