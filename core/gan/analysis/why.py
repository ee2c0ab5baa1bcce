"""Why D says “fake”: what in a picture speaks for it, by a method of core/attribution, for which D is a network of two classes."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.attribution import inputs, methods, settings
from core.gan.analysis import players, scores
from core.gan.analysis.players import Players
from core.gan.monitor import as_bytes
from core.gan.settings import GanSettings
from core.loop import seeded
from core.record import Record
from core.subject.models import Subject
from core.verdict import Verdict, verdict

FAKE = 0  # the first of the two logits
METHODS = (
    settings.IntegratedGradients,
    settings.Saliency,
    settings.SmoothGrad,
    settings.InputXGradient,
    settings.Occlusion,
    settings.FeatureAblation,
    settings.KernelShap,
    settings.Lime,
)
BY_NAME = {method.model_fields["name"].default: method for method in METHODS}
OWN = (
    "name",
    "baseline",
    "fill",
)  # fields that no knob sets: a picture is handed over as its difference to the baseline
BASELINES = ("black", "mean", "blur")
SOFT = 2.0  # standard deviations that a softened score may lie from where D is undecided
HOLE = 9  # pixels along each side of what is blacked out
NOISE = 0.2  # standard deviation
INK = 0.2  # of white: what counts as ink
SHOWN = 40  # examples to choose among


@dataclass(frozen=True, eq=False)
class Example:
    """A picture to ask D about. x: (1, 28, 28) in [0, 1]. told: the class that D is told, None where it is told none.
    digit: which digit it is, or shall be; None of a fake that no class was asked for."""

    x: Tensor
    told: int | None
    digit: int | None


def example(there: Players, what: str, number: int) -> Example:
    """what: “fake”, “real”, or what is done to a real one: “hole”, “blur”, “noise”, “class”. number: its place, from 0, among
    the fakes or among the test digits."""
    if what == "fake":
        digit = int(there.y[number]) if there.conditional else None
        return Example(((there.fake[number] + 1) / 2).clone(), digit, digit)
    digit = int(there.real_y[number])
    real = Example((there.real[number] + 1) / 2, digit if there.conditional else None, digit)
    return real if what == "real" else damaged(real, what, there.world.classes.tolist())


def damaged(real: Example, how: str, classes: list[int]) -> Example:
    """The same digit with something done to it; its pixels stay in [0, 1]. classes: those that D knows."""
    x, told = real.x.clone(), real.told
    match how:
        case "hole":  # where the most ink is
            ink = F.avg_pool2d(x[None], HOLE, 1)[0, 0]
            row, column = divmod(int(ink.argmax()), ink.shape[1])
            x[:, row : row + HOLE, column : column + HOLE] = 0
        case "blur":
            x = F.avg_pool2d(F.avg_pool2d(x[None], 3, 1, 1), 3, 1, 1)[0]
        case "noise":
            x = (x + NOISE * torch.randn(x.shape, generator=seeded(0))).clamp(0, 1)
        case "class":
            told = classes[(classes.index(told) + 1) % len(classes)]
    return Example(x, told, real.digit)


def digit_place(record: Record, number: int) -> int:
    """The place of one of SHOWN test digits, number from 0, evenly spread over the classes."""
    return number * len(players.of(record).real) // SHOWN


def comparison(record: Record, what: str, number: int) -> int:
    """The place of a test digit of the same class as an example, which is another one."""
    there = players.of(record)
    digit = example(there, what, number).told
    same = (there.real_y == (int(there.real_y[0]) if digit is None else digit)).nonzero().flatten().tolist() or [0]
    return next((place for place in same if what == "fake" or place != number), same[0])


@dataclass(frozen=True, eq=False)
class Reason:
    """What D says of an example, and why.

    picture: 8-bit (28, 28). map: (28, 28), positive where a pixel speaks for fake. score, base_score: D's raw scores of the
    picture and of its baseline. note: how far to trust the method. says: what D answers. verdicts: what the map shows.
    method: what is explained, and what it took.
    """

    example: Example
    picture: np.ndarray
    map: np.ndarray
    score: float
    base_score: float
    note: str
    says: Verdict
    verdicts: tuple[Verdict, ...]
    method: tuple[Verdict, ...]


def reason(record: Record, what: str, number: int, method: str, knobs: str = "{}", base: str = "black") -> Reason:
    """what, number: see `example`. method: its name. knobs: its own, as JSON. base: one of BASELINES."""
    there = players.of(record)
    return explained(there, example(there, what, number), BY_NAME[method](**json.loads(knobs)), base)


def explained(there: Players, asked: Example, method: settings.Attribution, base: str = "black") -> Reason:
    """The same of an example and a method's settings."""
    origin = baseline(there, asked.x, base) if method.compares else torch.zeros_like(asked.x)
    with torch.no_grad():
        score, base_score = (float(scored(there, x[None], asked.told)) for x in (asked.x, origin))
    ask = classifier(there, asked.told, origin, score if method.unit == "probability" else None)
    zero = {name: "black" for name in ("baseline", "fill") if name in type(method).model_fields}  # which is the origin
    part = methods.answer(Subject(ask, asked.x - origin, ("fake", "real")), FAKE, method.model_copy(update=zero))
    picture = as_bytes(2 * asked.x[None] - 1)[0]
    return Reason(
        asked,
        picture,
        part.map,
        score,
        base_score,
        part.note,
        says(there.settings, score),
        tuple(about_map(part.map, picture, method.signed)),
        tuple(about_method(method, base_score, part.passes)),
    )


