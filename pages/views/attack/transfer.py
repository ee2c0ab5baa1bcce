"""The transfer matrix: made on one network, tried on another."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data


@st.fragment
def transfer_matrix(current: Shown) -> None:
    """The matrix of this run, or of the newest that measured one, and what its parts mean."""
    measured = _measured(current)
    if measured is None:
        sentence = _("No stored run has measured this yet: choose the method “Transfer of attacks”.")
        data.how(sentence, {"method": "transfer", "subject": "digits"})
        return
    if measured.id != current.id:
        st.caption(_("From the newest stored run: {}").format(measured.id))
    figure = matrix_figure(measured)
    if figure is not None:
        chart.show(
            figure, key="attack/transfer/matrix", alt=_("Accuracy of every network on attacks made with every other")
        )
        _clean(measured.facts)
    _means(measured)


def _measured(current: Shown) -> Shown | None:
    """The run shown when it measures transfer, else the newest stored one that did."""
    if current.settings and current.settings.method.name == "transfer" and current.pictures("matrix"):
        return current
    return next(data.measuring("transfer", "ensemble"), None)


def matrix_figure(current: Shown) -> figures.Figure | None:
    """Accuracy of each network (columns) on the attacks made with each (rows), as far as it is known."""
    array, known = current.last("matrix"), current.facts
    if array is None or "labels" not in known:
        return None
    names = [f"{_(name)} ({i})".replace(", ", ",\n") for i, name in enumerate(known["labels"], start=1)]
    return rasters.matrix(
        np.array(array, float),
        90 + 48 * len(array),
        limit=100,
        text=".0f",
        rows=[*names, _("all others together")],
        columns=[f"({i})" for i in range(1, len(names) + 1)],
        x=_("still right (%) when tried on"),
        y=_("made with"),
        largest=64,
    )


def _clean(known: dict[str, Any]) -> None:
    shares = " · ".join(f"({i}) {share:.0f} %" for i, share in enumerate(known["clean"], start=1))
    st.caption(_("Right without an attack, of {} digits: {}. Guessing: 10 %.").format(known["count"], shares))


def _means(measured: Shown) -> None:
    """What the parts of the matrix say, once the run has ended."""
    end = measured.summary
    if "ensemble" not in end:
        return
    numbers = {
        _("Knows the network"): (
            "white",
            _("The diagonal: made with the very network that it is tried on (white box)."),
        ),
        _("Knows one other"): (
            "black",
            _("Mean of all entries off the diagonal: one foreign network lends its gradients."),
        ),
        _("Knows all others"): ("ensemble", _("Mean of the last row: the logits of all other networks averaged.")),
        _("Control: noise"): ("noise", _("Random noise of the same size, mean over all networks.")),
    }
    with st.container(horizontal=True, gap="large"):
        for title, (name, tip) in numbers.items():
            st.metric(title, f"{end[name]:.0f} %", help=f"{_('Still right.')} {tip}", width="content")
    st.markdown(_("**The diagonal** is the white box: the attacker has the network itself.") + " " + _best(measured))
    st.caption(
        _("Numbers: still right, on average (%)."),
        help=_(
            "Networks of one kind fool one another best: those that share their architecture and data, and a student with its "
            "teacher. Where noise does as much as an attack from another network, nothing was carried over."
        ),
    )


def _best(measured: Shown) -> str:
    """Which foreign network lends the best gradients for which, in a sentence."""
    array, names = np.array(measured.last("matrix"), float)[:-1], measured.facts["labels"]
    apart = np.where(np.eye(len(array), dtype=bool), np.nan, array)
    if not np.isfinite(apart).any():
        return ""
    (i, j), (k, m) = (np.unravel_index(f(apart), apart.shape) for f in (np.nanargmin, np.nanargmax))
    return _("Most carries over from {} to {} ({:.0f} % still right), least from {} to {} ({:.0f} %).").format(
        _(names[i]), _(names[j]), apart[i, j], _(names[k]), _(names[m]), apart[k, m]
    )
