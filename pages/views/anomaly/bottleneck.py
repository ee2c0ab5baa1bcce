"""The bottleneck: how much may come through before anomalies come through as well."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.anomaly.analysis import bottleneck
from core.anomaly.analysis.bottleneck import Curve, Network
from core.anomaly.analysis.scores import KINDS
from core.anomaly.datasets import dataset_of
from pages.parts import chart, choose, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.anomaly import panels
from pages.views.anomaly.names import method_name


@view(N_("The bottleneck"), needs=KINDS, scene="anomaly-copies-everything")
def draw(current: Shown) -> None:
    """PCA with ever more components, stored autoencoders beside it, and what one of them makes of ten pictures."""
    curve, pictures = ask(bottleneck.pca_curve, current), dataset_of(current.settings).pictures
    found, k = bottleneck.networks(current, curve.spread), _components(current, len(curve.auroc))
    _charts(current, curve, found, k)
    left, right = st.columns(2, gap="large")
    with left:
        verdict.draw("anomaly", bottleneck.about_pca(curve, k))
    with right:
        if found:
            names = {each.id: method_name(each.about) for each in found}
            said = bottleneck.about_networks(found, curve, partial(bottleneck.better, current))
            verdict.draw("anomaly", verdict.named(said, names))
        else:
            lecture.write("anomaly", "no autoencoder")
            if pictures:
                st.markdown(_("The network “convolutions alone” has no bottleneck worth the name: watch what it does."))
    lecture.caption("anomaly", "what does not come back")
    if pictures:
        _rebuilt(current, found, k)


def _components(current: Shown, most: int) -> int:
    if most == 1:
        st.info(_("Of the two numbers of a point PCA can leave out one: k = 1 is all that there is to choose."))
        return 1
    options, first = bottleneck.counts(current.settings, most)
    tip = _("How many numbers are left of an example in the middle.")
    return choose.along("bottleneck/k", _("Components of PCA (k)"), options, first, help=tip)


# ---- charts ----


def _charts(current: Shown, curve: Curve, found: Sequence[Network], k: int) -> None:
    ks = list(range(1, len(curve.auroc) + 1))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(_("**How well anomalies are found**"))
        lines = [
            Line("PCA", "after", ks, curve.auroc),
            Line(_("distance to the mean"), "control", ks, [curve.none] * len(ks), faint=True),
            Line(_("random order"), "control", ks, [50] * len(ks), faint=True),
        ]
        others = [each for each in found if each.id != current.id]
        series = (
            (_("network, dense code"), "neutral", "triangle-up", [each for each in others if not each.local]),
            (_("convolutions alone"), "task5", "diamond", [each for each in others if each.local]),
            (_("the run shown"), "whole", "star", [each for each in found if each.id == current.id]),
        )
        points = [_dots(*each, "auroc", "AUROC {:.1f} %") for each in series]
        alt = _("AUROC against the numbers that are left in the middle")
        chart.show(_over(lines, points, k, _("AUROC (%)")), key="bottleneck/auroc", alt=alt)
    with right:
        st.markdown(_("**What does not come back**"))
        lines = [
            Line(_("PCA: held-out normals"), "before", ks, curve.normal),
            Line(_("PCA: anomalies"), "danger", ks, curve.anomalous),
        ]
        dense, local = ([e for e in found if e.normal is not None and e.local is alone] for alone in (False, True))
        points = [
            _dots(_("network: normals"), "before", "square", dense, "normal", "{:.1f} %"),
            _dots(_("network: anomalies"), "danger", "x", dense, "anomalous", "{:.1f} %"),
            _dots(_("convolutions alone: normals"), "before", "diamond", local, "normal", "{:.1f} %"),
            _dots(_("convolutions alone: anomalies"), "danger", "cross", local, "anomalous", "{:.1f} %"),
        ]
        alt = _("Error of normals and of anomalies against the numbers left in the middle")
        chart.show(_over(lines, points, k, _("squared error (%)")), key="bottleneck/error", alt=alt)


def _dots(name: str, role: str, shape: str, some: Sequence[Network], number: str, said: str) -> figures.Trace:
    """One layer of points. number: of `Network`, how high they stand; said: how it is written."""
    values = [getattr(each, number) for each in some]
    text = _("{}\ncode size {}\n{}")
    texts = [text.format(method_name(each.about), each.code, said.format(v)) for each, v in zip(some, values)]
    return figures.dots(name, role, [each.code for each in some], values, texts, shape)


def _over(lines: Sequence[Line], points: Sequence[figures.Trace], k: int, title: str) -> figures.Figure:
    """The curves with the layers of points that there are over them, and with room for these."""
    marks = {f"k = {k}": k} if len(lines[0].x) > 1 else None
    figure = figures.curves(lines, _("numbers left in the middle (k or d)"), title, 320, log_x=True, marks=marks)
    return figures.with_points(figure, [trace for trace in points if trace["x"]])


# ---- ten pictures ----


@st.fragment
def _rebuilt(current: Shown, found: Sequence[Network], k: int) -> None:
    """Five normals and five anomalies, and what PCA with k components or one of the networks makes of them."""
    names = {"pca": _("PCA with k = {}").format(k)}
    names |= {each.id: f"{method_name(each.about)} · AUROC {each.auroc:.1f} %" for each in found}
    first, title = current.id if current.id in names else "pca", _("Ten pictures, rebuilt by")
    chosen = choose.one("bottleneck/who", title, names, first, side_by_side=False, width=520)
    shown = bottleneck.by_pca(current.settings, k) if chosen == "pca" else bottleneck.by_run(chosen)
    if shown is None:
        st.info(_("The pictures of this run are not there any more: choose another one."))
        return
    verdict.draw("anomaly", shown.about)
    alt = _("Five normal pictures and five anomalies, what came back, and where both differ")
    chart.show(panels.rows(shown.inputs, shown.expected, 260), key="bottleneck/pictures", alt=alt)
    st.caption(_("Orange: too much ink. Blue: ink that is missing."))
