import argparse

import pytest

from guardian.lab.commands import add_verbs


def test_the_lab_wants_a_verb(capsys: pytest.CaptureFixture[str]) -> None:
    lab = argparse.ArgumentParser(prog="guardian lab")
    add_verbs(lab)
    with pytest.raises(SystemExit, match="2"):
        lab.parse_args([])
    assert "VERB" in capsys.readouterr().err
