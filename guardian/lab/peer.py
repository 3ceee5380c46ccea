"""What the peer says of the same clips: neura-fall-detection (PyPI) over a manifest, its events as lines of JSON.

Run it with the Python of an environment in which the peer is installed; it imports nothing of ours, and needs cv2 only:

    python3 -m venv peer && peer/bin/pip install neura-fall-detection
    peer/bin/python guardian/lab/peer.py MANIFEST.csv --hold 15 > peer.jsonl
"""

import argparse
import csv
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2

FPS = 8.0
"""Frames a second for which the peer was made."""


def frames(video: Path, hold: float) -> Iterator[tuple[float, object]]:
    """The frames of a video, `FPS` a second, with their times; the last one goes on for `hold` seconds."""
    capture, due, last, time = cv2.VideoCapture(str(video)), 0.0, None, 0.0
    while True:
        read, image = capture.read()
        if not read:
            break
        time, last = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, image
        if time >= due:
            due += 1 / FPS
            yield time, image
    capture.release()
    for number in range(1, round(hold * FPS) + 1):
        if last is not None:
            yield time + number / FPS, last


def main() -> int:
    """Print one line for every fall that the peer tells of, and one for the end of each clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--hold", type=float, default=0.0)
    options = parser.parse_args()
    with options.manifest.open(encoding="utf-8", newline="") as rows:
        paths = list(dict.fromkeys(row["path"] for row in csv.DictReader(rows)))
    peer = importlib.import_module("neura_fall_detection")  # not one of our dependencies
    for path in paths:
        model, time = peer.NFDModel(pose_threads=2), 0.0
        for time, image in frames(options.manifest.parent / path, options.hold):
            for person in model.process(image, timestamp=time).new_fall_events:
                line = {"source": path, "t": round(time, 3), "event": "FallConfirmed", "track": person.track_id}
                print(json.dumps(line), flush=True)
        print(json.dumps({"source": path, "t": round(time, 3), "event": "EndOfSource"}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
