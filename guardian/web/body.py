"""Reading what a page sends: JSON, little of it, and soon."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request

MAX_BODY_BYTES = 1_024
BODY_SECONDS = 10.0
"""Whoever sends a thousand bytes more slowly does so on purpose, or is gone."""


async def read_json(request: Request) -> bytes:
    """Read a JSON body, but no more than the limit, and not for ever. Raises HTTPException."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Content-Type: application/json would be right")
    try:
        return await asyncio.wait_for(_read(request), BODY_SECONDS)
    except asyncio.TimeoutError:
        raise HTTPException(408, f"the body did not come within {BODY_SECONDS:.0f} s") from None


async def _read(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"at most {MAX_BODY_BYTES} bytes would be right")
    return body
