import json
import threading
from pathlib import Path

import pytest

from guardian import private_file
from guardian.io.phone_memory import FILE, MOST_RECEIPTS, PhoneMemory, Receipt

SECONDS = 30.0


def opened(directory: Path) -> PhoneMemory:
    memory = PhoneMemory()
    memory.open(directory)
    memory.close(SECONDS)
    return memory


def receipt(number: str = "r1", way: str = "w") -> Receipt:
    return Receipt(id=number, incident="i-1", contact="Anna", way=way)


def test_the_secret_is_made_once_and_nobody_else_can_read_it(tmp_path: Path):
    first = opened(tmp_path).sign("a", "b")
    assert opened(tmp_path).sign("a", "b") == first
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert PhoneMemory().sign("a", "b") != first


def test_a_signature_is_of_these_words_in_this_cut():
    memory = PhoneMemory()
    assert len({memory.sign("ab", "c"), memory.sign("a", "bc"), memory.sign("abc"), memory.sign("1:a", "bc")}) == 4
    assert memory.sign("\ud800") == memory.sign("\ud800")


def test_what_was_heard_and_what_is_open_survives_a_restart(tmp_path: Path):
    memory = PhoneMemory()
    memory.open(tmp_path)
    memory.hear("https://ntfy.sh", "m1")
    memory.add(receipt("r1"))
    memory.add(receipt("r2", "other"))
    memory.add(receipt("r3"))
    memory.drop(receipt("r1"))
    memory.close(SECONDS)
    again = opened(tmp_path)
    assert (again.last_heard("https://ntfy.sh"), again.last_heard("https://other")) == ("m1", "")
    assert again.receipts("w") == (receipt("r3"),)
    assert again.receipts("other") == (receipt("r2", "other"),)


def test_receipts_are_bounded_and_the_oldest_goes():
    memory = PhoneMemory()
    for number in range(MOST_RECEIPTS + 2):
        memory.add(receipt(f"r{number}"))
    assert [each.id for each in memory.receipts("w")] == [f"r{number}" for number in range(2, MOST_RECEIPTS + 2)]


@pytest.mark.parametrize(
    "damage", ["", "{", '{"secret": "short"}', '{"secret": "' + "0" * 64 + '", "more": 1}', "\udcff"]
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture):
    first = opened(tmp_path).sign("a")
    (tmp_path / FILE).write_bytes(damage.encode(errors="surrogateescape"))
    again = opened(tmp_path)
    assert again.sign("a") != first
    assert opened(tmp_path).sign("a") == again.sign("a")
    assert "phones_secret_replaced" in caplog.text


def test_a_file_that_others_could_read_keeps_no_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    first = opened(tmp_path).sign("a")
    (tmp_path / FILE).chmod(0o640)
    assert opened(tmp_path).sign("a") != first
    assert "readable_by_others" in caplog.text
    assert json.loads((tmp_path / FILE).read_text())["secret"] not in caplog.text


def test_a_directory_that_cannot_be_written_costs_only_the_next_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    memory = PhoneMemory()
    memory.open(tmp_path / "none")
    memory.add(receipt())
    assert memory.receipts("w") == (receipt(),)
    memory.close(SECONDS)
    assert caplog.text.count("phones_not_kept") == 2


def test_nobody_waits_for_a_disk_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    memory, hung, released = PhoneMemory(), threading.Event(), threading.Event()
    memory.open(tmp_path)

    def hang(_: int) -> None:
        hung.set()
        released.wait(SECONDS)

    monkeypatch.setattr(private_file.os, "fsync", hang)
    memory.hear("https://ntfy.sh", "m1")
    assert hung.wait(SECONDS)
    memory.add(receipt())
    assert memory.receipts("w") == (receipt(),)
    assert memory.sign("a")
    memory.close(0.01)
    released.set()
    memory.close(SECONDS)
    assert opened(tmp_path).receipts("w") == (receipt(),)


def test_one_that_was_never_opened_can_be_closed():
    PhoneMemory().close(SECONDS)
