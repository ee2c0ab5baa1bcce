"""The generator of digits that the GAN lab trains, for every lab that draws with one: from its description in a stored run."""

import torch
from torch import Tensor, nn

from core import nets, runs
from core.runs import RunError

SIDE = 7  # of the innermost picture, a quarter of a digit's
CLASSES = 10
CODES = 64  # numbers that a generator of digits gets; those beyond its latent size are 0
KIND = "gan G of digits"


def drawn_only(layer: nn.Linear, latent: int) -> nn.Linear:
    """A first layer as if it had only the inputs that are drawn: its weights begin as large as PyTorch makes those of `latent` inputs."""
    with torch.no_grad():
        layer.weight.mul_((layer.in_features / latent) ** 0.5)
    return layer


class DigitG(nn.Module):
    """Codes (N, 64) and, where it is told them, classes (N,) to pictures (N, 1, 28, 28) in [−1, 1]."""

    def __init__(self, channels: int = 24, latent: int = 32, conditional: bool = True):
        super().__init__()
        self.arch = {"kind": KIND, "channels": channels, "latent": latent, "conditional": conditional}
        self.channels, inner = channels, 2 * channels
        self.dense = drawn_only(nn.Linear(CODES, inner * SIDE * SIDE, bias=False), latent)
        self.told = nn.Embedding(CLASSES, inner * SIDE * SIDE) if conditional else None
        self.norm0, self.norm1 = nn.BatchNorm1d(inner * SIDE * SIDE), nn.BatchNorm2d(channels)
        self.up1 = nn.ConvTranspose2d(inner, channels, 4, 2, 1, bias=False)
        self.up2 = nn.ConvTranspose2d(channels, 1, 4, 2, 1)
        if self.told:
            nn.init.normal_(self.told.weight, std=0.3)
        self.to(memory_format=torch.channels_last)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Each convolution doubles the side: 7, 14, 28 (Radford et al. 2016, section 3)."""
        h = self.dense(z) if self.told is None else self.dense(z) + self.told(y)
        h = (
            self.norm0(h)
            .relu()
            .view(len(z), 2 * self.channels, SIDE, SIDE)
            .contiguous(memory_format=torch.channels_last)
        )
        return self.up2(self.norm1(self.up1(h)).relu()).tanh()


def of_run(run_id: str) -> DigitG:
    """The generator of digits in a stored run, in evaluation mode, not to be trained. Raises RunError when there is none."""
    for model in runs.load(run_id).models.values():
        if model.arch.get("kind") == KIND:
            made = nets.from_model(model, lambda arch: DigitG(**{name: arch[name] for name in arch if name != "kind"}))
            return made.requires_grad_(False)
    raise RunError(f"Run “{run_id}” holds no generator of digits.")
