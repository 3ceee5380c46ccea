"""This box at work among the others of its household: what it hears of them, tells them, passes on and keeps."""

import logging
from collections.abc import Callable, Sequence

from guardian.commands import ShowPanel
from guardian.errors import PayloadError
from guardian.events import Event, HumanEvent
from guardian.incident import Incident, IncidentState
from guardian.io.gpio import DARK
from guardian.moment import Moment
from guardian.neighbours import Seen
from guardian.outputs import Outputs
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.readings import Heard
from guardian.settings import Settings
from guardian.topics import Topics
from guardian.whole_home import WholeHome

BOXES = "boxes"
"""What of the other boxes is kept under, in the journal: of no room."""

log = logging.getLogger(__name__)


class Together:
    """Called from the core's thread only, but for `state`. `panel` is what the box shows of the whole home."""

    def __init__(
        self,
        settings: Settings,
        topics: Topics,
        outputs: Outputs,
        new_id: Callable[[], str],
        now: float,
        *,
        book: Phrasebook = ENGLISH,
    ) -> None:
        self._topics, self._outputs = topics, outputs
        self._home = WholeHome(settings, topics, new_id, now, book)
        self._alone, self.panel = DARK, DARK
        self._kept = ""
        self.state: IncidentState | None = None

    @property
    def boxes(self) -> tuple[Seen, ...]:
        """How each of the other boxes stands."""
        return self._home.all

    @property
    def unanswered(self) -> frozenset[str]:
        """The incidents elsewhere about which a human has done something here that was not answered."""
        return frozenset(errand.incident for errand in self._home.vain)

    def recall(self, body: str, moment: Moment) -> None:
        """Go on with what an earlier process kept."""
        self._kept = body
        self._home.neighbours.recall(body, moment)

    def hear(self, heard: Heard, moment: Moment) -> tuple[Event, ...]:
        """Take a message; what is wrong, or no neighbour's, is passed over."""
        try:
            return self._home.hear(heard, moment)
        except PayloadError as error:
            log.warning("event=neighbour_not_understood topic=%r reason=%r", heard.topic, str(error))
            return ()

    def tick(self, own: Sequence[Incident], moment: Moment) -> tuple[Event, ...]:
        """Let time pass, given this box's open incidents; return what happened."""
        events, refused = self._home.tick(own, moment.monotonic)
        for message in refused:
            log.warning("event=neighbour_unanswered payload=%r", message.payload)
            self._outputs.publish(message)
        return events

    def pass_on(self, event: Event, own: Sequence[Incident], now: float) -> bool:
        """Pass on what a human means for another box; False where it is this one's matter."""
        request = self._home.pass_on(event, own, now)
        if request is None:
            return False
        log.info("event=passed_on what=%s topic=%r", type(event).__name__, request.topic)
        self._outputs.publish(request)
        return True

    def answer(self, event: Event, own: Sequence[Incident]) -> None:
        """Tell whoever asked, and wants to know, what has become of the incident."""
        if isinstance(event, HumanEvent) and event.ref:
            self._outputs.publish(self._topics.answer(event, own))

    def show(self, own: Sequence[Incident], alone: ShowPanel | None = None) -> None:
        """Show the worst of the whole home; `alone` is what this box by itself shows from now on."""
        self._alone = alone or self._alone
        self.state = self._home.state(own)
        panel = self._home.panel(self._alone, own)
        if panel != self.panel:
            self.panel = panel
            self._outputs.panel.show(panel)

    def tell(self, own: Sequence[Incident], moment: Moment) -> None:
        """Give the other boxes a sign of life where one is due, and keep what must outlive this process."""
        for message in self._home.neighbours.beat(own, moment):
            self._outputs.publish(message)
        kept = self._home.neighbours.remember()
        if kept != self._kept:
            self._kept = kept
            self._outputs.journal.save_learned("", BOXES, kept, moment)
