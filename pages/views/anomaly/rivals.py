"""How detectors are called where several are held against one another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.anomaly.analysis.rivals import Rival
from core.verdict import Verdict
from pages.parts.words import _
from pages.views.anomaly.data import method_name


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
