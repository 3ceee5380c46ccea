"""Every sentence that the program may say to a human, as its code composes it: none is kept in a list by hand.

A skeleton is a text with `{}` in the place of each value: of an f-string, and of a key of a language, alike. A value
that is composed as a percentage has its sign after it: `{}%`.
"""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

from floors import PACKAGE, PURE, TOPS

from guardian.web import markup

SPEAKERS = PURE | frozenset(TOPS)
"""Modules that compose sentences for humans, with all of `io` and the watch over the eye."""
NOT_TOLD = {
    "accounts": "answers on the command line",
    "acquaint": "answers on the command line",
    "human_requests": "refusals, told to the program that asked",
    "identity": "who was recognised is told by name on the page, by MQTT with reasons, and opens no incident",
    "io.drawings": "what phones read is said by key",
    "io.ntfy": "what the doctor posts where nobody listens; what phones read is said by key",
    "io.scenes": "what is noted in a file of a scene, for whoever measures with it",
    "io.watchdog": "the status that systemd shows",
    "kept": "answers on the command line",
    "learned": "answers over MQTT",
    "oblivion": "answers on the command line",
    "portable": "stands in a file for whoever it is handed to",
    "reach": "answers on the command line, and words in a drawing for installers",
    "payloads": "what whoever writes a program for MQTT reads",
}
"""Modules whose sentences reach neither a phone nor the panel, and where they do go."""
NO_MESSAGES = ("ACTIONS", "DEEDS")
"""Tables of the page's words that are no messages: names of requests, and what is written into the record of deeds."""
ELSEWHERE = ("lab", "demo", "doctor", "drill", "installation", "workshop")
"""Packages that speak to an engineer at a terminal."""
_FIELD = re.compile(r"\{\w*\}")


def skeleton(text: str) -> str:
    return _FIELD.sub("{}", text)


def composed(node: ast.expr) -> str | None:
    """The skeleton of a string literal; None where a node is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return skeleton(node.value)
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(_place(part) if isinstance(part, ast.FormattedValue) else str(part.value) for part in node.values)  # type: ignore[attr-defined]


def _place(part: ast.FormattedValue) -> str:
    spec = "" if part.format_spec is None else ast.unparse(part.format_spec)
    return "{}%" if spec.rstrip("'\"").endswith("%") else "{}"


@cache
def tree(name: str) -> ast.Module:
    path = PACKAGE.joinpath(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def modules() -> tuple[str, ...]:
    """Every module of the product that runs on the box, by its name below guardian."""
    paths = (path.relative_to(PACKAGE).with_suffix("") for path in sorted(PACKAGE.rglob("*.py")))
    return tuple(".".join(path.parts) for path in paths if path.name != "__init__" and path.parts[0] not in ELSEWHERE)


def literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The skeleton of every string in a piece of code, with its line, but for docstrings, logs and errors."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    if isinstance(node, ast.Call) and re.match(r"log\.|.*Error$", ast.unparse(node.func)):
        return
    text = composed(node) if isinstance(node, ast.expr) else None
    if text is not None:
        yield node.lineno, text  # type: ignore[attr-defined]
    for child in _inner(node):
        yield from literals(child)


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a piece of code; of an f-string its values alone, without how they are written."""
    if isinstance(node, ast.JoinedStr):
        return (part.value for part in node.values if isinstance(part, ast.FormattedValue))
    return ast.iter_child_nodes(node)


@cache
def everything() -> set[str]:
    """The skeleton of every string literal of the product: what a language's key must be one of."""
    return {
        text
        for name in modules()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.expr)
        if (text := composed(node))
    }


@cache
def said_to_humans() -> dict[str, str]:
    """The skeleton of every sentence that an incident or a fault may tell, with where it is composed."""
    found = {}
    for name in modules():
        speaks = name in SPEAKERS or name.startswith("io.") or name == "eye.watch"
        if speaks and name not in NOT_TOLD and name not in ("messages", "phrasebook"):
            for line, text in (*_sentences(tree(name)), *_given_as_reasons(tree(name))):
                found[text] = f"guardian/{name.replace('.', '/')}.py:{line}"
    return found


def _sentences(module: ast.Module) -> Iterator[tuple[int, str]]:
    for line, text in literals(module):
        if re.fullmatch(r"(?!(?:SELECT|UPDATE|DELETE) )[A-Z{].* .*[.!?]", text, re.DOTALL):
            yield line, text


