"""How much memory the eye may take: an eye that takes more and more must end itself, and not the brain.

The brain holds the alarm. Linux, when memory runs out, ends whom it likes, and slows everything down before that. So
the eye has a limit of its own, at which an allocation fails and the eye with it; the brain opens another. Where the
machine runs out of memory all the same, the eye is offered first.
"""

import resource
from contextlib import suppress
from pathlib import Path

MOST_MORE_BYTES = 768 * 1024 * 1024
"""Beyond what an eye has at its start. Models and a film of 640 x 480 took 120 MB (x86, VmData of the demo's eye); a
stream of 4K pictures, 25 MB each, has some twenty of them in the decoder's hands."""
OFFERED_FIRST = "500"
"""For /proc/self/oom_score_adj, proc(5): from -1000, never, to 1000, always. The unit gives the brain -600, and what
the brain starts inherits that."""


def offer_first() -> None:
    """Let this process be ended before the one that started it where the machine has no memory left."""
    with suppress(OSError):  # a kernel without it, or a container that forbids it
        Path("/proc/self/oom_score_adj").write_text(OFFERED_FIRST, encoding="ascii")


def limit(more: int = MOST_MORE_BYTES) -> int:
    """Let this process take so many bytes more than it has, for good; return how many it may have.

    Stacks, heap and anonymous memory count (RLIMIT_DATA, getrlimit(2)), program code and files that are mapped do not.
    """
    most = _taken() + more
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    return most


def _taken() -> int:
    """What counts for RLIMIT_DATA, in bytes (VmData in proc(5))."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
