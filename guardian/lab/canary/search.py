"""Looks for the curtain in bytes of any kind: pixels as they are, picture files, and either within something else.

What is looked for, wherever it begins:

- rows of pixels of 8 bits (grey, Y of YUV, YUYV, BGR, RGB, with or without alpha) or of 32-bit floats, the curtain
  scaled to any width of `WIDTHS`;
- JPEG, PNG, GIF, WebP and BMP, whole or a part of the picture, of any size, turned by quarters or mirrored;
- both in base64, in hexadecimal digits, as numbers in a text, and in zlib or gzip, also within each other.

What is not: video streams, rows of 16 bits or fewer than 8, rows that are not the whole picture's, what is encrypted.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from guardian.lab.canary.curtain import code

Signal = NDArray[np.float32]

WIDTHS = (640, 480, 320, 256, 240, 224, 192, 160, 128, 96, 80, 64, 48, 40, 32)
"""What the pipeline makes of the lab's film, and what is usual."""
LEAST_VALUES = 160
"""A template has so many values at least: of a narrow picture several rows together."""
ALIKE = 0.75
"""Least correlation with a template. Of 160 values without a relation, of which half are independent, one in 1e11 has
as much."""
LEAST_ROWS = 3
"""So many matches, none over another, are a picture: one may be chance, and a picture has more."""
LEAST_FLOAT = 1e-3
"""Least size of a float that counts as a luma of 0-1, -1 to 1 or 0-255."""
LEAST_SPREAD = 4.0
"""Least standard deviation, in luma steps of 255, of what can be a row of the curtain."""
SURE = 6.0
"""How many standard deviations above chance a part of a decoded picture must correlate; a whole one `SURE_OF_ALL`,
since its scale and place need not be tried."""
SURE_OF_ALL = 4.5
LEAST_ALIKE = 0.5
SCALES = np.geomspace(0.06, 2.0, 72)
MOST_DEEP = 4
MOST_BYTES = 64_000_000
PICTURE_BYTES = 8_000_000
"""More than a picture file of the lab's film takes in any format."""

_JPEG_END = b"\xff\xd9"
_MAGIC = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP|BM....\0\0\0\0....[\x28\x6c\x7c]\0\0\0", re.DOTALL
)
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{40,}(?:\\[rn/]|\r?\n|\\r\\n)?)*[A-Za-z0-9+/_-]{64,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}[ :]?){128,}")
_NUMBERS = re.compile(rb"(?:\d{1,3}[\s,\[\]]+){256,}")
_ZIPPED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e]*")


def find(data: bytes, deep: int = 0) -> Iterator[str]:
    """Yield, in words, every form in which the curtain stands in the bytes, and where."""
    yield from _pictures(data)
    if not _TEXT.fullmatch(data):
        yield from _rows(np.frombuffer(data, np.uint8))
    if deep < MOST_DEEP:
        for form, place, inner in _unwrapped(data):
            yield from (f"{form} at {place}: {found}" for found in find(inner, deep + 1))


def _pictures(data: bytes) -> Iterator[str]:
    """Yield the picture files in the bytes that show the curtain."""
    for match in _MAGIC.finditer(data):
        start = match.start()
        file = data[start : start + PICTURE_BYTES] + _JPEG_END  # one that breaks off is drawn as far as it goes
        try:
            picture = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_GRAYSCALE)
        except cv2.error:
            continue
        if picture is not None and shows(np.asarray(picture, np.uint8)):
            yield f"a picture of {picture.shape[1]}x{picture.shape[0]} at {start}"


def shows(picture: NDArray[np.uint8]) -> bool:
    """Whether a grey picture, uint8 (height, width), shows the curtain or a part of it, turned or mirrored."""
    for turned in (picture, picture.T):
        for band in (turned, *np.array_split(turned, 4)):
            if band.size and any(_is_code(profile) for profile in _both_ways(band.mean(axis=0, dtype=np.float32))):
                return True
    return False


def _both_ways(profile: Signal) -> tuple[Signal, Signal]:
    return profile, np.ascontiguousarray(profile[::-1])


def _is_code(profile: Signal) -> bool:
    """Whether the mean of the rows goes up and down as the code does, at any scale."""
    width = len(profile)
    if width < min(WIDTHS) or float(profile.std()) < 1.0:
        return False
    steps = np.diff(profile)
    if _sure(_correlation(steps, np.diff(code(width)))[0], width) > SURE_OF_ALL:
        return True
    for scale in SCALES:
        whole = np.diff(code(round(640 * scale)))
        least = min(len(whole), len(steps))
        if least >= 2 * min(WIDTHS) and _sure(_correlation(steps, whole).max(), least) > SURE:
            return True
    return False


def _sure(correlation: float, count: int) -> float:
    """How many standard deviations above chance a correlation of so many steps is; 0 where it is low."""
    return float(correlation * np.sqrt(count)) if correlation > LEAST_ALIKE else 0.0


