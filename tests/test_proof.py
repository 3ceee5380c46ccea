import errno
import json
import subprocess
import sys

from guardian.eye import proof
from guardian.eye.wire import Attempt

UNCONFINED = """
import json
from guardian.eye.proof import attempts
print(json.dumps([(proof.attempt, proof.error, proof.refused) for proof in attempts()]))
"""


def test_every_attempt_is_tried_once():
    assert set(proof._TRIES) == set(Attempt)


def test_outside_a_sandbox_every_attempt_succeeds_so_that_a_refusal_means_something():
    # In a process of its own: being traced cannot be taken back.
    done = subprocess.run([sys.executable, "-c", UNCONFINED], capture_output=True, text=True, timeout=60, check=True)
    answers = {Attempt(attempt): error for attempt, error, _ in json.loads(done.stdout)}
    assert list(answers) == list(Attempt)
    assert answers.pop(Attempt.EXECVE) == errno.ENOENT
    assert set(answers.values()) == {0}
    assert not any(refused for _, _, refused in json.loads(done.stdout))
