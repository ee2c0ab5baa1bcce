"""The cloud: what the network's last layer reads of both domains, as points that move while it learns."""

from dataclasses import dataclass

import numpy as np

from core.events import Metrics
from core.record import Record
from core.transfer import pictures
from core.verdict import Verdict, verdict

APART, DIFFERENT = 1.0, 0.35  # distance of the centres, in mean distances of a point from its own centre
FEW = 100  # points of each domain in a small picture
MARGIN = 0.04  # of the width of the cloud, around it
Spans = tuple[list[float], list[float]]  # where the two axes begin and end


@dataclass(frozen=True)
class Cloud:
    """who: (2, N), of each point the domain (0 source, 1 target) and the class. seen: (L, N, 2), the points at each
    evaluation. steps: after which each of them was. ended: the axes were chosen at the last evaluation, not at the first.
    features: (N, D), all that the last layer reads at the end; None before."""

    who: np.ndarray
    seen: np.ndarray
    steps: list[int]
    ended: bool
    features: np.ndarray | None


def cloud(record: Record) -> Cloud | None:
    """What is known of the cloud so far; None before the first evaluation."""
    who, way, live = record.last(pictures.WHO), record.last(pictures.WAY), record.pictures(pictures.CLOUD)
    seen = np.array([e.array for e in live], np.float32) if way is None else way
    if who is None or not len(seen):
        return None
    steps = [e.step for e in live][-len(seen) :]
    return Cloud(who, seen, steps, way is not None, record.last(pictures.FEATURES))


def small(found: Cloud) -> tuple[np.ndarray, Spans]:
    """What a small picture has room for: the places (K,) of some points of each domain, and where the axes begin and end.
    While the cloud moves, they only grow."""
    keep = few(found.who)
    return keep, spans(found.seen[-1:, keep] if found.ended else found.seen[:, keep])


def few(who: np.ndarray) -> np.ndarray:
    """Places of the first points of each domain, in which every class has its share. who: (2, N)."""
    return np.concatenate([np.flatnonzero(who[0] == domain)[:FEW] for domain in (0, 1)])


def spans(seen: np.ndarray) -> Spans:
    """Where the axes must begin and end to show all of these points (…, 2), so that they need not move."""
    points = seen.reshape(-1, 2).astype(np.float64)
    points = points[np.isfinite(points).all(1)]
    if not len(points):
        return [-1.0, 1.0], [-1.0, 1.0]
    low, high = points.min(0), points.max(0)
    margin = np.maximum(MARGIN * (high - low), 1e-3)
    x, y = zip((low - margin).tolist(), (high + margin).tolist())
    return list(x), list(y)


def tsne(record: Record) -> np.ndarray:
    """t-SNE (van der Maaten, Hinton 2008) of the last evaluation's features: (N, 2)."""
    import torch  # takes seconds to import, as scikit-learn does, and few visitors ask for this

    from core.attribution import features

    return features.tsne(torch.from_numpy(np.nan_to_num(record.last(pictures.FEATURES).astype(np.float32))))


def measured_at(record: Record, step: int) -> dict[str, float]:
    """What was measured after so many steps; nothing where nothing was."""
    return next((dict(e.values) for e in record.events if isinstance(e, Metrics) and e.step == step), {})


# ---- what the numbers say ----


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


def about_distance(found: Cloud, place: int) -> list[Verdict]:
    """How far the two domains lie apart at one evaluation, in the plane. place: which of them, from 0."""
    xy = found.seen[place]
    if not np.isfinite(xy).all():
        return [verdict("cloud-diverged")]
    between, within = distances(xy, found.who[0])
    ratio = between / max(within, 1e-9)
    said = verdict("cloud-centres", between=between, within=within)
    if ratio > APART:
        return [said, verdict("clouds-apart")]
    return [said, verdict("clouds-overlap" if ratio > DIFFERENT else "clouds-share-middle")]


def about_classes(found: Cloud, place: int) -> list[Verdict]:
    """How many of the target's points lie at their own class at one evaluation, in the plane and, at the last one, in all
    directions; nothing where the run had diverged."""
    xy = found.seen[place]
    if not np.isfinite(xy).all():
        return []
    said = [verdict("at-home", share=at_home(xy, found.who), guessing=_guessing(found))]
    last = place == len(found.seen) - 1 and found.features is not None and np.isfinite(found.features).all()
    return [*said, verdict("at-home-in-all", **_in_features(found))] if last else said


def about_tsne(found: Cloud) -> list[Verdict]:
    """How the classes lie in all directions, of which a map shows nothing; nothing of a run that diverged."""
    if not np.isfinite(found.features).all():
        return []
    return [verdict("at-home-in-features", guessing=_guessing(found), **_in_features(found))]


def about_axes(found: Cloud) -> Verdict:
    """What the two axes are."""
    return verdict("axes-of-the-last" if found.ended else "axes-of-the-first")


def _in_features(found: Cloud) -> dict[str, float]:
    return {"directions": found.features.shape[1], "share": at_home(found.features, found.who)}


def _guessing(found: Cloud) -> float:
    """Percent."""
    return 100 / len(np.unique(found.who[1]))
