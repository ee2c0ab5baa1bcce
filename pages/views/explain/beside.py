"""The same picture under several methods, side by side, and how far their maps agree."""

import numpy as np
import streamlit as st

from pages.shared import chart, rasters
from pages.shared.overlay import overlay, pixels
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.explain import data

FIRST = ("saliency", "integrated_gradients", "guided_backprop", "grad_cam", "occlusion", "lime")
ROW = 4


@st.fragment
def beside(current: Shown) -> None:
    """Choose methods; each map stands beside the others, then the rank correlations of all pairs."""
    from core.explain.settings import METHOD_NAMES

    subject = data.subject_of(current)
    if subject is None:
        st.info(_("There is nothing to explain yet: let the network be trained, or choose a picture."))
        return
    known = data.Maps(current, subject)
    first = [m for m in (known.methods if subject.photo else FIRST) if m in known.methods][:8]
    chosen = st.multiselect(
        _("Methods"),
        known.methods,
        default=first,
        format_func=lambda m: _(METHOD_NAMES[m]),
        key=f"beside/{current.id}",
        max_selections=8,
    )
    maps = _maps(known, chosen, METHOD_NAMES)
    if subject.photo:
        st.caption(
            _(
                "On a photo the other methods take seconds to a minute: choose one on the left and press Explain; its map "
                "then appears here as well."
            )
        )
    if len(maps) > 1:
        _agreement({_(METHOD_NAMES[m]): values for m, values in maps.items()})


def _maps(known: data.Maps, chosen: list[str], names: dict[str, str]) -> dict[str, np.ndarray]:
    """Draws the chosen maps and returns those that there are; a method that does not fit says why in its place."""
    picture, maps = pixels(known.subject.x.numpy()), {}
    for start in range(0, len(chosen), ROW):
        for column, method in zip(st.columns(ROW, gap="medium"), chosen[start : start + ROW]):
            with column:
                st.markdown(f"**{_(names[method])}**")
                values, note = known.of(method)
                if values is None:
                    st.info(note, icon=":material/block:")
                    continue
                maps[method] = values
                st.image(overlay(picture, values), width="stretch", output_format="PNG", alt=_(names[method]))
                if note:
                    st.caption(note)
    return maps


def _agreement(maps: dict[str, np.ndarray]) -> None:
    """Spearman's rank correlation of each pair of maps."""
    from core.explain.trust import agreement

    names, matrix = agreement(maps)
    st.markdown(_("**How far they agree**: rank correlation over all pixels, 1 is the same order, 0 is none."))
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
    st.caption(
        _(
            "Saliency has no sign and methods on superpixels no detail: they cannot agree fully with the others. Two faithful "
            "methods may disagree as well, because they ask different questions: about a small change, or about a hidden part."
        )
    )
