"""What `guardian evaluate` does once its options are read."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from guardian.errors import ConfigurationError
from guardian.lab.console import stdout
from guardian.lab.evaluate import comparison, document, gate, table
from guardian.lab.evaluate.evaluation import Begin, Result, evaluate
from guardian.lab.evaluate.strips import strips
from guardian.lab.evaluate.work import Step, crew
from guardian.settings import Settings


def run(options: argparse.Namespace, settings: Settings | None) -> int:
    """Evaluate and print; 1 where a file could not be read or a floor was missed.

    Raises ConfigurationError for what was asked for wrongly, before any work.
    """
    floors = [gate.floor(each) for each in options.floor]
    others = [document.load(each) for each in options.compare]
    if options.report is not None:
        _check_target(options.report)
    with _progress() as begin:
        result = evaluate(
            options.manifest,
            settings,
            jobs=options.jobs,
            hold=options.hold,
            scheduler=options.scheduler,
            events=options.events,
            begin=begin,
        )
    found = document.document(result)
    comparisons = [comparison.compared(found, other) for other in others]
    if options.json:
        print(document.dumps({**found, "comparisons": comparisons} if comparisons else found))
    else:
        out = stdout()
        table.show(result, out)
        for each in comparisons:
            out.print(f"\nBeside {each['with']}:", *comparison.sentences(each), sep="\n  ", highlight=False)
    if options.report is not None:
        _report(options, settings, result, (found, *others))
    for unread in result.faults:
        print(f"guardian: {unread.fault}", file=sys.stderr)
    short = list(gate.shortfalls(floors, result.overall))
    for sentence in short:
        print(f"guardian: {sentence}", file=sys.stderr)
    return int(bool(short or result.faults))


def _check_target(target: Path) -> None:
    """Raise ConfigurationError, before any work, where no report can be written."""
    if target.suffix.lower() not in (".html", ".htm"):
        message = f"{target}: is no page; {target.with_suffix('.html')} would be right"
        raise ConfigurationError(message)
    if not target.parent.is_dir():
        message = f"{target}: there is no directory {target.parent}; make it first, or name another file"
        raise ConfigurationError(message)
    if find_spec("matplotlib") is None:
        message = "--report needs matplotlib; `pip install guardian-home[lab]` would be right"
        raise ConfigurationError(message)


def _report(
    options: argparse.Namespace, settings: Settings | None, result: Result, documents: Sequence[Mapping[str, Any]]
) -> None:
    """Watch what went wrong once more, unless the events were not ours, and write the page."""
    from guardian.lab.evaluate import report  # noqa: PLC0415 - matplotlib is heavy, and an extra

    with crew(options.jobs, options.scheduler) as workers, _progress() as begin:
        drawn = strips(result, settings, workers, begin)
    report.write(options.report, result, documents[0], documents[1:], drawn)


@contextmanager
def _progress() -> Iterator[Begin]:
    """A bar on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.completed}/{task.total} files"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:

        def begin(total: int) -> Step:
            task = bar.add_task("", total=total)
            return lambda: bar.advance(task)

        yield begin
