"""A sentence and two models: which library each takes it for, and which words said so."""

import re
from dataclasses import dataclass
from functools import lru_cache

from core.attribution import text
from core.attribution.tabular import LOW_FIT
from core.attribution.text import FEW, TextExplanation
from core.data.docstrings import LIBRARIES
from core.verdict import Verdict, verdict


@dataclass(frozen=True)
class Reading:
    """What one model makes of a sentence. accuracy: on test texts, in %. probabilities: of the libraries, in %. library: the
    one that it says. found: the mean explanation of several. sd: of each word's weight. verdicts: how far to believe it."""

    accuracy: float
    probabilities: list[float]
    library: str
    found: TextExplanation
    sd: dict[str, float]
    verdicts: list[Verdict]


@lru_cache(maxsize=100)
def reading(sentence: str, hide_names: bool, samples: int, repeats: int) -> Reading:
    """hide_names: of the model that learned without the libraries' names. Raises ValueError for a sentence without a word."""
    model = text.text_model(hide_names)
    probabilities = model.predict([sentence])[0]
    target = int(probabilities.argmax())
    found, sd = text.repeats(model.predict, sentence, target, samples, text.WIDTH, range(repeats))
    percent = [100 * float(p) for p in probabilities]
    return Reading(100 * model.accuracy, percent, LIBRARIES[target], found, sd, believed(len(found.weights), found.r2))


def believed(words: int, r2: float) -> list[Verdict]:
    """words: different ones in the sentence. r2: of the linear model."""
    if words <= FEW:
        return [verdict("text-few-words")]
    return [verdict("linear-fit", r2=r2)] + ([verdict("text-low-fit")] if r2 < LOW_FIT else [])


def pieces(sentence: str, weights: dict[str, float]) -> list[tuple[str, float | None]]:
    """The sentence in pieces, each with the weight of its word; None between words."""
    return [(piece, weights.get(piece)) for piece in re.split(r"(\W+)", sentence) if piece]


def has_words(sentence: str) -> bool:
    """Whether there is anything to explain."""
    return re.search(r"\w", sentence) is not None
