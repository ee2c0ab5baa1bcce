"""Attributions of a digit classifier's answer to the pixels of one image.

Every method has one signature: (net, image, target) → Attribution. image: (1, 28, 28) in [0, 1]. The explained number
is the logit of class `target`, but for LIME, which explains its probability.
"""

import os
from dataclasses import dataclass

os.environ.setdefault("TQDM_DISABLE", "1")  # LIME offers no other way to keep its progress bar out of the server's log

import numpy as np  # noqa: E402
import torch  # noqa: E402
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Occlusion, Saliency  # noqa: E402
from lime.lime_image import LimeImageExplainer  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from core.nets import Unit  # noqa: E402

GRID = 4  # side of LIME's squares in pixels: 7 × 7 of them; superpixel methods find only 1–7 segments on 28 × 28


@dataclass(frozen=True)
class Attribution:
    """map: (28, 28), positive where a pixel speaks for the class. note: how far to trust it, in one sentence."""

    map: np.ndarray
    note: str


class CannotExplain(ValueError):
    """The method does not fit this network; one sentence says why."""


def saliency(net: nn.Module, image: Tensor, target: int) -> Attribution:
    """|∂ logit / ∂ pixel| (Simonyan et al. 2013)."""
    values = Saliency(net).attribute(_batch(image), target=target)
    return Attribution(_plain(values), "The slope at this very picture: it says nothing about larger changes.")


def integrated_gradients(net: nn.Module, image: Tensor, target: int, steps: int = 50) -> Attribution:
    """(x − x′) · ∫ ∂ logit / ∂ pixel along the straight line from black x′ to x (Sundararajan et al. 2017, eq. 1)."""
    x, black = _batch(image), torch.zeros(1, *image.shape)
    values = IntegratedGradients(net).attribute(x, black, target=target, n_steps=steps)
    with torch.no_grad():
        rise = (net(x) - net(black))[0, target].item()
    gap = abs(values.sum().item() - rise)
    return Attribution(_plain(values), f"The map adds up to {values.sum().item():.2f}; the logit rose by {rise:.2f} "
                                       f"(gap {100 * gap / max(abs(rise), 1e-9):.1f} %).")


def occlusion(net: nn.Module, image: Tensor, target: int) -> Attribution:
    """How much the logit falls when a 4 × 4 window is painted black (Zeiler and Fergus 2014)."""
    values = Occlusion(net).attribute(_batch(image), (1, 4, 4), strides=(1, 2, 2), target=target, baselines=0,
                                      perturbations_per_eval=64)
    return Attribution(_plain(values), "Painting black what is black already changes nothing: the background is always zero.")


def grad_cam(net: nn.Module, image: Tensor, target: int) -> Attribution:
    """Activations of the last convolution, weighted by their mean gradient (Selvaraju et al. 2017, eq. 1 and 2).

    Raises CannotExplain for a network without convolutions.
    """
    convolutions = [layer for layer in net.modules() if isinstance(layer, Unit) and isinstance(layer.weights, nn.Conv2d)]
    if not convolutions:
        raise CannotExplain("Grad-CAM weights the maps of the last convolution, and this network has none: its layers are dense.")
    values = LayerGradCam(net, convolutions[-1]).attribute(_batch(image), target=target, relu_attributions=True)
    side = values.shape[-1]
    values = LayerAttribution.interpolate(values, image.shape[-2:], "bilinear")
    return Attribution(_plain(values), f"The layer sees only {side} × {side} places; the rest is interpolation.")


def lime(net: nn.Module, image: Tensor, target: int, samples: int = 300) -> Attribution:
    """Weights of a linear model that imitates the network near this image, on 7 × 7 squares (Ribeiro et al. 2016)."""
    grey = image[0].numpy()
    squares = np.arange(grey.size // GRID**2).reshape(grey.shape[0] // GRID, -1).repeat(GRID, 0).repeat(GRID, 1)

    def probabilities(pictures: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return net(torch.from_numpy(pictures[..., 0]).float().unsqueeze(1)).softmax(1).numpy()

    # a new explainer with its own seed: LIME's random state moves on between calls
    explanation = LimeImageExplainer(random_state=0, feature_selection="none").explain_instance(
        grey.astype(np.float64), probabilities, labels=(target,), top_labels=None, hide_color=0.0, num_samples=samples,
        batch_size=100, segmentation_fn=lambda _: squares)
    weights = dict(explanation.local_exp[target])
    fit = explanation.score[target] if isinstance(explanation.score, dict) else explanation.score
    return Attribution(np.vectorize(weights.get)(squares), f"The linear imitation explains R² = {fit:.2f} of the network "
                                                           f"near this picture ({samples} samples).")


METHODS = {"Saliency": saliency, "Integrated gradients": integrated_gradients, "Occlusion": occlusion,
           "Grad-CAM": grad_cam, "LIME": lime}


def _batch(image: Tensor) -> Tensor:
    return image.unsqueeze(0).clone().requires_grad_()


def _plain(values: Tensor) -> np.ndarray:
    return values.detach()[0, 0].numpy()
