"""The answers that somebody gives on a phone: how the buttons that were sent say them, and how they become events.

What comes back comes over a topic that a stranger may have learnt, so an answer carries a code that only this box can
make, of what is answered, of which incident and by whom: none can be made up, and one that is given again says only
what it said before, of that same incident. "I am on my way" counts at once. "False alarm" is asked again, and only the
answer to that second question closes anything: it is good for some minutes and once, and a slip of the thumb is none
(docs/decisions/0020-a-phone-closes-in-two-steps.md).
"""

import hmac
import json
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from guardian.events import Acknowledged, Event, FalseAlarmSaid, HumanEvent, Resolved
from guardian.io.phone_memory import PhoneMemory

ACKNOWLEDGE, DOUBT, CLOSE = "acknowledge", "false alarm", "close"
VIA = "phone"
KEYS = ("answer", "incident", "by", "code")
CLOSING_KEYS = (*KEYS, "reason", "question")
REASONS: Mapping[str, str] = {
    "well": "all is well: seen or spoken to",
    "meant": "somebody lay or sat down on purpose",
}
"""What may be said of a false alarm on a phone, and how it is kept with what was seen."""
QUESTION_SECONDS = 600.0
"""So long the second question can be answered, and is not asked anew."""
REMEMBERED = 256

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Question:
    """A second question that somebody was asked at a monotonic second; its `number` cannot be guessed."""

    number: str
    asked: float


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
        self._questions: dict[tuple[str, str], _Question] = {}

    def written(self, incident: str, contact: str, answer: str = ACKNOWLEDGE) -> str:
        """What a button sends back: `contact` has taken the incident or, with DOUBT, takes it for a false alarm."""
        code = self._memory.sign(answer, incident, contact)
        said = dict(zip(KEYS, (answer, incident, contact, code), strict=True))
        return json.dumps(said, ensure_ascii=False)

    def closing(self, incident: str, contact: str, reason: str) -> str:
        """What a button of the second question sends back: that it was a false alarm, for one of REASONS."""
        with self._lock:
            number = self._question(incident, contact).number
        code = self._memory.sign(CLOSE, incident, contact, reason, number)
        said = dict(zip(CLOSING_KEYS, (CLOSE, incident, contact, code, reason, number), strict=True))
        return json.dumps(said, ensure_ascii=False)

    def read(self, text: str) -> bool:
        """Take what came back; False where it is no answer to anything that this box asked."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return False
        if not isinstance(said, dict) or not all(isinstance(word, str) for word in said.values()):
            return False
        answer, keys = said.get("answer"), set(said)
        closes = answer == CLOSE and keys == set(CLOSING_KEYS) and said["reason"] in REASONS
        if not closes and not (answer in (ACKNOWLEDGE, DOUBT) and keys == set(KEYS)):
            return False
        signed = (said[key] for key in CLOSING_KEYS if key in said and key != "code")
        expected = self._memory.sign(*signed)
        code, contact = said["code"], said["by"]
        if not hmac.compare_digest(expected.encode(), code.encode(errors="replace")) or contact not in self._contacts:
            return False
        self._take(said)
        return True

    def _take(self, said: Mapping[str, str]) -> None:
        """Let an answer count that is one, unless it did before or comes too late."""
        incident, contact, answer = said["incident"], said["by"], said["answer"]
        with self._lock:
            if answer == ACKNOWLEDGE:
                counts = said["code"] not in self._taken
                self._taken.append(said["code"])
            else:
                counts = self._asks(incident, contact) if answer == DOUBT else self._closes(said)
        if not counts:
            log.info("event=phone_answered_again contact=%s incident=%s answer=%r", contact, incident, answer)
        elif answer == ACKNOWLEDGE:
            self.acknowledge(incident, contact)
        elif answer == DOUBT:
            self._say(FalseAlarmSaid(time=self._now(), by=contact, via=VIA, incident=incident))
        else:
            note = REASONS[said["reason"]]
            closed = Resolved(
                time=self._now(), by=contact, via=VIA, incident=incident, outcome="false alarm", note=note
            )
            self._say(closed)

    def _asks(self, incident: str, contact: str) -> bool:
        """Whether somebody is to be asked again: not while they can still answer the question before."""
        if self._fresh(incident, contact) is not None:
            return False
        self._question(incident, contact)
        return True

    def _closes(self, said: Mapping[str, str]) -> bool:
        """Whether the question that is answered is the one that was asked last, and its time is not up."""
        question = self._fresh(said["incident"], said["by"])
        if question is None or question.number != said["question"]:
            return False
        del self._questions[said["incident"], said["by"]]
        return True

    def _fresh(self, incident: str, contact: str) -> _Question | None:
        question = self._questions.get((incident, contact))
        return question if question is not None and self._now() - question.asked < QUESTION_SECONDS else None

    def _question(self, incident: str, contact: str) -> _Question:
        """The question that somebody can answer now; a new one where there is none."""
        question = self._fresh(incident, contact) or _Question(secrets.token_hex(8), self._now())
        self._questions.pop((incident, contact), None)
        self._questions[incident, contact] = question
        while len(self._questions) > REMEMBERED:
            del self._questions[next(iter(self._questions))]
        return question

    def acknowledge(self, incident: str, contact: str) -> None:
        """Say that a contact has taken an incident: the one place where that answer becomes an event."""
        self._say(Acknowledged(time=self._now(), by=contact, via=VIA, incident=incident))

    def _say(self, event: HumanEvent) -> None:
        kind = type(event).__name__
        log.info("event=phone_answered contact=%s incident=%s answer=%s", event.by, event.incident, kind)
        self._submit(event)
