"""The digit on its way to another class, with a generator above and pixel by pixel below."""

from core.explain import analysis, pictures
from pages.parts import chart, lecture, panels
from pages.parts.shown import Shown
from pages.parts.words import _

FRAMES = 4  # pictures of each way


def walked(current: Shown) -> None:
    """A row for each way: where it starts, a few pictures of it, and the probabilities of the last one."""
    seen = current.last(pictures.INPUT)
    if seen is None:
        return
    figure = panels.board(400)
    ways = {pictures.WALKED: _("<b>generator</b>"), pictures.WALKED_PIXELS: _("<b>free pixels</b>")}
    places = panels.grid(FRAMES + 1, 2, 0.02, 0.12)
    for i, (kind, title) in enumerate(ways.items()):
        row = places[i * (FRAMES + 1) : (i + 1) * (FRAMES + 1)]
        panels.picture(figure, row[0], seen, title)
        for place, frame in zip(row[1:], analysis.walk.frames(current, kind, FRAMES)):
            said = "" if frame is None else _("step {}").format(frame.step)
            if frame is not None and frame.ends:
                said = f"<b>{frame.ends[0]:.0f} % · {frame.ends[1]:.0f} %</b>"
            panels.picture(figure, place, None if frame is None else frame.picture, said)
    goal = current.facts.get("goal", "")
    chart.show(
        figure, key="explain/stage/walk", alt=_("The digit on its way to a {}, by two ways").format(goal), share=0.9
    )
    lecture.caption("explain", "two networks", goal=goal)
