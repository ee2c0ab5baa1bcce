"""How far to trust a map: hide what it names, shake the picture, and hold it against maps that know no network."""

import json
from typing import Any

import numpy as np
import streamlit as st

from pages.shared import lecture
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.explain import data
from pages.views.explain.picture import draw_curves

TIMES_PICTURE = (
    "input_x_gradient",
    "integrated_gradients",
    "deeplift",
    "gradient_shap",
    "occlusion",
)  # their maps hold the picture as a factor


@st.fragment
def trust(current: Shown) -> None:
    """Choose a method and what hidden pixels become; curves with controls, infidelity, sensitivity."""
    from core.explain.settings import METHOD_NAMES

    subject = data.subject_of(current)
    if subject is None:
        st.info(_("There is nothing to test yet: let the network be trained, or choose a picture."))
        return
    st.markdown(lecture.read("explain").notes["trust"])
    known = data.Maps(current, subject)
    offered = known.methods
    left, right = st.columns([1, 1])
    method = left.selectbox(
        _("Method"),
        offered,
        offered.index("integrated_gradients") if "integrated_gradients" in offered else 0,
        format_func=lambda m: _(METHOD_NAMES[m]),
        key="trust/method",
    )
    hide = right.segmented_control(
        _("Hide with"),
        ["black", "mean", "blur"],
        default="black",
        format_func={"black": _("black"), "mean": _("mean colour"), "blur": _("blurred picture")}.get,
        key="trust/hide",
        required=True,
    )
    values, note = known.of(method)
    if values is None:
        st.info(note, icon=":material/block:")
        return
    key = json.dumps([data.key_of(current), current.settings.answer, method, hide])
    curves = _examined(key, current.settings.answer, hide, subject, values)
    draw_curves(curves, subject.photo, "trust", areas=True)
    _numbers(key, subject, current.settings.answer, method, hide, values)


@st.cache_data(max_entries=100, show_spinner=True)
def _examined(key: str, rank: int, hide: str, _subject: Any, _values: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """The six curves. key: names the picture, the network and the method."""
    from core.explain.train import POINTS
    from core.explain.trust import examine

    return {
        ("insertion" if insert else "deletion", name): curve
        for name, insert, curve in examine(_subject, _subject.answer(rank), _values, hide, 0, POINTS)
    }


def _numbers(key: str, subject: Any, rank: int, method: str, hide: str, values: np.ndarray) -> None:
    """What of the answer's changes the map does not predict; sensitivity where the method is fast enough to be asked again."""
    unpredicted, sensitivity = _measured(key, rank, method, hide, subject, values)
    with st.container(horizontal=True, gap="large"):
        st.metric(
            _("Infidelity"),
            f"{unpredicted:.0f} %",
            width="content",
            help=_(
                "What painting squares over does to the answer, and the map does not predict: 0 % is perfect, 100 % says "
                "nothing about the network (Yeh et al. 2019, the map scaled to fit best)."
            ),
        )
        if sensitivity is not None:
            st.metric(
                _("Sensitivity"),
                f"{100 * sensitivity:.0f} %",
                width="content",
                help=_("How much the map itself changes when each pixel changes by 2 % at most (Yeh et al. 2019)."),
            )


@st.cache_data(max_entries=100, show_spinner=True)
def _measured(
    key: str, rank: int, method: str, hide: str, _subject: Any, _values: np.ndarray
) -> tuple[float, float | None]:
    """(unpredicted share in percent, sensitivity or None). key: names the picture, the network and the method."""
    from core.explain import methods, trust
    from core.explain.models import baseline
    from core.explain.settings import METHODS
    from core.subject.models import Subject

    target, asked, hidden = _subject.answer(rank), METHODS[method](), baseline(_subject.x, hide)
    reference = hidden if method in TIMES_PICTURE else None
    samples = 24 if _subject.photo else 64
    unpredicted = trust.unpredicted(_subject, target, _values, samples=samples, hidden=hidden, reference=reference)

    def again(x: Any) -> np.ndarray:
        return methods.answer(Subject(_subject.net, x, _subject.names), target, asked).map

    quick = methods.cost(_subject, asked) <= (4 if _subject.photo else 500)
    return unpredicted, trust.sensitivity(_subject.x, again) if quick else None
