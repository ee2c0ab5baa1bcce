"""The bottleneck: how much may come through before anomalies come through as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.anomaly import decide
from core.runs import About, RunError
from core.settings import flatten
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data, panels

MOST = 300  # components, as the knob of PCA has it
USUAL = 30  # components where no other number suggests itself
AUTOENCODERS = ("autoencoder", "denoising", "vae")
CODE_SIDE = 7  # a code of convolutions alone is a picture of 7 × 7 for each channel, as core/anomaly/models.py has it
LIKE = 0.5  # points of AUROC: below that two are called alike
COPIED = 10.0  # %: where less than that of anomalies does not come back, they are copied
SHOWN = 5  # normals, and as many anomalies


@dataclass(frozen=True)
class Curve:
    """PCA with 1, 2, 3 … components: AUROC, and how much of what makes held-out normals and anomalies differ from the mean
    normal does not come back, all in %, (K,). spread: mean squared distance to that mean, of held-out normals, of anomalies."""

    auroc: np.ndarray
    held: np.ndarray
    odd: np.ndarray
    spread: tuple[float, float]
    none: float = 50.0  # AUROC with no component at all, in %: the distance to the mean


@dataclass(frozen=True)
class Network:
    """A stored autoencoder: the numbers that are left in the middle, whether by convolutions alone, and what it reached, in %. held,
    odd: what does not come back, as in `Curve`; None where its score is no plain squared error."""

    id: str
    name: str
    code: int
    net: str
    auroc: float
    held: float | None
    odd: float | None


@st.fragment
def bottleneck(current: Shown) -> None:
    """PCA with ever more components, stored autoencoders beside it, and what one of them makes of ten pictures."""
    if data.final(current) is None or current.settings is None or current.run is None:
        st.info(_("There are no scores of the whole test part yet: let a run end."))
        return
    world, found = data.world(current.settings), pca_curve(_key(current), current.settings)
    networks = [network(about, found.spread) for about in data.same_world(current.run.about) if _squeezes(about)]
    k = _components(current, len(found.auroc))
    _charts(current, found, networks, k)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(about_pca(found, k))
    with right:
        st.markdown(about_networks(networks, found) if networks else _how_to_train(world))
    tip = _(
        "The squared error, in percent of the squared distance to the mean normal example. Nothing is blurred here."
    )
    st.caption(_("What does not come back, in %. The best number is known only with labels."), help=tip)
    if world.pictures:
        _rebuilt(current, networks, k)


def _key(current: Shown) -> str:
    flat = flatten(current.settings)
    return repr([(name, flat.get(name)) for name in data.WORLD])


def _squeezes(about: About) -> bool:
    return about.settings["method"] in AUTOENCODERS


# ---- PCA with any number of components ----


@st.cache_resource(max_entries=8, show_spinner=False)
def axes(key: str, _settings: Any) -> tuple[np.ndarray, np.ndarray]:
    """Mean (D,) and principal components (K, D) of what is learned, K the most that PCA's knob allows. Shared."""
    fit = data.world(_settings).fit_x.flatten(1).double().numpy()
    mean = fit.mean(0)
    v = np.linalg.svd(fit - mean, full_matrices=False)[2]
    return mean, v[: max(1, min(MOST, fit.shape[1] - 1, len(fit) - 1))].copy()


@st.cache_data(max_entries=32, show_spinner=False)
def pca_curve(key: str, _settings: Any) -> Curve:
    """From one singular value decomposition: what k components leave over is the whole less k squared projections."""
    world = data.world(_settings)
    held, test = (x.flatten(1).double().numpy() for x in (world.held_x, world.test_x))
    mean, v = axes(key, _settings)
    left, whole = zip(*(_left_over(x - mean, v) for x in (held, test)))
    odd = world.test_odd.numpy()
    auroc = np.array([100 * decide.auroc(scores, odd) for scores in left[1].T])
    spread = float(whole[0].mean()), float(whole[1][odd].mean())
    none = 100 * decide.auroc(whole[1], odd)
    return Curve(auroc, 100 * left[0].mean(0) / spread[0], 100 * left[1][odd].mean(0) / spread[1], spread, none)


