"""Is it copying? The nearest training digit of fakes, held against how near fresh real digits come."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data

PAIRS, ROW = 20, 10
NEAR = 5  # % of test digits that are nearest to a training digit: what counts as near


@dataclass(frozen=True, eq=False)
class Distances:
    """Of every fake and of every test digit: the distance to its nearest training digit, and which one that is.

    own: of fakes in %, how many lie nearer to one of the training digits than to one of the test digits, equally many of each.
    """

    fake: np.ndarray  # (1000,)
    place: np.ndarray  # (1000,) into the training digits
    test: np.ndarray
    own: float
    drawn: int  # training digits, and as many test digits, that `own` compares


def copying(current: Shown) -> None:
    """Pairs on the left, the histogram on the right."""
    there = data.ended(current)
    if there is None:
        data.gone()
    elif not there.digits:
        st.info(_("Points of the plane are new at every step: there is nothing to copy."))
    else:
        _digits(current, there)


@st.fragment
def _digits(current: Shown, there: data.Ended) -> None:
    names = {"pixels": _("pixels"), "features": _("the classifier's features")}
    left, right = st.columns([1.25, 1], gap="large")
    with right:
        space = st.segmented_control(
            _("Near in"), list(names), format_func=names.get, default="pixels", required=True, key="copying/space"
        )
        order = st.segmented_control(
            _("Show"),
            ["any", "near"],
            format_func={"any": _("any {}").format(PAIRS), "near": _("the nearest of each digit")}.get,
            default="near",
            required=True,
            key="copying/order",
        )
    measured = {name: distances(current.id, name, there) for name in names}
    found = measured[space]
    chosen = nearest_of_each(there, found) if order == "near" else np.arange(PAIRS)
    with left:
        alt = _("Fakes, each over its nearest training digits, with the distance")
        chart.show(pairs(there, measured, chosen, space), key="copying/pairs", alt=alt)
        st.caption(_("Top: a fake. Middle: its nearest training digit in pixels. Bottom: the nearest in features."))
    with right:
        _histogram(found, names[space])
        st.markdown(about_near(found))
        st.markdown(about_own(found))


@st.cache_data(max_entries=12, show_spinner=_("Looking for the nearest training digits …"))
def distances(run_id: str, space: str, _there: data.Ended) -> Distances:
    """In pixels from 0 to 1, or in what the judge's last layer reads. Euclidean."""
    import torch

    from core.gan import quality

    test = (_there.real + 1) / 2
    train = (_there.world.x + 1) / 2
    fake = (_there.fake + 1) / 2
    if space == "features":
        fake, test = quality.features(_there.fake), quality.features(_there.real)
        train = torch.from_numpy(learned(_there.world.world.digits, _there.world))
    place, of_fake = quality.nearest(fake, train)
    __, of_test = quality.nearest(test, train)
    drawn = min(len(test), len(train))
    some = torch.arange(drawn) * len(train) // drawn
    __, to_train = quality.nearest(fake, train[some])
    __, to_test = quality.nearest(fake, test[:: max(1, len(test) // drawn)][:drawn])
    own = 100 * float(((to_train < to_test).float() + 0.5 * (to_train == to_test).float()).mean())
    return Distances(of_fake.numpy(), place.numpy(), of_test.numpy(), own, drawn)


@st.cache_data(max_entries=4, show_spinner=False)
def learned(digits: str, _world: Any) -> np.ndarray:
    """The judge's features of the training digits of these classes: the same for every run on them."""
    from core.gan import quality

    return quality.features(_world.x).numpy()


def nearest_of_each(there: data.Ended, found: Distances) -> np.ndarray:
    """Places of the fakes that come nearest to a training digit, equally many of each class where there are so many: (at most PAIRS,).
    Over all classes they would be ones alone, which are alike."""
    of, many = there.world.y[found.place].numpy(), max(1, PAIRS // len(there.world.classes))
    order = found.fake.argsort()
    return np.concatenate([order[of[order] == int(digit)][:many] for digit in there.world.classes])


def pairs(there: data.Ended, measured: dict[str, Distances], chosen: np.ndarray, space: str) -> figures.Figure:
    """Every fake over its nearest training digits; below them its distance in this space."""
    fakes, sheets = data.as_bytes(there.fake[chosen]), []
    near = [data.as_bytes(there.world.x[found.place[chosen]]) for found in measured.values()]
    for rows in zip(fakes, *near):
        sheets.append(np.concatenate([np.pad(row, 1, constant_values=70) for row in rows]))
    said = [data.number(float(distance)) for distance in measured[space].fake[chosen]]
    texts = [_("fake {}: distance {}").format(n + 1, distance) for n, distance in zip(chosen, said)]
    return rasters.gallery(sheets, ROW, texts, 440, said)


def _histogram(found: Distances, space: str) -> None:
    groups = {_("test digits"): ("before", found.test), _("fakes"): ("after", found.fake)}
    edges = np.linspace(0, float(max(found.test.max(), found.fake.max())), 36)
    figure = figures.histogram(
        groups,
        _("distance to the nearest training digit, in {}").format(space),
        _("share of each (%)"),
        list(edges),
        280,
        {_("nearest {} %").format(NEAR): float(np.percentile(found.test, NEAR))},
        share=True,
    )
    alt = _("Histogram of the distances of fakes and of test digits to their nearest training digit")
    chart.show(figure, key="copying/histogram", alt=alt)


def about_near(found: Distances) -> str:
    """How many fakes lie nearer to a training digit than fresh real digits do, and whether any is a copy."""
    border = float(np.percentile(found.test, NEAR))
    share = 100 * float((found.fake < border).mean())
    said = _(
        "**{:.0f} %** of fakes lie nearer to a training digit than the nearest {} % of test digits do. A copy would "
        "stand at 0; the nearest fake is at **{}**, the nearest test digit at {}."
    )
    return said.format(share, NEAR, data.number(float(found.fake.min())), data.number(float(found.test.min())))


def about_own(found: Distances) -> str:
    """The test that smoothness cannot deceive: are fakes nearer to what was taught than to what was not."""
    error = 100 * (0.25 / len(found.fake)) ** 0.5
    said = _(
        "Held against {} training digits and as many test digits, **{:.0f} %** of fakes lie nearer to a training "
        "digit; 50 % (± {:.0f}) if nothing is copied."
    )
    said = said.format(f"{found.drawn:,}", found.own, 2 * error)
    copies = 100 * float((found.fake < 0.5 * found.test.min()).mean())
    if copies > 1:
        return (
            said
            + " "
            + _("**{:.0f} %** lie at less than half of the distance of any test digit: these are copies.").format(
                copies
            )
        )
    if found.own > 50 + 2 * error:
        return said + " " + _("So G leans towards what it was taught, but draws no copies.")
    share = 100 * float((found.fake < np.percentile(found.test, NEAR)).mean())
    if share > 2 * NEAR:
        return (
            said
            + " "
            + _(
                "So it does not copy: fakes lie near because they are plain digits, nearer to everything, taught or "
                "not."
            )
        )
    return said + " " + _("No sign of copying.")
