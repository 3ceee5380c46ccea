"""The users of the page on the command line."""

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from guardian import accounts, users_command
from guardian.cli import main
from guardian.errors import ConfigurationError
from guardian.web.audit import Audit
from guardian.web.users import Users

GOOD, OTHER = "violin harbour thimble", "eleven green kettles"


class Terminal(io.StringIO):
    """Standard input that somebody types on."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "film.mp4").touch()
    path = tmp_path / "guardian.yaml"
    path.write_text(
        f"rooms:\n  - name: kitchen\n    camera: {{source: {tmp_path / 'film.mp4'}}}\n"
        f"state_directory: {tmp_path / 'state'}\n"
    )
    return path


@pytest.fixture
def users(config: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Call `guardian users` with something on standard input."""

    def type_in(*arguments: str, password: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(password))
        return main(["users", *arguments, "--config", str(config)])

    return type_in


def test_a_family_is_let_in_listed_changed_and_sent_away(
    users: Callable[..., int], config: Path, capsys: pytest.CaptureFixture[str]
):
    assert users("list") == 0
    assert "Nobody may sign in yet; `guardian users add NAME`" in capsys.readouterr().out
    assert users("add", "Anna", password=f"{GOOD}\n") == 0
    assert users("add", "Bo", "--role", "installer", password=f"{GOOD}\r\n") == 0
    capsys.readouterr()
    assert users("list") == 0
    assert capsys.readouterr().out.splitlines() == ["Anna  caregiver", "Bo    installer"]
    known = Users(config.parent / "state")
    assert known.check("Bo", GOOD) is not None
    assert users("password", "Bo", password=OTHER) == 0
    assert (known.check("Bo", GOOD), known.check("Bo", OTHER)) == (None, known.get("Bo"))
    assert users("remove", "Anna") == 0
    assert [user.name for user in known.all()] == ["Bo"]
    assert GOOD not in capsys.readouterr().out
    done = Audit(config.parent / "state", lambda: 0.0).latest(10)
    assert [(deed.who, deed.what) for deed in reversed(done)] == [
        ("the command line", "let Anna in as caregiver"),
        ("the command line", "let Bo in as installer"),
        ("the command line", "gave Bo another password"),
        ("the command line", "let Anna in no more"),
    ]


def test_every_verb_is_told_by_the_help(capsys: pytest.CaptureFixture[str]):
    parser = argparse.ArgumentParser()
    users_command.add(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(["users", "--help"])
    told = capsys.readouterr().out
    assert all(verb in told for verb in ("add", "list", "remove", "password"))


def test_what_cannot_be_done_is_told(users: Callable[..., int], capsys: pytest.CaptureFixture[str]):
    assert users("add", "Anna", password=GOOD[:5]) == ConfigurationError.exit_code
    assert "5 characters; 10 to 200 would be right" in capsys.readouterr().err
    assert users("add", "Anna") == ConfigurationError.exit_code
    assert "no password on standard input" in capsys.readouterr().err
    assert users("remove", "Anna") == ConfigurationError.exit_code
    assert "nobody may sign in yet" in capsys.readouterr().err


def test_a_password_is_never_an_argument(users: Callable[..., int], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        users("add", "Anna", GOOD)
    assert ended.value.code == 2
    capsys.readouterr()


def test_on_a_terminal_it_is_asked_for_twice_and_unseen():
    asked = []

    def hidden(prompt: str) -> str:
        asked.append(prompt)
        return GOOD

    assert accounts.ask("Anna", Terminal(), hidden) == GOOD
    assert asked == ["New password for Anna: ", "The same again: "]
    answers = iter([GOOD, OTHER])
    with pytest.raises(ConfigurationError, match="the two differ"):
        accounts.ask("Anna", Terminal(), lambda _: next(answers))