def _left_over(x: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squared error with the first 1 … K components (N, K), and with none (N,), of x (N, D) about the mean; v (K, D)."""
    whole = np.square(x).sum(1)
    return np.maximum(whole[:, None] - np.square(x @ v.T).cumsum(1), 0), whole


def counts(most: int, own: int) -> list[int]:
    """Numbers of components to choose from, evenly on a logarithmic scale, with the run's own among them."""
    return sorted({*np.rint(np.geomspace(1, most, 40)).astype(int).tolist(), min(own, most)})


def _components(current: Shown, most: int) -> int:
    if most == 1:
        st.info(
            _(
                "Points of the plane are two numbers: PCA can leave out one of them, so k = 1 is all that there is to choose."
            )
        )
        return 1
    usual = USUAL if most > USUAL else -(-most // 3)
    own = current.settings.method.components if current.settings.method.name == "pca" else usual
    options = counts(most, own)
    return st.select_slider(
        _("Components of PCA (k)"),
        options,
        key=views.kept("bottleneck/k", options, min(own, most)),
        help=_("How many numbers are left of an example in the middle."),
    )


def about_pca(found: Curve, k: int) -> str:
    """What k components give back and find, and which number finds most."""
    said = _("**PCA with k = {}**: AUROC **{:.1f} %**; of normals {} % does not come back, of anomalies {} %.").format(
        k, found.auroc[k - 1], _share(found.held[k - 1]), _share(found.odd[k - 1])
    )
    if len(found.auroc) == 1:
        return said
    best, most = int(found.auroc.argmax()), len(found.auroc)
    said += " " + _("Most is found with k = {} ({:.1f} %).").format(best + 1, found.auroc[best])
    if best + 1 < most and found.auroc[best] - found.auroc[-1] > LIKE:
        said += " " + _(
            "With {} the error is smallest, {} % of normals, and AUROC falls to {:.1f} %: too much comes through, anomalies too."
        ).format(most, _share(found.held[-1]), found.auroc[-1])
    return said


def _share(value: float) -> str:
    """Percent with as many digits as it needs not to be zero."""
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


# ---- stored autoencoders ----


def code_size(settings: dict[str, Any]) -> int:
    """The numbers that are left in the middle: of convolutions alone a whole picture for each channel."""
    d = settings["bottleneck"]
    return CODE_SIDE**2 * ceil(d / CODE_SIDE**2) if settings.get("net") == "local" else d


def network(about: About, spread: tuple[float, float]) -> Network:
    """A stored autoencoder as a point. spread: of `Curve`."""
    chosen, summary = about.settings, about.summary
    plain = chosen.get("smooth", 0) == 0 and chosen.get("judge", "error") == "error"
    held, odd = (
        100 * summary[name] / whole if plain else None for name, whole in zip(("held_score", "odd_score"), spread)
    )
    name = data.method_name(about)
    return Network(about.id, name, code_size(chosen), chosen.get("net", "dense"), summary["auroc"], held, odd)


def about_networks(networks: Sequence[Network], found: Curve) -> str:
    """Whether the smallest error on held-out normals finds anomalies best."""
    known = [each for each in networks if each.held is not None]
    if not known:
        return _(
            "The scores of the stored networks are no plain squared errors, so their errors cannot be held against PCA's."
        )
    best, faithful = max(known, key=lambda each: each.auroc), min(known, key=lambda each: each.held)
    lost = _(
        "**{}** (code size {}): of held-out normals {} % does not come back, of anomalies {} %; AUROC **{:.1f} %**."
    )
    said = lost.format(faithful.name, faithful.code, _share(faithful.held), _share(faithful.odd), faithful.auroc)
    if len(known) == 1:
        k = int(found.auroc.argmax())
        return f"{said} " + _("PCA reaches {:.1f} % at its best, k = {}.").format(found.auroc[k], k + 1)
    said = _("Of {} stored networks this one makes the smallest error on normals:").format(len(known)) + f" {said}"
    if best is faithful or best.auroc - faithful.auroc < LIKE:
        return f"{said} " + _("It finds anomalies best as well.")
    said += " " + _("**{}** (code size {}) loses {} % of normals and finds most: AUROC **{:.1f} %**.").format(
        best.name, best.code, _share(best.held), best.auroc
    )
    if faithful.odd < COPIED:
        return f"{said} " + _(
            "The smallest error on normals is not the best detector: what copies everything copies anomalies, too."
        )
    return f"{said} " + _("The smallest error on normals is not the best detector.")


def _how_to_train(world: Any) -> str:
    said = _(
        "No stored autoencoder has learned these data yet. Choose the detector “Autoencoder”, turn **Bottleneck d**, press Train."
    )
    if world.pictures:
        return f"{said} " + _("The network “convolutions alone” has no bottleneck worth the name: watch what it does.")
    return said


# ---- charts ----


def _charts(current: Shown, found: Curve, networks: Sequence[Network], k: int) -> None:
    ks = list(range(1, len(found.auroc) + 1))
    marks = {f"k = {k}": k} if len(ks) > 1 else None
    axis = _("numbers left in the middle (k or d)")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{_('How well anomalies are found')}**")
        lines = [
            Line("PCA", "after", ks, found.auroc),
            Line(_("distance to the mean"), "control", ks, [found.none] * len(ks), faint=True),
            Line(_("random order"), "control", ks, [50] * len(ks), faint=True),
        ]
        figure = figures.curves(lines, axis, _("AUROC (%)"), 320, log_x=True, marks=marks)
        _with_points(figure, _found(networks, current.id))
        chart.show(figure, key="bottleneck/auroc", alt=_("AUROC against the numbers that are left in the middle"))
    with right:
        st.markdown(f"**{_('What does not come back')}**")
        lines = [
            Line(_("PCA: held-out normals"), "before", ks, found.held),
            Line(_("PCA: anomalies"), "danger", ks, found.odd),
        ]
        figure = figures.curves(lines, axis, _("squared error (%)"), 320, log_x=True, marks=marks)
        _with_points(figure, _lost([each for each in networks if each.held is not None]))
        chart.show(
            figure,
            key="bottleneck/error",
            alt=_("Error of normals and of anomalies against the numbers left in the middle"),
        )


def _found(networks: Sequence[Network], own: str) -> list[figures.Trace]:
    """AUROC of each network; that of the run shown in the ink's colour."""
    series = (
        (_("network, dense code"), "neutral", "triangle-up", lambda each: each.net != "local"),
        (_("convolutions alone"), "task5", "diamond", lambda each: each.net == "local"),
        (_("the run shown"), "whole", "star", lambda each: each.id == own),
    )
    layers = []
    for name, role, shape, belongs in series:
        some = [each for each in networks if belongs(each) and (each.id == own) == (role == "whole")]
        some = [each for each in networks if each.id == own] if role == "whole" else some
        layers += _dots(name, role, shape, some, [each.auroc for each in some], "AUROC {:.1f} %")
    return layers


def _lost(networks: Sequence[Network]) -> list[figures.Trace]:
    """What each network does not give back, of normals and of anomalies."""
    dense, local = ([each for each in networks if (each.net == "local") == alone] for alone in (False, True))
    layers = []
    for kind, some, shapes in (
        (_("network"), dense, ("square", "x")),
        (_("convolutions alone"), local, ("diamond", "cross")),
    ):
        layers += _dots(f"{kind}: {_('normals')}", "before", shapes[0], some, [each.held for each in some], "{:.1f} %")
        layers += _dots(f"{kind}: {_('anomalies')}", "danger", shapes[1], some, [each.odd for each in some], "{:.1f} %")
    return layers


def _dots(
    name: str, role: str, shape: str, some: Sequence[Network], values: Sequence[float], said: str
) -> list[figures.Trace]:
    """One layer of points, or none where there are none."""
    if not some:
        return []
    texts = [
        f"{each.name}\n{_('code size {}').format(each.code)}\n{said.format(value)}" for each, value in zip(some, values)
    ]
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
def _rebuilt(current: Shown, networks: Sequence[Network], k: int) -> None:
    """Five normals and five anomalies, and what PCA with k components or one of the networks makes of them."""
    names = {"pca": _("PCA with k = {}").format(k)} | {
        each.id: f"{each.name} · AUROC {each.auroc:.1f} %" for each in networks
    }
    chosen = st.selectbox(
        _("Ten pictures, rebuilt by"),
        list(names),
        format_func=names.get,
        key=views.kept("bottleneck/who", list(names), current.id if current.id in names else "pca"),
        width=520,
    )
    try:
        inputs, expected = pca_pictures(_key(current), k, current.settings) if chosen == "pca" else run_pictures(chosen)
    except (RunError, IndexError):  # deleted since, or made by a Lectern that kept no pictures
        st.info(_("The pictures of this run are not there any more: choose another one."))
        return
    half = len(inputs) // 2
    errors = (about_error(inputs[part], expected[part]) for part in (slice(0, half), slice(half, None)))
    st.markdown(_("Normals: {}. Anomalies: {}.").format(*errors))
    alt = _("Five normal pictures and five anomalies, what came back, and where both differ")
    chart.show(panels.rows(inputs, expected, 260), key="bottleneck/pictures", alt=alt)
    st.caption(_("Orange: too much ink. Blue: ink that is missing."))


def about_error(inputs: np.ndarray, expected: np.ndarray) -> str:
    """Mean squared error of 8-bit pictures (N, H, W), summed over the pixels of each in units of white."""
    gaps = (inputs.astype(np.float64) - expected.astype(np.float64)) / 255
    return _("mean error {:.1f}").format(np.square(gaps).sum((1, 2)).mean())


@st.cache_data(max_entries=64, show_spinner=False)
def run_pictures(run_id: str) -> tuple[np.ndarray, np.ndarray]:
    """Ten test pictures and what a stored run expected in their place, 8-bit (10, H, W). Raises RunError, IndexError."""
    run = runs.load(run_id)
    inputs, expected = (np.array(run.pictures(name)[-1].array) for name in ("inputs", "expects"))
    return inputs, expected


@st.cache_data(max_entries=128, show_spinner=False)
def pca_pictures(key: str, k: int, _settings: Any) -> tuple[np.ndarray, np.ndarray]:
    """The same ten pictures, and what comes back through k components."""
    from core.anomaly.monitor import as_bytes, some_of_each

    world, (mean, v) = data.world(_settings), axes(key, _settings)
    x = world.test_x[some_of_each(world, 2 * SHOWN)]
    flat = x.flatten(1).double().numpy() - mean
    back = x.new_tensor(mean + flat @ v[:k].T @ v[:k]).view(x.shape)
    return as_bytes(x), as_bytes(back)
