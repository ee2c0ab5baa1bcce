"""Damaged digits: how well the error of each pixel says where the damage is, and which kind is found best."""

from collections.abc import Mapping

import streamlit as st

from core.anomaly.analysis.blur import MARKED, Blurred
from core.anomaly.analysis.damage import KindFound, about_kinds, damage
from pages.parts import chart, figures, verdict
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly.names import named, number
from pages.views.anomaly.order import kind_names


def damage_table(current: Shown, at: Blurred, place: int, blur: float) -> float:
    """How well the error finds the damage, in this picture and in all that are damaged. Returns from which error on a pixel is
    marked."""
    share = st.select_slider(
        _("Pixels of held-out normals that may be marked"),
        MARKED,
        MARKED[3],
        format_func=lambda value: f"{value:g} %",
        key="expects/marked",
        help=_("Sets the error from which on a pixel counts as damaged, without having seen any damage."),
    )
    found = damage(current, at, place, blur, share)
    rows = {_("this picture"): found.picture} if found.picture else {}
    rows |= {_("all damaged pictures"): found.every, _("one map for all: the mean normal picture"): found.mean}
    columns = {
        _("AUROC (%)"): [each.auroc for each in rows.values()],
        _("precision (%)"): [each.precision for each in rows.values()],
        _("recall (%)"): [each.recall for each in rows.values()],
        _("overlap (%)"): [each.overlap for each in rows.values()],
    }
    cells = {name: ["–" if value is None else f"{value:.1f}" for value in values] for name, values in columns.items()}
    st.table({"": list(rows)} | cells)
    verdict.draw("anomaly", found.about)
    tip = _(
        "Precision: of the marked pixels, how many are damaged. Recall: of the damaged pixels, how many are marked. Overlap: of "
        "the pixels that are either, how many are both (IoU). The last row never looks at the picture."
    )
    said = _("A pixel is marked where its error is {} or more. A random map has an AUROC of 50 %.")
    st.caption(said.format(number(found.threshold)), help=tip)
    return found.threshold


def kinds_chart(found: Mapping[str, KindFound]) -> None:
    """Which kind of damage is found best; nothing where there is only one."""
    if len(found) < 2:
        return
    groups = {
        _("which picture is odd"): ("after", [each.picture for each in found.values()]),
        _("which pixel is damaged"): ("neutral", [each.pixel for each in found.values()]),
    }
    st.markdown(f"**{_('Which damage is found best?')}**")
    names = [kind_names()[kind] for kind in found]
    figure = figures.bars(groups, names, "", _("AUROC (%)"), 240, text=".0f", top=112)
    alt = _("AUROC of each kind of damage, picture by picture and pixel by pixel")
    chart.show(figure, key="expects/kinds", alt=alt)
    verdict.draw("anomaly", named(about_kinds(found), kind_names()))
