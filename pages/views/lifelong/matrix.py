"""The picture of the stage: the matrix of accuracies with the tasks' digits along its sides, as it fills."""

import numpy as np

from core.lifelong.analysis.matrix import filled, looks
from pages.parts import chart, figures, lecture, rasters
from pages.parts.shown import Shown
from pages.parts.words import _

LARGE, SMALL = 17, 13  # letters in the cells, in pixels
ROOMY = 6  # tasks up to which the cells have room for large letters


def picture(current: Shown) -> None:
    """Row by row, what the network gets right of every task; the row of the task that is being learned moves."""
    if current.settings is not None:
        alt = _("Accuracy on every task after each task that was learned")
        chart.show(figure(current), key="stage/matrix", alt=alt, share=1.0)


def figure(current: Shown) -> figures.Figure:
    """The matrix, its tasks' pictures on top and on the left."""
    settings, tasks = current.settings, current.settings.tasks
    array, learning = filled(current)
    drawn = _squares(array, LARGE if tasks <= ROOMY else SMALL)
    images, said = looks(settings), lecture.read("lifelong").notes[settings.stream]
    figures.add(drawn, rasters.along(images, 0, -1, text=said), rasters.along(images, -1, 0, down=True, text=said))
    if learning is not None:
        edges = {"x0": -0.5, "x1": learning + 0.5, "y0": learning - 0.5, "y1": learning + 0.5}
        drawn["layout"]["shapes"] = [{"type": "rect", **edges, "line": {"color": figures.INK, "width": 2.5}}]
    return figures.within(drawn, [-1.5, tasks - 0.5], [tasks - 0.5, -1.5])


def _squares(array: np.ndarray, letters: int) -> figures.Figure:
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
