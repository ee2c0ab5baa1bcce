"""The same picture under several methods, side by side, and how far their maps agree."""

from typing import Any

import streamlit as st

from core.attribution.settings import METHOD_NAMES
from core.explain import analysis
from pages.parts import chart, lecture, panels, rasters
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.explain.asked import given

ROW = 4


@view(N_("Methods side by side"))
def draw(current: Shown) -> None:
    """Choose methods; each map stands beside the others, then the rank correlations of all pairs."""
    if (asked := given(current)) is None:
        return
    maps = analysis.beside.maps(current, asked)
    chosen = _choice(maps)
    with st.spinner(_("Asking the network …")):
        found = {_(METHOD_NAMES[method]): maps.of(method) for method in chosen}
    for name, each in found.items():
        if each.values is None:
            st.info(f"**{name}**: {translate(each.note)}", icon=":material/block:")
    drawn = {name: each for name, each in found.items() if each.values is not None}
    if drawn:
        _maps(asked.picture, drawn)
    if asked.subject.photo:
        st.caption(_("Other methods take longer on a photo: press Explain on the left, and the map appears here."))
    if len(drawn) > 1:
        _agreement({name: each.values for name, each in drawn.items()})


def _choice(maps: Any) -> list[str]:
    """Methods to see, at first the typical ones; what was chosen stays, as far as it answers here."""
    where = "beside/methods"
    before = st.session_state.get(where, maps.first())
    kept = [method for method in before if method in maps.methods]
    st.session_state[where] = kept if kept or not before else maps.first()
    names, most = {method: _(METHOD_NAMES[method]) for method in maps.methods}, analysis.beside.MOST
    return st.multiselect(
        _("Methods"), maps.methods, format_func=names.get, key=where, max_selections=most, placeholder=_("Choose")
    )


def _maps(picture: Any, found: dict[str, Any]) -> None:
    """The maps in rows, and how far to trust each."""
    rows = -(-len(found) // ROW)
    figure = panels.board(40 + 250 * rows)
    for place, (name, each) in zip(panels.grid(ROW, rows, 0.02, 0.1), found.items()):
        panels.mapped(figure, place, picture, each.values, f"<b>{name}</b>")
    chart.show(figure, key="beside/maps", alt=_("The maps of several methods"))
    panels.say_colours()
    notes = [f"**{name}**: {translate(each.note)}" for name, each in found.items() if each.note]
    if notes:
        with st.popover(_("Notes"), icon=":material/notes:"):
            st.markdown("\n\n".join(notes))


def _agreement(maps: dict[str, Any]) -> None:
    """Spearman's rank correlation of each pair of maps."""
    lecture.write("explain", "agreement")
    rows, columns = zip(*((f"{name} ({i})", f"({i})") for i, name in enumerate(maps, start=1)))
    look = {"signed": True, "limit": 1.0, "text": ".2f", "largest": 56}
    found = analysis.beside.agreement(maps)
    figure = rasters.matrix(found, 60 + 40 * len(maps), rows=rows, columns=columns, **look)
    chart.show(figure, key="beside/agreement", alt=_("Rank correlations of the maps"))
