import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbourhood import ACKNOWLEDGED, CELLAR, PENDING, RAISED, UPSTAIRS, Table, incident

from guardian.alarm import Alarm
from guardian.commands import Lamp, Publish, ShowPanel, Sound
from guardian.errands import ANSWER_SECONDS
from guardian.events import Acknowledged, Cancelled, Event, HelpCalled, HumanEvent, Resolved
from guardian.human_requests import ANOTHER_BOX, SOMEONE
from guardian.incident import Incident, IncidentState
from guardian.neighbour import Neighbour
from guardian.neighbours import LOST_SECONDS
from guardian.settings import AlarmSettings
from guardian.transitions import PANEL, TEST_KIND, Course, row_of
from guardian.whole_home import LOUDNESS

CALM = ShowPanel(Lamp.STEADY, Sound.SILENT, "Watching.")
LOCAL = incident("own", room="kitchen")
PUSHED = {"time": 5.0, "by": "the button", "via": "button"}


def own_panel(*incidents: Incident) -> ShowPanel:
    """What a box alone would show."""
    alarm = Alarm(AlarmSettings(), (), str)
    shown = [each for each in alarm.restore(incidents, 0.0) if isinstance(each, ShowPanel)]
    return shown[0]


def live(*neighbours: Neighbour) -> Table:
    table = Table(*neighbours)
    for each in neighbours or (UPSTAIRS,):
        table.live(each.id)
    return table


def meant(table: Table, event: Event, *own: Incident) -> tuple[str, str | None] | None:
    """The topic to which it is passed on and the incident; None where it is this box's matter."""
    message = table.home.pass_on(event, own, table.now)
    return None if message is None else (message.topic, json.loads(message.payload)["incident"])


def test_a_home_where_all_is_well_says_so():
    assert live().home.panel(CALM, ()) == CALM
    assert live().home.state(()) is None


def test_what_rings_elsewhere_rings_here_and_says_where():
    table = live()
    table.rings()
    shown = table.home.panel(CALM, ())
    assert (shown.lamp, shown.sound) == (Lamp.FAST_BLINK, Sound.SIREN)
    assert shown.text == "Upstairs: Somebody has fallen (bedroom). Help is being called. Here: Watching."
    assert table.home.state(()) is RAISED


def test_a_household_may_have_it_show_without_a_sound_or_not_at_all():
    still = live(UPSTAIRS.model_copy(update={"buzzer": False}))
    still.rings()
    assert still.home.panel(CALM, ()).lamp is Lamp.FAST_BLINK
    assert still.home.panel(CALM, ()).sound is Sound.SILENT
    dark = live(UPSTAIRS.model_copy(update={"lamp": False}))
    dark.rings()
    assert dark.home.panel(CALM, ()).lamp is Lamp.STEADY
    assert dark.home.panel(CALM, ()).sound is Sound.SIREN
    neither = live(CELLAR)
    neither.rings(box="cellar")
    assert neither.home.panel(CALM, ()) == CALM
    assert neither.home.state(()) is None
    assert meant(neither, Acknowledged(**PUSHED)) is None


def test_the_worst_of_the_whole_home_is_shown_first():
    table = live()
    table.rings(incident(state=ACKNOWLEDGED, acknowledged_by="Anna"))
    shown = table.home.panel(own_panel(LOCAL), (LOCAL,))
    assert (shown.lamp, shown.sound) == (Lamp.FAST_BLINK, Sound.SIREN)
    assert shown.text.startswith("Here: Somebody has fallen (kitchen). Help is being called. Upstairs: Anna knows")
    asking = incident("own", PENDING, room="kitchen")
    table.rings()
    shown = table.home.panel(own_panel(asking), (asking,))
    assert (shown.lamp, shown.sound) == (Lamp.FAST_BLINK, Sound.SIREN)
    assert shown.text.startswith("Upstairs: Somebody has fallen (bedroom).")


def test_a_box_that_is_gone_rings_here_no_more():
    table = live()
    table.rings()
    table.let_pass(LOST_SECONDS)
    assert table.home.panel(CALM, ()) == CALM
    assert table.home.state(()) is None


def test_what_cannot_be_seen_or_does_not_work_elsewhere_shows_here():
    table = live()
    table.hear("room/bedroom/coverage", {"state": "blind", "reasons": ["It is dark."]})
    shown = table.home.panel(CALM, ())
    assert (shown.lamp, shown.sound) == (Lamp.DOUBLE_BLINK, Sound.SILENT)
    assert shown.text == "Upstairs: Guardian cannot see bedroom. Here: Watching."
    table.hear("room/bedroom/coverage", {"state": "armed"})
    table.hear("fault", {"faults": [{"part": "phone", "reason": "No answer."}]})
    assert table.home.panel(CALM, ()).text == "Upstairs: Does not work: phone: No answer. Here: Watching."
    assert table.home.panel(own_panel(LOCAL), (LOCAL,)).lamp is Lamp.FAST_BLINK


