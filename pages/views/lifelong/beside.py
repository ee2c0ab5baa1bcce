"""What stands beside the matrix on the stage: what a method has to show of itself, above one curve."""

from core.lifelong.analysis.dreaming import Dreams, dreams
from core.lifelong.analysis.ordering import ordering
from core.lifelong.analysis.packing import Packing, packing
from core.lifelong.analysis.transfer import Transfer, transfer
from pages.parts import chart, figures, rasters
from pages.parts.grammar import COLOURS, colour, numbers
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.lifelong.orders import seeds

COLUMNS = 7  # dreams in a row
SHARE = 0.5  # of the stage's height


def beside(current: Shown) -> bool:
    """Draws it; False of a method that has nothing to show."""
    if (found := packing(current)) is not None:
        alt = _("Share of each layer's weights that each task owns")
        chart.show(owners(found), key="stage/owners", alt=alt, share=SHARE)
        return True
    if (dreamt := dreams(current)) is not None:
        alt = _("What the generator draws, and what the network takes it for")
        drawn = figures.headed(gallery(dreamt, COLUMNS), _("dreamt digits, and the network's answer"))
        chart.show(drawn, key="stage/dreams", alt=alt, share=SHARE)
        return True
    if (raced := ordering(current)) is not None:
        chart.show(seeds(raced), key="stage/seeds", alt=_("Average accuracy of each order, seed by seed"), share=SHARE)
        return True
    related = current.settings is not None and current.settings.stream == "rotated"  # elsewhere tasks hardly help
    if related and (helped := transfer(current)) is not None:
        alt = _("Accuracy on each task before and after it was trained")
        chart.show(given(helped, 220), key="stage/transfer", alt=alt, share=SHARE)
        return True
    return False


def given(found: Transfer, height: int) -> figures.Figure:
    """Four bars for each task: what it had before anything was learned, before its own training, after it, and now."""
    groups = {
        _("untrained"): ("control", found.untrained),
        _("before its training"): ("before", found.before),
        _("just learned"): ("after", found.learned),
        _("now"): ("neutral", found.now),
    }
    tasks = [_("task {}").format(i + 1) for i in range(len(found.now))]
    return figures.bars(groups, tasks, "", _("test accuracy (%)"), height, top=100)


def gallery(found: Dreams, columns: int) -> figures.Figure:
    """The dreams in rows, below each the network's answer."""
    said = [_("dreamt, and taken for {}").format(label) for label in found.labels]
    titles = [str(label) for label in found.labels]
    return rasters.gallery(list(found.digits), columns, said, 90, titles)


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
