"""(being written)"""

from pages.shared.shown import Shown


def beside(current: Shown) -> None:
    pass
