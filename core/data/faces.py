"""200 grey patches of 25 × 25 pixels that scikit-image ships: 100 faces, and 100 pieces of background of the same photos.

Source: Huang, Ramesh, Berg, Learned-Miller, "Labeled Faces in the Wild" (2007); cut out by scikit-image's authors.
"""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

FACES = 100
SIDE = 28  # pixels: enlarged to the frame of the digits, so that the same networks can look at them


@cache
def load() -> tuple[Tensor, Tensor]:
    """(faces, background), each (100, 1, 28, 28) in [0, 1]. Shared by everybody in the process: never write into them."""
    from skimage.data import lfw_subset

    return fitted(lfw_subset()[:FACES]), fitted(lfw_subset()[FACES:])


def fitted(patches: np.ndarray) -> Tensor:
    """Grey patches (N, H, W) in [0, 1] in the frame of the digits, (N, 1, 28, 28)."""
    x = torch.from_numpy(np.ascontiguousarray(patches)).float().unsqueeze(1)
    return F.interpolate(x, size=(SIDE, SIDE), mode="bilinear", antialias=True).clamp_(0, 1)
