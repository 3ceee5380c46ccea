"""The plots of an evaluation, as SVG to be set into a page."""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, SOFT, GOOD, BAD, PAPER = "#17211d", "#7b857f", "#1f7a5c", "#b30d1c", "#fffdf8"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
}
_ERROR: dict[str, Any] = {"fmt": "none", "ecolor": INK, "elinewidth": 1.2, "capsize": 3}
MOST_BARS = 24

Document = Mapping[str, Any]


def delays(found: Document) -> str:
    """How much of all falls was told within how many seconds after ground contact."""
    figure, axes = _sheet(6.4, 3.4)
    for key, name, colour in (("suspected_delay", "suspected", SOFT), ("alarm_delay", "alarm", GOOD)):
        times = sorted(fall[key] for fall in found["falls"] if fall[key] is not None)
        if times:
            shares = np.arange(1, len(times) + 1) / max(1, found["overall"]["falls"])
            axes.step([times[0], *times], [0, *shares], where="post", color=colour, lw=2, label=name)
    axes.axvline(0, color=SOFT, lw=0.8, ls=":")
    axes.set(xlabel="seconds after ground contact", ylabel="share of all falls", ylim=(0, 1.02))
    if axes.lines[:-1]:
        axes.legend(frameon=False, loc="best")
    return _svg(figure, "delays")


def kinds(groups: Mapping[str, Mapping[str, Any]], name: str) -> str:
    """The share of falls found, with its interval, for each value of one dimension that has falls."""
    bars = [(value or "(not said)", found["sensitivity"]) for value, found in groups.items() if found["falls"]]
    bars = sorted(bars, key=lambda bar: (bar[1]["value"], bar[0]))[:MOST_BARS]
    figure, axes = _sheet(6.4, 0.9 + 0.34 * max(1, len(bars)))
    shares = [bar["value"] for _, bar in bars]
    low = [max(0.0, bar["value"] - bar["interval"][0]) for _, bar in bars]
    high = [max(0.0, bar["interval"][1] - bar["value"]) for _, bar in bars]
    places = np.arange(len(bars))
    axes.barh(places, shares, color=GOOD, alpha=0.75, height=0.62)
    axes.errorbar(shares, places, xerr=[low, high], **_ERROR)
    for place, (_, bar) in enumerate(bars):
        axes.text(1.02, place, f"{bar['hits']}/{bar['of']}", va="center", color=SOFT, fontsize=10)
    axes.set_yticks(places, [value for value, _ in bars])
    axes.set(xlim=(0, 1), xlabel="share of falls found in time, with the 95 % interval")
    return _svg(figure, name)


def runs(documents: Sequence[Document]) -> str:
    """Falls found against false alarms per day, a cross of intervals for each run: up and to the left is better."""
    figure, axes = _sheet(6.4, 3.8)
    for number, each in enumerate(documents):
        share, rate = each["overall"]["sensitivity"], each["overall"]["false_alarms"]
        if share["value"] is None or rate["per_day"] is None:
            continue
        colour = GOOD if number == 0 else f"C{number}"
        x, y = rate["per_day"], share["value"]
        axes.errorbar(
            [x],
            [y],
            xerr=[[x - rate["interval"][0]], [rate["interval"][1] - x]],
            yerr=[[y - share["interval"][0]], [share["interval"][1] - y]],
            fmt="o",
            color=colour,
            capsize=3,
            label=each["name"],
        )
    axes.set(xlabel="false alarms a day of watching", ylabel="share of falls found in time", ylim=(0, 1.02))
    axes.set_xlim(left=0)
    if axes.containers:
        axes.legend(frameon=False, loc="lower right", fontsize=9)
    return _svg(figure, "runs")


def _sheet(width: float, height: float) -> tuple[Figure, Axes]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), facecolor=PAPER, layout="constrained")
        axes = figure.subplots()
    axes.set_facecolor(PAPER)
    return figure, axes


def _svg(figure: Figure, salt: str) -> str:
    """The picture as an element of a page; the salt keeps names in it apart from those of other pictures."""
    text = StringIO()
    with mpl.rc_context({**_STYLE, "svg.hashsalt": salt}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    drawing = text.getvalue()
    return drawing[drawing.index("<svg") :]
