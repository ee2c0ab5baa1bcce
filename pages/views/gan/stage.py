"""The stage: the plane with both players in it, or the same codes as pictures; beside it how D's scores of both kinds overlap."""

import numpy as np

from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data, plane
from pages.views.gan.scores import span

ROW = 10  # pictures side by side
WALL = 0.64  # of the stage for the fakes; the rest is for real digits


def picture(current: Shown) -> None:
    """The newest look at the world."""
    if current.last("real") is None:
        return
    if current.last("film") is not None:
        _digits(current)
    elif current.last("fake") is not None:
        _plane(current)


def _plane(current: Shown) -> None:
    parts = (current.last(name) for name in ("real", "fake", "field", "arrows", "lattice"))
    alt = _("Real points in blue, fakes in orange, over how real the discriminator finds every place")
    chart.show(plane.figure(*parts, title=moment(current, "fake")), key="live/plane", alt=alt, share=1.0)


def _digits(current: Shown) -> None:
    film, real = current.last("film"), current.last("real")
    made = wall(film, f"{_('Fakes')} · {moment(current, 'film')}")
    chart.show(made, key="live/fakes", alt=_("Fakes of the same {} codes").format(len(film)), share=WALL)
    chart.show(wall(real[::2][: 2 * ROW], _("Real digits")), key="live/real", alt=_("Real digits"), share=1 - WALL)


def moment(current: Shown, name: str) -> str:
    """Which step a picture is of; in slow motion also which half of it has just been made."""
    step, phases = current.pictures(name)[-1].step, current.pictures("phase")
    if not current.live or not phases or current.standing.motion != "phases":
        return _("After step {:,}").format(step)
    if phases[-1].array[0] == 0:
        return _("Step {:,}, 1 of 2: D has learned").format(phases[-1].step)
    return _("Step {:,}, 2 of 2: G has learned").format(phases[-1].step)


def wall(pictures: np.ndarray, title: str = "", row: int = ROW, texts: tuple[str, ...] = (), **more) -> figures.Figure:
    """Pictures, 8-bit (N, H, W), `row` side by side, under a title. texts: of each, on hover; its number when left out."""
    said = texts or [_("picture {}").format(n + 1) for n in range(len(pictures))]
    drawn = plane.cornered(rasters.gallery(list(pictures), row, said, **more))
    return figures.headed(drawn, title) if title else drawn


def beside(current: Shown) -> bool:
    """How D's scores of real ones and of fakes overlap at the newest look, on an axis that holds for the whole run."""
    looks = data.looks(current, "scores")
    if not looks or current.settings is None:
        return False
    opinions = np.stack([data.opinion(current.settings, pair) for pair in looks.values()])
    edges = span(current.settings, opinions)[::2]
    real, fake = np.clip(opinions[-1], edges[0], edges[-1])
    groups = {_("real"): ("before", real), _("fake"): ("after", fake)}
    title = _("critic's score") if data.critic(current.settings) else _("D(x): 1 is real")
    figure = figures.histogram(groups, title, _("share of each (%)"), list(edges), share=True)
    chart.show(figure, key="live/scores", alt=_("Histogram of D's scores of real examples and of fakes"), share=0.5)
    return True
