"""How detectors and scores are called on the page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic.fields import FieldInfo

from core.anomaly.analysis.rivals import METHODS, Rival, changed
from core.anomaly.settings import AnomalySettings
from core.runs import About
from core.settings import extra
from core.verdict import Verdict
from pages.parts.verdict import minus
from pages.parts.words import _


def method_name(about: About) -> str:
    """How a run's detector is called on the page, with the knobs in which it is not as the method has them."""
    method = about.settings["method"]
    name, fields = extra(AnomalySettings.model_fields["method"], "names")[method], METHODS[method].model_fields
    return ", ".join([_(name), *(_said(fields[knob], value) for knob, value in changed(about).items())])


def _said(knob: FieldInfo, value: Any) -> str:
    """A knob and its value: “d = 512”, “convolutions alone”."""
    if named := (extra(knob, "names") or {}).get(value):
        return _(named)
    number, unit = f"{value:g}" if isinstance(value, float) else str(value), extra(knob, "unit")
    return f"{extra(knob, 'symbol') or _(knob.title)} = {number}" + (f" {_(unit)}" if unit else "")


def number(value: float) -> str:
    """Three digits that count, and no powers of ten up to a million."""
    return minus(f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}")


def titles(those: Sequence[Rival]) -> dict[str, str]:
    """What each is called in a sentence, id → its method alone, and its knobs where another one shares that."""
    names = {each.id: method_name(each.about) for each in those}
    plain = {each: name.split(",")[0] for each, name in names.items()}
    return {each: names[each] if list(plain.values()).count(title) > 1 else title for each, title in plain.items()}


def named(found: Iterable[Verdict], names: Mapping[str, str]) -> list[Verdict]:
    """Verdicts with names in place of ids. names: id → name."""
    return [replace(each, numbers={key: _name(value, names) for key, value in each.numbers.items()}) for each in found]


def _name(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return listed([names.get(each, each) for each in value])
    return names.get(value, value) if isinstance(value, str) else value


def listed(names: Sequence[str]) -> str:
    """“A, B and C”; of many the first few."""
    if len(names) > 5:
        return _("{}, {}, {}, {} and {} more").format(*names[:4], len(names) - 4)
    if len(names) == 1:
        return names[0]
    return _("{} and {}").format(", ".join(names[:-1]), names[-1])


def percent(p: float) -> str:
    """A p-value for people: “1.2 %”, “34 %”."""
    return f"{100 * p:.1f} %" if p < 0.0995 else f"{100 * p:.0f} %"
