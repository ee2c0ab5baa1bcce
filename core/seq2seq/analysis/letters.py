"""Why this token: which letters speak for one token of an answer, by Captum and by LIME, and whether the decoder attends to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients, Saliency, ShapleyValueSampling
from lime.lime_text import LimeTextExplainer
from scipy.stats import spearmanr
from torch import Tensor, nn

from core.record import Record
from core.seq2seq import decode
from core.seq2seq.analysis.answers import SPACE
from core.seq2seq.analysis.network import opened
from core.seq2seq.memory import Memory
from core.seq2seq.settings import Pronounce
from core.seq2seq.tasks import Dataset, padded, sayings, understood
from core.seq2seq.tokens import BOS
from core.verdict import Verdict, verdict

STEPS = 32  # of the integral along each piece of the way
CLOSE, SHORTEST = 0.01, 1 / 4096  # nats by which a piece may be off; shortest piece, as a share of the way
ORDERS = 50  # in which Shapley values add letters
AT_ONCE = 16  # beginnings of a word that are asked together
SAMPLES = 500  # of LIME
KERNEL = 25  # LIME's own width for texts, on 100 × cosine distance
GONE = "\0"  # stands for a letter that was taken out
SHARE = 0.8  # of all that speaks for a token
FEW = 4  # letters that a rank correlation needs


@dataclass(frozen=True)
class Question:
    """Why is token number `place` of the answer `said` (from 0) what it is, when all before it have been said?"""

    net: nn.Module
    dataset: Dataset
    text: str
    said: tuple[int, ...]
    place: int

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(understood(self.dataset, self.text))

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
    note: Verdict


# ---- methods: (log p of embeddings, the embedded letters (1, S, E), seed) → weights (1, S) and a note ----

Asked = Callable[[Tensor], Tensor]


def _saliency(asked: Asked, e: Tensor, seed: int) -> tuple[Tensor, Verdict]:
    """|∂ log p / ∂ e|, summed over the embedding (Simonyan et al. 2014): how sensitive, without a sign."""
    return Saliency(asked).attribute(e).sum(2).detach(), verdict("note-saliency")


def _input_x_gradient(asked: Asked, e: Tensor, seed: int) -> tuple[Tensor, Verdict]:
    return InputXGradient(asked).attribute(e).sum(2).detach(), verdict("note-input-x-gradient")


def _integrated(asked: Asked, e: Tensor, seed: int) -> tuple[Tensor, Verdict]:
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
    return found.sum(2), verdict("note-integrated-gradients", gap=abs(gap))


def _ablation(asked: Asked, e: Tensor, seed: int) -> tuple[Tensor, Verdict]:
    found = FeatureAblation(asked).attribute(e, feature_mask=_one_each(e))
    return found[:, :, 0].detach(), verdict("note-ablation")


def _shapley(asked: Asked, e: Tensor, seed: int) -> tuple[Tensor, Verdict]:
    """Castro et al. 2009: the mean gain of log p when a letter joins the others, over random orders."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        found = ShapleyValueSampling(asked).attribute(
            e, feature_mask=_one_each(e), n_samples=ORDERS, perturbations_per_eval=AT_ONCE
        )
    return found[:, :, 0].detach(), verdict("note-shapley", orders=ORDERS)


def _one_each(e: Tensor) -> Tensor:
    """All numbers of a letter's embedding are one feature: (1, S, E)."""
    return torch.arange(e.shape[1]).view(1, -1, 1).repeat(1, 1, e.shape[2])


@dataclass(frozen=True)
class Method:
    """One way to weigh letters. title: its name. unit: of the weights. signed: whether letters can speak against the token.
    embedded: its function of embedded letters; None for LIME, which takes letters out of the word."""

    title: str
    unit: str = "part of log p (nats)"
    signed: bool = True
    embedded: Callable[[Asked, Tensor, int], tuple[Tensor, Verdict]] | None = None


ATTENTION = Method("where it looks (attention)", "share of attention", signed=False)  # no explanation, but beside one
METHODS: dict[str, Method] = {
    "integrated_gradients": Method("Integrated gradients", embedded=_integrated),
    "saliency": Method("Saliency", "gradient of log p", signed=False, embedded=_saliency),
    "input_x_gradient": Method("Input × gradient", embedded=_input_x_gradient),
    "ablation": Method("Leave one letter out", embedded=_ablation),
    "shapley": Method("Shapley values", embedded=_shapley),
    "lime": Method("LIME", "part of p"),
}


def why(question: Question, method: str, seed: int = 0) -> Why:
    """The letters' weights by one of METHODS, on log p (LIME: on p). Letters are left out as an embedding of zeros, which is
    that of padding; LIME takes them out of the word. Raises KeyError for an unknown method."""
    x = question.dataset.example(question.text)
    embedded, mask = question.net.embedded(x).detach().requires_grad_(), torch.ones_like(x, dtype=torch.bool)
    with torch.no_grad():
        p = float(question.logp(question.net.read(x)).exp())

    def asked(e: Tensor) -> Tensor:
        return question.logp(question.net.read_embedded(e, mask.expand(len(e), -1), x.expand(len(e), -1)))

    if METHODS[method].embedded is None:
        return _lime(question, p, seed)
    weights, note = METHODS[method].embedded(asked, embedded, seed)
    return Why(weights.squeeze(0).numpy(), p, note)


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
    return Why(weights, p, verdict("note-lime", samples=SAMPLES, fit=100 * float(found.score)))


