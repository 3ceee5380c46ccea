"""The answer that somebody gives on a phone: how the button that was sent says it, and how it becomes an event.

What comes back comes over a topic that a stranger may have learnt, so an answer carries a code that only this box can
make, of what is answered, of which incident and by whom: none can be made up, and one that is given again says only
what it said before, of that same incident. There is one answer, "I am on my way"; why no other:
docs/decisions/0013-a-phone-takes-and-does-not-close.md.
"""

import hmac
import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection

from guardian.events import Acknowledged, Event
from guardian.io.phone_memory import PhoneMemory

ACKNOWLEDGE = "acknowledge"
VIA = "phone"
KEYS = ("answer", "incident", "by", "code")
REMEMBERED = 256

log = logging.getLogger(__name__)


class Answers:
    """Makes the answers that buttons carry, and submits an event for each that comes back.

    `contacts` are the names of those who may answer; `now` gives monotonic seconds. Any thread may ask.
    """

    def __init__(
        self,
        contacts: Collection[str],
        submit: Callable[[Event], None],
        now: Callable[[], float],
        memory: PhoneMemory,
    ) -> None:
        self._contacts = frozenset(contacts)
        self._submit, self._now, self._memory = submit, now, memory
        self._lock = threading.Lock()
        self._taken: deque[str] = deque(maxlen=REMEMBERED)

    def written(self, incident: str, contact: str) -> str:
        """What a button sends back: that `contact` has taken the incident."""
        code = self._memory.sign(ACKNOWLEDGE, incident, contact)
        said = dict(zip(KEYS, (ACKNOWLEDGE, incident, contact, code), strict=True))
        return json.dumps(said, ensure_ascii=False)

    def read(self, text: str) -> bool:
        """Take what came back; False where it is no answer to anything that this box asked."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return False
        if not isinstance(said, dict) or set(said) != set(KEYS):
            return False
        answer, incident, contact, code = (said[key] for key in KEYS)
        if not all(isinstance(word, str) for word in said.values()) or answer != ACKNOWLEDGE:
            return False
        expected = self._memory.sign(ACKNOWLEDGE, incident, contact)
        if not hmac.compare_digest(expected.encode(), code.encode(errors="replace")) or contact not in self._contacts:
            return False
        with self._lock:
            if code in self._taken:
                return True
            self._taken.append(code)
        self.acknowledge(incident, contact)
        return True

    def acknowledge(self, incident: str, contact: str) -> None:
        """Say that a contact has taken an incident: the one place where an answer becomes an event."""
        log.info("event=phone_answered contact=%s incident=%s", contact, incident)
        self._submit(Acknowledged(time=self._now(), by=contact, via=VIA, incident=incident))
