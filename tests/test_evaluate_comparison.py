from typing import Any

from guardian.lab.evaluate.comparison import compared, sentences


def run(falls: dict[tuple[str, float], str], alarms: list[tuple[str, float]], hold: float = 0.0) -> dict[str, Any]:
    files = {path for path, _ in falls} | {path for path, _ in alarms} | {"calm"}
    return {
        "name": "a run",
        "settings": {},
        "hold": hold,
        "falls": [{"path": path, "onset": onset, "verdict": verdict} for (path, onset), verdict in falls.items()],
        "false_alarms": [{"path": path, "t": time} for path, time in alarms],
        "recordings": [{"path": path, "fault": ""} for path in sorted(files)],
    }


def test_falls_are_compared_in_pairs():
    ours = run(
        {("a", 1.0): "hit", ("a", 9.0): "hit", ("b", 2.0): "missed", ("c", 3.0): "late", ("d", 1.0): "excused"}, []
    )
    theirs = run(
        {
            ("a", 1.0): "hit",
            ("a", 9.0): "missed",
            ("b", 2.0): "missed",
            ("c", 3.0): "hit",
            ("d", 1.0): "hit",
            ("e", 1.0): "hit",
        },
        [],
    )
    falls = compared(ours, theirs)["falls"]
    assert falls == {
        "shared": 4,
        "both": 1,
        "only_here": ["a at 9 s"],
        "only_there": ["c at 3 s"],
        "neither": 1,
        "p": 1.0,
    }


def test_five_more_falls_found_are_not_yet_sure_but_six_are():
    for more, sure in ((5, False), (6, True)):
        ours = run({("a", float(n)): "hit" for n in range(more)}, [])
        theirs = run({("a", float(n)): "missed" for n in range(more)}, [])
        said = sentences(compared(ours, theirs))[0]
        assert f"{more} more falls found here" in said
        assert ("which chance alone may do" in said) is not sure


def test_false_alarms_within_a_minute_of_each_other_are_the_same():
    ours = run({}, [("a", 10.0), ("a", 500.0), ("b", 10.0)])
    theirs = run({}, [("a", 65.0), ("a", 900.0), ("x", 1.0)])
    alarms = compared(ours, theirs)["false_alarms"]
    assert (alarms["files"], alarms["both"], alarms["only_here"], alarms["only_there"]) == (2, 1, 1, 1)
    assert "no difference" in sentences(compared(ours, theirs))[1]


def test_a_file_that_one_run_could_not_read_is_left_out():
    ours, theirs = run({}, [("a", 10.0)]), run({}, [("a", 10.0)])
    theirs["recordings"] = [{"path": "a", "fault": "broken"}]
    found = compared(ours, theirs)
    assert found["false_alarms"]["files"] == 0
    assert sentences(found) == ("Nothing to compare: the two runs have no file in common.",)


def test_other_settings_are_noticed():
    assert compared(run({}, []), run({}, []))["same_settings"]
    found = compared(run({}, []), run({}, [], hold=15.0))
    assert not found["same_settings"]
    assert sentences(found)[0] == "The two runs did not use the same settings."
