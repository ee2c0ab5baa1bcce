"""Whether a concept moves the answers: its score for every layer and class, its examples, and random pictures."""

from core.explain import analysis, pictures
from pages.parts import chart, lecture, rasters
from pages.parts.shown import Shown
from pages.parts.words import _, translate
from pages.views.explain.layers import in_rows


def table(current: Shown) -> None:
    """TCAV scores of all layers and classes; in brackets what random concepts reach as well."""
    found = analysis.concepts.scores(current)
    if found is None:
        return
    words = [
        [f"{value:.0f}" if shown else f"({value:.0f})" for value, shown in zip(*row)]
        for row in zip(found.values, found.shown)
    ]
    figure = rasters.matrix(
        (found.values - 50) * found.shown,
        400,
        signed=True,
        limit=50,
        rows=[translate(layer) for layer in found.layers],
        columns=[str(digit) for digit in range(found.values.shape[1])],
        words=words,
        x=_("for the digit: score in % (in brackets: no more than chance)"),
    )
    squares = figure["data"][0]
    squares |= {"xgap": 3, "ygap": 3, "hoverinfo": "skip", "hovertemplate": None}
    figure["layout"]["yaxis"].pop("scaleanchor")
    chart.show(figure, key="explain/stage/concept", alt=_("TCAV scores of every layer and class"), share=0.9)
    lecture.caption("explain", "false alarms", found=found.false_alarms, cells=found.shown.size)


def examples(current: Shown) -> bool:
    """Examples of the concept, and below them random pictures."""
    rows = {_("the concept"): current.last(pictures.CONCEPT), _("random pictures"): current.last(pictures.RANDOM)}
    if any(row is None for row in rows.values()):
        return False
    in_rows(rows, "explain/stage/examples", _("Examples of the concept, and random pictures"))
    return True
