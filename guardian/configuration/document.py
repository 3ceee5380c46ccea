"""YAML text as plain data, with the line of every key. Of YAML only what a household needs, so that nothing surprises.

A plain word is true, false, null, a number or a text, as in YAML 1.2 (https://yaml.org/spec/1.2.2, section 10.3): `no`
and `22:00` are texts. Anchors, aliases, tags and merge keys are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from guardian.configuration.fault import Fault, KeyPath, dotted, error, shown

Data: TypeAlias = "dict[str, Data] | list[Data] | str | int | float | bool | None"

ANCHORS = "anchors (&name) and aliases (*name) are not understood; write the values out in each place"
LONGEST_FILE = 1_000_000
DEEPEST = 20

_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_UNCLOSED = re.compile(r"found unexpected end of stream|expected ',' or '[]}]'")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_REMEDIES = (
    ("end of stream", "a quotation mark that is opened in this line is never closed"),
    ("stream end", "a bracket that is opened in this line is never closed"),
    ("expected ',' or", "the bracket of this line closed, and quotes around a text with `:` or `,`, would be right"),
    ("'\\t'", "a space in place of the tab would be right"),
    ("cannot start any token", "quotes around the text would be right"),
    ("mapping values are not allowed", "one `key: value` a line, and quotes around a text with ': ' in it, would be"),
    ("another document", "one document, without a second `---`, would be right"),
)
"""What to do about the parser's words for what is no YAML, by a sign in them; the first that is there counts."""
_ANY_REMEDY = "look at this line and the one before: `key: value`, each level two spaces further in, would be right"


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says: its `data`, the `lines` of its keys and items, and the `faults` that YAML alone shows."""

    data: Data
    lines: Mapping[KeyPath, int]
    faults: tuple[Fault, ...]

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of the nearest one above it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    """Composes nodes and nothing else; refuses what refers to other parts of the file."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, ANCHORS, event.start_mark)
        return super().compose_node(parent, index)


def read(text: str, name: str) -> Document:
    """Return the document in `text`; `name` is the file's, for the message.

    Raises ConfigurationError where it is no YAML at all.
    """
    if len(text) > LONGEST_FILE:
        raise error(name, [Fault(1, "", f"has {len(text)} characters; a configuration has at most {LONGEST_FILE}")])
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as caught:
        line = text.count("\n", 0, caught.position) + 1
        message = f"holds the character {caught.character!r}; plain text would be right"
        raise error(name, [Fault(line, "", message)]) from None
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as caught:
        raise error(name, [_syntax(caught, text)]) from None
    except (ValueError, OverflowError):  # from chr(), of which the scanner asks too much
        message = "has a \\U in quotes that stands for no character; single quotes take it as it is"
        raise error(name, [Fault(loader.line + 1, "", message)]) from None
    except RecursionError:
        raise error(name, [Fault(1, "", f"is nested deeper than {DEEPEST} levels")]) from None
    reading = _Reading({}, [])
    data = {} if root is None else reading.data(root, ())
    return Document({} if data is None else data, reading.lines, tuple(reading.faults))


def _syntax(caught: yaml.MarkedYAMLError, text: str) -> Fault:
    problem, mark = caught.problem or "cannot be read", caught.problem_mark
    if _UNCLOSED.match(problem):  # seen at the end of the file, or wherever it no longer fits: told where it began
        mark = caught.context_mark or mark
    line = mark.line + 1 if mark else 1
    if problem == ANCHORS:
        return Fault(line, "", ANCHORS)
    lines = text.split("\n")
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return Fault(line, "", "is indented with a tab; spaces would be right")
    return Fault(line, "", f"is no YAML: {shown(problem)}; {_remedy(problem)}")


def _remedy(problem: str) -> str:
    return next((remedy for sign, remedy in _REMEDIES if sign in problem), _ANY_REMEDY)


class _Reading:
    """One walk down the nodes, gathering lines and faults on the way."""

    def __init__(self, lines: dict[KeyPath, int], faults: list[Fault]) -> None:
        self.lines = lines
        self.faults = faults

    def data(self, node: yaml.Node, path: KeyPath) -> Data:
        """The node as plain data."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python"):
            self._fault(node, path, f"the tag {shown(node.tag)} is not understood; the value itself would be right")
            return None
        if len(path) > DEEPEST:
            self._fault(node, path[:1], f"is nested deeper than {DEEPEST} levels")
            return None
        if isinstance(node, yaml.MappingNode):
            return {key: self.data(value, (*path, key)) for key, value in self._entries(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self.data(item, (*path, number)) for number, item in enumerate(node.value)]
        if _CONTROL.search(node.value):
            self._fault(node, path, "holds a character that cannot be printed; plain text would be right")
            return _CONTROL.sub("?", node.value)
        quoted = isinstance(node, yaml.ScalarNode) and node.style
        return node.value if quoted else _plain(node.value)

    def _entries(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, yaml.Node]]:
        """The keys with their values, the first of each where one is given twice."""
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or _CONTROL.search(key.value):
                self._fault(key, path, "a key here is not a word; `key: value` would be right")
                continue
            line = key.start_mark.line + 1
            inner = (*path, key.value)
            if inner in self.lines:
                message = f"is given twice, first in line {self.lines[inner]}; keep one of them"
                self._fault(key, inner, message)
                continue
            self.lines[inner] = line
            yield key.value, value

    def _fault(self, node: yaml.Node, path: KeyPath, message: str) -> None:
        self.faults.append(Fault(node.start_mark.line + 1, dotted(path), message))


def _plain(word: str) -> str | int | float | bool | None:
    if word in _WORDS:
        return _WORDS[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    return float(word) if _FLOAT.fullmatch(word) else word
