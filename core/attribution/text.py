"""Text: which library does a description come from, and which of its words said so."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from lime.lime_text import LimeTextExplainer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from core.data import docstrings

Predict = Callable[[Sequence[str]], np.ndarray]  # texts → probabilities (N, classes)
WIDTH = 25  # of the kernel, on a distance from 0 to 100: the lime package's own
MOST_CHARACTERS = 1000
FEW = 2  # words that need no imitation


@dataclass(frozen=True)
class TextModel:
    """pipeline: from texts to probabilities (N, 4). accuracy: on the test part, in [0, 1]."""

    pipeline: Pipeline
    accuracy: float

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """Probabilities (N, 4) of core.data.docstrings.LIBRARIES."""
        return self.pipeline.predict_proba(list(texts))


@dataclass(frozen=True)
class TextExplanation:
    """weights: word → how much it adds to the probability, the largest size first. r2: of the linear imitation, weighted
    by the kernel. local: what the imitation says about the text itself. probability: what the model says."""

    weights: dict[str, float]
    r2: float
    local: float
    probability: float


@cache
def text_model(hide_names: bool = False) -> TextModel:
    """Logistic regression on TF-IDF (Manning, Raghavan, Schütze 2008), trained once per process."""
    data = docstrings.load(hide_names)
    pipeline = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, solver="newton-cg"))
    pipeline.fit(data.train_texts, data.train_y)
    return TextModel(pipeline, float(pipeline.score(data.test_texts, data.test_y)))


def lime_text(
    predict: Predict, text: str, target: int, samples: int = 1000, width: float = WIDTH, seed: int = 0
) -> TextExplanation:
    """LIME on words (Ribeiro, Singh, Guestrin 2016, algorithm 1): a linear imitation of the probability of class `target`
    on copies of the text from which random words are taken out.

    Every word of the text gets its weight, and all places of one word go together. width: of the kernel on 100 × cosine
    distance. Raises ValueError for a text without a word.

    In a text of one or two words a word's weight is what leaving it out costs. LIME's samples do not tell: the text itself
    is one of them, the empty text weighs e⁻⁸, and the ridge weighs one; so a word without effect gets a weight.
    """
    # a new explainer each time: its random state moves on between calls
    explainer = LimeTextExplainer(kernel_width=width, feature_selection="none", random_state=seed)
    words = _words(text)
    if not words:
        raise ValueError("There is no word in this text: type a few.")
    if len(words) <= FEW:
        return _left_out(predict, text[:MOST_CHARACTERS], target, words)
    found = explainer.explain_instance(
        text[:MOST_CHARACTERS], predict, labels=(target,), num_features=len(words), num_samples=samples
    )
    weights = {str(word): float(weight) for word, weight in found.as_list(target)}
    return TextExplanation(weights, float(found.score), float(found.local_pred[0]), float(found.predict_proba[target]))


def _left_out(predict: Predict, text: str, target: int, words: set[str]) -> TextExplanation:
    """Each word's weight is how far the probability falls without it: the linear model through these texts and the whole one."""
    without = {word: re.sub(rf"\b{re.escape(word)}\b", "", text) for word in sorted(words)}
    whole, *rest = (float(p) for p in predict([text, *without.values()])[:, target])
    weights = {word: whole - p for word, p in zip(without, rest)}
    return TextExplanation(dict(sorted(weights.items(), key=lambda pair: -abs(pair[1]))), 1.0, whole, whole)


def repeats(
    predict: Predict, text: str, target: int, samples: int, width: float, seeds: Sequence[int]
) -> tuple[TextExplanation, dict[str, float]]:
    """The explanation with the mean weights of several seeds, and each word's standard deviation between them."""
    found = [lime_text(predict, text, target, samples, width, seed) for seed in seeds]
    table = {word: [one.weights[word] for one in found] for word in found[0].weights}
    mean = {word: float(np.mean(values)) for word, values in table.items()}
    ordered = dict(sorted(mean.items(), key=lambda pair: -abs(pair[1])))
    whole = TextExplanation(
        ordered, *(float(np.mean([getattr(one, name) for one in found])) for name in ("r2", "local", "probability"))
    )
    return whole, {word: float(np.std(values, ddof=1)) if len(found) > 1 else 0.0 for word, values in table.items()}


def _words(text: str) -> set[str]:
    """The different words of a text, as lime cuts it."""
    return {word for word in re.split(r"\W+", text[:MOST_CHARACTERS]) if word}
