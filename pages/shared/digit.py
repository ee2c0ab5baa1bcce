"""One test digit to look at: the choice, the picture, and its place in the test set."""

import numpy as np
import streamlit as st

from pages.shared import figures
from pages.shared.words import _


def pick(where: str, digit: int = 3, number: int = 0) -> int:
    """A choice of one test digit, by class and number; shows it and returns its index in the test set."""
    chosen = st.segmented_control(
        _("Digit"), list(range(10)), default=digit, key=f"{where}/class", required=True, wrap=True
    )
    nth = st.slider(_("Which one of the hundred"), 1, 100, number + 1, key=f"{where}/number")
    index = int(np.flatnonzero(_labels() == chosen)[nth - 1])
    st.image(figures.enlarge(image(index), 5), width=140, output_format="PNG", alt=f"{_('A handwritten')} {chosen}")
    return index


def image(index: int) -> np.ndarray:
    """One test digit, (28, 28) in [0, 1]."""
    from core.data import digits

    return digits.load().test_x[index, 0].numpy()


def place(index: int) -> tuple[int, int]:
    """The class of a test digit, and its number among the hundred of that class, counted from 1."""
    which = int(_labels()[index])
    return which, int(np.searchsorted(np.flatnonzero(_labels() == which), index)) + 1


@st.cache_data(max_entries=1, show_spinner=False)
def _labels() -> np.ndarray:
    from core.data import digits

    return digits.load().test_y.numpy()