@given(
    st.sampled_from(sorted(PANEL)),
    st.none() | st.sampled_from(sorted(PANEL)),
    st.tuples(st.booleans(), st.booleans()),
)
def test_a_panel_is_never_quieter_for_having_neighbours(
    there: tuple[Course, IncidentState],
    here: tuple[Course, IncidentState] | None,
    shows: tuple[bool, bool],
):
    def of(name: str, row: tuple[Course, IncidentState]) -> Incident:
        kinds = {Course.BLINDNESS: "ViewLost", Course.TEST: TEST_KIND}
        exercise = row[0] in (Course.DRILL, Course.TEST)
        return incident(name, row[1], drill=exercise, kind=kinds.get(row[0], "FallConfirmed"))

    lamp, buzzer = shows
    table = live(UPSTAIRS.model_copy(update={"lamp": lamp, "buzzer": buzzer}))
    table.rings(of("i-7", there))
    own = () if here is None else (of("own", here),)
    alone = own_panel(*own) if own else CALM
    shown = table.home.panel(alone, own)
    assert LOUDNESS.index(shown.sound) >= LOUDNESS.index(alone.sound)
    assert alone.text in shown.text
    if buzzer:
        assert LOUDNESS.index(shown.sound) >= LOUDNESS.index(PANEL[there][1])
    if not own and lamp:
        assert shown.lamp is PANEL[there][0]


def test_the_button_means_the_worst_that_is_shown():
    table = live()
    pressed = Acknowledged(**PUSHED)
    assert meant(table, pressed) is None
    table.rings()
    assert meant(table, pressed) == ("guardian/up/command/acknowledge", "i-7")
    assert meant(table, pressed, incident("own", PENDING)) == ("guardian/up/command/acknowledge", "i-7")
    assert meant(table, pressed, LOCAL) is None


def test_an_incident_is_meant_by_its_id_wherever_it_is():
    table = live()
    table.rings()
    named = Resolved(**PUSHED, incident="i-7")
    assert meant(table, named, LOCAL) == ("guardian/up/command/resolve", "i-7")
    assert meant(table, Resolved(**PUSHED, incident="own"), LOCAL) is None
    assert meant(table, Resolved(**PUSHED, incident="unknown"), LOCAL) is None
    assert meant(table, named, incident("i-7")) is None, "what another box calls as one of ours is called is not of it"


@pytest.mark.parametrize(
    "event",
    [
        HelpCalled(**PUSHED),
        Cancelled(**PUSHED, room="kitchen"),
        Acknowledged(**{**PUSHED, "via": ANOTHER_BOX}, incident="i-7"),
        Event(time=5.0, room=""),
    ],
)
def test_what_is_of_this_box_is_not_passed_on(event: Event):
    table = live()
    table.rings()
    assert meant(table, event) is None


def test_what_cannot_be_done_there_is_not_asked():
    table = live()
    table.rings(incident(state=ACKNOWLEDGED))
    assert meant(table, Cancelled(**PUSHED)) is None


def asks(table: Table) -> str:
    """Take what rings elsewhere; return the ref of the errand."""
    message = table.home.pass_on(Acknowledged(**PUSHED), (), table.now)
    assert message is not None
    return str(json.loads(message.payload)["ref"])


def refusals(table: Table, seconds: float) -> list[Publish]:
    table.now += seconds
    return list(table.home.tick((), table.now)[1])


def test_a_human_is_told_that_the_other_box_has_not_answered():
    table = live()
    table.rings()
    asks(table)
    assert refusals(table, ANSWER_SECONDS - 0.1) == []
    (told,) = refusals(table, 0.1)
    assert (told.topic, told.retain) == ("guardian/down/refused", False)
    assert "up has not answered" in told.payload
    shown = table.home.panel(CALM, ())
    assert shown.sound is Sound.SIREN, "it rings on: nobody who can do something knows"
    assert "The box Upstairs has not answered" in shown.text
    table.rings(incident(state=ACKNOWLEDGED, acknowledged_by="Anna"))
    assert table.home.vain == ()
    assert "has not answered" not in table.home.panel(CALM, ()).text


def test_an_answer_in_time_is_enough():
    table = live()
    table.rings()
    ref = asks(table)
    table.hear("answer", {"ref": ref, "incident": "i-7", "state": "acknowledged"}, retained=True)
    assert len(refusals(table, ANSWER_SECONDS)) == 1
    ref = asks(table)
    table.hear("answer", {"ref": ref, "incident": "i-7", "state": "acknowledged"})
    assert refusals(table, ANSWER_SECONDS) == []


MINE = incident("own", kind="NeighbourLost", room="Attic")


def follows(table: Table, *own: Incident) -> list[HumanEvent]:
    return [event for event in table.home.tick(own, table.now)[0] if isinstance(event, HumanEvent)]


def test_who_takes_the_emergency_of_a_lost_box_at_one_takes_it_at_all():
    table = live()
    table.rings(incident("theirs", kind="NeighbourLost", room="Attic"))
    assert follows(table, MINE) == []
    table.rings(incident("theirs", ACKNOWLEDGED, kind="NeighbourLost", room="Attic", acknowledged_by="Anna"))
    (taken,) = follows(table, MINE, LOCAL, incident("other", kind="NeighbourLost", room="Cellar"))
    assert (taken.by, taken.via, taken.incident) == ("Anna", ANOTHER_BOX, "own")
    assert follows(table, MINE) == [], "what is raised anew is taken anew"


def test_whoever_took_it_unnamed_is_someone():
    table = live()
    table.rings(incident("theirs", ACKNOWLEDGED, kind="NeighbourLost", room="Attic"))
    assert [event.by for event in follows(table, MINE)] == [SOMEONE]


def test_the_rows_of_the_panel_are_those_that_an_incident_can_have():
    assert {row_of(incident(state=state)) for state in (RAISED, PENDING, ACKNOWLEDGED)} <= set(PANEL)
