"""How detectors and scores are called on the page."""

from collections.abc import Mapping, Sequence

import streamlit as st
from pydantic.fields import FieldInfo

from core.anomaly.analysis.rivals import METHODS, Rival, changed
from core.anomaly.settings import AnomalySettings
from core.runs import About
from core.settings import extra
from pages.parts import views
from pages.parts.verdict import minus
from pages.parts.words import _


def method_name(about: About, knobs: bool = True) -> str:
    """How a run's detector is called on the page. knobs: with those in which it is not as the method has them."""
    method = about.settings["method"]
    name, fields = extra(AnomalySettings.model_fields["method"], "names")[method], METHODS[method].model_fields
    turned = changed(about).items() if knobs else ()
    return ", ".join([_(name), *(_knob(fields[knob], value) for knob, value in turned)])


def pick(title: str, label: str, where: str, found: Mapping[str, About], first: Sequence[str]) -> list[str]:
    """A choice of several detectors, by their ids. where: the widget's key. first: what is chosen at first."""
    names = {each: method_name(about) for each, about in found.items()}
    with st.popover(title, icon=":material/checklist:"):
        key = views.kept(where, list(names), first)
        return st.pills(label, list(names), format_func=names.get, selection_mode="multi", key=key)


def _knob(knob: FieldInfo, value: object) -> str:
    """A knob and its value: “d = 512”, “convolutions alone”."""
    if named := (extra(knob, "names") or {}).get(value):
        return _(named)
    symbol, number = extra(knob, "symbol") or _(knob.title), f"{value:g}" if isinstance(value, float) else value
    unit = _(extra(knob, "unit") or "")
    return f"{symbol} = {number} {unit}".rstrip()


def number(value: float) -> str:
    """Three digits that count, and no powers of ten up to a million."""
    return minus(f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}")


def titles(those: Sequence[Rival]) -> dict[str, str]:
    """What each is called in a sentence, id → its method alone, and its knobs where another one shares that."""
    methods = [each.method for each in those]
    return {each.id: method_name(each.about, methods.count(each.method) > 1) for each in those}
