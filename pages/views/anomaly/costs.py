"""(being written)"""

from pages.shared.shown import Shown


def costs(current: Shown) -> None:
    pass
