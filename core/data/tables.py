"""Two tables that scikit-learn ships: wines by their chemistry, and tumours by what a microscope measures.

Source: UCI Machine Learning Repository, Wine (Forina 1991) and Breast Cancer Wisconsin, Diagnostic (Wolberg, Street,
Mangasarian 1995); both under CC BY 4.0.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.model_selection import train_test_split

TITLES = {"cancer": "Breast tumours", "wine": "Wines"}
SPLIT = 2021  # the seed of the one split, the same for ever
TEST_SHARE = 0.3
WINE_NAMES = (
    "alcohol (% vol)",
    "malic acid (g/l)",
    "ash (g/l)",
    "alkalinity of ash (meq/l)",
    "magnesium (mg/l)",
    "phenols (g/l)",
    "flavanoids (g/l)",
    "other phenols (g/l)",
    "proanthocyanins (g/l)",
    "colour intensity",
    "hue",
    "OD280/OD315 of the wine",
    "proline (mg/l)",
)
CANCER_SHORT = {"mean": "", "error": " ±", "worst": " (worst)"}


@dataclass(frozen=True, eq=False)
class Table:
    """x (N, features) float64 and y (N,) class numbers, split once into a training and a test part.

    features: their names, with a unit where the source states one. classes: by number. row: what one row is called.
    """

    title: str
    row: str
    features: tuple[str, ...]
    classes: tuple[str, ...]
    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


@cache
def load(name: str) -> Table:
    """The table “cancer” or “wine”. Shared by everybody in the process; its arrays cannot be written to."""
    if name == "wine":
        found = load_wine()
        return _split(
            TITLES[name], "Bottle", WINE_NAMES, ("grower 1", "grower 2", "grower 3"), found.data, found.target
        )
    if name == "cancer":
        found = load_breast_cancer()
        return _split(
            TITLES[name],
            "Patient",
            tuple(map(_tumour, found.feature_names)),
            ("malignant", "benign"),
            found.data,
            found.target,
        )
    raise ValueError(f"“{name}” is not a table; known are {' and '.join(TITLES)}.")


def _tumour(name: str) -> str:
    """scikit-learn's “worst concave points” as “concave points (worst)”: of three nuclei the largest value."""
    name = str(name)
    kind = next(kind for kind in CANCER_SHORT if kind in name.split())
    return " ".join(word for word in name.split() if word != kind) + CANCER_SHORT[kind]


def _split(
    title: str, row: str, features: tuple[str, ...], classes: tuple[str, ...], x: np.ndarray, y: np.ndarray
) -> Table:
    parts = train_test_split(x, y, test_size=TEST_SHARE, stratify=y, random_state=SPLIT)
    for part in parts:
        part.setflags(write=False)
    train_x, test_x, train_y, test_y = parts
    return Table(title, row, features, classes, train_x, train_y, test_x, test_y)
