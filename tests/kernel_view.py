"""What the kernel says of a process: the flags of its memory, its status, its limits."""

import re
from pathlib import Path

_MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) .*?^VmFlags: ([^\n]*)$", re.MULTILINE | re.DOTALL)


def mappings(pid: int | str = "self") -> list[tuple[int, int, set[str]]]:
    """Every mapping: its first address, the one behind its last, and its flags (proc(5), VmFlags)."""
    smaps = Path(f"/proc/{pid}/smaps").read_text()
    return [(int(begin, 16), int(end, 16), set(flags.split())) for begin, end, flags in _MAPPING.findall(smaps)]


def flags_at(address: int, pid: int | str = "self") -> set[str]:
    """The flags of the memory at an address."""
    return next(flags for begin, end, flags in mappings(pid) if begin <= address < end)


def status(pid: int | str) -> dict[str, str]:
    """The lines of its status, by their names."""
    lines = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: value.strip() for name, _, value in lines}