def _given_as_reasons(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Whatever begins a sentence that is given as `reasons`, or is called `reason` on its way there, stop or not; what
    comes after a colon is an error's own word for an engineer.
    """
    for node in ast.walk(module):
        value: ast.AST | None = None
        if (isinstance(node, ast.keyword) and node.arg == "reasons") or (
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("reason", "reasons")
        ):
            value = node.value
        if value is not None:
            yield from ((line, text) for line, text in literals(value) if re.match(r"[A-Z]|\{\}.*\w", text))


@cache
def said_by_key() -> dict[str, str]:
    """The key of every message that is said with `say`, with where: those at its call, and the tables of messages."""
    found = {}
    for name in modules():
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("book.say"):
                keys = _keys(_constant(node.args[0], tree(name)))
                found.update(dict.fromkeys(keys, f"guardian/{name}.py:{node.lineno}"))
    for node in (*tree("messages").body, *tree("web.words").body):
        told = isinstance(node, ast.Assign | ast.AnnAssign) and ast.unparse(_target(node)) not in NO_MESSAGES
        if told and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            value = node.value
            values = value.values if isinstance(value, ast.Dict) else [value] if isinstance(value, ast.Constant) else []
            for each in values:
                found.update(dict.fromkeys(_keys(each), f"guardian/messages.py:{node.lineno}"))
    return found


def _target(node: ast.Assign | ast.AnnAssign) -> ast.expr:
    return node.target if isinstance(node, ast.AnnAssign) else node.targets[0]


def _constant(node: ast.expr, module: ast.Module) -> ast.AST:
    """What is said: itself, or the constant of its module that it names."""
    assigned = [each for each in module.body if isinstance(each, ast.Assign)]
    values = (each.value for each in assigned if ast.unparse(each.targets[0]) == ast.unparse(node))
    return next(values, node)


def _keys(node: ast.AST) -> Iterator[str]:
    """The strings that an expression may be: not those that it only compares with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in () if isinstance(node, ast.Compare) else ast.iter_child_nodes(node):
        yield from _keys(child)


@cache
def given(*names: str) -> set[str]:
    """The words that are given to one of these arguments anywhere, or stand in a module under its name in capitals."""
    words = set[str]()
    for name in modules():
        for node in ast.walk(tree(name)):
            named = isinstance(node, ast.keyword) and node.arg in names
            if isinstance(node, ast.Assign):
                named = ast.unparse(node.targets[0]).lower() in names
            if named and isinstance(node, ast.keyword | ast.Assign) and isinstance(node.value, ast.Constant):
                words.update(_keys(node.value))
    return words


@cache
def parts() -> set[str]:
    """The words for what may fail: given as a part of FaultOccurred, examined by health, or begun late by the app."""
    words = given("part", "broker", "access")
    for node in ast.walk(tree("io.health")):
        if (
            isinstance(node, ast.AnnAssign)
            and ast.unparse(node.target) == "findings"
            and isinstance(node.value, ast.Dict)
        ):
            words.update(key for each in node.value.keys if each is not None for key in _keys(each))
    for node in ast.walk(tree("app")):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._late.begin":
            words.update(_keys(node.args[0]))
    return words


STATIC = PACKAGE / "web" / "static"
OUR_NAME = "Guardian"
_TOLD = re.compile(r'\b(?:told|pieces)\(\s*"((?:[^"\\]|\\.)*)"')


@cache
def on_the_page() -> dict[str, str]:
    """Every text that stands in the HTML of the page, in its scripts or in its manifest, with its file."""
    found = {json.loads((STATIC / "manifest.webmanifest").read_text(encoding="utf-8"))["description"]: "the manifest"}
    for path in sorted(STATIC.glob("*.html")):
        found.update(dict.fromkeys(markup.texts(path.read_text(encoding="utf-8")), path.name))
    for path in sorted(STATIC.glob("*.js")):
        texts = _TOLD.findall(path.read_text(encoding="utf-8"))
        found.update({json.loads(f'"{text}"'): path.name for text in texts})
    return {text: where for text, where in found.items() if text != OUR_NAME}


@cache
def refused() -> dict[str, str]:
    """The skeleton of every reason for which the page says no, with where: some of them only programs ever read."""
    found = {}
    for name in modules():
        for node in ast.walk(tree(name)) if name.startswith("web.") else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("HTTPException", "refusal", "_refuse"):
                texts = [text for each in node.args for text in [composed(_constant(each, tree(name)))] if text]  # type: ignore[arg-type]
                found.update(dict.fromkeys(texts, f"guardian/{name.replace('.', '/')}.py:{node.lineno}"))
    return found
