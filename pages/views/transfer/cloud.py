"""The cloud: what the network's last layer reads of both domains, as points that move while it learns."""

import numpy as np
import streamlit as st

from core.events import Metrics
from core.transfer import pictures
from pages.parts import chart, figures, rasters, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer.domains import shown_in_cloud

ALT = _("The features of source and target as two clouds of points")
LARGE = 500  # pixels
SHAPES = ("square", "circle")  # of source and target, whatever the colour means
FEW = 100  # points of each domain in the small picture
SIDE = 56  # pixels of a point's picture on the screen
TURN = 20  # points of one domain that are drawn before the other's turn, so that neither hides the other
Spans = tuple[list[float], list[float]]  # where the two axes begin and end


@st.fragment
def cloud(current: Shown) -> None:
    """Every look of the run from the axes of its end, by domain or by class, and t-SNE of the last one."""
    who, (seen, ended) = current.last(pictures.WHO), looks(current)
    if who is None or not len(seen):
        st.info(_("This run was stopped before its first look, so there is no cloud."))
        return
    by, place = _choices(current, len(seen))
    features, digits = current.last(pictures.FEATURES), shown_in_cloud(current)
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        if by == "tsne":
            flat = _tsne(current.id, features)
            figure = picture(flat, who, spans(flat[None]), ("t-SNE 1", "t-SNE 2"), LARGE, True, digits)
        else:
            figure = picture(seen[place], who, spans(seen), axes(ended), LARGE, by == "class", digits)
        chart.show(figure, key="cloud/points", alt=ALT)
    with right:
        if by == "tsne":
            _words_of_tsne(features, who)
        else:
            last = place == len(seen) - 1
            step = _steps(current, len(seen))[place]
            _words(current, step, seen[place], who, features if last else None)
            st.caption(_("The axes are the same for every look."), help=_said_of_axes(ended))


def _choices(current: Shown, count: int) -> tuple[str, int]:
    """What colours mean (or t-SNE), and which look is shown: its place from 0."""
    names = {"domain": _("by domain"), "class": _("by class")}
    if current.last(pictures.FEATURES) is not None:
        names["tsne"] = _("t-SNE of the last look")
    steps = _steps(current, count)
    left, right = st.columns([1, 1.4], gap="large", vertical_alignment="bottom")
    where = views.kept("cloud/by", list(names), "domain")
    by = left.segmented_control(_("Colours"), list(names), format_func=names.get, required=True, key=where)
    if count == 1:
        return by, 0
    where = views.kept("cloud/look", range(count), count - 1)
    place = right.select_slider(
        _("After step"), range(count), format_func=lambda i: f"{steps[i]:,}", key=where, disabled=by == "tsne"
    )
    return by, place


def looks(current: Shown) -> tuple[np.ndarray, bool]:
    """The clouds so far, (looks, N, 2), none: (0,); and whether the run has ended, so that they are seen from the axes of its end."""
    way = current.last(pictures.WAY)
    return (
        (way, True)
        if way is not None
        else (np.array([e.array for e in current.pictures(pictures.CLOUD)], np.float32), False)
    )


def _steps(current: Shown, count: int) -> list[int]:
    """After how many steps each of the last `count` looks was taken."""
    return [e.step for e in current.pictures(pictures.CLOUD)][-count:]


def at_step(current: Shown, step: int) -> dict[str, float]:
    """What was measured after so many steps; nothing where nothing was."""
    return next((dict(e.values) for e in current.events if isinstance(e, Metrics) and e.step == step), {})


def picture(
    xy: np.ndarray,
    who: np.ndarray,
    within: Spans,
    titles: tuple[str, str],
    height: int,
    by_class: bool = False,
    digits: np.ndarray | None = None,
) -> figures.Figure:
    """Points xy (N, 2) of both domains. who: (2, N), domain (0 source, 1 target) and class. within: from `spans`. digits: the picture
    of each point, 8-bit (N, H, W, 3), shown on hover.

    The domain is the shape; the colour is the domain's, or the class's. Both domains are drawn in turns: neither hides the other.
    """
    domain, y = who
    names, seen, turn = (_("source"), _("target")), np.isfinite(xy).all(1), np.arange(len(y)) // TURN % 2
    layers, known = [], set()
    for part in (0, 1):
        for which in np.unique(y) if by_class else [None]:
            for place, name in enumerate(names):
                own = seen & (domain == place) & (turn == part) & ((y == which) if by_class else True)
                role = f"task{int(which) + 1}" if by_class else ("before", "after")[place]
                label = str(which) if by_class else name
                texts = [f"{name}, {c}" for c in y[own]]
                shots = rasters.sprites(list(digits[own]), SIDE) if digits is not None and own.any() else None
                layer = figures.dots(label, role, *xy[own].T, texts, SHAPES[place], pictures=shots)
                layers.append(layer | {"legendgroup": label, "showlegend": label not in known})  # once in the legend
                known.add(label)
    if by_class:
        layers = [figures.dots(name, "whole", [], [], [], shape) for name, shape in zip(names, SHAPES)] + layers
    figure = figures.points({}, *titles, height)
    return figures.within(figures.add(figure, *layers), *within)


