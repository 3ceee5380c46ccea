"""`python -m guardian.lab.looped CONFIG`: `guardian run`, its films played over and over, as a camera never ends."""

import sys
from pathlib import Path

from guardian import app, configuration
from guardian.io import logs


def run(path: Path) -> int:
    """Run the daemon until SIGTERM; return its exit code. Raises ConfigurationError."""
    return app.run(configuration.load(path), loop_files=True)


if __name__ == "__main__":
    logs.configure()
    sys.exit(run(Path(sys.argv[1])))
