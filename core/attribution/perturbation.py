"""Explanations by pictures that are partly painted over: occlusion, ablation, KernelSHAP and LIME."""

import math
from collections.abc import Callable, Iterator
from contextlib import closing

import captum.attr
import numpy as np
from captum._utils.models.linear_model import SkLearnLinearRegression, SkLearnRidge
from captum.attr._core.lime import get_exp_kernel_similarity_function
from torch import Tensor

from core.attribution import inputs, lime_image, settings
from core.attribution.part import Part, as_map, as_mask, batch_size, logit_of, probability_of
from core.attribution.passes import stepwise
from core.subject.models import Subject

SURE = 1e5  # KernelSHAP weighs its two fixed pictures with a million, all others with one
FAINT = 0.01  # of the probability: when it never changes by more, there is nothing to explain


def occlusion(subject: Subject, target: int, method: settings.Occlusion, seed: int) -> Iterator[Part]:
    """How far the logit falls when a window is painted over (Zeiler and Fergus 2014); it moves by half its
    side, and a pixel under several windows gets their mean."""
    x, (window, stride, places) = subject.x, windows(subject, method)
    fill = inputs.baseline(x, method.fill).unsqueeze(0)

    def call(forward: Callable[[Tensor], Tensor]) -> Tensor:
        return captum.attr.Occlusion(forward).attribute(
            x.unsqueeze(0),
            (len(x), window, window),
            strides=(len(x), stride, stride),
            baselines=fill,
            perturbations_per_eval=batch_size(subject, len(places)),
        )

    return _painted_over(
        subject,
        target,
        call,
        lambda k: places[k],
        f"A window of {window} pixels sees nothing finer; painted over, the picture is one that {subject.network} "
        "never learned from.",
    )