def baseline(there: Players, x: Tensor, base: str) -> Tensor:
    """What stands for “nothing to see”, (1, 28, 28): black, the mean training digit, or the picture blurred."""
    return (there.world.x.mean(0) + 1) / 2 if base == "mean" else inputs.baseline(x, base)


def scored(there: Players, x: Tensor, told: int | None) -> Tensor:
    """D's raw scores (N,) of pictures (N, 1, 28, 28) in [0, 1], all told the same class."""
    return there.scores(2 * x - 1, None if told is None else torch.full((len(x),), told))


def classifier(
    there: Players, told: int | None, origin: Tensor, soft_at: float | None = None
) -> Callable[[Tensor], Tensor]:
    """D as a network of two classes: pictures as differences to `origin` (N, 1, 28, 28) → logits (N, 2) of “fake” and “real”,
    whose softmax is D's own probability where its loss has one. soft_at: a score that shall not lie where that is flat."""
    middle = 0.5 if there.settings.method.score == "target" else 0.0
    scale = 1.0 if soft_at is None else max(1.0, abs(soft_at - middle) / SOFT)

    def ask(x: Tensor) -> Tensor:
        above = (scored(there, x + origin, told) - middle) / scale
        return torch.stack([-above, torch.zeros_like(above)], 1)

    return ask


def says(now: GanSettings, score: float) -> Verdict:
    """What D answers to an example with this raw score."""
    if now.critic:
        return verdict("why-score", score=score)
    said = float(scores.opinion(now, np.array([score]))[0])
    return verdict("why-real" if said > scores.border(now) else "why-fake", said=said)


def about_map(values: np.ndarray, picture: np.ndarray, signed: bool) -> list[Verdict]:
    """How few pixels carry what speaks for fake, and whether they are ink or background. values: (28, 28); picture: 8-bit."""
    ink, sizes = picture > 255 * INK, np.clip(values, 0, None) if signed else np.abs(values)
    if not sizes.any():
        return [verdict("why-nothing")]
    order = np.sort(sizes.ravel().astype(np.float64))[::-1].cumsum()
    half = int(np.searchsorted(order, order[-1] / 2) + 1)
    on_ink, area = 100 * float(sizes[ink].sum() / sizes.sum()), 100 * float(ink.mean())
    said = verdict("why-half", half=half, pixels=values.size, ink=on_ink, area=area)
    if on_ink < area:
        return [said, verdict("why-background")]
    return [said, verdict("why-strokes" if on_ink > 2 * area else "why-both")]


def about_method(method: settings.Attribution, base_score: float, passes: int) -> list[Verdict]:
    """What the map adds up to, what is explained, and what it took. The page says the “baseline”."""
    said = [verdict("why-words")]
    if method.complete and method.unit == "logit":
        said.append(verdict("why-complete", score=base_score))
    if method.unit == "probability":
        said.append(verdict("why-probability"))
    return [*said, verdict("why-passes", passes=passes)]
