"""When a detector raises the alarm: so seldom for clean pictures, whatever its scores are."""

import numpy as np

FALSE_ALARMS = 5  # % of the clean pictures that may be called attacks


def alarm(clean: np.ndarray) -> float:
    """The score above which no more than 5 % of the clean pictures' scores (n,) lie."""
    return float(np.quantile(clean, 1 - FALSE_ALARMS / 100, method="higher"))
