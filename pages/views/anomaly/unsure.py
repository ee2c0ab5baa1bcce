"""(being written)"""

from pages.shared.shown import Shown


def unsure(current: Shown) -> None:
    pass