def _probabilities(question: Question, texts: Sequence[str]) -> np.ndarray:
    """p of the token in question after each text, as a class against all others: (N, 2)."""
    rows = [question.dataset.source.encode(text.replace(GONE, "")) for text in texts]
    full = [i for i, row in enumerate(rows) if row]
    p = np.zeros(len(rows))  # where no letter is left nothing can be read
    if full:
        with torch.no_grad():
            p[full] = question.logp(question.net.read(padded([rows[i] for i in full]).long())).exp().numpy()
    return np.stack((1 - p, p), 1)


# ---- of a stored run ----


@dataclass(frozen=True)
class Answer:
    """What is said to one input, greedily: its letters, the answer's tokens with <EOS>, their names, p of each, and where the decoder
    attended (T, S) or None."""

    letters: tuple[str, ...]
    tokens: tuple[int, ...]
    names: tuple[str, ...]
    p: tuple[float, ...]
    looked: np.ndarray | None


def answer(record: Record, text: str) -> Answer:
    """The greedy answer. Raises ValueError with a sentence for what cannot be read."""
    net, dataset = opened(record)
    letters = tuple(understood(dataset, text))
    with torch.inference_mode():
        memory = net.read(dataset.example(text))
        spoken = decode.greedy(net, memory, dataset.longest)
        given = torch.cat((torch.tensor([[BOS]]), spoken.tokens[:, :-1]), 1)
        p = decode.possible(net.teach(memory, given)).softmax(2)[0].gather(1, spoken.tokens.T)[:, 0]
    tokens = tuple(spoken.tokens[0].tolist())
    looked = None if spoken.looked is None else spoken.looked[0].numpy()
    return Answer(letters, tokens, tuple(dataset.target.tokens[token] for token in tokens), tuple(p.tolist()), looked)


def explained(record: Record, text: str, place: int, method: str) -> Why:
    """Why token number `place` of the greedy answer is said."""
    net, dataset = opened(record)
    return why(Question(net, dataset, text, answer(record, text).tokens, place), method)


def first_word(record: Record) -> str:
    """An input of the film to begin with."""
    film = opened(record)[1].film
    return film[1] if isinstance(record.settings.task, Pronounce) else film[0]


def words(record: Record, text: str) -> list[str]:
    """The words of a typed line, each of which can be explained; only spelling takes several at once."""
    return sayings(text) if isinstance(record.settings.task, Pronounce) else [text]


def rival(method: str) -> str:
    """What a method is held against where there is no attention: another idea of what a letter is worth."""
    return "integrated_gradients" if method == "ablation" else "ablation"


def scaled(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Rows of weights (S,) as one array (rows, S), each divided by its largest size."""
    return np.stack([weights / (float(np.abs(weights).max()) or 1.0) for weights in rows])


# ---- verdicts ----


def asked_about(place: int, p: float) -> Verdict:
    """The question: why this token, after those before it, whose names the page says."""
    return verdict("why-token" if place else "why-first-token", p=100 * p)


def heaviest(letters: Sequence[str], weights: np.ndarray, method: Method) -> list[Verdict]:
    """Which letter weighs most for the token, how few carry it, and which letter speaks against it."""
    gains = np.clip(weights, 0, None)
    if not gains.any():
        return [verdict("nothing-speaks-for-it")]
    best, worst = int(gains.argmax()), int(weights.argmin())
    order = np.sort(gains)[::-1].cumsum()
    many = int(np.searchsorted(order, SHARE * order[-1] * (1 - 1e-9)) + 1)

    def at(place: int) -> dict[str, str | int | float]:
        return {"place": place + 1, "letter": letters[place].replace(" ", SPACE), "weight": float(weights[place])}

    counts = {"many": many, "letters": len(weights), "share": 100 * SHARE}
    if not method.signed:
        return [verdict("most-sensitive", **at(best)), verdict("few-are-sensitive", **counts)]
    said = [verdict("speaks-for-it", **at(best)), verdict("few-speak-for-it", **counts)]
    return [*said, verdict("speaks-against-it", **at(worst))] if weights[worst] < 0 else said


def agreement(one: np.ndarray, two: np.ndarray, first: Method, second: Method) -> float | None:
    """Spearman's rank correlation of two rows of weights (S,); None where there are too few or all are equal."""
    one, two = _comparable(one, two, first, second)
    if len(one) < FEW or np.ptp(one) == 0 or np.ptp(two) == 0:
        return None
    return float(spearmanr(one, two).statistic)


def agreeing(one: np.ndarray, two: np.ndarray, first: Method, second: Method) -> list[Verdict]:
    """How far two ways to weigh letters agree: the rank correlation, and whether the same letter is first."""
    rho = agreement(one, two, first, second)
    if rho is None:
        return [verdict("too-few-to-compare")]
    one, two = _comparable(one, two, first, second)
    same = one.argmax() == two.argmax()
    said = [verdict("rank-correlation", rho=rho), verdict("same-letter-first" if same else "different-letters-first")]
    return [*said, verdict("attention-is-no-need")] if second is ATTENTION else said


def _comparable(one: np.ndarray, two: np.ndarray, first: Method, second: Method) -> tuple[np.ndarray, np.ndarray]:
    """Sizes are compared where one of the two has no sign."""
    return (one, two) if first.signed and second.signed else (np.abs(one), np.abs(two))
