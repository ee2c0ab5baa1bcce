"""What probes read in every layer: two charts over the layers, and test digits with each answer to the trait."""

from collections.abc import Mapping
from typing import Any

from core.explain import pictures
from core.explain.settings import ANSWERS, METRICS
from pages.parts import chart, figures, panels, shown
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import N_, _, translate

LINES = {"": N_("this network"), "_untrained": N_("before training"), "_control": N_("control task")}
ROLES = ("after", "before", "control")
TITLES = {
    "digit": N_("probe for the digit (%)"),
    "slant": N_("probe for the slant (%)"),
    "thickness": N_("probe for stroke thickness (%)"),
    "loop": N_("probe for a closed loop (%)"),
    "place": N_("probe for the place (%)"),
}


def accuracy(current: Shown) -> tuple[str, ...]:
    """Accuracy of the probes in every layer, of the digit above and of the trait below."""
    trait = str(current.facts.get("trait", "slant"))
    for task, asked in (("digit", "digit"), ("trait", trait)):
        figure = _over_layers(current, task, _(TITLES[asked]))
        alt = _("Accuracy of linear probes in every layer: {}").format(_(TITLES[asked]))
        chart.show(figure, key=f"explain/stage/probe/{task}", alt=alt, share=0.5)
    return "digit", "trait"


def _over_layers(current: Shown, task: str, title: str) -> figures.Figure:
    layers = [translate(str(layer)) for layer in current.facts.get("layers", [])]
    lines = [
        Line(_(name), role, *current.series(f"{task}{which}")) for (which, name), role in zip(LINES.items(), ROLES)
    ]
    figure = figures.curves(lines, "", title, 200)
    rival = shown.rival(METRICS[task], current.settings)
    figure = figures.within(figure, x=(-0.15, max(1, len(layers) - 1) + 0.15), y=(0, 104))
    figure = figures.restyled(figure, figures.names_of(layers))
    return figures.add_levels(figure, [rival] if rival else [])


def traits(current: Shown) -> bool:
    """Test digits with each answer to the trait, a row for each answer."""
    seen = current.last(pictures.TRAITS)
    if seen is None:
        return False
    answers = ANSWERS[str(current.facts["trait"])]
    named = {translate(answer): row for answer, row in zip(answers, seen)}
    in_rows(named, "explain/stage/traits", _("Test digits with each answer"))
    return True


def in_rows(named: Mapping[str, Any], key: str, alt: str) -> None:
    """Rows of pictures (n, 28, 28) under their names, in half of the stage's height."""
    figure, tall = panels.board(200, top=20, bottom=4), 1 / len(named)
    for i, (name, row) in enumerate(named.items()):
        wide = 1 / len(row)
        for j, digit in enumerate(row):
            place = (wide * j, wide * (j + 0.94), tall * (i + 0.1), tall * (i + 0.98))
            panels.picture(figure, place, digit, f"<b>{name}</b>" if j == len(row) // 2 else "")
    chart.show(figure, key=key, alt=alt, share=0.5)
