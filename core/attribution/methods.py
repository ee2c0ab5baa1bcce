"""Why this answer? Fourteen methods of Captum and LIME with one signature: (subject, target, settings, seed) → parts.

A method yields what it has as it comes, its last part is the explanation; close the iterator and it stops. Explained is
the logit of class `target`; KernelSHAP and both LIMEs explain its probability, as their papers do: it is bounded, so a
few odd pictures cannot bend the linear model, and the parts of KernelSHAP add up to points of the probability on screen.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from core.attribution import backprop, gradients, inputs, perturbation, settings, trust
from core.attribution.part import CannotExplain, Part
from core.subject.models import Subject

__all__ = ["METHODS", "CannotExplain", "Part", "answer", "cost", "cost_words", "explain"]


def explain(subject: Subject, target: int, method: settings.Attribution, seed: int = 0) -> Iterator[Part]:
    """The explanation of answer `target` by `method`, as it grows.

    Raises CannotExplain when the method does not fit the network. The same arguments give the same parts.
    """
    if why := method.fits(subject.net):
        raise CannotExplain(why)
    said = same_as(subject, method)
    with closing(METHODS[type(method)](subject, target, method, seed)) as parts:
        for part in parts:
            if said:  # what the map holds is rounding, which would be drawn in full colour
                part = replace(part, map=part.map if part.map is None else 0 * part.map, note=part.note and said)
            yield part


def same_as(subject: Subject, method: settings.Attribution) -> str:
    """A sentence when the picture looks everywhere like what the method compares it with; empty for any other."""
    field = next((name for name in ("baseline", "fill") if hasattr(method, name)), None)
    if field is None or getattr(method, field) == "mean" and not _flat(subject):
        return ""
    other = inputs.baseline(subject.x, getattr(method, field))
    if (subject.x - other).abs().max() > trust.FAINT:
        return ""
    title = type(method).model_fields[field].title
    return f"There is nothing to explain: this picture is its own {title.lower()}, so nothing changes. Choose another {title.lower()}."


def _flat(subject: Subject) -> bool:
    return bool((subject.x.amax((1, 2)) - subject.x.amin((1, 2))).max() <= trust.FAINT)


def answer(subject: Subject, target: int, method: settings.Attribution, seed: int = 0) -> Part:
    """The whole explanation. Raises CannotExplain."""
    *_, last = explain(subject, target, method, seed)
    return last


METHODS = {
    settings.Saliency: gradients.saliency,
    settings.SmoothGrad: gradients.smoothgrad,
    settings.InputXGradient: gradients.input_x_gradient,
    settings.IntegratedGradients: gradients.integrated_gradients,
    settings.GradientShap: gradients.gradient_shap,
    settings.DeepLift: backprop.deeplift,
    settings.GuidedBackprop: backprop.guided_backprop,
    settings.GradCam: backprop.grad_cam,
    settings.GuidedGradCam: backprop.guided_grad_cam,
    settings.Occlusion: perturbation.occlusion,
    settings.FeatureAblation: perturbation.feature_ablation,
    settings.KernelShap: perturbation.kernel_shap,
    settings.CaptumLime: perturbation.captum_lime,
    settings.Lime: perturbation.lime,
}


def cost(subject: Subject, method: settings.Attribution) -> int:
    """How many passes (see Part) the whole explanation takes; of integrated gradients: at most."""
    return sum(_passes(subject, method))


def cost_words(method: settings.Attribution, subject: Subject) -> str:
    """The same for people: “1 forward and 1 backward pass”, “200 forward passes”."""
    forward, backward = _passes(subject, method)
    most = "at most " if isinstance(method, settings.IntegratedGradients) else ""
    if not backward:
        return f"{forward} forward {_pass(forward)}"
    return f"{most}{forward} forward and {backward} backward {_pass(backward)}"


def _pass(count: int) -> str:
    return "pass" if count == 1 else "passes"


def _passes(subject: Subject, method: settings.Attribution) -> tuple[int, int]:
    """(forward, backward)."""
    match method:
        case settings.SmoothGrad(samples=n):
            return n, n
        case settings.GradientShap(samples=n):
            return n + 1 + (gradients.BASELINES_OF_PHOTOS if subject.photo else gradients.BASELINES_OF_DIGITS), n
        case settings.IntegratedGradients(steps=n):
            halved = (n - 4 * gradients.STEPS) // (2 * gradients.STEPS)
            steps = 4 * gradients.STEPS + 2 * gradients.STEPS * halved
            return steps + 5 + halved, steps
        case settings.DeepLift():
            return 4, 2
        case settings.GuidedGradCam():
            return 2, 2
        case settings.Occlusion():
            return 1 + len(perturbation.windows(subject, method)[2]), 0
        case settings.FeatureAblation(segments=n):
            return 2 + int(inputs.segments(subject.x, n).max()), 0
        case settings.KernelShap(samples=n) | settings.CaptumLime(samples=n):
            return n, 0
        case settings.Lime(samples=n, repeats=repeats):
            return n * repeats, 0
        case _:
            return 1, 1
