"""The stage of the explainable AI page: the picture under its map, what the network says, and what hiding the named pixels does."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.parts import chart, figures, panels
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain.hidden import deletion_insertion, tests_of

FIGURE = 0.87  # share of the stage that the figure has above the slider
STRENGTH = 70  # of the map over the picture at first, in percent
STAGES = 8  # maps of the randomisation test beside one another
CURVED = (
    "lime",
    "kernel_shap",
    "captum_lime",
    "integrated_gradients",
    "gradient_shap",
    "deeplift",
)  # have a curve of their own
ASKS = ("randomise", "excite", "shortcut")  # explain no single map


def picture(current: Shown) -> None:
    """What the run is about: what is drawn depends on what it does."""
    if current.settings is None:
        return
    method = current.settings.method.name
    {"randomise": _destroyed, "excite": _painted, "shortcut": _shortcut}.get(method, _explained)(current)


def beside(current: Shown) -> bool:
    """What happens to the answer when the pixels that the map names are hidden, or shown."""
    method = current.settings.method.name if current.settings else "randomise"
    if method in ASKS:
        return False
    deletion, insertion = deletion_insertion(tests_of(current), current.facts.get("photo", False))
    _show(deletion, "deletion", _("Probability of the answer while pixels are hidden"), 0.5)
    if method not in CURVED:
        _show(insertion, "insertion", _("Probability of the answer while pixels are shown"), 0.5)
    return True


def _show(figure: figures.Figure, key: str, alt: str, share: float = 1.0) -> None:
    chart.show(figure, key=f"explain/stage/{key}", alt=alt, share=share)


# ---- one map ----


def _explained(current: Shown) -> None:
    """The picture under its map, and the network's first answers."""
    picture, values = current.last("input"), current.last("map")
    values = current.last("growing") if values is None else values
    if picture is None:
        return
    figure, known = panels.board(400), current.facts
    strength = st.session_state.get("explain/strength", STRENGTH) / 100
    answer = str(known.get("answer", ""))
    panels.mapped(
        figure, (0, 0.66, 0, 1), picture, values, _("<b>Why “{}”?</b>").format(_cut(answer)), strength=strength
    )
    rows = [(_cut(name), share, "after" if name == answer else "control") for name, share in known.get("answers", [])]
    panels.bars(figure, (0.7, 1, 0.03, 0.78), rows, _("The network says"), 5)
    panels.legend(figure, 0.7, {_("for the answer"): "after", _("against it"): "before"})
    _show(figure, "map", _("The picture with the map over it, and what the network says"), FIGURE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note, cost = current.summary.get("note", ""), known.get("cost", "")
        st.caption(
            _("Map over the picture (%)"),
            help=f"{note} {_('Cost')}: {cost}." if cost else note or None,
            width="content",
        )
        st.slider(
            _("Map over the picture (%)"), 0, 100, STRENGTH, 10, key="explain/strength", label_visibility="collapsed"
        )


def _cut(name: str) -> str:
    return name if len(name) <= 14 else name[:13] + "…"


# ---- experiments ----


def _destroyed(current: Shown) -> None:
    """The map after each further layer lost its weights."""
    picture, maps, stages = current.last("input"), current.pictures("map"), current.facts.get("stages", [])
    if picture is None or not stages:
        return
    chosen = sorted({round(i) for i in np.linspace(0, len(stages) - 1, min(STAGES, len(stages)))})
    figure, columns = panels.board(400), 3 if len(chosen) <= 6 else 4
    for place, i in zip(panels.grid(columns, 2, 0.03, 0.1), chosen):
        title = _("<b>trained</b>") if i == 0 else _("✗ {}").format(_(str(stages[i])))
        if i < len(maps):
            panels.mapped(figure, place, picture, np.array(maps[i].array), title)
        else:
            panels.picture(figure, place, None, title)
    _show(figure, "destroyed", _("The map of the trained network, and after each further layer lost its weights"))


def _painted(current: Shown) -> None:
    """What climbing has painted: at the start, half way and now, with a prior and pixel by pixel."""
    figure, known = panels.board(400), current.facts
    rows = {"painted": _("with a prior"), "painted_plain": _("pixel by pixel")}
    for i, (name, title) in enumerate(rows.items()):
        seen, left = current.pictures(name), 0.51 * i
        now = _flat(seen[-1].array) if seen else None
        panels.picture(figure, (left, left + 0.49, 0, 0.7), now, f"<b>{title}</b>{_measured(current, name)}")
        for j, shown in enumerate(_spread(seen, 4)):
            across = left + 0.125 * j
            title = (_("step {}") if j == 0 else "{}").format(shown.step) if shown else ""
            panels.picture(figure, (across, across + 0.115, 0.8, 1), _flat(shown.array) if shown else None, title)
    name = known.get("name", "")
    _show(figure, "painted", _("What excites {} most, painted by climbing").format(name))


def _measured(current: Shown, name: str) -> str:
    """How much a painted picture excites the unit, and, of a class, how sure the network is of it."""
    __, columns = current.table
    excited = next((v for v in reversed(columns.get(name.replace("painted", "excited"), [])) if v is not None), None)
    share = current.summary.get(f"probability_{name}")
    said = "" if excited is None else f": {excited:.0f}"
    return said if share is None else f"{said} · {share:.0f} %"


def _spread(seen: Sequence, many: int) -> list:
    """So many of the pictures, evenly from the first to the last; None for those that are not there yet."""
    chosen = sorted({round(i) for i in np.linspace(0, len(seen) - 1, min(many, len(seen)))}) if seen else []
    return [seen[i] for i in chosen] + [None] * (many - len(chosen))


def _flat(painted: np.ndarray) -> np.ndarray:
    """A picture of one colour without its last axis."""
    painted = np.array(painted)
    return painted[..., 0] if painted.shape[2] == 1 else painted


def _shortcut(current: Shown) -> None:
    """The digit with its mark, and where the network looks as it learns."""
    picture = current.last("input")
    if picture is None:
        return
    figure = panels.board(400)
    places = panels.grid(2, 2, 0.06, 0.1)
    panels.picture(figure, places[0], picture, _("<b>The digit with its mark</b>"))
    for place, found in zip(places[1:], _spread(current.pictures("map"), 3)):
        if found:
            panels.mapped(figure, place, picture, found.array, _("step {}").format(found.step))
        else:
            panels.picture(figure, place, None)
    if (share := current.summary.get("share_in_mark")) is not None:
        figure["layout"]["annotations"][-1]["text"] += _(": {:.0f} % on mark").format(share)
    _show(figure, "shortcut", _("A digit with a mark in its corner, and where the network looks as it learns"))
