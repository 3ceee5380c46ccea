"""The whole way of a mistake: film, eye, alarm, the page, the disk, and the evaluation that reads it."""

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from waiting import eventually

from guardian.app import Guardian
from guardian.cli import main
from guardian.demo.show import FILM
from guardian.entrance import Web
from guardian.incident import IncidentState
from guardian.settings import Camera, Feedback, Mqtt, Panel, Room, Settings

pytestmark = pytest.mark.slow

SECONDS = 180.0


wait_for = partial(eventually, seconds=SECONDS)


def visitor(address: str) -> httpx.Client:
    """Somebody who opens the page, and will press its buttons."""
    origin = address.split("/?", maxsplit=1)[0]
    return httpx.Client(base_url=origin, headers={"Origin": origin}, timeout=SECONDS, follow_redirects=True)


@contextmanager
def running(state: Path) -> Iterator[Guardian]:
    guardian = Guardian(
        Settings(
            rooms=(Room(name="kitchen", camera=Camera(source=str(FILM))),),
            mqtt=Mqtt(broker="none"),
            panel=Panel(kind="simulated"),
            web=Web(port=0),
            feedback=Feedback(keep_scenes=True),
            state_directory=state,
        )
    )
    try:
        guardian.start()
        yield guardian
    finally:
        guardian.stop()


def mistaken(guardian: Guardian) -> None:
    """Let the film raise its alarm; Ana calls it false, and Ben says that it was a fall."""
    kept = guardian.scenes.directory
    wait_for(lambda: guardian.brain.alarm.state in (IncidentState.PENDING, IncidentState.RAISED), "the alarm")
    fell = guardian.home.snapshot().moment.wall
    with visitor(guardian.page) as page:
        assert page.get(guardian.page).status_code == 200
        false = {"outcome": "false alarm", "note": "a rehearsal", "by": "Ana"}
        assert page.post("/api/resolve", json=false).status_code == 202
        wait_for(lambda: len(kept.judged()) == 1, "the false alarm on the disk")
        wait_for(lambda: guardian.home.snapshot().feedback.kept == 1, "counted on the page")
        (entry,) = page.get("/api/incidents").json()["incidents"]
        assert (entry["judged"], entry["outcome"]) == ("false alarm", "false alarm")
        missed = {"at": f"{fell:%H:%M}", "note": "it was one, after all", "by": "Ben"}
        assert page.post("/api/missed", json=missed).status_code == 202
        too_long_ago = {"at": f"{fell - timedelta(hours=2):%H:%M}"}
        assert "too long ago" in page.post("/api/missed", json=too_long_ago).json()["error"]
        wait_for(lambda: len(kept.judged()) == 2, "the missed fall on the disk")


def test_a_mistake_goes_from_the_film_to_the_evaluation(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    state = tmp_path / "state"
    with running(state) as guardian:
        mistaken(guardian)
        kept = guardian.scenes.directory
    false, missed = kept.judged().values()
    assert [false[name] for name in ("kind", "label", "said_by", "room")] == ["adl", "a rehearsal", "Ana", "kitchen"]
    assert [missed[name] for name in ("kind", "event", "said_by")] == ["fall", "missed", "Ben"]
    assert missed["notes"] == "Seen coming down."
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.path.iterdir()} == {0o600}

    assert main(["evaluate", str(kept.path / "manifest.csv"), "--json"]) == 0
    overall = json.loads(capsys.readouterr().out)["overall"]
    assert overall["false_alarms"]["count"] == 1
    assert overall["falls"] == 1

    config = tmp_path / "guardian.yaml"
    config.write_text(f"rooms: [{{name: a, camera: {{source: csi}}}}]\nstate_directory: {state}\n")
    assert main(["forget", "--config", str(config)]) == 0
    told = f"{kept.path}: 2 scenes erased\nwhere people have been, in every room: erased\n"
    assert capsys.readouterr().out == told
    assert kept.verdicts() == {}
