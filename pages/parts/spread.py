"""Figures of several seeds: means with their standard deviation, as bars or as bands."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.sweeps import Band, Point
from pages.parts import figures, grammar
from pages.parts.figures import Figure, Line
from pages.parts.grammar import colour

HEIGHT = 300
Level = tuple[str, float] | None  # a trivial rival and what it reaches


def against(
    points: Sequence[Point], words: Mapping[Any, str], x: str, y: str, log: bool = False, level: Level = None
) -> Figure:
    """Result against the knob: the mean of each value with its standard deviation, and a small dot for each seed.

    words: all values by their names, also those without a result yet: the axis stays while results come in.
    """
    places, log = _places(words, log)
    counted = _counted(words)
    means = Line("", "after", [places[point.value] for point in points], [point.mean for point in points])
    figure = figures.curves([means], x, y, HEIGHT, log_x=log)
    bar = {"type": "data", "array": [point.sd or 0 for point in points], "color": colour("after"), "thickness": 2}
    figure["data"][0] |= {"mode": "lines+markers" if counted else "markers", "error_y": bar, "marker": {"size": 9}}
    figure["data"][0]["marker"]["color"] = colour("after")
    seeds = [(places[point.value], result) for point in points for result in point.results.values()]
    texts = [f"{height:.4g}" for __, height in seeds]
    figures.add(figure, figures.dots("", "control", *zip(*seeds), texts, small=True), below=True)
    ends = [point.mean + sign * (point.sd or 0) for point in points for sign in (-1, 1)]
    figures.within(figure, _ends(list(places.values()), log), figures.span_of_values(ends + [h for __, h in seeds]))
    figures.ticked(figure, "x", list(places.values()), list(words.values()))
    return figures.add_levels(figure, [level] if level else [])


def curves(bands: Sequence[Band], words: Mapping[Any, str], x: str, y: str, level: Level = None) -> Figure:
    """Result against the steps: for each value the mean of its seeds, and a band of one standard deviation on both sides."""
    roles = {value: f"task{i + 1}" for i, value in enumerate(words)}
    lines = [Line(words[band.value], roles[band.value], band.steps, band.mean, sd=band.sd) for band in bands]
    figure = figures.curves(lines, x, y, HEIGHT)
    shades = [grammar.band(line) for line in lines]
    figures.add(figure, *shades, below=True)
    figures.within(figure, y=figures.span_of_values([edge for shade in shades for edge in shade["y"]]))
    return figures.add_levels(figure, [level] if level else [])


def _counted(words: Mapping[Any, str]) -> bool:
    """Whether the values are numbers, so that a line between them means something."""
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in words)


def _places(words: Mapping[Any, str], log: bool) -> tuple[dict[Any, float], bool]:
    """Where each value stands on the axis, and whether that is logarithmic: 0 has no place there, so then all stand side by side."""
    if _counted(words) and not (log and min(words) <= 0):
        return {value: float(value) for value in words}, log
    return {value: float(i) for i, value in enumerate(words)}, False


def _ends(places: Sequence[float], log: bool) -> tuple[float, float]:
    low, high = min(places), max(places)
    if log:
        room = (high / low) ** 0.08
        return low / room, high * room
    return low - 0.08 * (high - low), high + 0.08 * (high - low)
