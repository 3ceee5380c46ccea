"""Who may come in: names, passwords and roles, in a file that only the service reads."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from guardian import private_file
from guardian.errors import ConfigurationError, StoreError
from guardian.private_file import write_private
from guardian.web import users
from guardian.web.roles import Role
from guardian.web.users import HASHER, USERS_FILE, Users

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Of the same kind, and a thousand times as fast: what is tested here is not how long it takes."""
GOOD, OTHER = "violin harbour thimble", "eleven green kettles"


@pytest.fixture
def known(tmp_path: Path) -> Users:
    return Users(tmp_path, QUICK)


def test_whoever_was_added_comes_in_with_the_password_and_nobody_else(known: Users):
    assert known.all() == ()
    anna = known.add("  Anna ", Role.CAREGIVER, GOOD)
    otto = known.add("Otto", Role.INSTALLER, OTHER)
    assert (anna.name, anna.role, otto.role) == ("Anna", Role.CAREGIVER, Role.INSTALLER)
    assert known.check("Anna", GOOD) == anna
    assert known.check(" aNNA", GOOD) == anna
    for name, password in (("Anna", OTHER), ("Otto", GOOD), ("Zoe", GOOD), ("", ""), ("Anna", GOOD + " ")):
        assert known.check(name, password) is None


def test_another_process_reads_what_this_one_wrote(known: Users, tmp_path: Path):
    other = Users(tmp_path, QUICK)
    assert other.all() == ()
    known.add("Anna", Role.CAREGIVER, GOOD)
    assert [user.name for user in other.all()] == ["Anna"]
    other.change("anna", OTHER)
    assert known.check("Anna", GOOD) is None
    assert known.check("Anna", OTHER) is not None
    other.remove("ANNA")
    assert known.all() == ()


def test_a_new_password_gives_a_new_stamp(known: Users):
    before = known.add("Anna", Role.CAREGIVER, GOOD)
    known.add("Otto", Role.CAREGIVER, GOOD)
    known.change("Anna", OTHER)
    after, otto = known.all()
    assert (after.name, after.role, otto.name) == ("Anna", Role.CAREGIVER, "Otto")
    assert after.stamp != before.stamp


def test_what_is_kept_is_argon2id_and_no_password_and_for_nobody_else(tmp_path: Path):
    Users(tmp_path).add("Anna", Role.CAREGIVER, GOOD)
    path = tmp_path / USERS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert GOOD not in text
    (kept,) = json.loads(text)["users"]
    assert kept["password"].startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert [each.name for each in tmp_path.iterdir()] == [USERS_FILE]


def test_two_equal_passwords_do_not_look_equal(known: Users):
    assert known.add("Anna", Role.CAREGIVER, GOOD).password != known.add("Otto", Role.CAREGIVER, GOOD).password


def test_a_name_that_nobody_has_costs_as_much_as_one_that_somebody_has(tmp_path: Path):
    class Counting(PasswordHasher):
        tried: list[str]

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the library's name
            self.tried.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    hasher.tried = []
    known = Users(tmp_path, hasher)
    known.add("Anna", Role.CAREGIVER, GOOD)
    for name in ("Anna", "Zoe", ""):
        assert known.check(name, "wrong password") is None
    assert len(hasher.tried) == 3
    assert len(set(hasher.tried)) == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "An\nna", "An\x00na", "\ud800"])
def test_a_strange_name_is_refused(known: Users, name: str):
    with pytest.raises(ConfigurationError, match="is no name"):
        known.add(name, Role.CAREGIVER, GOOD)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "has 0 characters; 10 to 200"),
        ("short", "has 5 characters"),
        ("x" * 201, "has 201"),
        ("aaaaaaaaaaaa", "easily guessed"),
        ("Anna-Anna-123", "easily guessed"),
    ],
)
def test_a_weak_password_is_refused(known: Users, password: str, why: str):
    with pytest.raises(ConfigurationError, match=why) as caught:
        known.add("Anna", Role.CAREGIVER, password)
    assert known.all() == ()
    assert "'" + password not in str(caught.value) or not password


