"""(being written)"""

from pages.shared.shown import Shown


def bottleneck(current: Shown) -> None:
    pass
