"""Kinds of oddity: how well each is told from normals, and what a few known ones of one kind have changed."""

from collections.abc import Mapping

from core.anomaly.analysis.kinds import CONTROL, by_kind, shown_of
from core.anomaly.analysis.scores import KINDS
from core.anomaly.settings import Oddities
from core.settings import extra
from pages.parts import chart, drawing, figures, lecture, table, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


def names() -> dict[str, str]:
    """What each kind is called on the page."""
    return {kind: _(name) for kind, name in extra(Oddities.model_fields["kind"], "names").items()}


@view(N_("Known and unknown oddities"), needs=KINDS, offered=lambda current: current.settings.data.name == "oddities")
def draw(current: Shown) -> None:
    """AUROC of each kind, with that of the same classifier where no oddity was known."""
    found, called, known = ask(by_kind, current), names(), shown_of(current)
    lecture.write("anomaly", "kinds of oddity")
    groups = {_("this run"): ("after", list(found.auroc.values()))}
    if found.control is not None:
        groups = {_("no oddity known"): ("control", list(found.control.values()))} | groups
    heads = [_("{} (known)").format(called[kind]) if kind == known else called[kind] for kind in found.auroc]
    figure = figures.bars(groups, heads, "", _("AUROC (%), guessing has 50"), 330, ".0f", 112)
    chart.show(
        figure, key="kinds/bars", alt=_("AUROC of each kind of oddity, of this run and where no oddity was known")
    )
    rows = [
        (called[kind], f"{value:.1f} ± {found.error[kind]:.1f}", f"{found.control[kind]:.1f}" if found.control else "–")
        for kind, value in found.auroc.items()
    ]
    table.draw((_("Kind"), _("AUROC of this run (%)"), _("no oddity known (%)")), rows)
    verdict.draw("anomaly", verdict.named(found.about, called))
    lecture.caption("anomaly", "control of oddities", run=CONTROL)


def live(found: Mapping[str, float], known: str, height: int) -> figures.Figure:
    """AUROC of each kind in % as bars that lie; the known kind is green."""
    called = names()
    heads = [_("{} (known)").format(called[kind]) if kind == known else called[kind] for kind in found]
    roles = ["neutral" if kind == known else "before" for kind in found]
    x = figures.axis(_("AUROC (%), guessing has 50"), [0, 112])
    texts = {"text": [f"{value:.0f} %" for value in found.values()], "textposition": "outside", "hoverinfo": "skip"}
    figure = drawing.lying(heads, list(found.values()), roles, x, height, **texts)
    return figures.upright(figure, 50)
