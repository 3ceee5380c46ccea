import argparse
from pathlib import Path

import pytest

from guardian.arguments import add_config, add_verb, whole, within


def test_whole_numbers_from_one_on_are_taken() -> None:
    assert whole("7") == 7
    for text in ("0", "-3"):
        with pytest.raises(argparse.ArgumentTypeError, match="1 or more would be right"):
            whole(text)


def test_numbers_have_their_range() -> None:
    share = within(float, 0, 1)
    assert (share("0"), share("0.5"), share("1")) == (0.0, 0.5, 1.0)
    with pytest.raises(argparse.ArgumentTypeError, match="0 to 1 would be right"):
        share("1.1")


def test_a_verb_says_what_it_does_and_takes_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    verb = add_verb(parser.add_subparsers(), "look", lambda _options: 7, "see what is there")
    add_config(verb)
    options = parser.parse_args(["look", "--config", "here.yaml"])
    assert (options.run(options), options.config) == (7, Path("here.yaml"))
    assert parser.parse_args(["look"]).config is None
    with pytest.raises(SystemExit):
        parser.parse_args(["look", "--help"])
    assert "See what is there." in capsys.readouterr().out
