"""One test digit to look at: the choice, the picture, and its place in the test set."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import rasters
from pages.parts.words import _


@dataclass(frozen=True)
class Tests:
    """Test pictures as 8-bit (N, H, W) or (N, H, W, 3), and their classes (N,); shipped: they are MNIST's own test digits."""

    pictures: np.ndarray
    labels: np.ndarray
    shipped: bool = False


@dataclass(frozen=True)
class Chosen:
    """One of them: its place in the set, its picture, 8-bit (H, W) or (H, W, 3), its class, and its number among those of
    its class, from 1."""

    index: int
    picture: np.ndarray
    label: int
    number: int
    shipped: bool


def pick(where: str, tests: dict[str, Tests], label: int = 3, number: int = 1) -> Chosen:
    """A choice of one test picture, by set, class and number; shows it."""
    name = next(iter(tests))
    if len(tests) > 1:
        name = st.segmented_control(_("From"), list(tests), default=list(tests)[-1], key=f"{where}/set", required=True)
    which = tests[name]
    label = st.segmented_control(
        _("Digit"), list(range(10)), default=label, key=f"{where}/class", required=True, wrap=True
    )
    own = np.flatnonzero(which.labels == label)
    number = st.slider(_("Which one of them"), 1, len(own), min(number, len(own)), key=f"{where}/number/{name}")
    index = int(own[number - 1])
    picture = which.pictures[index]
    st.image(rasters.enlarge(picture, 5), width=140, output_format="PNG", alt=_("A handwritten {}").format(label))
    return Chosen(index, picture, label, number, which.shipped)


def mnist(_shown: Any = None) -> dict[str, Tests]:
    """The test digits that every lab has."""
    return {_("test digits"): _mnist()}


@st.cache_resource(show_spinner=False)
def _mnist() -> Tests:
    from core.data import digits

    return as_tests(digits.load(), shipped=True)


def as_tests(data: Any, shipped: bool = False) -> Tests:
    """The test part of a `core.data.digits.Digits` as 8-bit pictures."""
    from core.subject.models import as_bytes

    return Tests(as_bytes(data.test_x), data.test_y.numpy(), shipped)
