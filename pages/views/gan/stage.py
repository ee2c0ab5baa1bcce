"""The stage: the plane with both players in it, or the same codes as pictures; beside it how D's scores of both kinds overlap."""

import numpy as np

from core.gan import pictures
from core.gan.analysis import scores
from core.pictures import Kind
from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import plane
from pages.views.gan.scores import histogram

ROW = 10  # pictures side by side
WALL = 0.64  # of the stage for the fakes; the rest is for real digits


def picture(current: Shown) -> None:
    """The newest look at the world."""
    real, film = current.last(pictures.REAL), current.last(pictures.FILM)
    if real is None:
        return
    if film is not None:
        title = _("Fakes · {}").format(moment(current, pictures.FILM))
        alt = _("Fakes of the same {} codes").format(len(film))
        chart.show(wall(film, title), key="live/fakes", alt=alt, share=WALL)
        chart.show(wall(real[::2][: 2 * ROW], _("Real digits")), key="live/real", alt=_("Real digits"), share=1 - WALL)
    elif current.last(pictures.FAKE) is not None:
        kinds = (pictures.FAKE, pictures.FIELD, pictures.ARROWS, pictures.LATTICE)
        drawn = plane.figure(real, *map(current.last, kinds), title=moment(current, pictures.FAKE))
        alt = _("Real points in blue, fakes in orange, over how real the discriminator finds every place")
        chart.show(drawn, key="live/plane", alt=alt, share=1.0)


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
    """How D's scores of real ones and of fakes overlap at the newest look, on an axis that holds for the whole run."""
    if not current.pictures(pictures.SCORES) or current.settings is None:
        return False
    newest = scores.opinion(current.settings, current.last(pictures.SCORES))
    title = _("critic's score") if current.settings.critic else _("D(x): 1 is real")
    figure = histogram(newest, scores.edges(current)[::2], title)
    chart.show(figure, key="live/scores", alt=_("Histogram of D's scores of real examples and of fakes"), share=0.5)
    return True
