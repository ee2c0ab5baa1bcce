"""How far to trust a map: hide what it names, shake the picture, and hold it against maps that know no network."""

from typing import Any

import streamlit as st

from core.attribution.settings import METHOD_NAMES
from core.explain import analysis
from core.explain.analysis.stage import opens_with
from core.explain.settings import Randomise
from pages.parts import chart, choose, lecture
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.explain.asked import given
from pages.views.explain.hidden import control_names, deletion_insertion


@view(N_("Trust"), opens=opens_with(Randomise))
def draw(current: Shown) -> None:
    """Choose a method and what hidden pixels become; curves with controls, infidelity, sensitivity."""
    if (asked := given(current)) is None:
        return
    lecture.write("explain", "trust")
    maps = analysis.beside.maps(current, asked)
    own, photo = current.settings.method.name, asked.subject.photo  # the run's own first, so that both say the same
    left, right = st.columns([1, 1])
    first = next((m for m in (own, "integrated_gradients") if m in maps.methods), maps.methods[0])
    names = {method: _(METHOD_NAMES[method]) for method in maps.methods}
    method = choose.one(f"trust/method/{photo}", _("Method"), names, first, side_by_side=False, at=left)
    fills = {"black": _("black"), "mean": _("mean colour"), "blur": _("blurred picture")}
    first = current.settings.hide if own in names else "black"
    hide = choose.one("trust/hide", _("Hide with"), fills, first, at=right)
    with st.spinner(_("Hiding pixels …")):
        found = maps.of(method)
        if found.values is None:
            st.info(translate(found.note), icon=":material/block:")
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
    both = {"infidelity": (_("Infidelity"), found.infidelity), "sensitivity": (_("Sensitivity"), found.sensitivity)}
    look = {"delta_color": "off", "delta_arrow": "off", "width": "content"}
    with st.container(horizontal=True, gap="large"):
        for name, (title, scores) in both.items():
            if scores:
                rivals = " · ".join(f"{names[who]}: {value:.0f} %" for who, value in scores.items() if who in names)
                tip = lecture.note("explain", name)
                st.metric(title, f"{scores['map']:.0f} %", rivals, help=tip, **look)
