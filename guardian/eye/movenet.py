"""Frames become poses: MultiPose finds the bodies, Lightning looks closer at those that lie or are hardly seen."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias

import cv2
import numpy as np

from guardian.eye import memory
from guardian.eye.engine import LIGHTNING, MULTIPOSE, THUNDER, Engine, Image, Runtime, models_directory
from guardian.eye.follow import TURNED, Body, around, plausible, pose_score, same_body, torso_score, turn
from guardian.eye.letterbox import Letterbox, input_size
from guardian.skeleton import KEYPOINTS, Keypoints, Pose

Follower: TypeAlias = Literal["lightning", "thunder", "none"]

PIXELS = 256 * 320
"""How large MultiPose's input may be; see docs/decisions on finding and following."""

FIND_SECONDS = 0.5
"""How often MultiPose looks at the whole frame while all bodies are followed well."""

LINES = 360
"""A frame of twice as many lines or more is first reduced by a whole number: no model here sees finer detail."""

FAINT = 0.11
"""Least score at which MultiPose's bodies are looked at at all (the threshold of TensorFlow's own example)."""

CERTAIN = 0.2
"""Least mean keypoint score of a pose that is told. Bodies that MoveNet saw in furniture scored up to 0.18."""

GOOD_TORSO = 0.3
"""A shoulder or hip below this makes a pose weak, and worth a closer look."""

FORGET_SECONDS = 2.0
"""How long a body is looked for where it was last seen, after the last good pose or the last sign by MultiPose."""

MOST = 6
"""As many bodies as MultiPose can find, and one record can carry."""


