"""`python -m guardian.lab.looped CONFIG`: `guardian run`, its films played over and over, as a camera never ends."""

import sys
from pathlib import Path

from guardian import app, configuration
from guardian.io import logs

if __name__ == "__main__":
    logs.configure()
    sys.exit(app.run(configuration.load(Path(sys.argv[1])), loop_files=True))
