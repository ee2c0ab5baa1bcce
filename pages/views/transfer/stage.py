"""The picture of the stage: the clouds of both domains, moving, over a strip of their digits; of the moons the plane with the border."""

from core.transfer import analysis
from core.transfer.analysis.border import border, moons
from core.transfer.analysis.cloud import cloud, few, small
from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer import digits, shares
from pages.views.transfer.border import ALT as PLANE
from pages.views.transfer.border import plane
from pages.views.transfer.cloud import ALT as CLOUDS
from pages.views.transfer.cloud import LARGE, axes, points

CLOUD, STRIP = 0.7, 0.3  # shares of the height


def picture(current: Shown) -> None:
    """What the network makes of both domains, large."""
    if current.settings is None:
        return
    if moons(current):
        found = border(current)
        chart.show(plane(found, few(found.who)) if found else plane(None), key="stage/border", alt=_(PLANE), share=1.0)
        return
    chart.show(_cloud(current), key="stage/cloud", alt=_(CLOUDS), share=CLOUD)
    chart.show(digits.strip(current), key="stage/strip", alt=_(digits.ALT), share=STRIP)


def beside(current: Shown) -> bool:
    """Of the moons, the cloud of features: how far the two domains are one, while the plane shows where the classes end. Where
    a run is about class shares, these."""
    if (bars := shares.picture(current)) is not None:
        chart.show(bars, key="stage/shares", alt=_(shares.ALT), share=0.5)
        return True
    if not moons(current):
        return False
    chart.show(_cloud(current), key="stage/cloud", alt=_(CLOUDS), share=0.5)
    return True


def _cloud(current: Shown) -> figures.Figure:
    """The newest evaluation; of a run that ended, its last one from the end's axes."""
    found = cloud(current)
    if found is None:
        return figures.points({}, *axes(False), LARGE)
    keep, within = small(found)
    pictures = (
        None if current.live else analysis.digits.in_cloud(current)
    )  # a cloud that moves is light: nobody can point at it
    pictures = pictures[keep] if pictures is not None and len(pictures) == len(found.who[0]) else None
    return points(
        found.seen[-1][keep],
        found.who[:, keep],
        within,
        axes(found.ended),
        False,
        pictures,
        digits.names(current.settings),
    )
