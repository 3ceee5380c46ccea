import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from guardian.errors import ConfigurationError
from guardian.lab import page_pictures
from guardian.lab.page_pictures import BROWSERS, DEVICES, browser_path, demo, take

MOST_BYTES = 300_000
PNG = b"\x89PNG\r\n\x1a\n"


def size(picture: Path) -> tuple[int, int]:
    """Width and height in the header of a PNG (PNG specification, 11.2.2)."""
    head = picture.read_bytes()[:24]
    assert head.startswith(PNG)
    width, height = struct.unpack(">II", head[16:])
    return width, height


def fits(name: str, picture: Path) -> bool:
    """Whether a picture is as large as the screen that it was taken of, or is the part of it that it shows."""
    width, height, scale = DEVICES[name]
    whole = round(width * scale), round(height * scale)
    wide, high = size(picture)
    return (wide, high) == whole or (name == "users.png" and wide <= whole[0] and high <= whole[1])


@pytest.mark.slow
def test_the_pictures_are_taken_of_the_true_demo(tmp_path: Path):
    if browser_path() is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    command = [sys.executable, "-m", "guardian.lab.page_pictures", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {path.name for path in tmp_path.iterdir()} == set(DEVICES)
    assert [name for name in DEVICES if not fits(name, tmp_path / name)] == []


@pytest.mark.parametrize("name", DEVICES)
def test_the_pictures_in_the_documents_are_as_the_command_takes_them(repository: Path, name: str):
    picture = repository / "docs" / "pictures" / name
    assert fits(name, picture)
    assert picture.stat().st_size < MOST_BYTES


def test_without_a_browser_the_command_says_what_would_be_right(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ConfigurationError, match="one of chromium"):
        take(tmp_path)
    with pytest.raises(SystemExit) as ended:
        page_pictures.main([str(tmp_path)])
    assert ended.value.code == ConfigurationError.exit_code
    assert "no browser is installed" in capsys.readouterr().err


def test_without_playwright_the_command_says_what_would_be_right(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(SystemExit) as ended:
        page_pictures.main([str(tmp_path)])
    assert ended.value.code == ConfigurationError.exit_code
    assert "playwright is missing; pip install '.[dev]' would be right" in capsys.readouterr().err


def test_a_demo_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", shutil.which("true"))
    with pytest.raises(ConfigurationError, match="the demo ended before it said where its page is"), demo():
        pass
