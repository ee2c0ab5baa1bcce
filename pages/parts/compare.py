"""The tab Compare: any runs of the lab over one another in the live picture, with what differs in their settings, and a sweep."""

import streamlit as st

from core import catalogue, labs, runs
from core.settings import choices_of, every_field
from pages.parts import knobs, shown, sweep, visitor
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.words import _, plain, translate, with_unit

MOST = 5  # runs over the one shown


def draw(lab: str, current: Shown) -> None:
    """Choose runs; their curves appear faint in the live picture, their differences here. Below, a sweep over one knob."""
    _runs(lab, current)
    sweep.draw(lab, current)


def _runs(lab: str, current: Shown) -> None:
    found, skipped = runs.listing(lab, visitor.maker())
    abouts = {about.id: about for about in found if about.id != current.id}
    laid = LabState(lab).compare = [run_id for run_id in LabState(lab).compare if run_id in abouts]
    chosen = st.multiselect(
        _("Lay over the picture above"),
        list(abouts),
        format_func=lambda i: shown.name(abouts[i]),
        key=f"{lab}/compare/pick",
        default=laid,
        max_selections=MOST,
        placeholder=_("Choose up to {} runs").format(MOST),
    )
    if chosen != laid:
        LabState(lab).compare = chosen
        st.rerun()
    for sentence in skipped:
        st.warning(plain(translate(sentence)))
    everything = [current.run.about] if current.run else []
    everything += [abouts[run_id] for run_id in chosen]
    if len(everything) > 1:
        st.table(differences(everything))


def differences(abouts: list[runs.About]) -> dict[str, list[str]]:
    """A table of what differs: one column for each run, one row for each setting or result that is not the same in all."""
    rows: dict[str, list[str]] = {}
    for part, label in (("settings", _setting), ("summary", _result)):
        for name in dict.fromkeys(n for about in abouts for n in getattr(about, part)):
            values = [getattr(about, part).get(name) for about in abouts]
            if (
                all(isinstance(v, (int, float, str, bool, type(None))) for v in values)
                and len(set(map(str, values))) > 1
            ):
                title, texts = label(name, abouts, [_text(v) for v in values])
                rows[title if title not in rows else f"{title}, {name}"] = texts
    return {"": list(rows)} | {shown.name(a): [row[i] for row in rows.values()] for i, a in enumerate(abouts)}


def _setting(name: str, abouts: list[runs.About], texts: list[str]) -> tuple[str, list[str]]:
    """A knob as the page calls it, its choices in words."""
    field = every_field(labs.of(abouts[0].lab).settings).get(name)
    if field is None:
        return name.replace("_", " "), texts
    words = [
        _(catalogue.value_of(about.lab, about.settings, name)) if text in map(str, choices_of(field)) else text
        for about, text in zip(abouts, texts)
    ]
    return knobs.label_of(name, field), words


def _result(name: str, abouts: list[runs.About], texts: list[str]) -> tuple[str, list[str]]:
    """A number as the page calls it, with its unit and what its trivial rival reaches: in the row's head when that is the same
    for all, otherwise beside each number."""
    metric = labs.of(abouts[0].lab).metrics.get(name)
    if metric is None:
        return name.replace("_", " "), texts
    head = with_unit(translate(metric.label), metric.unit)
    rivals = [shown.rival(metric, shown.settings_of(about)) for about in abouts]
    said = [f"{rival[0]}: {rival[1]:.3g}" if rival else "" for rival in rivals]
    if len(set(said)) == 1:
        return head + (f" · {said[0]}" if said[0] else ""), texts
    return head, [f"{text} ({beside})" if beside else text for text, beside in zip(texts, said)]


def _text(value: object) -> str:
    text = "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 200 else "…"  # a picture of one's own, as text
