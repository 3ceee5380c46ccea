"""The guide for caregivers, tried: every numbered step of it, in its order, on the true demo, in a real browser.

A step that is changed in the document and not here fails, and so does one that no longer works.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import sentences
from browsing import PHONE, Visits, button
from playwright.sync_api import Locator, expect

from guardian.lab.page_pictures import RAISED_SECONDS, demo, let_in

GUIDE = Path(__file__).parent.parent / "docs" / "caregiver.md"
TEXT = GUIDE.read_text(encoding="utf-8")
LONG = 1_000 * RAISED_SECONDS
OWN, ANOTHER = "violin harbour thimble", "anvil meadow lantern"


def section(name: str) -> str:
    return TEXT.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def steps(name: str) -> list[str]:
    """The numbered steps of a section, each in one line."""
    found = re.findall(r"^\d+\. (.*(?:\n   .*)*)", section(name), re.MULTILINE)
    return [" ".join(step.split()) for step in found]


class Family:
    """An installer at a computer, and Anna with her telephone, at the demo."""

    def __init__(self, address: str, visits: Visits) -> None:
        self.origin, self.visits = address.partition("?")[0], visits
        self.desk = visits.open(address, reduced_motion="reduce")
        self.password = let_in(self.desk, "Anna")
        self.phone = visits.open("about:blank", PHONE, reduced_motion="reduce")

    def press(self, name: str) -> None:
        button(self.phone, name).first.click()

    def mood(self, mood: str) -> None:
        self.phone.wait_for_selector(f"html[data-mood={mood}]", timeout=LONG)

    # The first time.

    def type_the_address(self) -> None:
        self.phone.goto(self.origin)
        expect(self.heading("Sign in")).to_be_visible()

    def sign_in(self) -> None:
        self.phone.get_by_label("Your name").fill("anna")
        self.phone.get_by_label("Your password").fill(self.password)
        self.phone.get_by_label("Show the password").check()
        assert self.phone.get_by_label("Your password").get_attribute("type") == "text"
        self.press("Sign in")

    def choose(self) -> None:
        self.phone.get_by_label("Your new password").fill(OWN)
        self.press("Keep this password")

    def see_the_home(self) -> None:
        expect(self.phone.get_by_role("heading", level=1)).to_have_text("All is well")
        expect(self.phone.locator(".me")).to_contain_text("Anna")
        expect(self.phone.get_by_label("Language")).to_be_visible()

    # When it rings.

    def be_called(self) -> None:
        self.mood("pending")
        expect(button(self.phone, "I need help")).to_be_visible()
        self.mood("raised")
        expect(self.phone.locator("#kicker")).to_have_text("Needs help now")
        expect(self.phone.locator("#hero-stage .person[data-posture=lying]")).to_be_visible()

    def acknowledge(self) -> None:
        self.press("Acknowledge")
        self.mood("acknowledged")
        expect(self.desk.get_by_role("heading", level=1)).to_have_text("Anna has taken it")
        expect(self.phone.locator("#health")).to_contain_text("silent")

    def go(self) -> None:
        expect(self.phone.locator("#kicker")).to_have_text("Taken")

    def see_what_happened(self) -> None:
        self.press("See what happened")
        expect(self.phone.get_by_role("dialog")).to_be_visible()
        expect(self.phone.locator("#replay-stage .person").first).to_be_attached()
        self.phone.get_by_role("dialog").get_by_role("button", name="Close").click()

    def close(self) -> None:
        self.press("Helped")
        self.press("Yes, close it")

    def read_it(self) -> None:
        past = self.phone.locator(".past .incident").first
        expect(past).to_contain_text("Helped")
        expect(past).to_contain_text("Anna")
        expect(self.heading("What happened")).to_be_visible()

    # Pause and drill.

    def pause(self) -> None:
        expect(button(self.phone, "Pause alarms")).to_be_visible(timeout=LONG)
        self.press("Pause alarms")
        self.press("30 minutes")

    def end_the_pause(self) -> None:
        self.mood("paused")
        expect(self.phone.locator("#detail")).to_contain_text(re.compile(r"\d\d:\d\d"))
        self.press("End the pause")
        expect(self.phone.locator("html")).not_to_have_attribute("data-mood", "paused")

    def test(self) -> None:
        expect(button(self.phone, "Test alarm")).to_be_visible(timeout=LONG)
        self.press("Test alarm")
        self.press("Ring now")
        expect(self.phone.get_by_role("heading", level=1)).to_have_text("This is how it sounds", timeout=LONG)
        expect(self.phone.locator("#health")).to_contain_text("siren")

    def end_the_drill(self) -> None:
        self.press("End the drill")
        self.press("Yes, close it")
        expect(self.phone.locator("h1")).not_to_have_text("This is how it sounds")

    # Your password, and your phone.

    def change_the_password(self) -> None:
        self.phone.get_by_role("link", name="Change my password").click()
        self.phone.get_by_label("Your password until now").fill(OWN)
        self.phone.get_by_label("Your new password").fill(ANOTHER)
        self.press("Keep this password")
        expect(self.phone.locator(".me")).to_contain_text("Anna")

    def sign_out(self) -> None:
        self.phone.locator("#me").get_by_role("button", name="Sign out").click()
        expect(self.heading("Sign in")).to_be_visible()

    def ask_an_installer(self) -> None:
        expect(self.desk.get_by_role("heading", name="Who may sign in")).to_be_visible()
        self.desk.locator("[data-user=Anna]").get_by_role("button", name="One-time password").click()
        button(self.desk, "Yes, make one").click()
        self.password = self.desk.locator("#ask-secret:visible").inner_text()
        button(self.desk, "I have passed it on").click()
        self.sign_in()
        expect(self.heading("Choose a password of your own")).to_be_visible()

    def heading(self, name: str) -> Locator:
        return self.phone.get_by_role("heading", name=name)


TRIED: Mapping[str, tuple[tuple[str, Callable[[Family], None]], ...]] = {
    "The first time": (
        ("Be in the home's network", Family.type_the_address),
        ("Write your name and the one-time password", Family.sign_in),
        ("The box asks for a password of your own.", Family.choose),
        ("You see the home. On an ordinary day it says **All is well**.", Family.see_the_home),
    ),
    "When it rings": (
        ("Your phone rings, and says who has fallen", Family.be_called),
        ("Press **Acknowledge**. From now on the siren is silent", Family.acknowledge),
        ("Call, or go there.", Family.go),
        ("**See what happened** shows", Family.see_what_happened),
        ("When help was given and nobody is on the floor any more, press **Helped", Family.close),
        ("It now stands under **What happened**, with your name.", Family.read_it),
    ),
    "Pause and drill": (
        ("Somebody exercises on the floor, or children romp? Press **Pause alarms**", Family.pause),
        ("The page says until when. **End the pause**", Family.end_the_pause),
        ("Press **Test alarm** and **Ring now**", Family.test),
        ("Press **End the drill**", Family.end_the_drill),
    ),
    "Your password, and your phone": (
        ("Another password: press **Change my password**.", Family.change_the_password),
        ("A phone that is not yours: press **Sign out**", Family.sign_out),
        ("A lost phone, or a forgotten password: ask an installer.", Family.ask_an_installer),
    ),
}
"""How each step begins in the document, and how it is tried."""


@pytest.fixture
def family(visits: Visits) -> Iterator[Family]:
    with demo() as address:
        yield Family(address, visits)


@pytest.mark.parametrize("name", TRIED)
def test_every_step_of_the_document_is_one_that_is_tried(name: str):
    written = steps(name)
    assert len(written) == len(TRIED[name])
    for text, (beginning, _) in zip(written, TRIED[name], strict=True):
        assert text.startswith(beginning)


def test_no_section_has_steps_that_nobody_tries():
    with_steps = [name for name in re.findall(r"^## (.*)$", TEXT, re.MULTILINE) if steps(name)]
    assert with_steps == list(TRIED)


def test_what_is_pressed_in_the_document_is_called_so_on_the_page():
    texts = set(sentences.on_the_page()) | set(sentences.said_by_key())
    page = {each.rstrip(".") for each in texts}
    bold = {each.rstrip(".,:") for each in re.findall(r"\*\*([^*]+)\*\*", "\n".join(map(section, TRIED)))}
    colours = set(re.findall(r"\*\*([^*]+)\*\*", section("What the colours mean")))
    named = {each for each in bold | colours if len(each.split()) <= 4}
    assert len(named) > 15
    assert {each for each in named if each not in page and " ".join(each.split()) not in page} <= PLAIN


PLAIN = {"If nobody had fallen", "Make an app of it", "The page does not ring"}
"""What is bold since it matters, and is no button."""


def test_every_picture_in_the_document_is_there():
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
    assert len(pictures) >= 5
    assert [each for each in pictures if not (GUIDE.parent / each).is_file()] == []


@pytest.mark.slow
def test_a_caregiver_who_follows_the_document_gets_through(family: Family):
    for tried in TRIED.values():
        for _, step in tried:
            step(family)
    unexpected = [said for said in family.visits.complaints if "401" not in said]
    assert unexpected == []
