"""A small collection of scenes with its manifest, for tests of what judges the product."""

from pathlib import Path

from bodies import seen, standing, tilted

from guardian import recording
from guardian.lab.evaluate import document
from guardian.lab.evaluate.evaluation import Result
from guardian.skeleton import Observation

HEADER = "path,kind,fall_onset_s,ground_contact_s,down_until_end,up_s,source,subject,event,light"


def fallen(until: float) -> list[Observation]:
    """Somebody stands for 3 s, goes over in 0.6 s and lies there."""
    return [seen(n / 10, tilted(max(0.0, min(90.0, (n / 10 - 3) * 150)))) for n in range(1, int(until * 10))]


def stood(until: float) -> list[Observation]:
    return [seen(n / 10, standing()) for n in range(1, int(until * 10))]


def scene(path: Path, frames: list[Observation]) -> None:
    path.write_text("\n".join([recording.header(), *map(recording.dumps, frames)]) + "\n", encoding="utf-8")


def collect(tmp_path: Path) -> Path:
    """Two falls of two people, one of which nobody can find, one calm file, and one alarm for nothing."""
    scene(tmp_path / "fall.jsonl", fallen(15))
    scene(tmp_path / "stood.jsonl", stood(8))
    scene(tmp_path / "calm.jsonl", stood(5))
    scene(tmp_path / "false.jsonl", fallen(15))
    rows = (
        "fall.jsonl,fall,3.0,3.6,yes,,clips,anna,trip,day",
        "stood.jsonl,fall,4.0,5.0,no,,clips,bert,slip,dark",
        "calm.jsonl,adl,,,,,home,anna,stands,day",
        "false.jsonl,adl,,,,,home,bert,exercise,day",
    )
    (tmp_path / "manifest.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return tmp_path / "manifest.csv"


def text(result: Result) -> str:
    return document.dumps(document.document(result))