class Reducer:
    """Makes large frames smaller by a whole number, into a buffer of its own; leaves the others alone."""

    def __init__(self, height: int, width: int) -> None:
        factors = range(1, max(1, height // LINES) + 1)
        self.factor = max(factor for factor in factors if height % factor == width % factor == 0)
        self._small: Image = memory.picture(height // self.factor, width // self.factor, 3)

    def reduce(self, frame: Image) -> Image:
        """Return the frame itself or, until the next call, its smaller copy."""
        if self.factor == 1:
            return frame
        height, width = self._small.shape[:2]
        cv2.resize(frame, (width, height), dst=self._small, interpolation=cv2.INTER_AREA)
        return self._small

    def blacken(self) -> None:
        """Overwrite the smaller copy."""
        if self.factor > 1:
            self._small.fill(0)


class PoseFinder:
    """Finds and follows the bodies in the frames of one camera: `find(frame, now)`.

    While somebody is in view, Lightning follows each body on a crop of its own, and MultiPose looks for others every
    `find_seconds`, or at once where a body is seen badly; with 0 it looks at every frame, and Lightning only at bodies
    that lie or are hardly seen. `follower` and `rotate` are there to be measured against each other.
    """

    def __init__(
        self,
        models: Path | None = None,
        *,
        runtime: Runtime = "auto",
        threads: int = 2,
        pixels: int = PIXELS,
        follower: Follower = "lightning",
        rotate: bool = True,
        find_seconds: float = FIND_SECONDS,
    ) -> None:
        directory = models or models_directory()
        self._multipose = Engine(directory / MULTIPOSE, runtime=runtime, threads=threads)
        self._single: Engine | None = None
        if follower != "none":
            name = THUNDER if follower == "thunder" else LIGHTNING
            self._single = Engine(directory / name, runtime=runtime, threads=threads)
        self._pixels = pixels
        self._rotate = rotate
        self._find_seconds = find_seconds
        self._bodies: list[Body] = []
        self._looked = float("-inf")
        self._frame_shape: tuple[int, ...] = ()
        self._reducer: Reducer
        self._letterbox: Letterbox

    @property
    def invoke_seconds(self) -> float:
        """What the runtime's own invokes have taken so far, in seconds."""
        return self._multipose.invoke_seconds + (self._single.invoke_seconds if self._single else 0.0)

    @property
    def invokes(self) -> int:
        """How often a model was run so far."""
        return self._multipose.invokes + (self._single.invokes if self._single else 0)

    def find(self, frame: Image, now: float) -> tuple[Pose, ...]:
        """Return the poses, at most six and the surest first, in a BGR frame captured at `now` (seconds, monotonic).

        The frame is uint8 (height, width, 3); one of another size than before starts everything afresh.
        """
        if frame.shape != self._frame_shape:
            self._fit(frame)
        small = self._reducer.reduce(frame)
        due = not self._bodies or self._single is None or now - self._looked >= self._find_seconds
        found = self._assign(self._look(small, now), now) if due else [None] * len(self._bodies)
        seen = [self._closer(body, pose, small) for body, pose in zip(self._bodies, found, strict=True)]
        if not due and any(torso_score(pose) < GOOD_TORSO for pose in seen):
            found = self._assign(self._look(small, now), now)
            seen += [pose for pose in found[len(seen) :] if pose is not None]
            seen = [
                _surer((pose, other)) if other is not None else pose for pose, other in zip(seen, found, strict=True)
            ]
        self._reducer.blacken()
        return self._tell(seen, now)

    def _fit(self, frame: Image) -> None:
        """Prepare every buffer for frames of this size."""
        height, width = frame.shape[:2]
        self._reducer = Reducer(height, width)
        height, width = height // self._reducer.factor, width // self._reducer.factor
        self._multipose.resize(*input_size(height, width, self._pixels))
        self._letterbox = Letterbox(height, width, self._multipose.picture)
        self._frame_shape = frame.shape
        self._bodies = []

    def _look(self, frame: Image, now: float) -> list[Keypoints]:
        """Run MultiPose on the whole frame; return the keypoints of what may be bodies, the surest first."""
        self._looked = now
        self._letterbox.fill(frame)
        bodies = self._multipose.run()
        keypoints = bodies[:, : KEYPOINTS * 3].reshape(-1, KEYPOINTS, 3)
        keypoints[..., :2] = self._letterbox.to_frame(keypoints[..., :2])
        order = np.argsort(-bodies[:, -1], kind="stable")
        return [keypoints[i] for i in order if bodies[i, -1] >= FAINT]

    def _assign(self, poses: Iterable[Keypoints], now: float) -> list[Keypoints | None]:
        """Give each pose to the body it is of, or to a new one; return what each body was given."""
        found: list[Keypoints | None] = [None] * len(self._bodies)
        for pose in poses:
            mine = next((i for i, body in enumerate(self._bodies) if same_body(body.keypoints, pose)), None)
            if mine is None and len(self._bodies) < MOST:
                self._bodies.append(Body(pose, found=now, seen=float("-inf")))
                found.append(pose)
            elif mine is not None:
                self._bodies[mine].found = now
                found[mine] = pose if found[mine] is None else found[mine]
        return found

    def _closer(self, body: Body, found: Keypoints | None, frame: Image) -> Keypoints:
        """Return the best pose of a body: MultiPose's if that needs no closer look, else that of one or two looks."""
        if self._single is None or (found is not None and self._find_seconds == 0 and _clear(found)):
            return _unseen(body.keypoints) if found is None else found
        candidates = [] if found is None else [found]
        candidates.append(self._follow(self._single, body.keypoints, 0.0, frame))
        if torso_score(candidates[-1]) >= GOOD_TORSO:
            return candidates[-1]
        angle = body.turned() if self._rotate else None
        if angle is not None:
            candidates.append(self._follow(self._single, body.keypoints, angle, frame))
            if torso_score(candidates[-1]) >= GOOD_TORSO:
                return candidates[-1]
        return _surer(candidates)

    @staticmethod
    def _follow(single: Engine, last: Keypoints, angle: float, frame: Image) -> Keypoints:
        """Run a single-pose model on a crop around the last keypoints; return the new ones."""
        crop = around(last, angle) if angle else around(last).on_pixels(frame.shape[0])
        crop.cut(frame, single.picture)
        keypoints: Keypoints = single.run()[0]
        keypoints[:, :2] = crop.to_frame(keypoints[:, :2])
        return keypoints

    def _tell(self, seen: list[Keypoints], now: float) -> tuple[Pose, ...]:
        """Remember the good poses, forget bodies that are gone or are another's double, and return the poses."""
        told: list[Pose] = []
        kept: list[Body] = []
        scored = [(pose_score(keypoints), body, keypoints) for body, keypoints in zip(self._bodies, seen, strict=True)]
        for score, body, keypoints in sorted(scored, key=lambda each: -each[0]):
            if any(same_body(keypoints, other.keypoints) for other in told):
                continue
            if score >= CERTAIN and plausible(keypoints):
                body.learn(keypoints, now)
                told.append(Pose(keypoints, score))
            if now - min(body.seen, body.found) <= FORGET_SECONDS:
                kept.append(body)
        self._bodies = kept
        return tuple(told)


def _clear(keypoints: Keypoints) -> bool:
    """Tell whether a pose of MultiPose's needs no closer look: a torso well seen and not lying.

    On bodies that lie MultiPose errs most, even where it is sure: of rendered ones, whose truth is known, Lightning on
    a crop is about three times nearer.
    """
    return torso_score(keypoints) >= GOOD_TORSO and abs(turn(keypoints)) <= TURNED


def _surer(poses: Iterable[Keypoints]) -> Keypoints:
    """Return the pose whose weakest shoulder or hip scores highest."""
    return max(poses, key=torso_score)


def _unseen(keypoints: Keypoints) -> Keypoints:
    """Return the same place without any evidence: every score 0."""
    return keypoints * np.array([1, 1, 0], np.float32)
