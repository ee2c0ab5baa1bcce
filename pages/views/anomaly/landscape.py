"""(being written)"""

from pages.shared.shown import Shown


def landscape(current: Shown) -> None:
    pass


def live_landscape(current: Shown) -> None:
    pass