def windows(subject: Subject, method: settings.Occlusion) -> tuple[int, int, list[tuple[slice, slice]]]:
    """The window's side and step in pixels, and all its places in Captum's order, column by column."""
    height, width = subject.x.shape[1:]
    side = max(1, round(method.window / 100 * height))
    step = max(1, side // 2)
    rows, columns = (
        [slice(k * step, k * step + side) for k in range(math.ceil((length - side) / step) + 1)]
        for length in (height, width)
    )
    return side, step, [(row, column) for column in columns for row in rows]


def feature_ablation(subject: Subject, target: int, method: settings.FeatureAblation, seed: int) -> Iterator[Part]:
    """How far the logit falls when one superpixel is painted over."""
    x, cut = subject.x, inputs.segments(subject.x, method.segments)
    fill = inputs.baseline(x, method.fill).unsqueeze(0)

    def call(forward: Callable[[Tensor], Tensor]) -> Tensor:
        return captum.attr.FeatureAblation(forward).attribute(
            x.unsqueeze(0), fill, feature_mask=as_mask(cut), perturbations_per_eval=batch_size(subject, cut.max() + 1)
        )

    return _painted_over(
        subject,
        target,
        call,
        lambda k: cut == k,
        "One superpixel at a time: what two say together, or each in place of the other, stays hidden."
        + inputs.cut_words(cut, method.segments),
    )


def _painted_over(
    subject: Subject, target: int, call: Callable, place: Callable[[int], object], note: str
) -> Iterator[Part]:
    """The k-th answer after the first is that to the picture painted over at place(k): so the map grows with them."""
    fall, often = np.zeros(subject.x.shape[1:]), np.zeros(subject.x.shape[1:])
    whole, done = None, 0
    with closing(stepwise(call, logit_of(subject, target))) as steps:
        for answers, result in steps:
            if answers is None:
                yield Part(done + 1, as_map(result[:, 0]), note=note)
            elif whole is None:
                whole = answers.item()
            else:
                for k, logit in enumerate(answers.tolist(), start=done):
                    fall[place(k)] += whole - logit
                    often[place(k)] += 1
                done += len(answers)
                yield Part(done + 1, (fall / often.clip(1)).astype(np.float32))


def kernel_shap(subject: Subject, target: int, method: settings.KernelShap, seed: int) -> Iterator[Part]:
    """Shapley values of the superpixels by a regression on random coalitions (Lundberg, Lee 2017, theorem 2)."""

    def explainer(forward: Callable[[Tensor], Tensor]) -> captum.attr.KernelShap:
        made = captum.attr.KernelShap(forward)
        made.interpretable_model = Regression()
        return made

    return _regressed(subject, target, method, seed, explainer)


def captum_lime(subject: Subject, target: int, method: settings.CaptumLime, seed: int) -> Iterator[Part]:
    """LIME as Captum does it: a ridge regression, and the cosine distance between the pictures, not the switches."""
    kernel = get_exp_kernel_similarity_function("cosine", method.width)
    return _regressed(
        subject, target, method, seed, lambda forward: captum.attr.Lime(forward, RidgeRegression(alpha=1), kernel)
    )


class Scored:
    """A linear model of Captum's that keeps what is known of its samples, of those that were drawn at random.

    fit_percent: R² in %; None where the answers do not vary. counted: the sum of their weights. varied: how far the
    answers lie apart.
    """

    fit_percent: float | None = None
    counted = varied = 0.0

    def fit(self, train_data, **kwargs):
        super().fit(train_data, **kwargs)
        ((inputs, outputs, weights),) = train_data  # Captum hands over all samples as one batch
        drawn = weights < SURE
        inputs, outputs, weights = inputs[drawn].double(), outputs[drawn].double(), weights[drawn].double()
        if not len(weights):
            return
        mean = (weights * outputs).sum() / weights.sum()
        missed = outputs - inputs @ self.representation()[0].double() - self.bias().double()
        variance = (weights * (outputs - mean).square()).sum().item()
        self.counted, self.varied = weights.sum().item(), (outputs.max() - outputs.min()).item()
        if self.varied > lime_image.SAME and variance:
            self.fit_percent = 100 - 100 * (weights * missed.square()).sum().item() / variance


class Regression(Scored, SkLearnLinearRegression):
    """Least squares."""


class RidgeRegression(Scored, SkLearnRidge):
    """Ridge regression."""


def _regressed(
    subject: Subject, target: int, method: settings.KernelShap | settings.CaptumLime, seed: int, explainer: Callable
) -> Iterator[Part]:
    """The weights of Captum's linear model, which it fits when all samples are asked."""
    cut, done = inputs.segments(subject.x, method.segments), 0
    fill = inputs.baseline(subject.x, method.fill).unsqueeze(0)

    def call(forward: Callable[[Tensor], Tensor]) -> tuple[np.ndarray, Scored]:
        made = explainer(forward)
        weights = made.attribute(
            subject.x.unsqueeze(0),
            fill,
            feature_mask=as_mask(cut),
            n_samples=method.samples,
            perturbations_per_eval=batch_size(subject, method.samples),
            return_input_shape=False,
        )
        return weights.flatten().numpy(), made.interpretable_model

    with closing(stepwise(call, probability_of(subject, target), seed)) as steps:
        for answers, result in steps:
            if answers is None:
                weights, model = result
                note = _fit_note(method, cut, model.fit_percent, model.counted, model.varied)
                weights = weights if model.fit_percent is not None else 0 * weights  # rounding
                yield Part(done, weights[cut].astype(np.float32), _numbers(model.fit_percent), note)
            else:
                done += len(answers)
                yield Part(done)


def lime(subject: Subject, target: int, method: settings.Lime, seed: int) -> Iterator[Part]:
    """Weights of a linear model that imitates the probability near this picture (Ribeiro et al. 2016)."""
    cut, ask = inputs.segments(subject.x, method.segments), probability_of(subject, target)
    batch = batch_size(subject, method.samples)
    for now in lime_image.imitate(lambda x: ask(x).double().numpy(), subject.x, cut, method, batch, seed):
        numbers, note = _numbers(now.fit), _fit_note(method, cut, now.fit, now.counted, now.varied)
        if now.spread is not None:
            numbers["spread"] = now.spread
            note += f" Between {method.repeats} repeats a weight varies by {now.spread:.0f} % of the mean weight."
        ended = now.asked == method.samples * method.repeats
        weights = now.weights if now.fit is not None else 0 * now.weights  # rounding
        yield Part(now.asked, weights[cut].astype(np.float32), numbers, note if ended else "")


def _numbers(fit: float | None) -> dict[str, float]:
    return {} if fit is None else {"fit": fit}


def _fit_note(
    method: settings.KernelShap | settings.CaptumLime | settings.Lime,
    cut: np.ndarray,
    fit: float | None,
    counted: float,
    varied: float,
) -> str:
    """How far to trust a linear model. fit: its R² in %. counted: what the kernel leaves of the samples. varied: how far
    the answers lie apart."""
    parts, samples = int(cut.max()) + 1, method.samples
    if fit is None or varied < FAINT:
        return (
            f"There is nothing to explain: whatever is painted over, the probability changes by less than "
            f"{100 * FAINT:.0f} %. Another paint may say more." + inputs.cut_words(cut, method.segments)
        )
    if samples <= parts:
        return f"{samples} samples cannot tell {parts} superpixels apart: take more samples, or fewer superpixels."
    if hasattr(method, "width") and counted < parts:
        return (
            f"The kernel (σ = {method.width:g}) leaves {samples} samples the weight of {counted:.2g}: too little for {parts} "
            "superpixels, so the ridge regression presses all weights to zero. Widen the kernel."
        )
    return (
        f"The linear model explains R² = {fit:.0f} % of how the answers vary near this picture (0 %: no better than their "
        f"mean; {samples} samples, {parts} superpixels)." + inputs.cut_words(cut, method.segments)
    )
