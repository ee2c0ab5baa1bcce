"""Why this sound: which letters speak for one token of an answer, by Captum and by LIME."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients, Saliency, ShapleyValueSampling
from lime.lime_text import LimeTextExplainer
from torch import Tensor, nn

from core.seq2seq import decode
from core.seq2seq.models import BOS, Memory
from core.seq2seq.tasks import World, padded, understood

STEPS = 32  # of the integral along each piece of the way
CLOSE, SHORTEST = 0.01, 1 / 4096  # nats by which a piece may be off; shortest piece, as a share of the way
ORDERS = 50  # in which Shapley values add letters
AT_ONCE = 16  # beginnings of a word that are asked together
SAMPLES = 500  # of LIME
KERNEL = 25  # LIME's own width for texts, on 100 × cosine distance
METHODS = {
    "integrated_gradients": "Integrated gradients",
    "saliency": "Saliency",
    "input_x_gradient": "Input × gradient",
    "ablation": "Leave one letter out",
    "shapley": "Shapley values",
    "lime": "LIME",
}


@dataclass(frozen=True)
class Question:
    """Why is token number `place` of the answer `said` (from 0) what it is, when all before it have been said?"""

    net: nn.Module
    world: World
    text: str
    said: tuple[int, ...]
    place: int

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(understood(self.world, self.text))

    @property
    def token(self) -> int:
        return self.said[self.place]

    def logp(self, memory: Memory) -> Tensor:
        """log p(y_t | y_<t, x) of the token in question, (N,)."""
        given = torch.tensor([(BOS, *self.said[: self.place])]).expand(len(memory.mask), -1)
        return decode.possible(self.net.teach(memory, given)[:, -1]).log_softmax(1)[:, self.token]


@dataclass(frozen=True)
class Why:
    """weights: (S,), of every letter; above 0 it speaks for the token. p: the token's probability. note: how far to trust it."""

    weights: np.ndarray
    p: float
    note: str


def why(question: Question, method: str, seed: int = 0) -> Why:
    """The letters' weights by one of METHODS, on log p (LIME: on p). Letters are left out as an embedding of zeros, which is
    that of padding; LIME takes them out of the word. Raises KeyError for an unknown method."""
    x = question.world.example(question.text)
    embedded, mask = question.net.letters(x).detach().requires_grad_(), torch.ones_like(x, dtype=torch.bool)
    with torch.no_grad():
        p = float(question.logp(question.net.read(x)).exp())
    if method == "lime":
        return _lime(question, p, seed)

    def asked(e: Tensor) -> Tensor:
        return question.logp(question.net.read_embedded(e, mask.expand(len(e), -1)))

    weights, note = _captum(method, seed)(asked, embedded)
    return Why(weights.squeeze(0).numpy(), p, note)


def _captum(method: str, seed: int) -> Callable[[Callable[[Tensor], Tensor], Tensor], tuple[Tensor, str]]:
    """The method as a function of (log p of embeddings, the embedded letters (1, S, E)), which gives weights (1, S) and a note."""
    return {
        "saliency": _saliency,
        "input_x_gradient": _input_x_gradient,
        "integrated_gradients": _integrated,
        "ablation": _ablation,
        "shapley": lambda asked, e: _shapley(asked, e, seed),
    }[method]


def _saliency(asked, e: Tensor) -> tuple[Tensor, str]:
    """|∂ log p / ∂ e|, summed over the embedding (Simonyan et al. 2014): how sensitive, without a sign."""
    return Saliency(asked).attribute(e).sum(
        2
    ).detach(), "How sensitive log p is to each letter's embedding; it has no sign."


def _input_x_gradient(asked, e: Tensor) -> tuple[Tensor, str]:
    return InputXGradient(asked).attribute(e).sum(2).detach(), "The gradient at the word itself, times the embedding."


def _integrated(asked, e: Tensor) -> tuple[Tensor, str]:
    """Sundararajan et al. 2017, equation 1, from no letters at all; the weights sum to log p minus that of no letters.

    A path that bends sharply somewhere is halved until the sum over each piece is right: a well-trained network changes its
    mind within a few hundredths of the way, and evenly spread steps pass it by.
    """
    method = IntegratedGradients(asked)

    def along(start: float, end: float) -> tuple[Tensor, float]:
        found, gap = method.attribute(
            end * e, start * e, n_steps=STEPS, internal_batch_size=STEPS, return_convergence_delta=True
        )
        if abs(float(gap)) <= CLOSE or end - start <= SHORTEST:
            return found.detach(), float(gap)
        first, second = along(start, (start + end) / 2), along((start + end) / 2, end)
        return first[0] + second[0], first[1] + second[1]

    found, gap = along(0.0, 1.0)
    return found.sum(2), f"Together the letters explain log p to within {abs(gap):.2f} nats."


def _ablation(asked, e: Tensor) -> tuple[Tensor, str]:
    found = FeatureAblation(asked).attribute(e, feature_mask=_one_each(e))
    return found[:, :, 0].detach(), "What log p loses when this letter alone falls silent."


def _shapley(asked, e: Tensor, seed: int) -> tuple[Tensor, str]:
    """Castro et al. 2009: the mean gain of log p when a letter joins the others, over random orders."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        found = ShapleyValueSampling(asked).attribute(
            e, feature_mask=_one_each(e), n_samples=ORDERS, perturbations_per_eval=AT_ONCE
        )
    return found[
        :, :, 0
    ].detach(), f"The mean gain of log p when the letter joins the others, over {ORDERS} random orders."


def _one_each(e: Tensor) -> Tensor:
    """All numbers of a letter's embedding are one feature: (1, S, E)."""
    return torch.arange(e.shape[1]).view(1, -1, 1).repeat(1, 1, e.shape[2])


def _lime(question: Question, p: float, seed: int) -> Why:
    """A linear imitation of p on words from which random letters were taken out (Ribeiro et al. 2016, algorithm 1)."""
    letters = question.letters
    explainer = LimeTextExplainer(
        kernel_width=KERNEL, char_level=True, bow=False, mask_string=GONE, feature_selection="none", random_state=seed
    )
    found = explainer.explain_instance(
        "".join(letters),
        lambda texts: _probabilities(question, texts),
        labels=(1,),
        num_features=len(letters),
        num_samples=SAMPLES,
    )
    weights = np.zeros(len(letters))
    for place, weight in found.as_map()[1]:
        weights[place] = weight
    return Why(
        weights,
        p,
        f"A linear imitation of p on {SAMPLES} words with letters taken out; it explains {100 * found.score:.0f} % "
        "of their variance.",
    )


GONE = "\0"  # stands for a letter that was taken out


def _probabilities(question: Question, texts: Sequence[str]) -> np.ndarray:
    """p of the token in question after each text, as a class against all others: (N, 2)."""
    rows = [question.world.source.encode(text.replace(GONE, "")) for text in texts]
    full = [i for i, row in enumerate(rows) if row]
    p = np.zeros(len(rows))  # where no letter is left nothing can be read
    if full:
        with torch.no_grad():
            p[full] = question.logp(question.net.read(padded([rows[i] for i in full]).long())).exp().numpy()
    return np.stack((1 - p, p), 1)
