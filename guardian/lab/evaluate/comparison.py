"""Two runs over the same files, side by side: who found what the other did not, and who was wrong where."""

from collections.abc import Iterable, Mapping
from typing import Any

from guardian.lab.evaluate.intervals import sign_test
from guardian.lab.evaluate.scoring import MERGE_SECONDS

Document = Mapping[str, Any]
SURE = 0.05


def compared(ours: Document, theirs: Document) -> dict[str, Any]:
    """Return what differs between two documents of `guardian evaluate --json`: falls and false alarms, in pairs.

    Falls: McNemar's exact test on the falls that both had to find (McNemar 1947, Psychometrika 12:153). False alarms:
    those of both runs within a minute in the same file are a pair; the same test on those without a partner.
    """
    own, other = _falls(ours), _falls(theirs)
    shared = sorted(own.keys() & other.keys())
    here = [key for key in shared if own[key] and not other[key]]
    there = [key for key in shared if other[key] and not own[key]]
    files = _files(ours) & _files(theirs)
    alone, their_alone, both = _paired(_alarms(ours, files), _alarms(theirs, files))
    return {
        "with": theirs.get("name", ""),
        "falls": {
            "shared": len(shared),
            "both": sum(own[key] and other[key] for key in shared),
            "only_here": [f"{path} at {onset:g} s" for path, onset in here],
            "only_there": [f"{path} at {onset:g} s" for path, onset in there],
            "neither": sum(not own[key] and not other[key] for key in shared),
            "p": sign_test(len(here), len(there)),
        },
        "false_alarms": {
            "files": len(files),
            "both": both,
            "only_here": alone,
            "only_there": their_alone,
            "p": sign_test(alone, their_alone),
        },
        "same_settings": ours["settings"] == theirs["settings"] and ours["hold"] == theirs["hold"],
    }


def sentences(found: Mapping[str, Any]) -> tuple[str, ...]:
    """A comparison in words."""
    falls, alarms = found["falls"], found["false_alarms"]
    if not falls["shared"] and not alarms["files"]:
        return ("Nothing to compare: the two runs have no file in common.",)
    here, there = len(falls["only_here"]), len(falls["only_there"])
    difference = _difference(here - there, "more falls found", "fewer falls found", falls["p"])
    wrong = _difference(alarms["only_here"] - alarms["only_there"], "more false alarms", "fewer", alarms["p"])
    found_by = f"{falls['both']} were found by both, {here} only here, {there} only there"
    alone = f"{alarms['only_here']} only here, {alarms['only_there']} only there"
    other = () if found["same_settings"] else ("The two runs did not use the same settings.",)
    return (
        *other,
        f"Of {falls['shared']} falls in both runs, {found_by}, {falls['neither']} by neither: {difference}",
        f"In {alarms['files']} files, {alarms['both']} false alarms are the same, {alone}: {wrong}",
    )


def _difference(more: int, gain: str, loss: str, p: float) -> str:
    if more == 0:
        return "no difference."
    sure = "" if p < SURE else ", which chance alone may do"
    return f"{abs(more)} {gain if more > 0 else loss} here (exact McNemar p = {p:.2g}{sure})."


def _falls(document: Document) -> dict[tuple[str, float], bool]:
    """Whether each fall that had to be found was."""
    return {
        (fall["path"], fall["onset"]): fall["verdict"] == "hit"
        for fall in document["falls"]
        if fall["verdict"] != "excused"
    }


def _files(document: Document) -> set[str]:
    return {each["path"] for each in document["recordings"] if not each["fault"]}


def _alarms(document: Document, files: set[str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for alarm in document["false_alarms"]:
        if alarm["path"] in files:
            found.setdefault(alarm["path"], []).append(alarm["t"])
    return found


def _paired(own: Mapping[str, Iterable[float]], other: Mapping[str, Iterable[float]]) -> tuple[int, int, int]:
    """Return how many false alarms only the first has, only the other, and both."""
    alone = both = 0
    left = {path: sorted(times) for path, times in other.items()}
    for path, times in own.items():
        for time in sorted(times):
            partner = next((each for each in left.get(path, ()) if abs(each - time) <= MERGE_SECONDS), None)
            if partner is None:
                alone += 1
            else:
                both += 1
                left[path].remove(partner)
    return alone, sum(map(len, left.values())), both
