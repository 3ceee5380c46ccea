"""Who is signed in: for how long, on how many devices, and after a restart."""

import json
import stat
from pathlib import Path

import pytest

from guardian.web import sessions
from guardian.web.sessions import DAY, DEVICE, FAMILY, INSTALLER, MOST_EACH, SESSIONS_FILE, Sessions


class Hands:
    """A wall clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def kept(tmp_path: Path, clock: Hands) -> Sessions:
    return Sessions(tmp_path, clock)


def test_a_session_is_found_by_its_id_alone(kept: Sessions):
    given = kept.open("Anna", "stamp", FAMILY)
    assert len(given) == 43
    found = kept.get(given)
    assert found is not None
    assert (found.name, found.stamp) == ("Anna", "stamp")
    for strange in ("", given[:-1], found.id_hash, "\ud800", "x" * 5_000):
        assert kept.get(strange) is None
    assert kept.open("Anna", "stamp", FAMILY) != given
    kept.close(given)
    kept.close(given)
    assert kept.get(given) is None


def test_an_installer_signs_in_for_the_day_and_the_family_for_the_year(kept: Sessions, clock: Hands):
    family, installer = kept.open("Anna", "", FAMILY), kept.open("Otto", "", INSTALLER)
    clock.now += DAY - 1
    assert kept.get(installer) is not None
    clock.now += DAY + 1
    assert kept.get(installer) is None
    for _ in range(5):
        clock.now += 70 * DAY
        assert kept.get(family) is not None
    clock.now += 70 * DAY
    assert kept.get(family) is None


def test_who_stays_away_for_long_has_to_sign_in_again(kept: Sessions, clock: Hands):
    given = kept.open("Anna", "", FAMILY)
    clock.now += 91 * DAY
    assert kept.get(given) is None


def test_a_clock_that_is_set_back_signs_nobody_out(kept: Sessions, clock: Hands):
    given = kept.open("Anna", "", FAMILY)
    clock.now -= 3_000 * DAY
    assert kept.get(given) is not None


def test_a_restart_signs_nobody_out(kept: Sessions, tmp_path: Path, clock: Hands):
    given, gone = kept.open("Anna", "s", FAMILY), kept.open("Otto", "s", FAMILY)
    kept.close(gone)
    assert kept.due
    kept.save()
    assert not kept.due
    again = Sessions(tmp_path, clock)
    found = again.get(given)
    assert found is not None
    assert (found.name, again.get(gone)) == ("Anna", None)
    clock.now += 400 * DAY
    assert Sessions(tmp_path, clock)._kept == {}


def test_what_is_kept_lets_nobody_in_and_is_read_by_nobody(kept: Sessions, tmp_path: Path):
    given = kept.open("Anna", "s", FAMILY)
    kept.save()
    path = tmp_path / SESSIONS_FILE
    assert given not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_that_somebody_was_here_is_written_once_an_hour(kept: Sessions, clock: Hands):
    given = kept.open("Anna", "s", FAMILY)
    kept.save()
    clock.now += 60
    kept.get(given)
    assert not kept.due
    clock.now += sessions.SAVED_AGAIN_SECONDS
    assert kept.due


@pytest.mark.parametrize("damage", ["", "{", '{"version": 2}', '{"version": 1, "sessions": [{"name": 1}]}'])
def test_a_damaged_file_only_asks_for_the_passwords_again(kept: Sessions, tmp_path: Path, clock: Hands, damage: str):
    given = kept.open("Anna", "s", FAMILY)
    (tmp_path / SESSIONS_FILE).write_text(damage)
    again = Sessions(tmp_path, clock)
    assert again.get(given) is None
    assert again.get(again.open("Anna", "s", FAMILY)) is not None


def test_a_disk_that_fails_sends_nobody_away(tmp_path: Path, clock: Hands, caplog: pytest.LogCaptureFixture):
    (tmp_path / SESSIONS_FILE).mkdir()
    kept = Sessions(tmp_path, clock)
    given = kept.open("Anna", "s", FAMILY)
    kept.save()
    assert kept.get(given) is not None
    assert "event=sessions_unsaved" in caplog.text
    assert not kept.due


def test_the_oldest_of_too_many_devices_is_signed_out(kept: Sessions, clock: Hands):
    other = kept.open("Otto", "s", FAMILY)
    given = []
    for _ in range(MOST_EACH + 2):
        clock.now += 1
        given.append(kept.open("Anna", "s", FAMILY))
    assert [kept.get(each) is not None for each in given] == [False] * 2 + [True] * MOST_EACH
    assert kept.get(other) is not None


def test_a_known_device_is_no_session(kept: Sessions):
    device = kept.open("Anna", "", DEVICE, device=True)
    session = kept.open("Anna", "", FAMILY)
    assert (kept.get(device), kept.get(session, device=True)) == (None, None)
    found = kept.get(device, device=True)
    assert found is not None
    assert found.name == "Anna"


def test_the_file_says_its_version(kept: Sessions, tmp_path: Path):
    kept.open("Anna", "s", FAMILY)
    kept.save()
    assert json.loads((tmp_path / SESSIONS_FILE).read_text())["version"] == 1
