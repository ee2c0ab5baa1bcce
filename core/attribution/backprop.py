"""Explanations with rules of their own for the way back: DeepLIFT, guided backprop, Grad-CAM; for networks that they fit."""

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import captum.attr
import torch
from torch import Tensor, nn

from core.attribution import inputs, settings
from core.attribution.part import Part, colours_summed, gap_percent, logit_of, with_gradient
from core.attribution.passes import LOCK
from core.subject.models import Subject


def deeplift(subject: Subject, target: int, method: settings.DeepLift, seed: int) -> Iterator[Part]:
    """Differences to a baseline, handed back layer by layer by the rescale rule (Shrikumar et al. 2017)."""
    baseline = inputs.baseline(subject.x, method.baseline)
    net = _pools_apart(_own(subject.net))
    with _quietly():
        values = captum.attr.DeepLift(net).attribute(with_gradient(subject.x), baseline.unsqueeze(0), target=target)
    end, start = logit_of(subject, target)(torch.stack([subject.x, baseline])).tolist()
    gap = gap_percent(values.double().sum().item(), end - start)
    note = (
        f"The map adds up to {values.sum().item():.2f}; from the baseline to the picture {subject.logit} rises by "
        f"{end - start:.2f} (gap {gap:.2g} %)."
    )
    yield Part(6, colours_summed(values), {"gap": gap}, note)


def guided_backprop(subject: Subject, target: int, method: settings.GuidedBackprop, seed: int) -> Iterator[Part]:
    """The gradient, with its negative part cut off at every ReLU on the way back (Springenberg et al. 2015)."""
    with _quietly():
        values = captum.attr.GuidedBackprop(_own(subject.net)).attribute(with_gradient(subject.x), target=target)
    yield Part(
        2,
        colours_summed(values),
        note="Crisp edges, but mostly the picture's own: the map changes little when "
        "upper layers are destroyed (Adebayo et al. 2018).",
    )


def grad_cam(subject: Subject, target: int, method: settings.GradCam, seed: int) -> Iterator[Part]:
    """ReLU of the maps of a convolution, weighted by their mean gradients (Selvaraju et al. 2017, equations 1 and 2)."""
    net = _own(subject.net)
    values = (
        captum.attr.LayerGradCam(net, _convolution(net, method.back))
        .attribute(with_gradient(subject.x), target=target, relu_attributions=True)
        .detach()
    )
    height, width = values.shape[-2:]
    large = captum.attr.LayerAttribution.interpolate(values, tuple(subject.x.shape[1:]), "bilinear")
    note = f"The layer sees {height} × {width} places; the rest is interpolation."
    if not values.any():
        note += " Here the map is zero: what the layer sees speaks nowhere for this answer."
    yield Part(2, colours_summed(large), note=note)


def guided_grad_cam(subject: Subject, target: int, method: settings.GuidedGradCam, seed: int) -> Iterator[Part]:
    """Guided backprop times Grad-CAM of the last convolution, enlarged (Selvaraju et al. 2017)."""
    net = _own(subject.net)
    with _quietly():
        values = (
            captum.attr.GuidedGradCam(net, _convolution(net, 1))
            .attribute(with_gradient(subject.x), target=target, interpolate_mode="bilinear")
            .detach()
        )
    note = "The place is Grad-CAM's, the fine lines are guided backprop's: mostly the picture's own edges."
    if not values.any():
        note += " Here the map is zero: what the layer sees speaks nowhere for this answer."
    yield Part(4, colours_summed(values), note=note)


def _convolution(net: nn.Module, back: int) -> nn.Module:
    """The back-th convolution from the last; the first one when there are fewer."""
    found = inputs.convolutions(net)
    return found[max(0, len(found) - back)]


def _own(net: nn.Module) -> nn.Module:
    """A copy that shares the weights: Captum hangs hooks into it, while others ask the same network."""
    return copy.deepcopy(net, {id(tensor): tensor for tensor in (*net.parameters(), *net.buffers())})


class Apart(nn.Module):
    """Hands on a copy, so that the layers before and after it do not share a tensor."""

    def forward(self, x: Tensor) -> Tensor:
        return x.clone()


def _pools_apart(net: nn.Module) -> nn.Module:
    """The network with something between every ReLU and the max-pooling after it.

    Captum 0.9 hooks the tensor between two layers for both: the ReLU's hook then reads the gradient before the pooling's
    hook has replaced it, and DeepLIFT's sum misses the logit by up to 27 % on our digits (with this: by 0.0001 %).
    """
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.MaxPool2d):
                setattr(parent, name, nn.Sequential(Apart(), child))
    return net


@contextmanager
def _quietly() -> Iterator[None]:
    """Captum warns of its own hooks, each time."""
    with LOCK, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\s*Setting ")
        yield
