"""The stage of the explainable AI page: the picture under its map, what the network says, and what hiding the named pixels does."""

import streamlit as st

from core.explain import analysis, pictures
from core.explain.settings import EXPERIMENTS, Concept, Counterfactual, Excite, Probe, Randomise, Shortcut
from pages.parts import chart, figures, panels
from pages.parts.shown import Shown
from pages.parts.words import _, translate
from pages.views.explain import concept, layers, walk
from pages.views.explain.hidden import deletion_insertion

FIGURE = 0.87  # share of the stage that the figure has above the slider
STRENGTH = 70  # of the map over the picture at first, in percent
STAGES = 8  # maps of the randomisation test beside one another


def picture(current: Shown) -> tuple[str, ...] | None:
    """What the run is about: what is drawn depends on what it does. Returns the groups of curves that it holds itself."""
    if current.settings is None:
        return None
    drawn = {Randomise: _destroyed, Excite: _painted, Shortcut: _shortcut}
    drawn |= {Probe: layers.accuracy, Concept: concept.table, Counterfactual: walk.walked}
    return drawn.get(type(current.settings.method), _explained)(current)


def beside(current: Shown) -> bool:
    """What happens to the answer when the pixels that the map names are hidden, or shown; of probes and concepts, what they
    are shown; nothing of another experiment, which explains no single map."""
    method = current.settings.method if current.settings else None
    if isinstance(method, Probe | Concept):
        return layers.traits(current) if isinstance(method, Probe) else concept.examples(current)
    if method is None or isinstance(method, EXPERIMENTS):
        return False
    found = deletion_insertion(analysis.stage.measured_by(current), current.facts.get("photo", False))
    _show(found["deletion"], "deletion", _("Probability of the answer while pixels are hidden"), 0.5)
    if not method.reports:  # otherwise it has a curve of its own
        _show(found["insertion"], "insertion", _("Probability of the answer while pixels are shown"), 0.5)
    return True


def _show(figure: figures.Figure, key: str, alt: str, share: float = 1.0) -> None:
    chart.show(figure, key=f"explain/stage/{key}", alt=alt, share=share)


# ---- one map ----


def _explained(current: Shown) -> None:
    """The picture under its map, and the network's first answers."""
    seen, values = current.last(pictures.INPUT), current.last(pictures.MAP)
    values = current.last(pictures.GROWING) if values is None else values
    if seen is None:
        return
    figure, known = panels.board(400), current.facts
    strength = st.session_state.get("explain/strength", STRENGTH) / 100
    answer, short = str(known.get("answer", "")), analysis.stage.short
    title = _("<b>Why “{}”?</b>").format(short(answer))
    panels.mapped(figure, (0, 0.66, 0, 1), seen, values, title, strength=strength)
    rows = [(short(name), share, "after" if name == answer else "control") for name, share in known.get("answers", [])]
    panels.bars(figure, (0.7, 1, 0.03, 0.78), rows, _("The network says"), 5)
    panels.legend(figure, 0.7, {_("for the answer"): "after", _("against it"): "before"})
    _show(figure, "map", _("The picture with the map over it, and what the network says"), FIGURE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note, cost = current.summary.get("note", ""), known.get("cost", "")
        help_ = " ".join(filter(None, (translate(note), _("Cost: {}.").format(translate(cost)) if cost else "")))
        st.caption(_("Map over the picture (%)"), help=help_ or None, width="content")
        key = "explain/strength"
        st.slider(_("Map over the picture (%)"), 0, 100, STRENGTH, 10, key=key, label_visibility="collapsed")


# ---- experiments ----


def _destroyed(current: Shown) -> None:
    """The map after each further layer lost its weights."""
    seen, maps = current.last(pictures.INPUT), current.pictures(pictures.MAP)
    stages = current.facts.get("stages", [])
    if seen is None or not stages:
        return
    chosen = analysis.stage.places(len(stages), STAGES)
    figure = panels.board(400)
    for place, i in zip(panels.grid(3 if len(chosen) <= 6 else 4, 2, 0.03, 0.1), chosen):
        title = _("<b>trained</b>") if i == 0 else _("✗ {}").format(translate(str(stages[i])))
        if i < len(maps):
            panels.mapped(figure, place, seen, maps[i].array, title)
        else:
            panels.picture(figure, place, None, title)
    _show(figure, "destroyed", _("The map of the trained network, and after each further layer lost its weights"))


def _painted(current: Shown) -> None:
    """What climbing has painted: at the start, half way and now, with a prior and pixel by pixel."""
    figure = panels.board(400)
    rows = {pictures.PAINTED: _("with a prior"), pictures.PAINTED_PLAIN: _("pixel by pixel")}
    for i, (kind, title) in enumerate(rows.items()):
        found, left = analysis.stage.painting(current, kind, 4), 0.51 * i
        said = "" if found.excited is None else f": {found.excited:.0f}"
        said += "" if found.probability is None else f" · {found.probability:.0f} %"
        panels.picture(figure, (left, left + 0.49, 0, 0.7), found.now, f"<b>{title}</b>{said}")
        for j, before in enumerate(found.before):
            step, shown = before or (None, None)
            title = "" if step is None else _("step {}").format(step) if j == 0 else str(step)
            across = left + 0.125 * j
            panels.picture(figure, (across, across + 0.115, 0.8, 1), shown, title)
    name = current.facts.get("name", "")
    _show(figure, "painted", _("What excites {} most, painted by climbing").format(translate(name)))


def _shortcut(current: Shown) -> None:
    """The digit with its mark, and where the network looks as it learns."""
    seen = current.last(pictures.INPUT)
    if seen is None:
        return
    figure, share = panels.board(400), current.summary.get("share_in_mark")
    first, *places = panels.grid(2, 2, 0.06, 0.1)
    panels.picture(figure, first, seen, _("<b>The digit with its mark</b>"))
    maps = analysis.stage.spread(current.pictures(pictures.MAP), len(places))
    for place, found in zip(places, maps):
        if found is None:
            panels.picture(figure, place, None)
        else:
            last = found is maps[-1] and share is not None
            title = _("step {}: {:.0f} % on mark") if last else _("step {}")
            title = title.format(found.step, share)
            panels.mapped(figure, place, seen, found.array, title)
    _show(figure, "shortcut", _("A digit with a mark in its corner, and where the network looks as it learns"))
