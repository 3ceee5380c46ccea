"""Who did what: written down, bounded, and never a reason to wait."""

import stat
from pathlib import Path

import pytest

from guardian.mention import Mention
from guardian.web import audit
from guardian.web.audit import AUDIT_FILE, Audit, Deed

NOON = 1_748_779_200.0


@pytest.fixture
def kept(tmp_path: Path) -> Audit:
    return Audit(tmp_path, lambda: NOON)


def test_the_latest_deeds_come_first(kept: Audit, tmp_path: Path):
    assert kept.latest(10) == []
    kept.note("Anna", "signed in", "192.168.1.5")
    kept.note("Otto", "took\nan alarm: Küche", "::1")
    assert kept.latest(1) == [Deed("2025-06-01T12:00:00+00:00", "Otto", "took\nan alarm: Küche", "::1")]
    assert [deed.who for deed in kept.latest(10)] == ["Otto", "Anna"]
    assert stat.S_IMODE((tmp_path / AUDIT_FILE).stat().st_mode) == 0o600


def test_it_does_not_grow_for_ever(kept: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "MOST_BYTES", 1_000)
    for number in range(60):
        kept.note("x" * 5_000, f"deed {number}", "::1")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2 * (1_000 + 400)
    found = kept.latest(1_000)
    assert [deed.what for deed in found] == [f"deed {59 - number}" for number in range(len(found))]
    assert len(found) > 3


def test_a_damaged_line_is_left_out(kept: Audit, tmp_path: Path):
    kept.note("Anna", "signed in", "::1")
    with (tmp_path / AUDIT_FILE).open("ab") as file:
        file.write(b'\xff\n{"when": "x"}\n{"when": "never", "who": "", "what": "", "whence": ""}\n[]\nnull\n{"wh')
    assert [deed.who for deed in kept.latest(10)] == ["Anna"]


def test_a_disk_that_fails_is_in_the_log(kept: Audit, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / AUDIT_FILE).mkdir()
    kept.note("Anna", "signed in", "::1")
    assert "event=deed_unwritten who='Anna'" in caplog.text
    assert kept.latest(10) == []


def test_a_disk_that_does_not_answer_holds_one_writer_and_no_more(
    kept: Audit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(audit, "PATIENCE_SECONDS", 0.01)
    with kept._lock:
        kept.note("Anna", "signed in", "::1")
    assert "the disk does not answer" in caplog.text
    kept.note("Anna", "signed out", "::1")
    assert [deed.what for deed in kept.latest(10)] == ["signed out"]


def test_a_name_is_written_over_and_what_is_noted_meanwhile_stays(tmp_path: Path):
    audit = Audit(tmp_path, lambda: 0.0)
    audit.take_out(Mention("José"))
    audit.note("José", "let Joséphine in", "192.0.2.7")
    size = (tmp_path / AUDIT_FILE).stat().st_size
    (tmp_path / f"{AUDIT_FILE}.1").write_text("José\n", encoding="utf-8")
    audit.take_out(Mention("José"))
    audit.note("Anna", "signed in", "192.0.2.8")
    (new, old) = audit.latest(9)
    assert (new.who, set(old.who), old.what) == ("Anna", {"-"}, "let Joséphine in")
    assert (tmp_path / AUDIT_FILE).read_bytes().index(b"Anna") > size
    assert "José" not in (tmp_path / f"{AUDIT_FILE}.1").read_text(encoding="utf-8")
