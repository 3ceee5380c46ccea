import json
import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from judged import collect, fallen, scene, text

from guardian.cli import main
from guardian.errors import ConfigurationError
from guardian.lab import analyse
from guardian.lab.evaluate import plots
from guardian.lab.evaluate.document import document
from guardian.lab.evaluate.evaluation import evaluate
from guardian.lab.evaluate.report import write
from guardian.lab.evaluate.strips import strips, windows
from guardian.lab.evaluate.work import Alone
from guardian.lab.page_pictures import browser_path, chromium
from guardian.skeleton import Observation


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return collect(tmp_path)


@pytest.fixture
def page(collection: Path) -> str:
    target = collection.with_name("report.html")
    earlier = collection.with_name("earlier.json")
    earlier.write_text(text(evaluate(collection)))
    assert main(["evaluate", str(collection), "--report", str(target), "--compare", str(earlier)]) == 0
    return target.read_text(encoding="utf-8")


def test_the_page_needs_nothing_else(page: str):
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", page)
    assert "<script" not in page
    assert "url(http" not in page


def test_every_mistake_is_drawn_with_what_was_told(page: str):
    drawings = [b64decode(found).decode() for found in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", page)]
    assert len(drawings) == 2
    assert ET.fromstring(drawings[0]).get("aria-label") == "Missed: fall at 4.0 s"  # noqa: S314 - our own
    assert "False: FallConfirmed at" in drawings[1]
    assert "FallSuspected" in page
    assert "Beside guardian on manifest.csv (earlier.json)" in page


def test_a_window_is_as_long_as_it_takes_to_see_why(collection: Path):
    missed, false = windows(evaluate(collection))
    assert (missed.mistake, missed.begin, missed.end) == ("missed", 1.0, 17.0)
    assert false.mistake == "false"
    assert false.end - false.begin == pytest.approx(12.0)


def test_a_file_is_watched_no_longer_than_needed(collection: Path, monkeypatch: pytest.MonkeyPatch):
    result = evaluate(collection)
    scene(collection.with_name("stood.jsonl"), fallen(60))
    seen: list[Observation] = []

    def counted(observation: Observation) -> Observation:
        seen.append(observation)
        return observation

    def watched(*given: Any) -> Iterator[Observation]:
        return (counted(each) for each in analyse.observations(*given))

    monkeypatch.setattr("guardian.lab.evaluate.strips.observations", watched)
    drawn = strips(result, None, Alone(), lambda _: lambda: None)
    assert [bool(strip.drawing) for strip in drawn] == [True, True]
    assert len(seen) < 171 + 149 + 2


def test_a_file_that_has_gone_is_told_in_its_place(collection: Path):
    result = evaluate(collection)
    collection.with_name("stood.jsonl").unlink()
    first, _ = strips(result, None, Alone(), lambda _: lambda: None)
    assert first.drawing == ""
    assert "there is no such file" in first.told[0]


def test_plots_are_elements_with_names_of_their_own(collection: Path):
    found = document(evaluate(collection))
    drawn = [plots.delays(found), plots.runs([found, found]), plots.kinds(found["by"]["kind"], "kind")]
    for each in drawn:
        assert ET.fromstring(each).tag.endswith("svg")  # noqa: S314 - our own
    clips = [set(re.findall(r'clipPath id="([^"]+)"', each)) for each in drawn]
    assert all(clips)
    assert not clips[0] & clips[1]
    assert drawn[0] == plots.delays(found)


def test_mistakes_of_another_detector_come_with_what_it_told(collection: Path):
    events, target = collection.with_name("peer.jsonl"), collection.with_name("report.html")
    rows = [{"source": f"{n}.jsonl", "t": 15.0, "event": "EndOfSource"} for n in ("fall", "stood", "calm", "false")]
    rows.append({"source": "calm.jsonl", "t": 2.0, "event": "FallConfirmed", "reasons": ["The TV fell."]})
    events.write_text("\n".join(map(json.dumps, rows)))
    assert main(["evaluate", str(collection), "--events", str(events), "--report", str(target)]) == 0
    shown = target.read_text(encoding="utf-8")
    assert "The TV fell." in shown
    assert "Shoulders dropped" not in shown
    assert "the other detector" in shown


def test_what_is_not_drawn_is_told(collection: Path):
    result, target = evaluate(collection), collection.with_name("report.html")
    write(target, result, document(result), [], [])
    assert "2 more mistakes are not drawn" in target.read_text(encoding="utf-8")
    with pytest.raises(ConfigurationError, match="Is a directory"):
        write(collection.parent, result, document(result), [], [])


@pytest.mark.slow
@pytest.mark.skipif(browser_path() is None, reason="no browser is installed")
def test_a_browser_shows_the_page_without_asking_anybody_for_anything(collection: Path):
    target = collection.with_name("report.html")
    assert main(["evaluate", str(collection), "--report", str(target)]) == 0
    asked: list[str] = []
    with chromium() as browser:
        shown = browser.new_page(viewport={"width": 1200, "height": 900})
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("console", lambda message: asked.append(message.text))
        shown.goto(target.as_uri())
        widths = shown.evaluate("[...document.images].map(image => image.complete && image.naturalWidth)")
        wide = shown.evaluate("document.documentElement.scrollWidth")
        shown.close()
    assert [url for url in asked if not url.startswith("data:")] == [target.as_uri()]
    assert len(widths) == 2
    assert all(widths)
    assert wide <= 1200
