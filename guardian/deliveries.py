"""Who was reached: of each way to each contact, what became of the last thing that was to be told by it."""

from dataclasses import dataclass
from enum import Enum

from guardian.events import ContactNotTold, ContactTold, Event


class DeliveryState(str, Enum):
    """Told: a provider took it. Trying: it did not, and is asked again. Given up: it is asked no more."""

    TOLD = "told"
    TRYING = "trying"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of `step` of an `incident`, for a contact by a way, at the monotonic second `since`."""

    contact: str
    way: str
    incident: str
    step: int
    state: DeliveryState
    since: float


class Deliveries:
    """Learns from what happened; knows the newest of each contact and way."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str], Delivery] = {}

    @property
    def all(self) -> tuple[Delivery, ...]:
        """The newest of each contact and way, by their names."""
        return tuple(self._newest[key] for key in sorted(self._newest))

    def note(self, event: Event) -> None:
        """Take note of what became of a notice; of any other event nothing."""
        match event:
            case ContactTold():
                state = DeliveryState.TOLD
            case ContactNotTold():
                state = DeliveryState.GIVEN_UP if event.given_up else DeliveryState.TRYING
            case _:
                return
        delivery = Delivery(event.contact, event.way, event.incident, event.step, state, event.time)
        self._newest[event.contact, event.way] = delivery
