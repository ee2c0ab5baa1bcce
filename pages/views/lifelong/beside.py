"""What stands beside the matrix on the stage: what a method has to show of itself, above one curve."""

from core.lifelong.analysis.packing import Packing, packing
from pages.parts import chart, figures
from pages.parts.grammar import COLOURS, colour, numbers
from pages.parts.shown import Shown
from pages.parts.words import _

SHARE = 0.5  # of the stage's height


def beside(current: Shown) -> bool:
    """Draws it; False of a method that has nothing to show."""
    if (found := packing(current)) is not None:
        alt = _("Share of each layer's weights that each task owns")
        chart.show(owners(found), key="stage/owners", alt=alt, share=SHARE)
        return True
    return False


def owners(found: Packing) -> figures.Figure:
    """A bar for each layer, in the colours of the tasks that own its weights; what is free is grey."""
    tasks = found.layers.shape[1] - 1
    names = [*(_("task {}").format(i + 1) for i in range(tasks)), _("free")]
    hues = [*(colour(f"task{i + 1}") for i in range(tasks)), f"{COLOURS['control']}55"]
    layers = [_("layer {}").format(i + 1) for i in range(len(found.layers))]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "showlegend": i == tasks,  # the tasks have their colours beside the matrix
            "marker": {"color": hue},
            "x": numbers(found.layers[:, i]),
            "y": list(range(len(layers))),
            "text": [f"{share:.0f}" if share >= 4 else "" for share in found.layers[:, i]],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "hovertemplate": f"{name}: %{{x:.1f}} %<extra></extra>",
        }
        for i, (name, hue) in enumerate(zip(names, hues))
        if found.layers[:, i].any()
    ]
    across = figures.axis(_("share of the layer's weights (%)"), [0, 100])
    down = figures.axis("", [len(layers) - 0.5, -0.5]) | figures.names_of(layers) | {"showgrid": False}
    return figures.figure_of(traces, across, down, 220, barmode="stack", bargap=0.3)
