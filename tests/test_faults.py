"""The table of faults: a few of its rows from a real run, and what it prints of a run that goes wrong."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from guardian.errors import BrokerError
from guardian.lab import faults
from guardian.lab.fault_box import wait
from guardian.lab.fault_camera import NetworkCamera, Picture
from guardian.lab.fault_kinds import FAULTS, Fault
from guardian.lab.faults import Row, line, said

CALM = {"mood": "calm", "title": "All is well", "detail": "Watching kitchen."}
PANEL = {"lamp": "steady", "sound": "silent", "says": "On the box: lamp steady, silent"}


def test_all_is_well_only_where_the_page_says_so_and_lists_no_fault():
    assert said({"headline": CALM, "panel": PANEL, "faults": []}) == ""
    assert said({"headline": CALM, "panel": PANEL, "faults": [{"reason": "The disk is full."}]}) == "The disk is full."
    assert said(None) == faults.NO_ANSWER
    blind = {"mood": "unsure", "title": "Guardian cannot see: kitchen", "detail": ""}
    assert said({"headline": blind, "panel": PANEL, "faults": []}) == f"Guardian cannot see: kitchen. {PANEL['says']}."


def test_a_row_says_what_was_measured_and_nothing_where_nothing_was():
    row = Row("eye hung", "Guardian cannot see.", 5.04, 0.2, 0.31, 19.96)
    assert line(row) == "| eye hung | Guardian cannot see. | 5.0 s | 0.2 s, 0.3 s | 20.0 s |"
    assert line(Row("flood", well=0.0)) == "| flood | nothing |  |  | 0.0 s |"


def test_a_box_that_does_wrong_is_an_error_and_no_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(faults, "rows", lambda chosen: (Row(each.name, wrong="not within 60 s") for each in chosen))
    assert faults.run(["eye hung"]) == 1
    assert "| eye hung | WRONG: not within 60 s | | | |" in capsys.readouterr().out


def test_every_fault_has_a_name_of_its_own():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@contextmanager
def nothing(_box: object) -> Iterator[None]:
    yield


@pytest.mark.slow
def test_the_real_daemon_is_broken_and_tells_and_a_fault_that_nobody_notices_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
):
    names = ("eye killed", "camera black", "hostile requests at the broker", "database damaged")
    chosen = [fault for fault in FAULTS if fault.name in names]
    monkeypatch.setattr(faults, "NOTICE_SECONDS", 7.0)
    *measured, unnoticed = faults.rows([*chosen, Fault("none at all", nothing, shown="cannot see")])
    for row in measured:
        assert not row.wrong
        assert row.well is not None
    by_name = {row.fault: row for row in measured}
    assert "cannot see: kitchen" in by_name["eye killed"].noticed
    assert "too dark" in by_name["camera black"].noticed
    assert by_name["hostile requests at the broker"].noticed == ""
    assert by_name["hostile requests at the broker"].siren is not None
    assert by_name["database damaged"].phone is not None
    assert unnoticed.wrong == "not within 7 s: noticed: none at all"


def frames(address: str, count: int) -> list[bytes]:
    """The first pictures of a stream, as they come."""
    with urllib.request.urlopen(address, timeout=10) as stream:  # noqa: S310 - loopback
        return [_picture(stream) for _ in range(count)]


def _picture(stream: IO[bytes]) -> bytes:
    size = 0
    while (head := stream.readline().strip()) or not size:
        if head.startswith(b"Content-Length:"):
            size = int(head.split()[1])
    return stream.read(size)


def test_the_camera_gives_what_it_is_told_to():
    with NetworkCamera() as camera:
        live = frames(camera.source, 2)
        assert live[0] != live[1]
        camera.picture = Picture.FROZEN
        frozen = frames(camera.source, 2)
        assert frozen[0] == frozen[1]
        camera.picture = Picture.BLACK
        (black,) = frames(camera.source, 1)
        assert len(black) < len(frozen[0])
        camera.picture = Picture.GONE
        with pytest.raises(urllib.error.HTTPError, match="503"):
            frames(camera.source, 1)


def test_what_never_is_so_is_an_error_by_its_name():
    assert wait(lambda: True, 1.0, "well") < 1.0
    with pytest.raises(BrokerError, match="not within 0 s: the siren sounds"):
        wait(lambda: False, 0.0, "the siren sounds")
