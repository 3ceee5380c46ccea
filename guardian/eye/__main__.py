"""Starts one eye: `python -m guardian.eye`, settings on standard input, records to the inherited pipe."""

import os
import sys

# Numpy's algebra starts its threads when it is imported, and Landlock would not bind them.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

from guardian.eye.process import main

status = main()
sys.stderr.flush()
os._exit(status)  # what is left to take down calls what is denied by now
