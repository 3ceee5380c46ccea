"""Where tables go: a terminal as wide as it is, and a pipe or file at a width that keeps columns whole."""

from rich.console import Console

PIPE_WIDTH = 110


def stdout() -> Console:
    """Standard output, as it is now."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=PIPE_WIDTH)
