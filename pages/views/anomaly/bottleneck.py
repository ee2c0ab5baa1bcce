"""The bottleneck: how much may come through before anomalies come through as well."""

from collections.abc import Sequence

import streamlit as st

from core.anomaly.analysis.bottleneck import (
    Curve,
    Network,
    about_networks,
    about_pca,
    by_pca,
    by_run,
    counts,
    networks,
    pca_curve,
)
from core.anomaly.analysis.scores import KINDS
from core.anomaly.datasets import dataset_of
from pages.parts import chart, figures, verdict, views
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.anomaly import panels
from pages.views.anomaly.names import method_name, named


@st.fragment
def draw(current: Shown) -> None:
    """PCA with ever more components, stored autoencoders beside it, and what one of them makes of ten pictures."""
    curve = ask(pca_curve, current)
    found, k = networks(current, curve.spread), _components(current, len(curve.auroc))
    _charts(current, curve, found, k)
    left, right = st.columns(2, gap="large")
    with left:
        verdict.draw("anomaly", about_pca(curve, k))
    with right:
        if found:
            names = {each.id: method_name(each.about) for each in found}
            verdict.draw("anomaly", named(about_networks(found, curve), names))
        else:
            _how_to_train(dataset_of(current.settings).pictures)
    tip = _(
        "The squared error, in percent of the squared distance to the mean normal example. Nothing is blurred here."
    )
    st.caption(_("What does not come back, in %. The best number is known only with labels."), help=tip)
    if dataset_of(current.settings).pictures:
        _rebuilt(current, found, k)


def _components(current: Shown, most: int) -> int:
    if most == 1:
        st.info(
            _(
                "Points of the plane are two numbers: PCA can leave out one of them, so k = 1 is all that there is to choose."
            )
        )
        return 1
    options, first = counts(current.settings, most)
    return st.select_slider(
        _("Components of PCA (k)"),
        options,
        key=views.kept("bottleneck/k", options, first),
        help=_("How many numbers are left of an example in the middle."),
    )


def _how_to_train(pictures: bool) -> None:
    st.markdown(
        _(
            "No stored autoencoder has learned these data yet. Choose the detector “Autoencoder”, turn **Bottleneck d**, press Train."
        )
    )
    if pictures:
        st.markdown(_("The network “convolutions alone” has no bottleneck worth the name: watch what it does."))


# ---- charts ----


def _charts(current: Shown, curve: Curve, found: Sequence[Network], k: int) -> None:
    ks = list(range(1, len(curve.auroc) + 1))
    marks = {f"k = {k}": k} if len(ks) > 1 else None
    axis = _("numbers left in the middle (k or d)")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{_('How well anomalies are found')}**")
        lines = [
            Line("PCA", "after", ks, curve.auroc),
            Line(_("distance to the mean"), "control", ks, [curve.none] * len(ks), faint=True),
            Line(_("random order"), "control", ks, [50] * len(ks), faint=True),
        ]
        figure = figures.curves(lines, axis, _("AUROC (%)"), 320, log_x=True, marks=marks)
        _with_points(figure, _found(found, current.id))
        chart.show(figure, key="bottleneck/auroc", alt=_("AUROC against the numbers that are left in the middle"))
    with right:
        st.markdown(f"**{_('What does not come back')}**")
        lines = [
            Line(_("PCA: held-out normals"), "before", ks, curve.normal),
            Line(_("PCA: anomalies"), "danger", ks, curve.anomalous),
        ]
        figure = figures.curves(lines, axis, _("squared error (%)"), 320, log_x=True, marks=marks)
        _with_points(figure, _lost([each for each in found if each.normal is not None]))
        alt = _("Error of normals and of anomalies against the numbers left in the middle")
        chart.show(figure, key="bottleneck/error", alt=alt)


def _found(networks: Sequence[Network], own: str) -> list[figures.Trace]:
    """AUROC of each network; that of the run shown in the ink's colour."""
    others = [each for each in networks if each.id != own]
    series = (
        (_("network, dense code"), "neutral", "triangle-up", [each for each in others if not each.local]),
        (_("convolutions alone"), "task5", "diamond", [each for each in others if each.local]),
        (_("the run shown"), "whole", "star", [each for each in networks if each.id == own]),
    )
    layers = []
    for name, role, shape, some in series:
        layers += _dots(name, role, shape, some, [each.auroc for each in some], "AUROC {:.1f} %")
    return layers


def _lost(networks: Sequence[Network]) -> list[figures.Trace]:
    """What each network does not give back, of normals and of anomalies."""
    dense, local = ([each for each in networks if each.local is alone] for alone in (False, True))
    series = (
        (_("network: normals"), _("network: anomalies"), dense, ("square", "x")),
        (_("convolutions alone: normals"), _("convolutions alone: anomalies"), local, ("diamond", "cross")),
    )
    layers = []
    for normals, anomalies, some, shapes in series:
        layers += _dots(normals, "before", shapes[0], some, [each.normal for each in some], "{:.1f} %")
        layers += _dots(anomalies, "danger", shapes[1], some, [each.anomalous for each in some], "{:.1f} %")
    return layers


def _dots(
    name: str, role: str, shape: str, some: Sequence[Network], values: Sequence[float], said: str
) -> list[figures.Trace]:
    """One layer of points, or none where there are none."""
    if not some:
        return []
    sizes = [_("code size {}").format(each.code) for each in some]
    texts = [f"{method_name(each.about)}\n{size}\n{said.format(v)}" for each, size, v in zip(some, sizes, values)]
    return [figures.dots(name, role, [each.code for each in some], values, texts, shape)]


def _with_points(figure: figures.Figure, traces: list[figures.Trace]) -> None:
    """Puts points over the curves and makes room for them."""
    figures.add(figure, *traces)
    low, high = figures.span_of(figure, "x")
    xs = [high, *(x for trace in traces for x in trace["x"])]
    figures.within(figure, x=(low, max(high, 1.15 * max(xs))))
    ys = [y for trace in traces for y in trace["y"]]
    low, high = figures.span_of(figure, "y")
    margin = 0.06 * (max(high, *ys, high) - min(low, *ys, low))
    figures.within(figure, y=(min(low, *(y - margin for y in ys), low), max(high, *(y + margin for y in ys), high)))


# ---- ten pictures ----


@st.fragment
def _rebuilt(current: Shown, found: Sequence[Network], k: int) -> None:
    """Five normals and five anomalies, and what PCA with k components or one of the networks makes of them."""
    names = {"pca": _("PCA with k = {}").format(k)}
    names |= {each.id: f"{method_name(each.about)} · AUROC {each.auroc:.1f} %" for each in found}
    chosen = st.selectbox(
        _("Ten pictures, rebuilt by"),
        list(names),
        format_func=names.get,
        key=views.kept("bottleneck/who", list(names), current.id if current.id in names else "pca"),
        width=520,
    )
    shown = by_pca(current.settings, k) if chosen == "pca" else by_run(chosen)
    if shown is None:
        st.info(_("The pictures of this run are not there any more: choose another one."))
        return
    verdict.draw("anomaly", shown.about)
    alt = _("Five normal pictures and five anomalies, what came back, and where both differ")
    chart.show(panels.rows(shown.inputs, shown.expected, 260), key="bottleneck/pictures", alt=alt)
    st.caption(_("Orange: too much ink. Blue: ink that is missing."))


VIEW = View(
    "bottleneck",
    _("The bottleneck"),
    draw,
    needs=KINDS,
    opens=lambda current: current.id == "anomaly-copies-everything",
)
