"""Where a person is named in what was written down."""

import json

import pytest

from guardian.mention import Mention


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("Rosa", "Rosa fell.", True),
        (" Rosa ", "ask ROSA's daughter", True),
        ("Rosa", "Rosalind fell.", False),
        ("Rosa", "Sarosa", False),
        ("José", "for josé!", True),
        ("José", "Joséphine", False),
        ("美玲", "看到美玲跌倒了", True),
        ("A+B", "A+B", True),
    ],
)
def test_a_name_is_found_as_a_word_of_its_own(name: str, text: str, *, there: bool):
    mention = Mention(name)
    assert mention.within(text) is there
    assert mention.within({"note": [1, None, (text,)]}) is there
    assert mention.within({text: 1}) is there
    assert (mention.without(text) != text) is there
    assert not mention.within(mention.without({text: [text, 2, (text, None)]}))


def test_what_is_no_text_names_nobody_and_stays_as_it_is():
    mention = Mention("Rosa")
    assert not mention.within(7)
    assert mention.without({"a": [7, None, True]}) == {"a": [7, None, True]}
    assert mention.without("Rosa and rosa") == "somebody and somebody"
    with pytest.raises(ValueError, match="the name of a person"):
        Mention("  ")


@pytest.mark.parametrize("name", ["Rosa", "José", "美玲", "(Tía)"])
def test_in_a_file_a_name_is_found_as_it_may_be_written(name: str):
    written = f"x {name} {json.dumps({'who': name})}{name}".encode()
    found = Mention(name).places(written)
    assert len(found) == 3
    for begin, length in found:
        written = written[:begin] + b"-" * length + written[begin + length :]
    assert Mention(name).places(written) == ()
    assert Mention("Rosa").places(b"Rosalind 0Rosa") == ()
    assert Mention("Jos\u00e9").places("Jos\u00e9phine".encode()) == ()
    assert len(Mention("Rosa").places(json.dumps("ask\nRosa").encode())) == 1
