"""The picture of the stage: the matrix of accuracies with the tasks' digits along its sides, as it fills."""

from typing import Any

import numpy as np
import streamlit as st

from core.events import Metrics
from pages.parts import chart, figures, lecture, rasters
from pages.parts.shown import Shown
from pages.parts.words import _

LARGE, SMALL = 17, 13  # letters in the cells, in pixels
ROOMY = 6  # tasks up to which the cells have room for large letters


def picture(current: Shown) -> None:
    """Row by row, what the network gets right of every task; the row of the task that is being learned moves."""
    if current.settings is None:
        return
    chart.show(
        figure(current),
        key="stage/matrix",
        alt=_("Accuracy on every task after each task that was learned"),
        share=1.0,
    )


def figure(current: Shown) -> figures.Figure:
    """The matrix, its tasks' pictures on top and on the left."""
    settings, tasks = current.settings, current.settings.tasks
    array, learning = filled(current)
    drawn = matrix(array, LARGE if tasks <= ROOMY else SMALL)
    key = f"{settings.stream} {tasks} {settings.seed}"
    images, said = _looks(key, settings), lecture.read("lifelong").notes[settings.stream]
    figures.add(drawn, rasters.along(images, 0, -1, text=said), rasters.along(images, -1, 0, down=True, text=said))
    if learning is not None:
        edges = {"x0": -0.5, "x1": learning + 0.5, "y0": learning - 0.5, "y1": learning + 0.5}
        drawn["layout"]["shapes"] = [{"type": "rect", **edges, "line": {"color": figures.INK, "width": 2.5}}]
    return figures.within(drawn, [-1.5, tasks - 0.5], [tasks - 0.5, -1.5])


def matrix(array: np.ndarray, letters: int) -> figures.Figure:
    """A[i, j], accuracy in percent on task j after training task i, with the tasks' names in their own colours."""
    names = [figures.inked(str(i + 1), f"task{i + 1}") for i in range(len(array))]
    drawn = rasters.matrix(
        array, limit=100, text=".0f", rows=names, columns=names, x=_("test accuracy (%) on task"), y=_("after task")
    )
    for axis in ("xaxis", "yaxis"):
        drawn["layout"][axis] |= {"ticktext": names, "tickfont": {"size": 14}}
        drawn["layout"][axis]["title"]["font"] = {"size": 14}
    drawn["data"][1]["textfont"]["size"] = letters
    return drawn


def filled(current: Shown) -> tuple[np.ndarray, int | None]:
    """The matrix (tasks, tasks) as far as it is known, and the row of the task that is being learned (None: of none).

    Such a row has the latest accuracies on the tasks so far.
    """
    tasks, known = current.settings.tasks, current.pictures("matrix")
    array = np.full((tasks, tasks), np.nan)
    rows = len(known)
    if known:
        array[:rows] = np.array(known[-1].array)[:rows]
    last = next((e for e in reversed(current.events) if isinstance(e, Metrics) and "average" in e.values), None)
    if rows == tasks or last is None or f"task_{rows + 1}" not in last.values:
        return array, None
    array[rows, : rows + 1] = [last.values.get(f"task_{i + 1}", np.nan) for i in range(rows + 1)]
    return array, rows


@st.cache_data(max_entries=32, show_spinner=False)
def _looks(key: str, _settings: Any) -> list[np.ndarray]:
    """A picture of each task, 8-bit (H, W). key: names the stream."""
    from core.lifelong.tasks import looks

    return list((255 * looks(_settings)).round().byte().numpy())
