"""What a method needs of a network: the sentence why it cannot explain it, empty when it can."""

from typing import Any

from torch import nn

from core.nets import MLP, Columns


def answers(net: Any, title: str, gradient: bool, layers: bool) -> str:
    """Whether it has the gradients and the layers that the method called `title` asks for."""
    if gradient and not getattr(net, "gradients", True):
        return "This score has no gradients: choose a method that changes the picture, such as occlusion."
    if layers and not isinstance(net, nn.Module):
        return f"{title} looks into the layers of a network, and here only the answer can be asked."
    return ""


def layers_only(net: nn.Module) -> str:
    """DeepLIFT knows rules for layers, and none for what a network does between them."""
    if not getattr(net, "standardise", False):
        return ""
    return (
        "DeepLIFT has rules for layers, and this network first divides each picture by its own deviation, "
        "for which there is none: the map would miss the logit by nearly all of it."
    )


def known_relus(net: nn.Module, title: str, so: str, instead: str) -> str:
    """Captum sees those ReLUs only that are modules of the class nn.ReLU. so: what the map would be worth without the
    others. instead: a method that does not need them."""
    if any(isinstance(module, nn.ReLU6) for module in net.modules()):
        return (
            f"{title} needs a rule of its own at every ReLU, and Captum has none for the ReLU6 of the network for "
            f"photos, {so}. Look at a digit, or choose {instead}."
        )
    if isinstance(net, MLP | Columns):
        return (
            f"{title} needs a rule of its own at every ReLU, and Captum finds only those that are layers; "
            f"this network calls a function instead, {so}. Ask a convolutional network, or choose {instead}."
        )
    return ""


def convolution(net: nn.Module) -> str:
    """Grad-CAM weights the maps of one."""
    if any(isinstance(module, nn.Conv2d) for module in net.modules()):
        return ""
    return "Grad-CAM weights the maps of a convolution, and this network has none: its layers are dense."
