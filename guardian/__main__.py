"""`python -m guardian` is `guardian`."""

import sys

from guardian.cli import main

sys.exit(main())
