"""(being written)"""

from pages.shared.shown import Shown


def threshold(current: Shown) -> None:
    pass
