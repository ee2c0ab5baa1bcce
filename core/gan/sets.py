"""Two sets of digits without pairs: upright ones, and others that were changed. No digit stands in both."""

from collections.abc import Callable
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data import digits

SLANT = 0.6  # pixels to the right for each pixel up
Change = Callable[[Tensor], Tensor]


def slanted(x: Tensor, by: float = SLANT) -> Tensor:
    """Pictures (N, 1, H, W) in [−1, 1], each row pushed aside by `by` pixels for each pixel that it lies above the middle."""
    lean = torch.tensor([[1.0, by, 0.0], [0.0, 1.0, 0.0]]).expand(len(x), 2, 3)
    places = F.affine_grid(lean, list(x.shape), align_corners=False)
    return F.grid_sample(x + 1, places, align_corners=False) - 1  # what comes from outside is background


def upright(x: Tensor) -> Tensor:
    """Slanted pictures, pushed back."""
    return slanted(x, -SLANT)


def mirrored(x: Tensor) -> Tensor:
    """Pictures with left and right exchanged; done twice they are as before."""
    return x.flip(3)


def inverted(x: Tensor) -> Tensor:
    """Black on white; done twice they are as before."""
    return -x


def slanted_inverted(x: Tensor) -> Tensor:
    """Slanted, and black on white."""
    return -slanted(x)


def upright_inverted(x: Tensor) -> Tensor:
    """The way back from there."""
    return upright(-x)


CHANGES: dict[str, tuple[Change, Change]] = {  # and how each is undone, which only the judge is told
    "slanted": (slanted, upright),
    "mirrored": (mirrored, mirrored),
    "inverted": (inverted, inverted),
    "both": (slanted_inverted, upright_inverted),
}


class DigitSet:
    """Pictures to learn from (N, 1, 28, 28) in [−1, 1], and test digits with their classes; nobody is told a class in training."""

    def __init__(self, x: Tensor, test_x: Tensor, test_y: Tensor):
        self.x, self.test_x, self.test_y = x, test_x, test_y

    def sample(self, n: int, generator: torch.Generator) -> tuple[Tensor, None]:
        """Real pictures (n, 1, 28, 28)."""
        return self.x[torch.randint(len(self.x), (n,), generator=generator)], None


@lru_cache(maxsize=4)
def both(change: str) -> tuple[DigitSet, DigitSet]:
    """The upright digits, which are one half of the training digits, and the changed ones, made of the other half. Of the test
    digits, too, each set has its own half."""
    data, alter = digits.load(), CHANGES[change][0]
    x, test = 2 * data.train_x - 1, 2 * data.test_x - 1
    return (
        DigitSet(x[::2], test[::2], data.test_y[::2]),
        DigitSet(alter(x[1::2]), alter(test[1::2]), data.test_y[1::2]),
    )


def undone(x: Tensor, change: str) -> Tensor:
    """Pictures of the changed set as upright ones, so that the judge, who knows only those, can read them."""
    return CHANGES[change][1](x)
