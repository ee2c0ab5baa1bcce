"""(being written)"""

from pages.shared.shown import Shown


def promise(current: Shown) -> None:
    pass
