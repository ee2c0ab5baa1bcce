"""The blur of the error: what merely lies one pixel off counts twice without it. Answers at once from the stored detector."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.data import number

BLURS = tuple(0.25 * i for i in range(13))  # pixels, the knob's own positions
MARKED = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # % of the pixels of held-out normals that may be marked as damage
WORTH = 0.5  # points of AUROC: below that two blurs are called alike


@dataclass(frozen=True)
class Blurred:
    """What follows from blurring the error by so many pixels.

    scores (N,) of the test part, held (H,) of held-out normals; top: the error that gets the brightest colour. Of damaged
    digits, where, AUROC in % of all pixels of damaged pictures; marked, of each of MARKED the threshold, and how many pixels are marked
    rightly, marked wrongly, and missed.
    """

    scores: np.ndarray
    held: np.ndarray
    top: float
    where: float | None
    marked: dict[float, tuple[float, int, int, int]]


def rebuilds(detector: Any) -> bool:
    """Whether a detector scores by the squared error of what it expects: then a blur changes its scores."""
    from core.anomaly.detector import Rebuilds

    return isinstance(detector, Rebuilds)


def blur_slider(current: Shown, detector: Any) -> float:
    """The blur in pixels, with what it does to the whole test part; 0 of a detector whose score no blur changes."""
    if not rebuilds(detector):
        return 0.0
    blur = st.slider(
        _("Blur of the error (px)"),
        BLURS[0],
        BLURS[-1],
        step=0.25,
        key=views.kept("expects/blur", BLURS, float(current.settings.method.smooth)),
        help=_(
            "A stroke that is one pixel off counts as two errors, one too many and one too few. Blurred, they nearly cancel."
        ),
    )
    aurocs, where = curve(current.id, current)
    lines = [Line(_("which picture is odd"), "after", BLURS, aurocs)]
    if where is not None:
        lines.append(Line(_("which pixel is damaged"), "neutral", BLURS, where))
    rivals = {_("picture, by the distance to the mean"): data.by_the_mean(current.settings)}
    lines += [Line(name, "control", BLURS, [level] * len(BLURS), faint=True) for name, level in rivals.items()]
    figure = figures.curves(lines, _("blur of the error (px)"), _("AUROC (%)"), 260, marks={f"{blur:g} px": blur})
    chart.show(figure, key="expects/blurs", alt=_("AUROC on the test part against the blur of the error"))
    return blur


def blurred(gaps: Any, pixels: float) -> Any:
    """Differences (N, ...) under a blur of so many pixels, as `core.anomaly.detector.blurred` does it."""
    from core.anomaly.detector import blurred as under_a_gaussian

    return under_a_gaussian(gaps, pixels)


@st.cache_resource(max_entries=4, show_spinner=False)
def residuals(run_id: str, _current: Shown) -> tuple[Any, Any] | None:
    """x − what was expected, of held-out normals and of the test part; None of a detector that expects nothing. Shared."""
    import torch

    detector, world = data.detector_of(_current), data.world(_current.settings)
    with torch.inference_mode():
        parts = [[(x, detector.expects(x)) for x in each.split(250)] for each in (world.held_x, world.test_x)]
    if parts[1][0][1] is None:
        return None
    held, test = (torch.cat([x - expected for x, expected in part]) for part in parts)
    return held, test


@st.cache_data(max_entries=256, show_spinner=False)
def at_blur(run_id: str, pixels: float, _current: Shown) -> Blurred:
    """What follows from this blur for a run whose detector expects something."""
    world = data.world(_current.settings)
    held, test = (blurred(gaps, pixels).square().flatten(1).numpy() for gaps in residuals(run_id, _current))
    odd, (held_rest, rest) = world.test_odd.numpy(), beyond_error(run_id, _current)
    scores = test.sum(1) + rest
    common = test[:: max(1, len(test) // 200)]  # every so many pictures say as well where the scale must end
    top, marked, where = float(np.quantile(common, 0.998)) or 1.0, {}, None
    if world.masks is not None:
        truth, strange = world.masks[world.test_odd].flatten(1).numpy(), test[odd]
        where = 100 * decide.auroc(strange, truth)
        for share, threshold in zip(MARKED, np.quantile(held, 1 - np.array(MARKED) / 100)):
            marks = strange >= threshold
            marked[share] = (
                float(threshold),
                *(int(part.sum()) for part in (marks & truth, marks & ~truth, ~marks & truth)),
            )
    return Blurred(scores, held.sum(1) + held_rest, top, where, marked)


@st.cache_data(max_entries=64, show_spinner="Blurring the error of every test picture …")
def curve(run_id: str, _current: Shown) -> tuple[list[float], list[float] | None]:
    """AUROC in % at each of BLURS, picture by picture, and pixel by pixel where damage is known."""
    odd, world = data.final(_current).odd, data.world(_current.settings)
    every = [at_blur(run_id, pixels, _current) for pixels in BLURS]
    where = None if world.masks is None else [each.where for each in every]
    return [100 * decide.auroc(each.scores, odd) for each in every], where


@st.cache_data(max_entries=16, show_spinner=False)
def beyond_error(run_id: str, _current: Shown) -> tuple[np.ndarray, np.ndarray]:
    """What a score holds besides the error, of held-out normals (H,) and of the test part (N,): of a variational autoencoder
    judged by the whole bound how far the code's cloud lies from the middle, of k-means and neighbours that a distance is no
    square, of all others nothing."""
    found, method = data.final(_current), _current.settings.method
    if hasattr(method, "smooth") and getattr(method, "judge", "error") == "error":
        return np.zeros(len(found.held)), np.zeros(len(found.test))
    errors = [
        blurred(gaps, getattr(method, "smooth", 0)).square().flatten(1).sum(1) for gaps in residuals(run_id, _current)
    ]
    return found.held - errors[0].numpy(), found.test - errors[1].numpy()


def say_blur(current: Shown, detector: Any, blur: float, at: Blurred, place: int) -> None:
    """What the blur does, in words: to this picture, and to all of them."""
    if not rebuilds(detector):
        return
    p = float(decide.p_values(at.scores[place : place + 1], at.held)[0])
    if blur:
        st.markdown(
            _("With a blur of {:g} px this picture scores **{}**, p = {:.3f}.").format(
                blur, number(at.scores[place]), p
            )
        )
    st.markdown(about_blur(*curve(current.id, current), blur))


def about_blur(aurocs: list[float], where: list[float] | None, blur: float) -> str:
    """Whether a blur helps to tell which picture is odd, and what it costs where the place counts."""
    best, here = int(np.argmax(aurocs)), aurocs[BLURS.index(blur)]
    said = _("Without blur AUROC is **{:.1f} %**.").format(aurocs[0])
    if blur:
        said = _("With a blur of {:g} px AUROC is **{:.1f} %**, without {:.1f} %.").format(blur, here, aurocs[0])
    if aurocs[best] - aurocs[0] < WORTH:
        said += " " + _("Here no blur does better than none.")
    elif aurocs[best] - here >= WORTH:
        said += " " + _(
            "The best is {:g} px (**{:.1f} %**): what merely lies one pixel off no longer counts twice."
        ).format(BLURS[best], aurocs[best])
    else:
        said += " " + _("Hardly any other does better: what merely lies one pixel off no longer counts twice.")
    if where is None:
        return said
    change = where[best] - where[0]
    said += (
        " "
        + _("But the place of the damage is found less well there: {:.1f} instead of {:.1f} % pixel by pixel.").format(
            where[best], where[0]
        )
        if change < -WORTH
        else ""
    )
    return said
