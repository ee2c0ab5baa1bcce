"""The film: what G makes of the same codes, at every look of the run."""

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data, plane
from pages.views.gan.stage import wall

HALF = 0.5


@st.fragment
def film(current: Shown) -> None:
    """A slider over the looks: digits as pictures, points on their plane."""
    digits = current.settings.world.name == "digits"
    shots = data.looks(current, "film" if digits else "fake")
    if not shots:
        st.info(_("The film begins with the first look of the run."))
        return
    left, right = st.columns([1.5, 1], gap="large")
    with right:
        step = data.choose_look("film/look", list(shots))
    with left:
        if digits:
            alt = _("What G makes of the same codes after step {}").format(step)
            chart.show(wall(shots[step], height=300), key="film/wall", alt=alt)
            st.caption(about_order(current))
        else:
            _plane(current, step, shots[step])
    with right:
        st.markdown(said(current, step))
        _curves(current, step)
        if len(shots) > 1:
            st.caption(about_change(shots))


def _plane(current: Shown, step: int, fake: np.ndarray) -> None:
    ground = [data.looks(current, name).get(step) for name in ("field", "arrows", "lattice")]
    if ground[0] is not None and st.toggle(_("3-D: D's field as a surface"), key="film/solid"):
        axis = np.linspace(-plane.REACH, plane.REACH, len(ground[0]))
        figure = rasters.surface(axis, axis, ground[0] / 255, ("x", "y", _("D: 1 is real")), 480)
        chart.show(figure, key="film/surface", alt=_("How real D finds every place after step {}").format(step))
        return
    alt = _("The plane after step {}: real points, fakes, and how real D finds every place").format(step)
    chart.show(plane.figure(current.last("real"), fake, *ground), key="film/plane", alt=alt)


def said(current: Shown, step: int) -> str:
    """How things stood at a look, in one sentence."""
    parts = []
    if (asked := data.at_look(current, "asked", step)) is not None:
        parts.append(_("**{:.0f} %** are read as the digit that was asked for").format(asked))
    if (sure := data.at_look(current, "confidence", step)) is not None:
        parts.append(_("the classifier is **{:.0f} %** sure of what it reads").format(sure))
    if (kinds := data.at_look(current, "kinds", step)) is not None:
        parts.append(_("**{:.0f} %** of all classes are there").format(kinds))
    if (good := data.at_look(current, "good", step)) is not None:
        strict = data.at_look(current, "strict", step)
        parts.append(
            _("**{:.0f} %** of the points are good, **{:.0f} %** of all spots have a fair share").format(good, strict)
        )
    elif (coverage := data.at_look(current, "coverage", step)) is not None:
        parts.append(_("**{:.0f} %** of real points have a fake near").format(coverage))
    real, fake = (data.at_look(current, name, step) for name in ("d_real", "d_fake"))
    if real is not None and fake is not None:
        parts.append(_("D gives real ones **{:.2f}** and fakes **{:.2f}**").format(real, fake))
    real, fake = (data.at_look(current, name, step) for name in ("c_real", "c_fake"))
    if real is not None and fake is not None:
        parts.append(_("the critic scores real ones **{}** above fakes").format(data.number(real - fake)))
    return data.minus(_("After step {:,}: {}.").format(step, "; ".join(parts)))


def about_change(shots: dict[int, np.ndarray]) -> str:
    """When half of all change between looks was over."""
    steps, arrays = list(shots), [np.asarray(a, np.float32) for a in shots.values()]
    moved = np.cumsum([np.abs(b - a).mean() for a, b in zip(arrays, arrays[1:])])
    if not moved[-1]:
        return _("Nothing moved from one look to the next.")
    half = steps[int(np.searchsorted(moved, HALF * moved[-1])) + 1]
    return _("Half of all that changes between two looks had changed by step {:,} of {:,}.").format(half, steps[-1])


def about_order(current: Shown) -> str:
    """What a column of the wall is."""
    if current.settings.world.conditional:
        return _("Each picture keeps its code and its class: G is asked for one digit in each column.")
    return _("Each picture keeps its code. No class is asked for.")


def _curves(current: Shown, step: int) -> None:
    """The quality of all looks, with a mark at the chosen one."""
    names = {
        "asked": _("Read as asked"),
        "kinds": _("Classes covered"),
        "confidence": _("Classifier's confidence"),
        "good": _("Good points"),
        "strict": _("Spots with a fair share"),
        "coverage": _("Coverage"),
    }
    roles = {
        "asked": "before",
        "kinds": "after",
        "confidence": "control",
        "good": "after",
        "strict": "before",
        "coverage": "before",
    }
    if data.series(current, "confidence")[0] or data.series(current, "good")[0]:
        del names["coverage"]  # it is only measured at the end
    lines = [figures.Line(title, roles[name], *data.series(current, name)) for name, title in names.items()]
    lines = [line for line in lines if line.x]
    if not lines:
        return
    figure = figures.curves(
        lines, _("step"), "%" if len(lines) > 1 else f"{lines[0].label} (%)", 240, marks={_("this look"): step}
    )
    figures.within(figure, y=(0, 112))  # room for the name of the mark
    chart.show(figure, key="film/quality", alt=_("Quality of the fakes over the run, with a mark at the chosen look"))