def test_the_same_password_typed_on_another_keyboard_is_the_same(known: Users):
    known.add("Zoë", Role.CAREGIVER, "caf\u00e9 harbour thimble")
    assert known.check("Zoe\u0308", "cafe\u0301 harbour thimble") is not None


def test_what_no_keyboard_types_is_only_wrong(known: Users):
    known.add("Anna", Role.CAREGIVER, GOOD)
    assert known.check("Anna", "\ud800") is None
    assert known.check("\ud800", "x" * 5_000) is None


def test_nobody_is_added_twice_or_changed_without_being_there(known: Users):
    known.add("Anna", Role.CAREGIVER, GOOD)
    with pytest.raises(ConfigurationError, match="there is a user 'ANNA' already"):
        known.add("ANNA", Role.INSTALLER, GOOD)
    with pytest.raises(ConfigurationError, match="no user 'Zoe'; known: Anna"):
        known.remove("Zoe")
    with pytest.raises(ConfigurationError, match="no user 'Zoe'"):
        known.change("Zoe", OTHER)


def test_there_are_not_more_users_than_a_family_and_its_helpers_have(known: Users, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(users, "MOST_USERS", 1)
    known.add("Anna", Role.CAREGIVER, GOOD)
    with pytest.raises(ConfigurationError, match="there are 1 users; remove one first"):
        known.add("Otto", Role.CAREGIVER, GOOD)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"version": 2, "users": []}', '{"version": 1, "users": [{"name": "x"}]}', "\ud800"]
)
def test_a_damaged_file_lets_nobody_in_and_says_so(known: Users, tmp_path: Path, damage: str):
    known.add("Anna", Role.CAREGIVER, GOOD)
    (tmp_path / USERS_FILE).write_text(damage, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(StoreError, match=f"{USERS_FILE}: is damaged"):
        known.check("Anna", GOOD)


def test_a_file_that_cannot_be_read_is_told_with_the_remedy(known: Users, tmp_path: Path):
    (tmp_path / USERS_FILE).mkdir()
    with pytest.raises(StoreError, match="sudo -u guardian"):
        known.all()
    with pytest.raises(StoreError, match="only who runs the box"):
        known.add("Anna", Role.CAREGIVER, GOOD)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="only who runs the box"):
        Users(tmp_path / "file" / "state", QUICK).add("Anna", Role.CAREGIVER, GOOD)


def test_a_file_that_others_may_read_is_reported(known: Users, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    known.add("Anna", Role.CAREGIVER, GOOD)
    path = tmp_path / USERS_FILE
    path.chmod(0o644)
    assert Users(tmp_path, QUICK).get("Anna") is not None
    assert "users_readable_by_others" in caplog.text


def test_two_who_add_at_once_lose_nobody(tmp_path: Path):
    names = [f"user {number}" for number in range(12)]
    threads = [threading.Thread(target=Users(tmp_path, QUICK).add, args=(name, Role.CAREGIVER, GOOD)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(user.name for user in Users(tmp_path, QUICK).all()) == sorted(names)


def test_the_shipped_hasher_is_as_strong_as_it_says():
    assert (HASHER.type.name, HASHER.memory_cost, HASHER.time_cost, HASHER.parallelism) == ("ID", 32_768, 3, 1)


# The file itself


def test_a_private_file_is_whole_and_its_owner_s(tmp_path: Path):
    path = tmp_path / "secret"
    (tmp_path / "secret.new").write_text("half")
    write_private(path, "one")
    write_private(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert not path.stat().st_mode & private_file.OTHERS
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_root_writes_belongs_to_the_service(tmp_path: Path):
    os.chown(tmp_path, 12_345, 12_346)
    write_private(tmp_path / "secret", "one")
    found = (tmp_path / "secret").stat()
    assert (found.st_uid, found.st_gid) == (12_345, 12_346)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "secret"
    write_private(path, "one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(path, "two")
    assert path.read_text(encoding="utf-8") == "one"
