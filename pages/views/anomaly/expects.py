"""(being written)"""

from pages.shared.shown import Shown


def expects(current: Shown) -> None:
    pass
