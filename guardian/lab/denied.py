"""Names the calls that the kernel denied an eye: its log has their numbers only.

The eye's filter asks the kernel to log what it denies (sandbox.lock_in). A line of that (audit record 1326) has the
name of the process, the architecture and the number of the call.
"""

import re
from collections import Counter
from collections.abc import Iterable

from guardian.eye.sandbox import NAME, call_name

_LINE = re.compile(r"type=1326 .*comm=\"(?P<name>[^\"]*)\".* syscall=(?P<number>\d+)")
MEANT = frozenset({"clone3"})
"""The C library takes another call where it is told that there is none of this name (sandbox._allow_steady_state)."""


def denied(lines: Iterable[str]) -> Counter[str]:
    """Count the calls denied to eyes in lines of the kernel's log, by their names on this machine."""
    found = filter(None, map(_LINE.search, lines))
    return Counter(call_name(int(each["number"])) for each in found if each["name"] == NAME)


def run(lines: Iterable[str]) -> int:
    """Print what was denied; 1 where something was that no library of ours asks for."""
    found = denied(lines)
    for name, count in found.most_common():
        print(f"{count:6d}  {name}{'  (meant so)' if name in MEANT else ''}")
    if not found:
        print("nothing was denied to an eye")
    return int(bool(found.keys() - MEANT))
