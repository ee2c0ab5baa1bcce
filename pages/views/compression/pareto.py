"""Everything tried, in one picture: accuracy against what it costs."""

from core.compression import analysis
from pages.parts import chart, choose, figures, lecture
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translated
from pages.views.compression.choice import COSTS, timed


@view(N_("Everything tried"))
def draw(current: Shown) -> None:
    """Accuracy against what it costs, for every run that is stored."""
    axes = {"bytes": _("size (bytes)")} | translated(COSTS)
    axis = choose.one("pareto/axis", _("Cost"), axes)
    tried = analysis.pareto.tried()
    if axis.startswith("latency"):
        batch, tried = int(axis.removeprefix("latency_")), analysis.pareto.measurable(tried)
        costs = timed(analysis.pareto.latencies, tuple(each.id for each in tried), batch)
    else:
        costs = {each.id: getattr(each, axis) for each in tried}
    groups = {}
    for each in tried:
        __, xs, ys, texts = groups.setdefault(_(each.method.done), (each.method.role, [], [], []))
        xs.append(costs[each.id])
        ys.append(each.accuracy)
        texts.append(f"{each.id}\n{each.accuracy:.1f} % · {costs[each.id]:,.4g}")
    figure = figures.points(groups, axes[axis], _("test accuracy (%)"), 440, log_x=True)
    chart.show(figure, key="pareto/points", alt=_("Accuracy against cost for every stored run"))
    lecture.caption("compression", "everything tried")
