from guardian.deliveries import Deliveries, Delivery, DeliveryState
from guardian.events import ContactNotTold, ContactTold, ViewLost


def about(contact: str, way: str, step: int, time: float) -> dict[str, object]:
    return {"time": time, "room": "", "contact": contact, "way": way, "incident": "i-1", "step": step}


def test_the_newest_of_each_contact_and_way_is_known():
    deliveries = Deliveries()
    deliveries.note(ContactNotTold(**about("Bruno", "mailto", 2, 3.0)))
    deliveries.note(ContactNotTold(**about("Anna", "ntfy", 1, 1.0)))
    deliveries.note(ContactTold(**about("Anna", "ntfy", 1, 6.0)))
    deliveries.note(ViewLost(time=7.0, room="hall"))
    assert deliveries.all == (
        Delivery("Anna", "ntfy", "i-1", 1, DeliveryState.TOLD, 6.0),
        Delivery("Bruno", "mailto", "i-1", 2, DeliveryState.TRYING, 3.0),
    )


def test_what_is_given_up_is_not_called_trying():
    deliveries = Deliveries()
    deliveries.note(ContactNotTold(**about("Anna", "ntfy", 1, 1.0), given_up=True))
    assert deliveries.all[0].state is DeliveryState.GIVEN_UP
