"""Ranked: untuned detectors over several data sets, and which of their differences are more than chance."""

import streamlit as st

from core.anomaly.analysis.ranked import Ranked, ranked
from core.anomaly.analysis.scores import KINDS
from core.anomaly.benchmark import DATASETS, MEAN
from core.anomaly.settings import AnomalySettings
from core.settings import extra
from pages.parts import chart, figures, lecture, table, verdict, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

TITLES = {
    "wine": N_("wines"),
    "iris": N_("irises"),
    "optdigits": N_("small digits"),
    "cancer": N_("breast tumours"),
    "mnist": N_("digits"),
    "faces": N_("faces"),
    "moons": N_("two moons"),
    "ring": N_("ring"),
    "spots": N_("three spots"),
    "spiral": N_("spiral"),
}
ROW, ROOM = 26, 110  # pixels of a detector, and of what stands above and below all of them
THICK = 5  # pixels of the ruler, and of a bar that joins detectors
STEP = 0.3  # ranks between two bars that join detectors


@view(N_("Ranked"), needs=KINDS)
def draw(current: Shown) -> None:
    """A choice of data sets; mean ranks, the critical difference, and who cannot be told apart."""
    lecture.write("anomaly", "ranked")
    titles = {name: _(title) for name, title in TITLES.items()}
    key = views.kept("ranked/datasets", list(DATASETS), list(DATASETS))
    chosen = st.pills(
        _("Data sets"), list(DATASETS), format_func=titles.get, selection_mode="multi", key=key, required=False
    )
    found = ranked(chosen or ())
    if found is None:
        st.info(_("Choose at least two data sets."))
        return
    names = {MEAN: _("distance to the mean")}
    names |= {name: _(title) for name, title in extra(AnomalySettings.model_fields["method"], "names").items()}
    alt = _("Mean rank of each detector; bars join those that cannot be told apart")
    chart.show(critical_difference(found, names), key="ranked/ranks", alt=alt)
    verdict.draw("anomaly", verdict.named(found.about, names))
    rows = [
        (titles[name], *(f"{value:.1f}" for value in row)) for name, row in zip(found.datasets, found.auroc.tolist())
    ]
    table.draw((_("AUROC (%), mean of five seeds"), *(names[each] for each in found.detectors)), rows)
    lecture.caption("anomaly", "ranked data")


def critical_difference(found: Ranked, names: dict[str, str]) -> figures.Figure:
    """The diagram of Demšar (2006, figure 1), turned by a quarter so that long names can be read: a row for each detector."""
    ranks, places, last = found.ranking.ranks.tolist(), list(range(len(found.detectors))), len(found.detectors) - 1
    ruler = _("critical difference: {:.2f}").format(found.ranking.critical)
    lines = [
        Line(ruler, "danger", [1, 1 + found.ranking.critical], [-1, -1], dash="solid"),
        *(
            Line(_("not told apart") if i == 0 else "", "control", [at, at], [first - 0.25, end + 0.25], dash="solid")
            for i, (first, end) in enumerate(found.groups)
            for at in [last + 1.4 + STEP * i]
        ),
    ]
    figure = figures.curves(lines, _("mean rank over {} data sets: 1 is the best").format(len(found.datasets)), "", 300)
    for bar in figure["data"]:
        bar["line"]["width"] = THICK
    texts = [f"{names[each]}\n{rank:.2f}" for each, rank in zip(found.detectors, ranks)]
    figures.add(figure, figures.dots(_("mean rank"), "after", ranks, places, texts))
    right = last + 1.8 + STEP * len(found.groups)
    figures.within(figure, x=(0.7, max(right, 1.2 + found.ranking.critical)), y=(last + 0.6, -1.6))
    figures.ticked(figure, "y", places, [names[each] for each in found.detectors])
    return figures.restyled(figure, height=ROOM + ROW * len(places))
