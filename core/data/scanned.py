"""The 1,797 digits of 8 × 8 pixels that scikit-learn ships, enlarged to MNIST's frame: 1,297 to train, 500 to test.

Source: Alpaydin, Kaynak, "Optical Recognition of Handwritten Digits" (UCI Machine Learning Repository).
"""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F

from core.data.digits import CLASSES, Digits

TEST_PER_CLASS = 50
BOX, MARGIN = 20, 4  # pixels: MNIST's digits fill a box of 20 × 20 in the middle of 28 × 28


@cache
def load() -> Digits:
    """Images (N, 1, 28, 28) in [0, 1], the split drawn once with a fixed seed, each class alike in the test part."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    small = torch.from_numpy(images).float().div_(16).view(-1, 1, 8, 8)
    x = F.pad(F.interpolate(small, size=(BOX, BOX), mode="bilinear"), [MARGIN] * 4)
    y = torch.from_numpy(labels).long()
    rng, test = np.random.default_rng(1998), np.zeros(len(labels), dtype=bool)
    for digit in range(CLASSES):
        test[rng.choice(np.flatnonzero(labels == digit), TEST_PER_CLASS, replace=False)] = True
    return Digits(x[~test], y[~test], x[test], y[test])
