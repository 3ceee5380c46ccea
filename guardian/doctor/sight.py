"""Examines what sees: the models, their runtime, the sandbox and the cameras, each in a real eye."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from guardian.doctor.finding import Finding, fail, failed, ok, warn
from guardian.errors import GuardianError, ModelError, SandboxError
from guardian.eye.engine import LIGHTNING, MULTIPOSE, THUNDER, interpreter_class, models_directory, verified
from guardian.eye.orders import EyeSettings, orders_for, redacted
from guardian.eye.spawn import EyeProcess, prove
from guardian.eye.wire import Confinement, Hello, Proof
from guardian.network import Network, shipped
from guardian.settings import Camera, Models, Room
from guardian.skeleton import Observation
from guardian.view import DARK, FLAT

EYE_SECONDS = 30.0
WATCH_SECONDS = 2.0
"""So long a camera is watched: some need a second to find their exposure."""
SLOW = 0.7
"""A camera that gives less than this share of the frames that were asked for is slow."""
FILM = Path(__file__).parents[1] / "demo" / "fall_at_home.mp4"
"""What the sandbox is tried on."""
STOP_SERVICE = "sudo systemctl stop guardian, then ask again"

Start: TypeAlias = Callable[[EyeSettings], EyeProcess]
Prove: TypeAlias = Callable[[EyeSettings], tuple[Confinement, Sequence[Proof]]]


def examine_models(models: Models) -> Iterator[Finding]:
    """Compare every model with its sum."""
    directory = models.directory or models_directory()
    for name in (MULTIPOSE, LIGHTNING, THUNDER):
        try:
            size = len(verified(directory / name))
        except ModelError as error:
            yield failed("model", error, "restore the shipped file, or leave models.directory out")
        else:
            yield ok("model", f"{name}: {size / 1e6:.1f} MB, as in SHA256SUMS")
    try:
        Network.load(shipped())
    except ModelError as error:
        yield failed("model", error, "reinstall Guardian; meanwhile the rules alone decide")
    else:
        yield ok("model", f"{shipped().name}: judges falls beside the rules")


def examine_runtime(models: Models) -> Finding:
    """Load the runtime."""
    try:
        found = interpreter_class(models.runtime)
    except ModelError as error:
        return failed("runtime", error, 'pip install ai-edge-litert, or Guardian with its extra "tflite"')
    return ok("runtime", found.__module__.partition(".")[0].replace("_", "-"))


def examine_sandbox(models: Models, *, allow_unconfined: bool, attempt: Prove = prove) -> Finding:
    """Let a real eye try to break out, on a film of ours."""
    remedy = "a kernel with seccomp, and Debian's libseccomp2; privacy.allow_unconfined: true watches without"
    try:
        confinement, proofs = attempt(orders_for(Camera(source=str(FILM)), models, allow_unconfined=allow_unconfined))
    except SandboxError as error:
        return failed("sandbox", error, remedy)
    except (GuardianError, OSError) as error:
        return failed("sandbox", f"the eye does not start: {error}", "see model and runtime above")
    escaped = [proof.attempt.name.lower().replace("_", " ") for proof in proofs if not proof.refused]
    if not confinement.complete:
        return warn("sandbox", "the eye is not confined, as privacy.allow_unconfined allows", remedy)
    if escaped:
        return fail("sandbox", f"the eye can break out: {', '.join(escaped)}", "use another kernel")
    text = f"the kernel confines the eye, and refused {len(proofs)} ways out"
    if not confinement.landlock:
        return warn("sandbox", f"{text}; it has no Landlock", "a kernel of 5.13 or newer with Landlock: a second wall")
    swap = "none of its memory reaches" if confinement.kept_from_swap else "its frames alone are locked out of"
    return ok("sandbox", f"{text}; Landlock {confinement.landlock}; {swap} the swap")


def is_device(source: str) -> bool:
    """Whether only one program at a time can have it open."""
    return source.startswith("/dev/") or source.lower().startswith("csi")


def examine_camera(
    room: Room,
    models: Models,
    *,
    allow_unconfined: bool,
    taken: bool = False,
    start: Start = lambda orders: EyeProcess(orders, start_seconds=EYE_SECONDS),
) -> Finding:
    """Open the room's camera with a real eye and watch it for a while. `taken` says that the service has it open."""
    absent = room.camera.source.startswith("/dev/") and not Path(room.camera.source).exists()
    if taken and is_device(room.camera.source) and not absent:
        return warn("camera", f"{room.name}: not tried, since the service that runs has it", STOP_SERVICE)
    hello: Hello | None = None
    seen: list[Observation] = []
    try:
        with start(orders_for(room.camera, models, allow_unconfined=allow_unconfined)) as eye:
            for record in eye.records():
                if isinstance(record, Hello):
                    hello = record
                elif isinstance(record, Observation):
                    seen.append(record)
                    if record.time - seen[0].time >= WATCH_SECONDS:
                        break
    except (GuardianError, OSError) as error:
        return failed("camera", f"{room.name}: {error}", "look at its cable, its power and its address")
    if hello is None or not seen:
        source = redacted(room.camera.source)
        return fail("camera", f"{room.name}: {source} gives no frame", "look at its cable and its power")
    return _judge(room, hello, seen)


def _judge(room: Room, hello: Hello, seen: Sequence[Observation]) -> Finding:
    """What a camera gives, against what was asked for."""
    rate, wanted, last = _rate(seen), room.camera.fps, seen[-1]
    given = f"{room.name}: {hello.width}x{hello.height}"
    if rate is not None:
        given += f" at {min(rate, wanted):.3g} fps"
    if last.brightness < DARK:
        return warn("camera", f"{given}, but too dark to see anybody", "a light, or a camera with infrared")
    if last.contrast < FLAT:
        return warn("camera", f"{given}, but it sees one surface only", "take off what covers it, or turn it")
    if rate is not None and rate < SLOW * wanted:
        remedy = f"more light, a smaller width and height, or a faster port or network; or fps: {max(1.0, rate):.0f}"
        return warn("camera", f"{given}, not the {wanted:g} that were asked for", remedy)
    return ok("camera", given)


def _rate(seen: Sequence[Observation]) -> float | None:
    """Frames per second that the camera gives; None where it was watched too briefly to tell."""
    seconds = seen[-1].time - seen[0].time
    return (seen[-1].frame - seen[0].frame) / seconds if seconds >= WATCH_SECONDS / 2 else None


def examine_devices(directory: Path = Path("/dev")) -> Finding:
    """Which cameras there are, for a machine that has no configuration yet."""
    usb = [f"{path.resolve()} ({path.name})" for path in sorted(directory.glob("v4l/by-id/*-index0"))]
    there = ", ".join(usb or sorted(str(path) for path in directory.glob("video*")))
    if there:
        return ok("camera", f"devices here: {there}")
    remedy = "plug one in; one on the ribbon cable is csi in the configuration, one in the network rtsp://..."
    return warn("camera", "no USB camera is here", remedy)
