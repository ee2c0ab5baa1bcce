"""Five kinds of oddity among the digits 0 to 7: digits that are none of these, digits that are spoiled, and no digits at all."""

from collections.abc import Callable, Mapping
from functools import cache

import torch
from torch import Tensor

from core.anomaly.by_kind import EACH, NORMAL
from core.data import digits, faces

SPREAD = 8  # every so manyth normal test digit is spoiled


@cache
def piles(patched: Callable[[Tensor], Tensor]) -> tuple[Mapping[str, Tensor], Mapping[str, Tensor]]:
    """(examples to learn, examples to test) by their kind, each (EACH, 1, 28, 28). patched: gives pictures (N, 1, 28, 28) with a
    piece of another one pasted in. No picture of the first was made from one that the second are made from."""
    data, (face, ground) = digits.load(), faces.load()
    own, tested = data.train_x[data.train_y < NORMAL], data.test_x[data.test_y < NORMAL][::SPREAD]
    half = EACH // 2
    return (
        {
            "eights": data.train_x[data.train_y == 8][:EACH],
            "nines": data.train_x[data.train_y == 9][:EACH],
            "patched": patched(own[:EACH]),
            "turned": turned(own[EACH : 2 * EACH]),
            "photos": torch.cat([face[:half], ground[:half]]),
        },
        {
            "eights": data.test_x[data.test_y == 8],
            "nines": data.test_x[data.test_y == 9],
            "patched": patched(tested),
            "turned": turned(tested),
            "photos": torch.cat([face[half:], ground[half:]]),
        },
    )


def turned(x: Tensor) -> Tensor:
    """Pictures (N, C, H, W) by a quarter, counter-clockwise."""
    return torch.rot90(x, 1, (2, 3))
