"""The stage of a slimmable network: the accuracy of every width, in one network and trained alone."""

from core.compression.analysis import widths as analysis
from pages.parts import figures
from pages.parts.figures import Figure
from pages.parts.shown import Shown
from pages.parts.words import _


def bars(current: Shown) -> tuple[Figure, str]:
    """Bars for every width."""
    found = analysis.widths(current)
    groups = {_("in one network"): ("after", [each.accuracy for each in found])}
    if all(each.alone is not None for each in found):
        groups[_("trained alone")] = ("control", [each.alone for each in found])
    names = [named(each) for each in found]
    x = _("width: channels of the three convolutions, multiply–adds for one digit")
    figure = figures.bars(groups, names, x, _("test accuracy (%)"), 320, ".1f", top=112)
    each = ", ".join(f"{width.percent} %: {width.accuracy:.1f} %" for width in found)
    return figure, _("Test accuracy of each width: {}").format(each)


def named(width: analysis.Width) -> str:
    """A width under its bars."""
    channels, thousands = "–".join(map(str, width.channels)), _("{:,.0f} thousand").format(width.macs / 1000)
    return f"{width.percent} %\n{channels}\n{thousands}"
