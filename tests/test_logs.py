import json
import logging
from collections.abc import Iterator

import pytest

from guardian.io import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("guardian")
    kept, level, our_level = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = kept
    root.setLevel(level)
    ours.setLevel(our_level)


def test_text_is_key_and_value(capsys: pytest.CaptureFixture[str]):
    logs.configure()
    logging.getLogger("guardian.x").info("event=%s", "fall")
    assert capsys.readouterr().err == "level=INFO logger=guardian.x event=fall\n"


def test_json_is_one_object_a_line_with_its_error(capsys: pytest.CaptureFixture[str]):
    logs.configure("json")
    try:
        raise ValueError("böse")  # noqa: EM101, TRY301 - short
    except ValueError:
        logging.getLogger("guardian.x").exception("two\nlines")
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("error", "guardian.x", "two\nlines")
    assert said["time"].endswith("+00:00")
    assert "ValueError: böse" in said["error"]


def test_libraries_are_heard_only_when_something_is_wrong(capsys: pytest.CaptureFixture[str]):
    logs.configure()
    logging.getLogger("uvicorn").info("started")
    logging.getLogger("uvicorn").warning("trouble")
    assert capsys.readouterr().err == "level=WARNING logger=uvicorn trouble\n"
