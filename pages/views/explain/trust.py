"""How far to trust a map: hide what it names, shake the picture, and hold it against maps that know no network."""

import json
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, lecture
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain import data
from pages.views.explain.hidden import CURVES, WAYS, Tests, control_names, deletion_insertion, tests_of

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
    from core.attribution.settings import METHOD_NAMES

    subject = data.subject_of(current)
    if subject is None:
        st.info(_("There is nothing to test yet: let the network be trained, or choose a picture."))
        return
    st.markdown(lecture.read("explain").notes["trust"])
    known = data.Maps(current, subject)
    offered = known.methods
    left, right = st.columns([1, 1])
    own = current.settings.method.name  # the run's own method first, hidden as there: so both say the same
    first = next((m for m in (own, "integrated_gradients") if m in offered), offered[0])
    method = left.selectbox(
        _("Method"),
        offered,
        offered.index(first),
        format_func=lambda m: _(METHOD_NAMES[m]),
        key=f"trust/method/{subject.photo}",
    )
    hide = right.segmented_control(
        _("Hide with"),
        ["black", "mean", "blur"],
        default=current.settings.hide if own in offered else "black",
        format_func={"black": _("black"), "mean": _("mean colour"), "blur": _("blurred picture")}.get,
        key="trust/hide",
        required=True,
    )
    values, note = known.of(method)
    if values is None:
        st.info(note, icon=":material/block:")
        return
    key = json.dumps([data.key_of(current), current.settings.answer, method, hide])
    curves = _measured_by(current) if (method, hide) == (own, current.settings.hide) else {}
    _curves(curves or _examined(key, current.settings.answer, hide, subject, values), subject.photo)
    _numbers(key, subject, current.settings.answer, method, hide, values)


def _curves(tests: Tests, photo: bool) -> None:
    """Both tests side by side."""
    titles = _("Deletion: the lower, the better"), _("Insertion: the higher, the better")
    for column, way, title, figure in zip(st.columns(2, gap="large"), WAYS, titles, deletion_insertion(tests, photo)):
        with column:
            st.markdown(f"**{title}**", help=_("The legend says the area under each curve."))
            chart.show(figure, key=f"trust/{way}", alt=title)


def _measured_by(current: Shown) -> Tests:
    """The six curves of the run itself; none of a run that has not come so far."""
    found = tests_of(current)
    return found if len(found) == len(WAYS) * len(CURVES) else {}


@st.cache_data(max_entries=100, show_spinner=True)
def _examined(key: str, rank: int, hide: str, _subject: Any, _values: np.ndarray) -> Tests:
    """The six curves. key: names the picture, the network and the method."""
    from core.attribution.trust import examine
    from core.explain.train import POINTS

    return {
        ("insertion" if insert else "deletion", name): curve
        for name, insert, curve in examine(_subject, _subject.answer(rank), _values, hide, 0, POINTS)
    }


def _numbers(key: str, subject: Any, rank: int, method: str, hide: str, values: np.ndarray) -> None:
    """What of the answer's changes the map does not predict; sensitivity where the method is fast enough to be asked again."""
    found = _measured(key, rank, method, hide, subject, values)
    names = control_names(subject.photo)
    beside = {
        name: [f"{names[who]}: {100 * value:.0f} %" for who, value in found[name].items() if who in names]
        for name in found
    }
    with st.container(horizontal=True, gap="large"):
        st.metric(
            _("Infidelity"),
            f"{100 * found['infidelity']['map']:.0f} %",
            delta=" · ".join(beside["infidelity"]),
            delta_color="off",
            delta_arrow="off",
            width="content",
            help=_(
                "Squares of the picture are painted over. This share of the change of the answer is not predicted by the map: "
                "0 % is perfect, an empty map has 100 % (Yeh et al. 2019, the map scaled to fit best)."
            ),
        )
        if "map" in found["sensitivity"]:
            st.metric(
                _("Sensitivity"),
                f"{100 * found['sensitivity']['map']:.0f} %",
                delta=" · ".join(beside["sensitivity"]),
                delta_color="off",
                delta_arrow="off",
                width="content",
                help=_(
                    "How much the map changes when each pixel changes by 2 % at most (Yeh et al. 2019). A low value alone "
                    "proves nothing: a map that never asks the network has one, too."
                ),
            )


@st.cache_data(max_entries=100, show_spinner=True)
def _measured(
    key: str, rank: int, method: str, hide: str, _subject: Any, _values: np.ndarray
) -> dict[str, dict[str, float]]:
    """Shares from 0 to 1: "infidelity" of the map and of its two controls, and "sensitivity" of the map, where the method is
    quick enough to be asked again, and of the picture alone. key: names the picture, the network and the method."""
    from core.attribution import methods, trust
    from core.attribution.inputs import baseline
    from core.attribution.settings import METHODS
    from core.subject.models import Subject

    target, asked, hidden = _subject.answer(rank), METHODS[method](), baseline(_subject.x, hide)
    reference = hidden if method in TIMES_PICTURE else None
    samples = 24 if _subject.photo else 64
    maps = {"map": (_values, reference)} | {
        name: (control, None) for name, control in trust.controls(_values, _subject.x, 0).items()
    }
    missed = {
        name: trust.unpredicted(_subject, target, values, samples=samples, hidden=hidden, reference=factor) / 100
        for name, (values, factor) in maps.items()
    }

    def again(x: Any) -> np.ndarray:
        return methods.answer(Subject(_subject.net, x, _subject.names), target, asked).map

    moved = {}
    if methods.cost(_subject, asked) <= (4 if _subject.photo else 500):
        moved = {
            "map": trust.sensitivity(_subject.x, again),
            "input only": trust.sensitivity(_subject.x, trust.input_only),
        }
    return {"infidelity": missed, "sensitivity": moved}
