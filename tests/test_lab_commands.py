import argparse
import io

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


def test_the_verbs_that_try_the_eye_s_walls_do_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = argparse.ArgumentParser(prog="guardian lab")
    add_verbs(lab)
    for arguments, said in ((["fuzz-wire", "--count", "8"], "8 pieces"), (["denied"], "nothing was denied")):
        monkeypatch.setattr("sys.stdin", io.StringIO("a line of the kernel's\n"))
        options = lab.parse_args(arguments)
        assert options.run(options) == 0
        assert said in capsys.readouterr().out
