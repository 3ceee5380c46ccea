"""Files that hold a secret: whole or not there at all, and nobody's but the service's at any time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from guardian.errors import GuardianError

OTHERS = 0o077
"""The rights that such a file must not have."""


def write_private(path: Path, text: str) -> None:
    """Put `text` in the place of what the file held, so that no power cut leaves half of it.

    The file is given to whoever owns its directory: what root writes on the command line, the service has to read.
    Raises OSError.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        hand_over(descriptor, path)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextmanager
def new_private(path: Path) -> Iterator[BinaryIO]:
    """Open a file that was not there, for whoever asked for it alone. Raises GuardianError where there is one already,
    or it cannot be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            yield file
    except FileExistsError as error:
        message = f"{path} is there already; a name that is free would be right"
        raise GuardianError(message) from error
    except OSError as error:
        message = f"{path} cannot be written: {error}"
        raise GuardianError(message) from error


def append_private(path: Path, text: str) -> None:
    """Put `text` at the end of the file, which is made where there is none. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        hand_over(descriptor, path)
        file.write(text)


def hand_over(descriptor: int, path: Path) -> None:
    """Give a file that root has made to whoever owns its directory. Raises OSError."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
