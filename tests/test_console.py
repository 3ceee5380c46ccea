"""Where tables go."""

import pytest

from guardian.lab.console import PIPE_WIDTH, stdout


def test_a_pipe_gets_lines_of_a_width_that_keeps_columns_whole(capsys: pytest.CaptureFixture[str]):
    line = "word " * (PIPE_WIDTH // 5)
    stdout().print(line.strip())
    assert capsys.readouterr().out == line.strip() + "\n"


def test_a_terminal_is_as_wide_as_it_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "61")
    assert stdout().width == 61
