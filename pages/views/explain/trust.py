"""How far to trust a map: hide what it names, shake the picture, and hold it against maps that know no network."""

from typing import Any

import streamlit as st

from core.attribution.settings import METHOD_NAMES
from core.explain import analysis
from core.explain.settings import Randomise
from pages.parts import chart, lecture
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.explain.hidden import control_names, deletion_insertion


@st.fragment
def draw(current: Shown) -> None:
    """Choose a method and what hidden pixels become; curves with controls, infidelity, sensitivity."""
    asked = analysis.asked.asked(current)
    if asked is None:
        st.info(_("There is nothing to test yet: let the network be trained, or choose a picture."))
        return
    st.markdown(lecture.read("explain").notes["trust"])
    maps = analysis.beside.maps(current, asked)
    own, photo = current.settings.method.name, asked.subject.photo  # the run's own first, so that both say the same
    left, right = st.columns([1, 1])
    first = next((m for m in (own, "integrated_gradients") if m in maps.methods), maps.methods[0])
    method = left.selectbox(
        _("Method"),
        maps.methods,
        maps.methods.index(first),
        format_func=lambda m: _(METHOD_NAMES[m]),
        key=f"trust/method/{photo}",
    )
    fills = {"black": _("black"), "mean": _("mean colour"), "blur": _("blurred picture")}
    hide = right.segmented_control(
        _("Hide with"),
        list(fills),
        default=current.settings.hide if own in maps.methods else "black",
        format_func=fills.get,
        key="trust/hide",
        required=True,
    )
    with st.spinner(_("Hiding pixels …")):
        found = maps.of(method)
        if found.values is None:
            st.info(found.note, icon=":material/block:")
            return
        _curves(analysis.trust.curves(current, asked, method, found, hide), photo)
        _scores(analysis.trust.scores(asked, method, found, hide), control_names(photo))


def _curves(curves: dict[tuple[str, str], Any], photo: bool) -> None:
    """Both tests side by side."""
    titles = _("Deletion: the lower, the better"), _("Insertion: the higher, the better")
    ways = zip(st.columns(2, gap="large"), titles, deletion_insertion(curves, photo).items())
    for column, title, (way, figure) in ways:
        with column:
            st.markdown(f"**{title}**", help=_("The legend says the area under each curve."))
            chart.show(figure, key=f"trust/{way}", alt=title)


def _scores(found: Any, names: dict[str, str]) -> None:
    """What of the answer's changes the map does not predict; sensitivity where the method is fast enough to be asked again."""
    help_ = _(
        "Squares of the picture are painted over. This share of the change of the answer is not predicted by the map: "
        "0 % is perfect, an empty map has 100 % (Yeh et al. 2019, the map scaled to fit best)."
    )
    with st.container(horizontal=True, gap="large"):
        _score(_("Infidelity"), found.infidelity, names, help_)
        if found.sensitivity:
            help_ = _(
                "How much the map changes when each pixel changes by 2 % at most (Yeh et al. 2019). A low value alone "
                "proves nothing: a map that never asks the network has one, too."
            )
            _score(_("Sensitivity"), found.sensitivity, names, help_)


def _score(title: str, found: dict[str, float], names: dict[str, str], help_: str) -> None:
    """The map's number, and beside it those of the maps that know no network."""
    rivals = " · ".join(f"{names[who]}: {value:.0f} %" for who, value in found.items() if who in names)
    st.metric(title, f"{found['map']:.0f} %", rivals, delta_color="off", delta_arrow="off", width="content", help=help_)


VIEW = View(
    "trust", _("Trust"), draw, opens=lambda shown: shown.settings and isinstance(shown.settings.method, Randomise)
)
