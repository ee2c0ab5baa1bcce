"""The stage: the plane with both players in it, or the same codes as pictures; beside it how D's scores of both kinds overlap."""

import numpy as np

from core.gan import pictures
from core.gan.analysis import clouds, scores
from core.pictures import Kind
from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import plane
from pages.views.gan.measures import curves
from pages.views.gan.rows import rows
from pages.views.gan.scores import histogram

ROW = 10  # pictures side by side
FEW = 20  # arrows between two clouds, which lie close together
WALL = 0.64  # of the stage for the fakes; the rest is for real digits


def picture(current: Shown) -> None:
    """The newest look at the world."""
    if (pair := current.last(pictures.CYCLE)) is not None:
        alt = _("Digits of both sets, what is made of them, and what comes back")
        chart.show(rows(pair, moment(current, pictures.CYCLE)), key="live/pair", alt=alt, share=1.0)
        return
    real, film = current.last(pictures.REAL), current.last(pictures.FILM)
    if real is None:
        return
    if film is not None:
        alt = _("Fakes of the same {} codes").format(len(film))
        chart.show(fakes(current, film), key="live/fakes", alt=alt, share=WALL)
        chart.show(wall(real[::2][: 2 * ROW], _("Real digits")), key="live/real", alt=_("Real digits"), share=1 - WALL)
    elif current.last(pictures.FAKE) is not None:
        kinds = (pictures.FAKE, pictures.FIELD, pictures.ARROWS, pictures.LATTICE)
        seen, more = list(map(current.last, kinds)), {}
        if clouds.place(current):  # how strong the push is, is what they are about; their codes are of no interest
            fake, field, push, __ = seen
            seen, more = [fake, field, push[:FEW]], {"full": clouds.FULL}
        drawn = plane.figure(real, *seen, title=moment(current, pictures.FAKE), **more)
        alt = _("Real points in blue, fakes in orange, over how real the discriminator finds every place")
        chart.show(drawn, key="live/plane", alt=alt, share=1.0)


def fakes(current: Shown, film: np.ndarray) -> figures.Figure:
    """The newest fakes; above each column the digit that G was asked for, where that is one for the whole column."""
    chosen, when = getattr(current.settings, "data", None), moment(current, pictures.FILM)
    if chosen is None or not chosen.conditional or ROW % len(chosen.digits):
        return wall(film, _("Fakes · {}").format(when))
    drawn = wall(film, _("Fakes, below the digit that was asked for · {}").format(when))
    across = figures.span_of(drawn, "x")
    width = (across[1] - across[0]) / ROW
    places = [across[0] + (n + 0.5) * width for n in range(ROW)]
    return figures.ticked(drawn, "x", places, list(chosen.digits) * (ROW // len(chosen.digits)), top=True)


def moment(current: Shown, kind: Kind) -> str:
    """Which step a picture is of; in slow motion also which half of it has just been made."""
    step, phases = current.pictures(kind)[-1].step, current.pictures(pictures.PHASE)
    if not current.live or not phases or current.standing.motion != "phases":
        return _("After step {:,}").format(step)
    if phases[-1].array[0] == 0:
        return _("Step {:,}, 1 of 2: D has learned").format(phases[-1].step)
    return _("Step {:,}, 2 of 2: G has learned").format(phases[-1].step)


def wall(images: np.ndarray, title: str = "", row: int = ROW, texts: tuple[str, ...] = (), **more) -> figures.Figure:
    """Pictures, 8-bit (N, H, W), `row` side by side, under a title. texts: of each, on hover; its number when left out."""
    said = texts or [_("picture {}").format(n + 1) for n in range(len(images))]
    drawn = rasters.gallery(list(images), row, said, **more)
    return figures.headed(drawn, title) if title else drawn


def beside(current: Shown) -> bool:
    """How D's scores of real ones and of fakes overlap at the newest look, on an axis that holds for the whole run; of two clouds
    instead what D measures against their distance."""
    if not current.pictures(pictures.SCORES) or current.settings is None:
        return False
    if place := clouds.place(current):
        alt = _("The Jensen–Shannon divergence and the Wasserstein distance against the distance of the clouds")
        chart.show(curves(place), key="live/measures", alt=alt, share=0.5)
        return True
    newest = scores.opinion(current.settings, current.last(pictures.SCORES))
    title = _("critic's score") if current.settings.critic else _("D(x): 1 is real")
    figure = histogram(newest, scores.edges(current)[::2], title)
    chart.show(figure, key="live/scores", alt=_("Histogram of D's scores of real examples and of fakes"), share=0.5)
    return True
