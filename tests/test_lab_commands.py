import argparse

import pytest

from guardian.lab.commands import add_verbs
from guardian.lab.world_commands import VERBS


def test_the_lab_wants_a_verb(capsys: pytest.CaptureFixture[str]) -> None:
    lab = argparse.ArgumentParser(prog="guardian lab")
    add_verbs(lab)
    with pytest.raises(SystemExit, match="2"):
        lab.parse_args([])
    assert "VERB" in capsys.readouterr().err


def test_the_verbs_that_simulate_homes_are_among_them() -> None:
    lab = argparse.ArgumentParser(prog="guardian lab")
    add_verbs(lab)
    assert len(VERBS) == 9
    assert lab.parse_args(["synthesise", "out", "--count", "3"]).count == 3
    assert lab.parse_args(["kills", "--count", "3"]).count == 3