def few(who: np.ndarray) -> np.ndarray:
    """Places of the first points of each domain, in which every class has its share: what a small picture has room for."""
    return np.concatenate([np.flatnonzero(who[0] == domain)[:FEW] for domain in (0, 1)])


def spans(seen: np.ndarray) -> Spans:
    """Where the axes must begin and end to show all of these looks (L, N, 2), so that they need not move."""
    points = seen.reshape(-1, 2).astype(np.float64)
    points = points[np.isfinite(points).all(1)]
    if not len(points):
        return [-1.0, 1.0], [-1.0, 1.0]
    low, high = points.min(0), points.max(0)
    margin = np.maximum(0.04 * (high - low), 1e-3)
    x, y = zip((low - margin).tolist(), (high + margin).tolist())
    return list(x), list(y)


def axes(ended: bool) -> tuple[str, str]:
    """Titles of the axes. ended: they were chosen at the last look, otherwise at the first."""
    if ended:
        return _("1st direction of the features (axes of the last look)"), _("2nd direction")
    return _("1st direction of the features (axes of the first look)"), _("2nd direction")


def _said_of_axes(ended: bool) -> str:
    when = _("last") if ended else _("first")
    return _(
        "Each point is a test picture. The axes are the two directions in which the features of both domains spread most at the {} look. "
        "The last layer reads more directions than these two."
    ).format(when)


def distances(f: np.ndarray, domain: np.ndarray) -> tuple[float, float]:
    """How far the centres of the two domains lie apart, and how far a point lies from its own on average. f: (N, D)."""
    f = f.astype(np.float64)
    centres = np.stack([f[domain == place].mean(0) for place in (0, 1)])
    own = np.linalg.norm(f - centres[domain.astype(int)], axis=1).mean()
    return float(np.linalg.norm(centres[0] - centres[1])), float(own)


def at_home(f: np.ndarray, who: np.ndarray) -> float:
    """Share in percent of the target's points whose nearest centre of a source class is that of their own class. f: (N, D).

    It looks at the target's labels.
    """
    f, (domain, y) = f.astype(np.float64), who
    classes = np.unique(y[domain == 0])
    centres = np.stack([f[(domain == 0) & (y == c)].mean(0) for c in classes])
    target, truth = f[domain == 1], y[domain == 1]
    nearest = np.linalg.norm(target[:, None] - centres, axis=2).argmin(1)
    return 100 * float((classes[nearest] == truth).mean())


def _words(current: Shown, step: int, xy: np.ndarray, who: np.ndarray, features: np.ndarray | None) -> None:
    """What the numbers of this look say. features: all directions of the last look (N, D)."""
    accuracy = at_step(current, step).get("target")
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Step"), f"{step:,}", width="content")
        if accuracy is not None:
            st.metric(_("Target accuracy"), f"{accuracy:.1f} %", width="content")
    if not np.isfinite(xy).all():
        st.markdown(_("The run had diverged: some features are too large to be stored."))
        return
    between, within = distances(xy, who[0])
    st.markdown(
        _(
            "Distance of the two domains' centres in this plane: **{:.2g}**. Mean distance of a point from its own centre: {:.2g}. {}"
        ).format(between, within, _judged(between / max(within, 1e-9)))
    )
    st.markdown(_own_class(at_home(xy, who), who) + _all_directions(features, who))
    st.caption(_("This share needs the target's labels, so in practice it is not known."))


def _judged(ratio: float) -> str:
    if ratio > 1:
        return _("The two clouds lie apart.")
    if ratio > 0.35:
        return _("The two clouds overlap, but their middles differ.")
    return _("The two clouds share their middle. That says nothing about the single classes.")


def _own_class(share: float, who: np.ndarray) -> str:
    return _(
        "**{:.0f} %** of the target's points are nearest to their own class's centre in the source (guessing: {:.0f} %)."
    ).format(share, 100 / len(np.unique(who[1])))


def _all_directions(features: np.ndarray | None, who: np.ndarray) -> str:
    """The same share where the network itself looks."""
    if features is None or not np.isfinite(features).all():
        return ""
    return " " + _("With all {} directions of the features: {:.0f} %.").format(
        features.shape[1], at_home(features, who)
    )


def _words_of_tsne(features: np.ndarray, who: np.ndarray) -> None:
    st.markdown(
        _(
            "t-SNE arranges the features of the **last look** so that near neighbours stay near. It uses no labels. It shows which "
            "groups there are, and whether both domains are in each group."
        )
    )
    st.markdown(
        _(
            "Distances between far groups and the sizes of groups mean nothing. Each look would get another map, so t-SNE shows no "
            "movement."
        )
    )
    if np.isfinite(features).all():
        said = _("With all {} directions: {}").format(features.shape[1], _own_class(at_home(features, who), who))
        st.markdown(said)
        st.caption(_("This share needs the target's labels, so in practice it is not known."))


@st.cache_data(max_entries=32, show_spinner="Computing t-SNE …")
def _tsne(run_id: str, _features: np.ndarray) -> np.ndarray:
    """t-SNE (van der Maaten, Hinton 2008) of the last look's features (N, D): (N, 2)."""
    import torch

    from core.attribution.features import tsne

    return tsne(torch.from_numpy(np.nan_to_num(_features.astype(np.float32))))
