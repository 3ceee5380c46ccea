"""`guardian install` and `guardian uninstall`: onto this machine, or into the tree of another, as a person types it."""

import argparse
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from guardian import __version__
from guardian.arguments import Verbs, add_verb

if TYPE_CHECKING:
    from guardian.installation.machine import Machine


NEXT = """
next      sudo nano /etc/guardian/guardian.yaml           your rooms, cameras and contacts; each key is explained there
          guardian check-config /etc/guardian/guardian.yaml
          sudo systemctl restart guardian
          sudo -u guardian guardian doctor                 what does not work yet, and what to do about it"""


def add(commands: Verbs) -> None:
    """Add both commands."""
    text = "put Guardian onto this machine as a service, upgrade it, or go back to the version before"
    command = add_verb(commands, "install", lambda options: _told(_install, options), text)
    _add_root(command)
    command.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    text = "a wheel or a clone to install from (default: what this command itself runs from)"
    command.add_argument("--from", dest="source", type=Path, default=None, metavar="F", help=text)
    text = "also set up mosquitto as the household's broker, with passwords and an access list"
    command.add_argument("--broker", action="store_true", help=text)
    text = "with --broker: let it speak TLS alone, with a certificate of the household's own"
    command.add_argument("--tls", action="store_true", help=text)
    back = command.add_mutually_exclusive_group()
    text = "go back to the version before, with configuration and people as they were then"
    back.add_argument("--rollback", action="store_true", help=text)
    text = "put back configuration and people from a backup in /var/backups/guardian"
    back.add_argument("--restore", type=Path, default=None, metavar="DIR", help=text)

    text = "take Guardian off this machine; configuration and people stay"
    command = add_verb(commands, "uninstall", lambda options: _told(_uninstall, options), text)
    _add_root(command)
    command.add_argument("--purge", action="store_true", help="erase configuration, people and backups as well")


def _add_root(command: argparse.ArgumentParser) -> None:
    text = "the tree of another machine, such as the mounted image of a card (default: this machine)"
    command.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help=text)


def _told(work: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Do the work. Raises InstallationError where a file or disk did not let it."""
    from guardian.errors import InstallationError

    try:
        return work(options)
    except OSError as error:
        message = (
            f"{error.filename or 'the machine'}: {error.strerror or error}; put that right, and the same command again"
        )
        raise InstallationError(message) from error


def _machine(options: argparse.Namespace) -> "Machine":
    from guardian.installation import perform
    from guardian.installation.machine import Machine

    machine = Machine(options.root.resolve())
    if not getattr(options, "dry_run", False):
        perform.demand_rights(machine)
    return machine


def _install(options: argparse.Namespace) -> int:
    from guardian.errors import ConfigurationError
    from guardian.installation import broker, perform
    from guardian.installation.plan import Wish, timezone_of
    from guardian.installation.program import demand_interpreter, source_of
    from guardian.io.clock import SystemClock

    if options.tls and not options.broker:
        message = "--tls is for the broker; --broker --tls would be right"
        raise ConfigurationError(message)
    machine = _machine(options)
    if options.rollback:
        perform.rollback(machine, print)
        return 0
    _examine(machine)
    demand_interpreter(machine)
    name = socket.gethostname()
    wish = Wish(
        version=__version__,
        source=source_of(Path(sys.prefix), Path(__file__).resolve().parent, __version__, options.source),
        broker=options.broker,
        tls=options.tls,
        names=tuple(dict.fromkeys((name, f"{name}.local", "localhost"))),
        timezone=timezone_of(machine),
    )
    if options.dry_run:
        print("\n".join(perform.foreseen(wish, machine)))
        return 0
    had = perform.settings_of(machine) is not None if options.restore is None else True
    if not perform.install(wish, machine, SystemClock().moment().wall, print, options.restore):
        print(f"all of Guardian {__version__} is there; nothing was to be done")
    if not had:
        print(NEXT)
    if options.broker and had:
        print("the configuration is yours and was not changed; to use the broker, it needs:")
        print(broker.section(tls=options.tls))
    return 0


def _examine(machine: "Machine") -> None:
    """Say what of the machine is not as it should be. Raises InstallationError where Guardian cannot run on it."""
    from guardian.doctor.finding import State
    from guardian.doctor.machine import Facts, examine_machine
    from guardian.errors import InstallationError

    for finding in examine_machine(Facts.of(machine.root)):
        if finding.state is State.FAIL:
            message = f"{finding.part}: {finding.text}; {finding.remedy}"
            raise InstallationError(message)
        if finding.state is State.WARN:
            print(f"note      {finding.part}: {finding.text}\n          -> {finding.remedy}")


def _uninstall(options: argparse.Namespace) -> int:
    from guardian.installation import perform

    perform.uninstall(_machine(options), print, purge=options.purge)
    return 0
