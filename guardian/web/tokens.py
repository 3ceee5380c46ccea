"""The secret in the page's address: made once, kept where only this service can read it, compared in constant time."""

import logging
import re
import secrets
from pathlib import Path

from guardian.private_file import OTHERS, write_private

log = logging.getLogger(__name__)

TOKEN_BYTES = 32
TOKEN_FILE = "web-token"  # noqa: S105 the file's name, not the secret
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def load_token(state_directory: Path) -> str:
    """Return the token of this box, made at the first start.

    A file that others could read, or that is damaged, holds no secret: a new token takes its place, and the page has to
    be opened once more with the new address. Raises OSError where the directory cannot be written.
    """
    path = state_directory / TOKEN_FILE
    try:
        text, mode = path.read_text(encoding="ascii").strip(), path.stat().st_mode
    except FileNotFoundError:
        return _make(path)
    except UnicodeDecodeError:
        text, mode = "", 0
    if mode & OTHERS:
        log.warning("event=token_replaced file=%s reason=readable_by_others", path)
        return _make(path)
    if not _TOKEN.fullmatch(text):
        log.warning("event=token_replaced file=%s reason=damaged", path)
        return _make(path)
    return text


def _make(path: Path) -> str:
    """Write a new token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_private(path, f"{token}\n")
    return token
