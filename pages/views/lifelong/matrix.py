"""The picture of the stage: the matrix of accuracies with the tasks' digits along its sides, as it fills."""

from core.lifelong.analysis.matrix import filled, looks
from core.lifelong.analysis.ordering import ordering
from pages.parts import chart, figures, lecture, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.lifelong import orders

LARGE, SMALL = 17, 13  # letters in the cells, in pixels
ROOMY = 6  # tasks up to which the cells have room for large letters


def picture(current: Shown) -> None:
    """Row by row, what the network gets right of every task; the row of the task that is being learned moves."""
    if current.settings is not None and (found := ordering(current)) is not None:
        alt = _("Accuracy on every task at the end of every order")
        chart.show(orders.table(current, found), key="stage/orders", alt=alt, share=1.0)
    elif current.settings is not None:
        alt = _("Accuracy on every task after each task that was learned")
        chart.show(figure(current), key="stage/matrix", alt=alt, share=1.0)


def figure(current: Shown) -> figures.Figure:
    """The matrix, its tasks' pictures on top and on the left."""
    settings, tasks = current.settings, current.settings.tasks
    array, learning = filled(current)
    names = [figures.inked(str(i + 1), f"task{i + 1}") for i in range(tasks)]
    titles, letters = (_("test accuracy (%) on task"), _("after task")), LARGE if tasks <= ROOMY else SMALL
    drawn = rasters.matrix(array, 280, False, 100, ".0f", names, names, *titles, letters=letters)
    sides = {"ticktext": names, "tickfont": {"size": 14}}  # the names of the tasks in their own colours
    figures.restyled(drawn, *(sides | {"title": {"text": title, "font": {"size": 14}}} for title in titles))
    images, said = looks(settings), lecture.note("lifelong", settings.stream)
    figures.add(drawn, rasters.along(images, 0, -1, text=said), rasters.along(images, -1, 0, down=True, text=said))
    if learning is not None:
        edges = {"x0": -0.5, "x1": learning + 0.5, "y0": learning - 0.5, "y1": learning + 0.5}
        figures.restyled(drawn, shapes=[{"type": "rect", **edges, "line": {"color": figures.INK, "width": 2.5}}])
    return figures.within(drawn, [-1.5, tasks - 0.5], [tasks - 0.5, -1.5])
