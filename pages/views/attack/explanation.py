"""Explain before and after: where the network looks in the clean picture and in the attacked one."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, panels
from pages.parts.overlay import top_of
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data

METHODS = {"saliency": "Saliency", "input_x_gradient": "Input × gradient", "grad_cam": "Grad-CAM"}
ALIKE = 0.7  # rank correlation from which on two maps tell the same


@st.fragment
def why(current: Shown) -> None:
    """The same method on both pictures, each explaining what the network says to it, on one scale."""
    clean, attacked = current.last("clean"), current.last("attacked")
    subject = data.one_of(current)
    if subject and current.settings.method.name == "training" and not data.trained(current):
        subject = None  # the network that was attacked is not there, or not yet
    victims = data.victims_of(subject) if subject and clean is not None and attacked is not None else None
    if victims is None:
        st.info(_("This view needs an attack on one picture: choose one on the left and press Attack."))
        return
    method = st.segmented_control(
        _("Method"),
        list(METHODS),
        default="grad_cam",
        required=True,
        format_func=METHODS.get,
        key="attack/why/method",
    )
    seen = np.stack([clean, attacked, _noisy(clean, attacked)])
    found = _maps(current.id, len(current.pictures("attacked")), method, seen, victims)
    if isinstance(found, str):
        st.info(found, icon=":material/block:")
        return
    *found, (noisy, *__) = found
    top = top_of(*(values for values, *__ in found))
    figure, titles = panels.board(430, top=44), (_("Before"), _("After"))
    for i, (picture, title, (values, said, sure)) in enumerate(zip((clean, attacked), titles, found)):
        words = f"<b>{title}</b><br>{_('why it says')} {data.short(said)} ({sure:.0f} %)"
        panels.mapped(figure, (0.51 * i, 0.51 * i + 0.49, 0, 1), picture, values, words, top)
    chart.show(figure, key="attack/why/maps", alt=_("Where the network looks, before and after the attack"))
    (before, said_before, __), (after, said_after, __) = found
    st.markdown(_in_words(_agreement(before, after), _agreement(before, noisy), said_before != said_after))


def _noisy(clean: np.ndarray, attacked: np.ndarray) -> np.ndarray:
    """The control: the clean 8-bit picture with noise as long (L2) as the change."""
    from core.attack.report import as_long
    from core.loop import seeded
    from core.subject.models import as_bytes, from_bytes

    x, change = from_bytes(clean)[None], from_bytes(attacked)[None] - from_bytes(clean)[None]
    return as_bytes(as_long(x, change, seeded(0))[0])


def _in_words(agreement: float, control: float, turned: bool) -> str:
    """How far the map moved, and what that means. control: the same for noise of the same size. turned: whether the answer did."""
    number = _(
        "Rank correlation of the two maps: **{}** (same order of pixels: 1; random maps: 0; under noise of the same size: {})."
    )
    said = number.format(*(f"{value:.2f}".replace("-", "−") for value in (agreement, control)))
    if not turned:
        return f"{said} {_('The answer did not turn.')}"
    if agreement > ALIKE:
        return f"{said} " + _(
            "The answer turned and the map hardly moved: it shows where the network looks, not what it sees there."
        )
    if control <= agreement:
        return f"{said} " + _("The map moved, but noise moves it as far.")
    return f"{said} " + _("The attack moved the explanation as well as the answer.")


@st.cache_data(max_entries=50, show_spinner=False)
def _maps(run_id: str, pictures: int, method: str, seen: Any, _victims: Any) -> list[tuple[Any, str, float]] | str:
    """(map (H, W), the answer, percent) of the clean, the attacked and the noisy picture; a sentence when the method does not fit.

    run_id, pictures: which run, and how far it is. seen: the pictures as 8-bit.
    """
    from core.attribution import methods
    from core.attribution.settings import METHODS as KNOBS
    from core.subject.models import Subject, from_bytes

    found = []
    for picture in seen:
        subject = Subject(_victims.net, from_bytes(picture), _victims.names)
        answer = subject.answer()
        try:
            found.append((methods.answer(subject, answer, KNOBS[method]()).map, *subject.best(1)[0]))
        except methods.CannotExplain as error:
            return str(error)
    return found


def _agreement(a: np.ndarray, b: np.ndarray) -> float:
    from core.attribution.trust import rank_correlation

    return float(rank_correlation(a, b))
