"""The live picture of the explainable AI page: the map over the picture, what the network says, and how far to trust it."""

import numpy as np
import streamlit as st

from core.explain.settings import FORMULAS
from pages.shared import chart, drawing, figures
from pages.shared.figures import Line
from pages.shared.overlay import enlarged, overlay
from pages.shared.shown import Shown
from pages.shared.words import _

CURVES = {"map": "after", "random": "control", "input only": "before"}
STAGES = 7  # maps of the randomisation test beside one another


def pictures(current: Shown) -> None:
    """What is drawn depends on what the run does."""
    if current.settings is None:
        return
    method = current.settings.method.name
    {"randomise": _destroyed, "excite": _painted, "shortcut": _shortcut}.get(method, _explained)(current)


def _explained(current: Shown) -> None:
    """The picture with its map, the answers, and the insertion and deletion test."""
    picture, values = current.last("input"), current.last("map")
    if values is None:
        values = current.last("growing")
    if picture is None:
        return
    left, right = st.columns([1, 1], gap="large")
    with left:
        _map(picture, values)
    with right:
        st.image(enlarged(picture), width=180, output_format="PNG", alt=_("The picture"))
        _answers(current)
        if note := current.summary.get("note"):
            st.markdown(f":material/balance: {note}")
        if cost := current.facts.get("cost"):
            st.caption(f":material/payments: {_('Cost')}: {cost}.")
    st.latex(FORMULAS[current.settings.method.name])
    _curves(current)


def _map(picture: np.ndarray, values: np.ndarray | None) -> None:
    """The overlay; without a map yet, the picture alone."""
    drawn = enlarged(picture) if values is None else overlay(picture, values)
    st.image(drawn, width=420, output_format="PNG", alt=_("The picture with the map over it"))
    st.caption(
        _("Orange speaks for the answer, blue against it; the picture itself is grey.")
        if values is not None
        else _("The map appears as soon as there is one.")
    )


def _answers(current: Shown) -> None:
    """The network's first five answers as bars; the one that is explained in another colour."""
    known = current.facts
    if "answers" not in known:
        return
    rows = [
        (_cut(name), "after" if name == known["answer"] else "control", share / 100, f"{share:.1f} %")
        for name, share in known["answers"]
    ]
    st.image(
        drawing.bars(rows, _("what the network says; explained: {}").format(_cut(str(known["answer"])))),
        width="stretch",
    )


def _cut(name: str) -> str:
    return name if len(name) <= 16 else name[:15] + "…"


def _curves(current: Shown) -> None:
    """The insertion and deletion test of the run, as far as it has come."""
    found = {(way, name): current.last(f"{way} {name}") for way in ("deletion", "insertion") for name in CURVES}
    found = {key: curve for key, curve in found.items() if curve is not None}
    draw_curves(found, current.facts.get("photo", False), "live")


def control_names(photo: bool) -> dict[str, str]:
    """The two maps that know no network, by what they are called wherever a map stands beside them."""
    return {
        "random": _("the map moved elsewhere") if photo else _("random order"),
        "input only": _("picture alone (its edges)") if photo else _("picture alone (its ink)"),
    }


def draw_curves(curves: dict[tuple[str, str], np.ndarray], photo: bool, where: str) -> None:
    """Probability of the answer while pixels are hidden, or shown, in the order of the map and of its two controls.

    curves: (deletion or insertion, whose order) → probabilities at equal shares. The legend says the area under each.
    """
    names = {"map": _("this map")} | control_names(photo)
    ways = {
        "deletion": (_("pixels hidden, the most important first (%)"), _("Deletion: the lower, the better")),
        "insertion": (_("pixels shown, the most important first (%)"), _("Insertion: the higher, the better")),
    }
    if not curves:
        return
    for column, (way, (x, title)) in zip(st.columns(2, gap="large"), ways.items()):
        lines = []
        for name, label in names.items():
            if (curve := curves.get((way, name))) is not None:
                area = f"{label} · {_('area')} {100 * np.trapezoid(curve, dx=1 / (len(curve) - 1)):.1f} %"
                lines.append(Line(area, CURVES[name], np.linspace(0, 100, len(curve)), 100 * curve))
        if lines:
            with column:
                st.markdown(f"**{title}**")
                figure = figures.curves(lines, x, _("probability of the answer (%)"), 250)
                figures.within(figure, y=(0, 102))
                chart.show(figure, key=f"{where}/{way}", alt=title)


def _destroyed(current: Shown) -> None:
    """The map after each further layer was destroyed, all on one scale of their own."""
    picture, maps, stages = current.last("input"), current.pictures("map"), current.facts.get("stages", [])
    if picture is None or not maps:
        return
    chosen = sorted({round(i) for i in np.linspace(0, len(maps) - 1, min(STAGES, len(maps)))})
    for column, i in zip(st.columns(len(chosen), gap="small"), chosen):
        values = np.array(maps[i].array)
        with column:
            st.image(overlay(picture, values), width="stretch", output_format="PNG", alt=str(stages[i]))
            st.caption(_("trained") if i == 0 else _("then {}").format(_(str(stages[i]))))


def _painted(current: Shown) -> None:
    """What climbing has painted so far, with a prior and without."""
    names = {"painted": _("with a prior"), "painted_plain": _("pixel by pixel")}
    known = current.facts
    for column, (name, title) in zip(st.columns(2, gap="large"), names.items()):
        if (painted := current.last(name)) is not None:
            with column:
                drawn = enlarged(painted[..., 0]) if painted.shape[2] == 1 else painted
                st.image(drawn, width=420, output_format="PNG", alt=f"{known.get('name', '')}, {title}")
                share = current.summary.get(f"probability_{name}")
                sure = f" · {_('the network is {:.0f} % sure of it').format(share)}" if share is not None else ""
                st.caption(f"**{known.get('name', '')}**, {title}{sure}")


def _shortcut(current: Shown) -> None:
    """The digit with its mark, and where the network looks as it learns."""
    picture, maps = current.last("input"), current.pictures("map")
    if picture is None:
        return
    shown = [maps[i] for i in sorted({0, len(maps) // 2, len(maps) - 1})] if maps else []
    for column, found in zip(st.columns(4), [None, *shown]):
        with column:
            drawn = enlarged(picture) if found is None else overlay(picture, np.array(found.array))
            st.image(drawn, width="stretch", output_format="PNG", alt=_("A digit with a mark in its corner"))
            st.caption(_("what it sees") if found is None else _("why, after {} steps").format(found.step))
