"""`guardian users`: who may sign in on the page, as a person types it."""

import argparse
import os

from guardian.arguments import Verbs, add_config, add_verb


def add(commands: Verbs) -> None:
    """Add the command and its verbs."""
    text = "say who may sign in on the page, and change it; passwords are asked for, or read from standard input"
    command = commands.add_parser("users", help=text, description=text[0].upper() + text[1:] + ".")
    verbs = command.add_subparsers(required=True, metavar="VERB", dest="verb")
    adding = _add(verbs, "add", "let somebody sign in")
    text = "caregiver: sees the home and answers alarms; installer: also changes the box (default: caregiver)"
    adding.add_argument("--role", choices=("caregiver", "installer"), default="caregiver", help=text)
    _add(verbs, "list", "say who may sign in", named=False)
    _add(verbs, "remove", "let somebody sign in no more, and sign them out everywhere")
    _add(verbs, "password", "give somebody another password, and sign them out everywhere")


def _add(verbs: Verbs, name: str, text: str, *, named: bool = True) -> argparse.ArgumentParser:
    verb = add_verb(verbs, name, _run, text)
    if named:
        verb.add_argument("name", metavar="NAME")
    add_config(verb)
    return verb


def _run(options: argparse.Namespace) -> int:
    from guardian import accounts, configuration

    state = configuration.load(configuration.find(options.config, os.environ)).state_directory
    if options.verb == "list":
        print("\n".join(accounts.listed(state)))
    elif options.verb == "add":
        print(accounts.add(state, options.name, accounts.Role(options.role), accounts.ask(options.name)))
    elif options.verb == "remove":
        print(accounts.remove(state, options.name))
    else:
        print(accounts.change(state, options.name, accounts.ask(options.name)))
    return 0
