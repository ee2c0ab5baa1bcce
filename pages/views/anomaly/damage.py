"""Damaged digits: what was done to each, and how well the error of each pixel says where."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.anomaly.worlds import damage_of
from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.blur import MARKED, Blurred, at_blur, blurred, residuals
from pages.views.anomaly.data import number
from pages.views.anomaly.order import kind_names


def damage_table(current: Shown, error: np.ndarray, truth: np.ndarray, at: Blurred) -> float:
    """How well the heat map finds the damage, in this picture and in all that are damaged. Returns how many pixels of held-out normals
    may be marked, in %."""
    share = st.select_slider(
        _("Pixels of held-out normals that may be marked"),
        MARKED,
        MARKED[3],
        format_func=lambda value: f"{value:g} %",
        key="expects/marked",
        help=_("Sets the error from which on a pixel counts as damaged, without having seen any damage."),
    )
    threshold, *totals = at.marked[share]
    marks = error >= threshold
    rows, every = [_("all damaged pictures")], [(at.where, *overlap(*totals))]
    if truth.any():
        counts = (int((marks & truth).sum()), int((marks & ~truth).sum()), int((~marks & truth).sum()))
        rows.insert(0, _("this picture"))
        every.insert(0, (100 * decide.auroc(error, truth), *overlap(*counts)))
    rows.append(_("one map for all: the mean normal picture"))
    every.append((by_one_map(current.settings), np.nan, np.nan, np.nan))
    columns = (_("AUROC (%)"), _("precision (%)"), _("recall (%)"), _("overlap (%)"))
    st.table(
        {"": rows}
        | {name: [f"{row[i]:.1f}" if row[i] == row[i] else "–" for row in every] for i, name in enumerate(columns)}
    )
    if not truth.any():
        st.markdown(
            _("This picture is not damaged: all of the **{}** pixels that are marked in it are false alarms.").format(
                marks.sum()
            )
        )
    tip = _(
        "Precision: of the marked pixels, how many are damaged. Recall: of the damaged pixels, how many are marked. Overlap: of "
        "the pixels that are either, how many are both (IoU). The last row never looks at the picture."
    )
    said = _("A pixel is marked where its error is {} or more. A random map has an AUROC of 50 %.")
    st.caption(said.format(number(threshold)), help=tip)
    return share


def by_one_map(settings: Any) -> float:
    """AUROC in % of all pixels of damaged pictures by the mean normal picture."""
    from core.anomaly import trivial

    return trivial.where(settings)


def overlap(right: int, wrong: int, missed: int) -> tuple[float, float, float]:
    """Precision, recall and intersection over union of marked pixels, in %; precision is 100 where nothing is marked."""
    precision = 100 * right / (right + wrong) if right + wrong else 100.0
    return precision, 100 * right / max(1, right + missed), 100 * right / max(1, right + wrong + missed)


@st.cache_data(max_entries=256, show_spinner=False)
def by_kind(run_id: str, pixels: float, _current: Shown) -> dict[str, tuple[float, float]]:
    """Of each kind of damage AUROC in % of its pixels, and of its pictures against all normals, at a blur."""
    world, scores = data.world(_current.settings), at_blur(run_id, pixels, _current).scores
    error = blurred(residuals(run_id, _current)[1], pixels).square().flatten(1).numpy()
    kinds, odd, truth, found = (
        damage_of(world, _current.settings),
        world.test_odd.numpy(),
        world.masks.flatten(1).numpy(),
        {},
    )
    for kind in dict.fromkeys(kinds[odd].tolist()):
        own = kinds == kind
        if truth[own].any():
            found[kind] = (
                100 * decide.auroc(error[own], truth[own]),
                100 * decide.auroc(scores[own | ~odd], odd[own | ~odd]),
            )
    return found


def kinds_chart(found: Mapping[str, tuple[float, float]]) -> None:
    """Which kind of damage is found best. found: from `by_kind`."""
    if len(found) < 2:
        return
    names = [kind_names()[kind] for kind in found]
    pixel, whole = zip(*found.values())
    groups = {_("which picture is odd"): ("after", whole), _("which pixel is damaged"): ("neutral", pixel)}
    st.markdown(f"**{_('Which damage is found best?')}**")
    figure = figures.bars(groups, names, "", _("AUROC (%)"), 240, text=".0f", top=112)
    chart.show(
        figure, key="expects/kinds", alt=_("AUROC of each kind of damage, picture by picture and pixel by pixel")
    )
    st.markdown(about_kinds(found))


def about_kinds(kinds: Mapping[str, tuple[float, float]]) -> str:
    """The best and the worst kind, picture by picture and pixel by pixel."""
    names, said = kind_names(), []
    for which, sentence in (
        (1, _("As a picture “{}” stands out most (**{:.0f} %**), “{}” least ({:.0f} %).")),
        (0, _("Pixel by pixel “{}” is found best (**{:.0f} %**), “{}” worst ({:.0f} %).")),
    ):
        best, worst = (choose(kinds, key=lambda kind: kinds[kind][which]) for choose in (max, min))
        said.append(sentence.format(names[best], kinds[best][which], names[worst], kinds[worst][which]))
    return " ".join([*said, _("Guessing has 50 %.")])
