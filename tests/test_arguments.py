import argparse

import pytest

from guardian.lab.arguments import whole, within


def test_whole_numbers_from_one_on_are_taken() -> None:
    assert whole("7") == 7
    for text in ("0", "-3"):
        with pytest.raises(argparse.ArgumentTypeError, match="1 or more would be right"):
            whole(text)


def test_numbers_have_their_range() -> None:
    share = within(float, 0, 1)
    assert (share("0"), share("0.5"), share("1")) == (0.0, 0.5, 1.0)
    with pytest.raises(argparse.ArgumentTypeError, match="0 to 1 would be right"):
        share("1.1")