def _correlation(one: Signal, other: Signal) -> Signal:
    """The correlation of the shorter with every part of the longer, float32 (places,)."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    found = cv2.matchTemplate(np.float32(longer)[None], np.float32(shorter)[None], cv2.TM_CCOEFF_NORMED)
    return np.asarray(found[0], np.float32)


def _rows(data: NDArray[np.uint8]) -> Iterator[str]:
    """Yield the layouts of pixels in which rows of the curtain stand in the bytes."""
    for bytes_a_pixel in (1, 2, 3, 4):
        for phase in range(bytes_a_pixel):
            values = np.ascontiguousarray(data[phase::bytes_a_pixel])
            yield from _in(values, f"rows of 8 bits, {bytes_a_pixel} bytes a pixel")
    for phase in range(4):
        whole = data[phase : phase + (len(data) - phase) // 4 * 4].tobytes()
        numbers = np.frombuffer(whole, "<f4")
        with np.errstate(invalid="ignore"):
            plausible = np.where(np.abs(numbers) < 1e3, numbers, 0).astype(np.float32)  # noqa: PLR2004 - no luma is more
        if not _has_floats(plausible):
            continue
        scaled = plausible * (255 if np.percentile(np.abs(plausible), 99) <= 2 else 1)  # noqa: PLR2004 - 0-1, or -1 to 1
        for channels in (1, 3):
            for channel in range(channels):
                yield from _in(np.ascontiguousarray(scaled[channel::channels]), f"rows of {channels} floats a pixel")


def _has_floats(numbers: Signal) -> bool:
    """Whether some stretch holds mostly numbers that a luma can be; bytes of other kinds read as floats do not."""
    whole = numbers[: len(numbers) // LEAST_VALUES * LEAST_VALUES].reshape(-1, LEAST_VALUES)
    return bool((np.count_nonzero(np.abs(whole) > LEAST_FLOAT, axis=1) > LEAST_VALUES // 2).any())


def _in(values: NDArray[np.uint8] | Signal, layout: str) -> Iterator[str]:
    """Yield the widths in which the curtain stands in a row of values, at the first place of each."""
    for width in WIDTHS:
        places = _matches(values, width)
        if len(places) >= LEAST_ROWS:
            yield f"{layout}, {width} wide, at {places[0]}"


def _matches(values: NDArray[np.uint8] | Signal, width: int) -> list[int]:
    """The places, none over another, at which the code of this width stands."""
    row = np.tile(code(width), -(-LEAST_VALUES // width))
    if len(values) < LEAST_ROWS * len(row):
        return []
    template = row if values.dtype == np.float32 else np.clip(row + 120, 0, 255).astype(np.uint8)
    found = cv2.matchTemplate(values[None], template[None], cv2.TM_CCOEFF_NORMED)[0]
    places: list[int] = []
    for place in map(int, np.flatnonzero(found > ALIKE)):
        if (not places or place >= places[-1] + len(row)) and _alike(values[place : place + len(row)], row):
            places.append(place)
    return places


def _alike(values: NDArray[np.uint8] | Signal, row: Signal) -> bool:
    """Look again, exactly: where nothing varies, the quick way finds what is not there."""
    return float(np.std(values)) > LEAST_SPREAD and float(np.corrcoef(values, row)[0, 1]) > ALIKE


def _unwrapped(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Yield what stands in the bytes in another form: the form, where, and the bytes in it."""
    for name, pattern, decoded in _FORMS:
        for match in pattern.finditer(data):
            yield from ((name, match.start(), inner) for inner in decoded(data, match) if inner)


def _of_letters(_data: bytes, match: "re.Match[bytes]") -> Iterator[bytes]:
    letters = re.sub(rb"\\[rn]|\s|\\(?=/)", b"", match[0]).translate(bytes.maketrans(b"-_", b"+/"))
    for shift in range(4):  # letters of the text around it may look like its first ones
        run = letters[shift:]
        yield base64.b64decode(run[: len(run) // 4 * 4])


def _of_digits(_data: bytes, match: "re.Match[bytes]") -> Iterator[bytes]:
    digits = re.sub(rb"[ :]", b"", match[0])
    for shift in range(2):
        run = digits[shift:]
        yield binascii.unhexlify(run[: len(run) // 2 * 2])


def _of_numbers(_data: bytes, match: "re.Match[bytes]") -> Iterator[bytes]:
    yield bytes(min(255, int(number)) for number in re.findall(rb"\d+", match[0]))


def _unzipped(data: bytes, match: "re.Match[bytes]") -> Iterator[bytes]:
    with_header = partial(zlib.decompressobj, 47)  # zlib or gzip, as the header says
    try:
        yield with_header().decompress(data[match.start() :], MOST_BYTES)
    except zlib.error:
        return


_FORMS: tuple[tuple[str, "re.Pattern[bytes]", Callable[[bytes, "re.Match[bytes]"], Iterator[bytes]]], ...] = (
    ("base64", _BASE64, _of_letters),
    ("hexadecimal", _HEX, _of_digits),
    ("numbers", _NUMBERS, _of_numbers),
    ("compressed", _ZIPPED, _unzipped),
)
