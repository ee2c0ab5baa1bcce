"""(being written)"""

from pages.shared.shown import Shown


def why(current: Shown) -> None:
    pass
