"""How often a password may be tried, so that it cannot be guessed, and a stranger who tries locks nobody out.

Each try takes a drop out of a bucket that fills up again with time. A stranger's own bucket, that of the address, is
smaller and fills more slowly than that of the name, so that from one address nobody can empty the name's for the
others. A device on which that user has signed in before has a bucket of its own and needs neither: while strangers at
many addresses try a name, its owner still comes in (OWASP, "Device Cookies").
"""

import hashlib
import ipaddress
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SLOTS = 4_096
"""Buckets of each kind. They are found by a keyed hash, so that no number of names or addresses makes them more."""
NETWORK_OF_ONE = 64
"""Bits of an IPv6 address that stand for one subscriber: within them, a device takes a new address when it likes."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many tries are free at once, and the seconds after which there is one more."""

    tries: int
    seconds: float


ADDRESS = Bucket(10, 60.0)
NAME = Bucket(60, 20.0)
DEVICE = Bucket(20, 30.0)


class Limits:
    """The buckets. `now` gives monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._key = secrets.token_bytes(16)
        self._full_at: dict[tuple[Bucket, int], float] = {}

    def take(self, address: str, name: str, device: str = "") -> float:
        """Take one try; return 0.0, or the seconds until there will be one. `device` is empty for an unknown one."""
        kinds = self._kinds(address, name, device)
        wait = max(self._wait(*kind) for kind in kinds)
        if wait <= 0:
            for bucket, slot in kinds:
                self._full_at[bucket, slot] = max(self._now(), self._full_at.get((bucket, slot), 0.0)) + bucket.seconds
        return wait

    def give_back(self, address: str, name: str, device: str = "") -> None:
        """Give back the try that was right: who comes in is no stranger."""
        for bucket, slot in self._kinds(address, name, device):
            self._full_at[bucket, slot] = self._full_at.get((bucket, slot), 0.0) - bucket.seconds

    def _wait(self, bucket: Bucket, slot: int) -> float:
        missing = self._full_at.get((bucket, slot), 0.0) - self._now()
        return max(0.0, missing - (bucket.tries - 1) * bucket.seconds)

    def _kinds(self, address: str, name: str, device: str) -> Sequence[tuple[Bucket, int]]:
        if device:
            return ((DEVICE, self._slot(device)),)
        return ((ADDRESS, self._slot(_network(address))), (NAME, self._slot(name.casefold())))

    def _slot(self, text: str) -> int:
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), key=self._key, digest_size=8).digest()
        return int.from_bytes(digest, "big") % SLOTS


def _network(address: str) -> str:
    """What one stranger can change at will counts as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed[:16], NETWORK_OF_ONE), strict=False))
    return address
