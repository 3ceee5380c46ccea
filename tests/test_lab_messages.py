"""Whole lives as they are read, one file for each language: `guardian lab messages --language L` prints the same."""

from pathlib import Path

import pytest

from guardian.cli import main
from guardian.configuration import languages
from guardian.lab.messages import PLACE, ROOM, life, spelled_out, write

LIVES = Path(__file__).resolve().parent / "lives"


@pytest.mark.parametrize("code", languages.known())
def test_a_life_is_told_as_it_is_spelled_out(code: str):
    assert spelled_out(languages.phrasebook(code)) == (LIVES / f"{code}.txt").read_text(encoding="utf-8")


def test_every_life_is_written_anew_by_a_command(tmp_path: Path):
    write(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        path.name: path.read_text(encoding="utf-8") for path in LIVES.iterdir()
    }


def test_a_life_in_another_language_has_nothing_of_the_english():
    said = {line.removeprefix("* ").partition(": ")[2] or line for line in life(languages.phrasebook("en"))}
    for code in languages.known()[1:]:
        lines = list(life(languages.phrasebook(code)))
        assert not said & set(lines)
        assert any(ROOM in line and PLACE in line for line in lines)


@pytest.mark.parametrize("code", languages.known())
def test_all_that_is_said_is_printed_for_somebody_to_check(code: str, capsys: pytest.CaptureFixture[str]):
    assert main(["lab", "messages", "--language", code]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith((LIVES / f"{code}.txt").read_text(encoding="utf-8"))
    book = languages.phrasebook(code)
    for english, told in {**book.messages, **book.sentences, **book.words}.items():
        assert f"\n{english}\n{told}\n" in printed


def test_a_language_that_guardian_does_not_speak_is_wrong_use(capsys: pytest.CaptureFixture[str]):
    assert main(["lab", "messages", "--language", "fr"]) == 2
    assert "one of en, de, es, zh-TW would be right" in capsys.readouterr().err
