"""From a file's text to Settings, or to one error that tells all that is wrong with it."""

import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from guardian.configuration import advice, document, languages
from guardian.configuration.document import Document
from guardian.configuration.fault import Fault, KeyPath, dotted, error, shown
from guardian.contacts import CREDENTIALS, WAY_FILE
from guardian.errors import ConfigurationError
from guardian.settings import Settings

VARIABLE = "GUARDIAN_CONFIG"
USUAL = Path("/etc/guardian/guardian.yaml")
_OTHERS = 0o007
_READ, _READ_WRITE = os.R_OK, os.R_OK | os.W_OK


def find(option: Path | None, environment: Mapping[str, str]) -> Path:
    """Return where the configuration is: the option given, else what GUARDIAN_CONFIG names, else the usual place."""
    return option or Path(environment.get(VARIABLE) or USUAL)


def parse(text: str, name: str = "configuration") -> Settings:
    """Return the settings in a text; `name` stands for the file in messages. Touches nothing.

    Raises ConfigurationError with a line for each fault.
    """
    return _validated(document.read(text, name), name)


def load(path: Path) -> Settings:
    """Return the settings in a file, after a look at the models, passwords and certificates that it names.

    Raises ConfigurationError with a line for each fault; also where the file cannot be read.
    """
    return _loaded(path, _files)


def check(path: Path) -> Settings:
    """Return the settings in a file as `load` does, after a look at the cameras and the contacts' files too: without
    one of those the daemon starts all the same, and tells everybody else.

    Raises ConfigurationError with a line for each fault.
    """
    return _loaded(path, lambda settings: (*_files(settings), *_cameras(settings), *_ways(settings)))


def _validated(read: Document, name: str) -> Settings:
    try:
        settings = Settings.model_validate_json(json.dumps(read.data), strict=True)
    except ValidationError as caught:
        raise error(name, [*read.faults, *advice.faults(read, caught.errors())]) from None
    known, language = languages.known(), settings.household.language
    faults = list(read.faults)
    if language not in known:
        key = "household", "language"
        message = f"{shown(language)!r} is no language that Guardian speaks; one of {', '.join(known)} would be right"
        faults.append(Fault(read.line(key), dotted(key), message))
    if faults:
        raise error(name, faults)
    return settings


def _loaded(path: Path, look: Callable[[Settings], "Iterator[Finding] | tuple[Finding, ...]"]) -> Settings:
    name, read = str(path), document.read(_text(path), str(path))
    settings = _validated(read, name)
    found = [Fault(read.line(key), dotted(key), message) for key, message in look(settings)]
    if found:
        raise error(name, found)
    return settings


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        message = f"{path}: there is no such file; write one after config/guardian.yaml, or name another with --config"
    except IsADirectoryError:
        message = f"{path}: is a directory; a file such as {path / 'guardian.yaml'} would be right"
    except UnicodeDecodeError as caught:
        message = f"{path}: byte {caught.start} is not UTF-8; save the file as UTF-8 text"
    except OSError as caught:
        message = f"{path}: cannot be read ({caught.strerror}); make it readable for this user"
    raise ConfigurationError(message)


Finding = tuple[KeyPath, str]


def _files(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the files that the settings name."""
    models = settings.models.directory
    if models is not None and not _is_directory(models):
        yield (
            ("models", "directory"),
            f"there is no directory {models}; leave the key out for the models that come with Guardian",
        )
    tls, mqtt = settings.mqtt.tls, settings.mqtt
    if mqtt.password_file is not None:
        yield from _secret(("mqtt", "password_file"), mqtt.password_file)
    if tls is not None:
        yield from _readable(("mqtt", "tls", "ca_file"), tls.ca_file)
        if tls.cert_file is not None:
            yield from _readable(("mqtt", "tls", "cert_file"), tls.cert_file)
        if tls.key_file is not None:
            yield from _secret(("mqtt", "tls", "key_file"), tls.key_file)
    if settings.web.tls is not None:
        yield from _readable(("web", "tls", "cert_file"), settings.web.tls.cert_file)
        yield from _secret(("web", "tls", "key_file"), settings.web.tls.key_file)


def _is_directory(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _readable(key: KeyPath, path: Path, how: int = _READ) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        yield key, f"there is no {path}"
    except OSError as caught:
        yield key, f"{path} cannot be looked at ({caught.strerror})"
    else:
        if stat.S_ISDIR(mode):
            yield key, f"{path} is a directory"
        elif not os.access(path, how):
            yield key, f"{path} is not readable for this user; see its owner and group: ls -l {path}"


def _secret(key: KeyPath, path: Path) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode
    except OSError as caught:  # told without its name: somebody may have written the password in its place
        message = f"the file that it names cannot be had ({caught.strerror})"
        yield key, f"{message}; the path of a file with the secret alone would be right"
        return
    yield from _readable(key, path)
    if mode & _OTHERS:
        yield key, f"every user of this machine can read or change {path}; chmod 640 {path} would be right"


def _ways(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the files that hold contacts' ways; what systemd will put somewhere is not there yet."""
    for number, contact in enumerate(settings.contacts):
        for place, way in enumerate(contact.ways):
            if way.startswith(WAY_FILE) and CREDENTIALS not in way:
                yield from _secret(("contacts", number, "ways", place), Path(way.removeprefix(WAY_FILE)))


def _cameras(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the cameras, without opening them: that is for `guardian doctor`."""
    for number, room in enumerate(settings.rooms):
        key, source = ("rooms", number, "camera", "source"), room.camera.source
        if source.lower().startswith("csi") or "://" in source:
            continue
        device = source.startswith("/dev/")
        for where, message in _readable(key, Path(source), _READ_WRITE if device else _READ):
            yield where, message + (_device_remedy() if device else "; the path of a video file would be right")


def _device_remedy() -> str:
    there = sorted(str(path) for path in Path("/dev").glob("video*"))
    return f"; cameras here: {', '.join(there) or 'none'}; their users belong to the group video"
