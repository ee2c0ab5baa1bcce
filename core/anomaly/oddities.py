"""Five kinds of oddity among the digits 0 to 7: digits that are none of these, digits that are spoiled, and no digits at all."""

from collections.abc import Mapping
from functools import cache
from typing import get_args

import numpy as np
import torch
from torch import Tensor

from core.anomaly import decide
from core.anomaly.data_settings import Oddities
from core.data import digits, faces

KINDS: tuple[str, ...] = get_args(Oddities.model_fields["kind"].annotation)
CALLED = ("8", "9", "patched digit", "turned digit", "piece of a photo")  # one of each kind
NORMAL = 8  # digits from 0 on; in the test part the class of the first kind of oddity is this number
EACH = 100  # examples of each kind that may be learned, and as many that are tested
SPREAD = 8  # every so manyth normal test digit is spoiled


@cache
def piles(patched) -> tuple[Mapping[str, Tensor], Mapping[str, Tensor]]:
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


def auroc_by_kind(scores: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """How well each kind is told from normals, in %. scores, y: (N,), of test examples of all kinds."""
    kind = np.asarray(y) - NORMAL
    return {
        name: 100 * decide.auroc(scores[own], kind[own] == i)
        for i, name in enumerate(KINDS)
        if (own := (kind < 0) | (kind == i)).any()
    }


def on_known(found: Mapping[str, float], known: str) -> dict[str, float]:
    """The AUROC of the known kind, and the mean of all others, in %."""
    return {"on_known": found[known], "on_unseen": float(np.mean([v for name, v in found.items() if name != known]))}
