"""The report of a drill: what it says, and what it never says."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from drilled import BATH, HALL, body

from guardian.drill.findings import Findings, Line
from guardian.drill.report import report, without_secrets
from guardian.rehearsal import Outcome, Step
from guardian.walk import RoomSeen, Stature, Target, Tick

FIGURE = body().keypoints
FOUND = Findings(
    household="Anna & Co",
    version="0.1.0",
    began="2025-06-01T12:00:00+02:00",
    ended="2025-06-01T12:05:30+02:00",
    source="",
    rooms=(HALL, BATH),
    seen=(
        RoomSeen("hall", 14.8, 0.5, 0.2, 2, Stature(1.62, 0.11, 90, learnt=False)),
        RoomSeen("bath", 5.0, 0.1, 0.05, 1, Stature(1.7, 0.2, 90, learnt=True)),
    ),
    ticks=(
        Tick(Target("hall"), 12.0, 60, 0.8, "upright", FIGURE, 10.0, 2.0, 1.5),
        Tick(Target("hall", "sofa"), 3.2, 16, 0.7, "seated", FIGURE),
        Tick(Target("bath")),
    ),
    walked=True,
    fall_room="hall",
    fell=True,
    steps=(
        Step("alarm", Outcome.WELL, 5.0),
        Step("broker", Outcome.FAILED, None, "refused <here>"),
        Step("phones", Outcome.NOT_TRIED),
    ),
    passed_fall=False,
    told=(),
    doctor=(Line("ok", "clock", "is right"), Line("fail", "disk", "is full", "make room")),
)


class Balance(HTMLParser):
    """Finds tags that are left open, and anything that would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "line", "polygon", "circle", "!doctype"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("line", "polygon", "circle"):
            return
        assert self.open.pop() == tag


def test_it_is_one_whole_file_that_fetches_nothing_and_shows_stick_figures_alone():
    page = report(FOUND)
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    assert parser.fetched == []
    assert "<img" not in page
    assert page.count("<svg") == 2
    assert page.count('class="head"') == 2


def test_it_says_what_was_seen_and_what_was_not():
    page = report(FOUND)
    for words in (
        "Drill: Anna &amp; Co",
        "2025-06-01 12:00:00 to 12:05:30",
        "Not passed.",
        "12 s, sure to 80% of the torso, mostly upright, lost from sight for up to 1.5 s.",
        "Not seen for 2 of 10 s meanwhile.",
        "Nobody was seen there.",
        "15 frames a second. Brightness 50%, at the darkest 20%.",
        "1.62 m tall, give or take 11 cm.",
        "(the camera&#x27;s height is learnt, not measured)",
        "Up to 2 people were in view",
        "It is rather dark.",
        "refused &lt;here&gt;",
        "Nobody was called.",
        "1 to look at",
        "<b>make room</b>",
        "Installer: name, date",
    ):
        assert words in page, words


def test_a_passed_one_says_so_and_what_was_not_tried():
    passed = replace(FOUND, ticks=FOUND.ticks[:2], fell=False, doctor=(), rooms=(HALL,), source="film.mp4")
    assert passed.passed
    page = report(passed)
    assert "Passed: all that was tried" in page
    assert "Not tried: fall drill." in page
    assert "a film in place of the camera: film.mp4" in page
    fell = replace(FOUND, walked=False, passed_fall=True, told=("Anna",), doctor=FOUND.doctor[:1])
    assert fell.passed
    assert "Told that it is a drill: Anna." in report(fell)
    assert "nothing amiss" in report(fell)


def test_one_that_was_cut_short_is_not_passed():
    cut = replace(FOUND, ticks=(), passed_fall=True, steps=(), cut="somebody ended it early")
    assert not cut.passed
    assert "Ended early: somebody ended it early." in report(cut)
    assert "It did not begin." in report(cut)


def test_a_body_of_which_nothing_was_seen_draws_nothing():
    unseen = FIGURE.copy()
    unseen[:, 2] = 0.0
    assert 'class="head"' not in report(replace(FOUND, ticks=(replace(FOUND.ticks[0], figure=unseen),)))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("rtsp://anna:pa55@10.0.0.2/live answers", "rtsp://10.0.0.2/live answers"),
        ("http://127.0.0.1:8377/?token=abc-DEF_1", "http://127.0.0.1:8377"),
        ("all is well", "all is well"),
    ],
)
def test_no_secret_gets_into_it(text: str, rest: str):
    assert without_secrets(text) == rest


@pytest.mark.slow
def test_it_prints_on_a4(tmp_path: Path):
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("no Chromium here")
    page = tmp_path / "report.html"
    page.write_text(report(FOUND), encoding="utf-8")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        tab.goto(page.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        pdf = tab.pdf(prefer_css_page_size=True)
        browser.close()
    assert pdf.startswith(b"%PDF")
    assert 1 <= pdf.count(b"/Type /Page\n") <= 3
