"""The same picture under several methods, side by side, and how far their maps agree."""

import numpy as np
import streamlit as st

from pages.parts import chart, panels, rasters
from pages.parts.overlay import pixels
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain import data

FIRST = ("saliency", "integrated_gradients", "guided_backprop", "grad_cam", "occlusion", "lime")
ROW = 4


@st.fragment
def beside(current: Shown) -> None:
    """Choose methods; each map stands beside the others, then the rank correlations of all pairs."""
    from core.attribution.settings import METHOD_NAMES

    subject = data.subject_of(current)
    if subject is None:
        st.info(_("There is nothing to explain yet: let the network be trained, or choose a picture."))
        return
    known = data.Maps(current, subject)
    first = [m for m in (known.methods if subject.photo else FIRST) if m in known.methods][:8]
    where = "beside/methods"
    before = st.session_state.get(where, first)
    kept = [method for method in before if method in known.methods]
    st.session_state[where] = kept if kept or not before else first  # what was chosen stays, as far as it answers here
    chosen = st.multiselect(
        _("Methods"), known.methods, format_func=lambda m: _(METHOD_NAMES[m]), key=where, max_selections=8
    )
    maps = _maps(known, chosen, METHOD_NAMES)
    if subject.photo:
        st.caption(
            _("Other methods take longer on a photo: choose one on the left, press Explain, and its map appears here.")
        )
    if len(maps) > 1:
        _agreement({_(METHOD_NAMES[m]): values for m, values in maps.items()})


def _maps(known: data.Maps, chosen: list[str], names: dict[str, str]) -> dict[str, np.ndarray]:
    """Draws the chosen maps and returns those that there are; of a method that does not fit it says why."""
    picture, maps, notes = pixels(known.subject.x.numpy()), {}, {}
    for method in chosen:
        values, note = known.of(method)
        if values is None:
            st.info(f"**{_(names[method])}**: {note}", icon=":material/block:")
            continue
        maps[method] = values
        notes |= {method: note} if note else {}
    if maps:
        rows = -(-len(maps) // ROW)
        figure = panels.board(40 + 250 * rows)
        for place, (method, values) in zip(panels.grid(ROW, rows, 0.02, 0.1), maps.items()):
            panels.mapped(figure, place, picture, values, f"<b>{_(names[method])}</b>")
        chart.show(figure, key="beside/maps", alt=_("The maps of several methods"))
        panels.say_colours()
    if notes:
        with st.popover(_("Notes"), icon=":material/notes:"):
            st.markdown("\n\n".join(f"**{_(names[method])}**: {note}" for method, note in notes.items()))
    return maps


def _agreement(maps: dict[str, np.ndarray]) -> None:
    """Spearman's rank correlation of each pair of maps."""
    from core.attribution.trust import agreement

    names, matrix = agreement(maps)
    st.markdown(
        _("**How far they agree**: rank correlation over all pixels, 1 is the same order, 0 is none."),
        help=_(
            "Saliency has no sign and methods on superpixels no detail: they cannot agree fully with the others. Two faithful "
            "methods may disagree as well, because they ask different questions: about a small change, or about a hidden part."
        ),
    )
    chart.show(
        rasters.matrix(
            matrix,
            60 + 40 * len(names),
            signed=True,
            limit=1.0,
            text=".2f",
            rows=[f"{name} ({i})" for i, name in enumerate(names, start=1)],
            columns=[f"({i})" for i in range(1, len(names) + 1)],
            largest=56,
        ),
        key="beside/agreement",
        alt=_("Rank correlations of the maps"),
    )
