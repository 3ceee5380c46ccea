import pytest
from pydantic import ValidationError

from guardian.entities import HAPPENINGS
from guardian.payloads import ASKED, EVENTS, Happening, Incident, WorstIncident


def test_every_event_has_a_model_that_names_it():
    assert set(EVENTS) == set(HAPPENINGS)
    for name, model in EVENTS.items():
        assert model.model_fields["event"].annotation.__args__ == (name,)


def test_an_event_is_read_by_its_name():
    said = {"event": "PersonAppeared", "time": "2024-05-06T12:00:00.000+02:00", "room": "hall", "reasons": ()}
    read = Happening.validate_python({**said, "track": 1, "person": "unknown", "place": None})
    assert type(read) is EVENTS["PersonAppeared"]
    with pytest.raises(ValidationError):
        Happening.validate_python(said)


def test_the_worst_incident_is_one_or_nothing():
    assert WorstIncident.model_validate({}).model_dump() == {}
    with pytest.raises(ValidationError):
        WorstIncident.model_validate({"id": "i-1"})


def test_every_key_of_what_is_said_is_always_there():
    assert all(field.is_required() for field in Incident.model_fields.values())


def test_a_key_that_means_more_in_one_request_is_narrower_there():
    assert ASKED["drill"](seconds=600).seconds == 600
    assert ASKED["snooze"](seconds=601).seconds == 601
    with pytest.raises(ValidationError):
        ASKED["drill"](seconds=601)
    with pytest.raises(ValidationError):
        ASKED["judge"](verdict="fall")
