"""Measures of doubt: three ways to read a classifier's doubt from its logits, at any temperature."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.anomaly.decide import auroc
from core.runs import RunError
from core.settings import BadSettings
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.data import Scores, clipped

TEMPERATURES = tuple(float(f"{0.1 * 10 ** (i / 20):.3g}") for i in range(61))  # 0.1 to 100, twenty in each decade
ROLES = {"softmax": "after", "entropy": "neutral", "energy": "task5"}
DASHES = ("solid", "8px,8px", "2px,6px")
BATCH = 250
MOVES = 0.0005  # of AUROC: less is no change
ALIKE = 0.99  # correlation of two scores that say the same


@st.fragment
def unsure(current: Shown) -> None:
    """A slider of the temperature and a choice of the score; how well each tells anomalies from normals."""
    found = data.final(current)
    method = current.settings.method if current.settings else None
    if found is None or method is None or method.name != "confidence":
        st.info(
            _(
                "This view asks a classifier how unsure it is: choose classifier confidence as the detector, and let a run end."
            )
        )
        return
    try:
        logits, turned = answers(current.id, current)
    except (RunError, BadSettings, KeyError):
        st.info(_("The network of this run is gone, or is of another version: train it again."))
        return
    grid = tuple(sorted({*TEMPERATURES, method.temperature}))
    names = {"softmax": _("softmax"), "entropy": _("entropy"), "energy": _("energy")}
    left, right = st.columns([1, 1.4], gap="large", vertical_alignment="bottom")
    kind = left.segmented_control(
        _("Doubt measure"),
        list(names),
        format_func=names.get,
        required=True,
        key=views.kept("unsure/kind", list(names), method.unsure),
    )
    temperature = right.select_slider(
        _("Temperature T: divides the logits"),
        grid,
        format_func=lambda t: f"{t:.3g}",
        key=views.kept("unsure/t", grid, method.temperature),
    )
    curves = judged(current.id, grid, logits, turned, found.odd)
    at, doubt = grid.index(temperature), scores(logits, kind, temperature, turned)
    left, right = st.columns(2, gap="large")
    with left:
        _histogram(doubt, found.odd, names[kind], temperature)
    with right:
        _curves(grid, curves, names, kind, at)
    why = about_why(logits, kind, curves[kind][at], doubt) + about_ties(doubt, names[kind])
    st.markdown(about(grid, curves, names, at, kind) + why)
    st.caption(_meaning(kind, turned), help=known(current, found, logits, turned))


@st.cache_data(max_entries=16, show_spinner="Asking the classifier once …")
def answers(run_id: str, _current: Shown) -> tuple[np.ndarray, bool]:
    """Logits (turns, N, classes) of the whole test part, and whether the classes are turns of the picture.

    Raises RunError, BadSettings or KeyError when the run keeps no network that could be read.
    """
    import torch

    detector = data.detector_of(_current)
    if detector is None:
        raise RunError(_("This run keeps no network."))
    x = data.world(_current.settings).test_x
    with torch.inference_mode():
        logits = torch.cat([detector.logits(part) for part in x.split(BATCH)], 1)
    return logits.numpy().copy(), bool(detector.turning)


def scores(logits: np.ndarray, kind: str, temperature: float, turned: bool) -> np.ndarray:
    """How unsure the classifier is of each example (N,), as the detector itself computes it."""
    import torch

    from core.anomaly import networks

    return networks.unsure(torch.from_numpy(logits), kind, temperature, turned).numpy()


@st.cache_data(max_entries=32, show_spinner=False)
def judged(
    run_id: str, grid: tuple[float, ...], _logits: np.ndarray, _turned: bool, _odd: np.ndarray
) -> dict[str, list[float]]:
    """AUROC of each kind at each temperature, in [0, 1]."""
    return {kind: [auroc(scores(_logits, kind, t, _turned), _odd) for t in grid] for kind in ROLES}


def _histogram(found: np.ndarray, odd: np.ndarray, name: str, temperature: float) -> None:
    st.markdown("**" + _("How unsure it is: {} at T = {:.3g}").format(name, temperature) + "**")
    drawn = clipped(found)
    groups = {_("normal"): ("before", drawn[~odd]), _("anomalies"): ("danger", drawn[odd])}
    figure = figures.histogram(groups, _("score: higher is less sure"), _("share of each (%)"), 40, 330, share=True)
    chart.show(
        figure, key="unsure/scores", alt=_("Histogram of how unsure the classifier is of normals and of anomalies")
    )


def _curves(
    grid: tuple[float, ...], curves: Mapping[str, list[float]], names: Mapping[str, str], kind: str, at: int
) -> None:
    """AUROC against the temperature, of all three, the chosen one marked."""
    here = 100 * curves[kind][at]
    st.markdown("**" + _("How well it tells them apart: {} has {:.1f} %").format(names[kind], here) + "**")
    lines = [Line(names[each], ROLES[each], grid, 100 * np.array(curve)) for each, curve in curves.items()]
    lines.append(Line(_("guessing"), "control", [grid[0], grid[-1]], [50, 50]))
    figure = figures.curves(lines, _("temperature T"), _("AUROC (%), needs labels"), 330, log_x=True)
    for trace, dash in zip(figure["data"], DASHES):  # where they have the same AUROC, all can be seen
        trace["line"]["dash"] = dash
    text = f"{names[kind]}\nT = {grid[at]:.3g}\nAUROC {here:.1f} %"
    figures.add(figure, figures.dots(_("chosen"), "whole", [grid[at]], [here], [text]))
    figures.within(figure, x=(0.09, 112))
    chart.show(figure, key="unsure/curves", alt=_("AUROC of softmax, entropy and energy against the temperature"))


def about(
    grid: tuple[float, ...], curves: Mapping[str, list[float]], names: Mapping[str, str], at: int, kind: str
) -> str:
    """How well each tells them apart here, what the temperature does to the chosen one, and whether its doubt is worth anything."""
    here = {each: curve[at] for each, curve in curves.items()}
    listed = ", ".join(f"{names[each]} **{100 * value:.1f} %**" for each, value in here.items())
    said = _("AUROC at T = {:.3g}: {}.").format(grid[at], listed)
    curve = np.array(curves[kind])
    if np.ptp(curve) < MOVES:
        said += " " + _(
            "No temperature changes what {} puts first: the order of its scores is the same at all of them."
        ).format(names[kind])
    else:
        low, high = int(curve.argmin()), int(curve.argmax())
        said += " " + _("Over all temperatures {} has between {:.1f} % (T = {:.3g}) and {:.1f} % (T = {:.3g}).").format(
            names[kind], 100 * curve[low], grid[low], 100 * curve[high], grid[high]
        )
    if here[kind] < 0.5 - MOVES:
        said += " " + _("Below 50 %: by this score anomalies are surer than what was learned.")
    return said


def about_why(logits: np.ndarray, kind: str, score: float, doubt: np.ndarray) -> str:
    """Why a score is worse than guessing. score: its AUROC in [0, 1]."""
    if score >= 0.5 - MOVES:
        return ""
    if kind != "energy":
        return " " + _("It was only ever asked which class an example is of, never whether it is of any.")
    mean = -logits.mean((0, 2))
    if np.ptp(mean) > 0 and np.corrcoef(doubt, mean)[0, 1] > ALIKE:
        return " " + _(
            "At so high a temperature energy is little more than the mean of the logits, to which training pays no attention."
        )
    return ""


def about_ties(found: np.ndarray, name: str) -> str:
    """That a computer cannot tell scores apart any more where the classifier is too sure of everything."""
    same = len(found) - len(np.unique(found))
    if same < 0.1 * len(found):
        return ""
    return " " + _("{:.0f} % of the scores by {} are equal to others here, and say nothing.").format(
        100 * same / len(found), name
    )


def _meaning(kind: str, turned: bool) -> str:
    """What the chosen score is, in words."""
    match kind:
        case "energy":
            return _("Energy: −T log Σ exp(z / T), low where any logit z is high (Liu et al. 2020).")
        case "entropy":
            return _("Entropy: −Σ p log p, in nats.")
        case _ if turned:
            return _("Softmax: 1 − the probability of the turn that was made, mean over four turns.")
        case _:
            return _("Softmax: 1 − the largest probability.")


def known(current: Shown, found: Scores, logits: np.ndarray, turned: bool) -> str:
    """How well the classifier does what it was trained for."""
    says = logits.argmax(2)
    if turned:
        right = (says == np.arange(len(says))[:, None]).mean(0)
        return _(
            "It was trained to say by how much a picture is turned: right for {:.1f} % of normals and {:.1f} % of anomalies."
        ).format(100 * right[~found.odd].mean(), 100 * right[found.odd].mean())
    right = says[0] == data.world(current.settings).test_y.numpy()
    return _("It was trained to tell the normal classes apart: right for {:.1f} % of normals.").format(
        100 * right[~found.odd].mean()
    )
