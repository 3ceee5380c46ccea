from pathlib import Path

import pytest

from guardian.errors import ConfigurationError
from guardian.lab.world.collection import COLUMNS, Landing, prepare


def test_what_nobody_sees_is_a_fall_out_of_sight_whatever_its_kind():
    seen, hidden = (Landing(1.0, 1.504, each).row("back", "walking", second=each) for each in (False, True))
    assert (seen["event"], seen["second_person"]) == ("fall back", "no")
    assert (hidden["event"], hidden["second_person"]) == ("fall out of sight", "yes")
    assert (seen["fall_onset_s"], seen["ground_contact_s"]) == ("1.00", "1.50")
    assert set(seen) < set(COLUMNS)


def test_a_directory_is_made_with_an_empty_manifest(tmp_path: Path):
    assert prepare(tmp_path / "a" / "b").read_text(encoding="utf-8") == ""


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="a directory that this user may write would be right"):
        prepare(tmp_path / "file")
