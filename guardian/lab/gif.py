"""Animated GIFs of drawings: few colours, and of every frame only what has changed (GIF89a, CompuServe 1990)."""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from guardian.eye.engine import Image

COLOURS = 255
"""One of the 256 is left for "as before"."""
MOST_CODES = 4096
"""Codes have 12 bits at most."""
Indices = NDArray[np.uint8]


def animated(frames: Sequence[Image], seconds: float) -> bytes:
    """Return a GIF that shows BGR frames, uint8 (height, width, 3), each for so long, over and over."""
    colours, table = palette(frames)
    height, width = frames[0].shape[:2]
    head = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0xF7, 0, 0)
    loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    parts = [head, colours.tobytes(), loop]
    before: Indices | None = None
    delays = np.diff(np.round(np.arange(len(frames) + 1) * seconds * 100)).astype(int)
    for frame, delay in zip(frames, delays, strict=True):
        indices = table[_bins(frame)]
        parts.append(_frame(indices, before, int(delay)))
        before = indices
    return b"".join([*parts, b"\x3b"])


def palette(frames: Sequence[Image]) -> tuple[NDArray[np.uint8], Indices]:
    """Return the 256 RGB colours of a GIF, and the number of the one that is nearest to each 15-bit colour."""
    counts, sums = np.zeros(2**15), np.zeros((2**15, 3))
    for frame in frames:
        bins, pixels = _bins(frame).ravel(), frame.reshape(-1, 3)
        counts += np.bincount(bins, minlength=2**15)
        for channel in range(3):
            sums[:, channel] += np.bincount(bins, pixels[:, 2 - channel], minlength=2**15)
    used = np.flatnonzero(counts)
    means = sums[used] / counts[used, None]
    kept = np.argsort(-counts[used], kind="stable")[:COLOURS]
    chosen = means[kept]
    table = np.zeros(2**15, np.uint8)
    table[used] = [int(((chosen - mean) ** 2).sum(axis=1).argmin()) for mean in means]
    colours = np.zeros((256, 3), np.uint8)
    colours[: len(chosen)] = np.round(chosen)
    return colours, table


def _bins(frame: Image) -> NDArray[np.int64]:
    """Return each pixel as 15 bits of colour."""
    wide = (frame >> 3).astype(np.int64)
    bins: NDArray[np.int64] = wide[..., 2] << 10 | wide[..., 1] << 5 | wide[..., 0]
    return bins


def _frame(indices: Indices, before: Indices | None, delay: int) -> bytes:
    """Return one frame, of the rectangle that has changed only, `delay` in hundredths of a second."""
    changed = np.ones(indices.shape, bool) if before is None else indices != before
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    top, bottom = (rows[0], rows[-1] + 1) if rows.size else (0, 1)
    left, right = (columns[0], columns[-1] + 1) if columns.size else (0, 1)
    shown = np.where(changed, indices, COLOURS)[top:bottom, left:right].astype(np.uint8)
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0b101, delay, COLOURS, 0)  # leave it, the 256th is see-through
    place = struct.pack("<BHHHHB", 0x2C, left, top, right - left, bottom - top, 0)
    return control + place + b"\x08" + _blocks(lzw(shown.tobytes())) + b"\x00"


def _blocks(data: bytes) -> bytes:
    pieces = (data[start : start + 255] for start in range(0, len(data), 255))
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


class _Codes:
    """Codes of growing width, the lowest bit first: what LZW of a GIF writes, and when it widens."""

    CLEAR, END = 256, 257

    def __init__(self) -> None:
        self.data = bytearray()
        self._bits, self._held = 0, 0
        self._start()

    def _start(self) -> None:
        self._width, self.free = 9, self.END + 1

    def write(self, code: int) -> None:
        """Write one code; whoever reads it then knows one more, which may need a wider one."""
        self._bits |= code << self._held
        self._held += self._width
        while self._held >= 8:  # noqa: PLR2004 - a byte
            self.data.append(self._bits & 255)
            self._bits >>= 8
            self._held -= 8
        if code == self.CLEAR:
            self._start()
            return
        if self.free == 1 << self._width and self._width < 12:  # noqa: PLR2004 - the widest
            self._width += 1
        self.free += 1

    def close(self) -> bytes:
        """Write the end, and return everything."""
        self.write(self.END)
        self.data.append(self._bits & 255)
        return bytes(self.data)


def lzw(pixels: bytes) -> bytes:
    """Compress pixels of 8 bits as GIF wants it: codes of 9 to 12 bits (GIF89a, appendix F)."""
    codes = _Codes()
    codes.write(codes.CLEAR)
    known: dict[int, int] = {}
    prefix = pixels[0]
    for pixel in pixels[1:]:
        pair = prefix << 8 | pixel
        code = known.get(pair)
        if code is not None:
            prefix = code
            continue
        known[pair] = codes.free
        codes.write(prefix)
        if codes.free >= MOST_CODES:
            codes.write(codes.CLEAR)
            known.clear()
        prefix = pixel
    codes.write(prefix)
    return codes.close()
