"""D's scores: what they mean, and how far real examples and fakes can be told apart by them."""

import numpy as np

from core.gan import pictures
from core.gan.settings import GanSettings
from core.record import Record
from core.verdict import Verdict, verdict

BINS = 40
REST = 0.5  # % of all scores of a run may lie beyond either end of the axis


def by_step(record: Record) -> dict[int, np.ndarray]:
    """D's opinion of real examples and of fakes at every evaluation of a run, step → (2, N)."""
    return {step: opinion(record.settings, pair) for step, pair in record.by_step(pictures.SCORES).items()}


def opinion(settings: GanSettings, scores: np.ndarray) -> np.ndarray:
    """D's raw scores as it means them: a probability where the loss has one, the score itself where not."""
    scores = np.nan_to_num(np.asarray(scores, np.float64), posinf=6e4, neginf=-6e4)
    if settings.method.score != "logit":
        return scores
    return 1 / (1 + np.exp(-np.clip(scores, -60, 60)))


def border(settings: GanSettings) -> float:
    """The opinion above which D takes an example for real."""
    return 0.0 if settings.critic else 0.5


def accuracy(settings: GanSettings, real: np.ndarray, fake: np.ndarray) -> float:
    """How many D gets right, in percent, real ones and fakes counting equally. real, fake: opinions (N,), (M,)."""
    return 50 * float((real > border(settings)).mean() + (fake < border(settings)).mean())


def ranking(real: np.ndarray, fake: np.ndarray) -> float:
    """The AUROC in percent: in how many pairs of a real example and a fake D gives the real one more; ties count half."""
    from sklearn.metrics import roc_auc_score  # takes a second, and the page's first picture does without

    return 100 * float(roc_auc_score(np.repeat([1, 0], [len(real), len(fake)]), np.concatenate([real, fake])))


def edges(record: Record) -> np.ndarray:
    """Edges (BINS + 1,) of the bins for all evaluations of a run: [0, 1] for a probability, what nearly all scores fill otherwise."""
    if record.settings.method.score == "logit":
        return np.linspace(0, 1, BINS + 1)
    low, high = np.percentile(np.stack(list(by_step(record).values())), [REST, 100 - REST])
    return np.linspace(low, high, BINS + 1) if high > low else np.linspace(low - 0.5, low + 0.5, BINS + 1)


def told_apart(settings: GanSettings, real: np.ndarray, fake: np.ndarray) -> list[Verdict]:
    """Means, how many D gets right, and what that means for G. real, fake: opinions (N,), (M,)."""
    pairs = ranking(real, fake)
    said = [verdict("scores-means", real=float(real.mean()), fake=float(fake.mean()))]
    if settings.critic:
        said.append(verdict("scores-pairs", pairs=pairs))
    else:
        said.append(verdict("scores-right", right=accuracy(settings, real, fake), pairs=pairs))
    return [*said, overlap(pairs)]


def overlap(pairs: float) -> Verdict:
    """pairs: the AUROC in percent."""
    if pairs > 98:
        return verdict("scores-apart")
    if pairs < 45:
        return verdict("scores-behind")
    return verdict("scores-alike" if pairs < 55 else "scores-overlap")


def about_axis(settings: GanSettings) -> Verdict:
    """What stands on the axis of these scores."""
    if settings.critic:
        return verdict("axis-height")
    return verdict("axis-target" if settings.method.score == "target" else "axis-probability")
