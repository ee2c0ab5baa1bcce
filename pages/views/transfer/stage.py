"""The picture of the stage: the clouds of both domains, moving, over a strip of their digits; of the moons the plane with the border."""

import numpy as np

from core.transfer import pictures
from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.views.transfer import domains
from pages.views.transfer.border import ALT as PLANE
from pages.views.transfer.border import LARGE, REACH, plane
from pages.views.transfer.cloud import ALT as CLOUDS
from pages.views.transfer.cloud import axes, few, looks, spans
from pages.views.transfer.cloud import picture as points

CLOUD, STRIP = 0.7, 0.3  # shares of the height


def picture(current: Shown) -> None:
    """What the network makes of both domains, large."""
    if current.settings is None:
        return
    if current.settings.target.name == "moons":
        chart.show(_plane(current), key="stage/border", alt=PLANE, share=1.0)
        return
    chart.show(_cloud(current), key="stage/cloud", alt=CLOUDS, share=CLOUD)
    chart.show(domains.strip(current), key="stage/strip", alt=domains.ALT, share=STRIP)


def beside(current: Shown) -> bool:
    """Of the moons, the cloud of features: how far the two domains are one, while the plane shows where the classes end."""
    if current.settings is None or current.settings.target.name != "moons":
        return False
    chart.show(_cloud(current), key="stage/cloud", alt=CLOUDS, share=0.5)
    return True


def _plane(current: Shown) -> figures.Figure:
    """The newest border under some of the points."""
    if current.last(pictures.BORDER) is None or current.last(pictures.POINTS) is None:
        return figures.plane(REACH, LARGE)
    keep = few(current.last(pictures.WHO))
    values = np.array(current.pictures(pictures.BORDER)[-1].array, np.float64)
    return plane(values, current.last(pictures.POINTS)[keep], current.last(pictures.WHO)[:, keep], LARGE)


def _cloud(current: Shown) -> figures.Figure:
    """The newest look; of a run that ended, its last look from the end's axes."""
    who, (seen, ended) = current.last(pictures.WHO), looks(current)
    if who is None or not len(seen):
        return figures.points({}, *axes(ended), LARGE)
    keep = few(who)
    digits = (
        None if current.live else domains.shown_in_cloud(current)
    )  # a cloud that moves is light, and nobody can point at it
    digits = digits[keep] if digits is not None and len(digits) == len(who[0]) else None
    within = spans(seen[-1:, keep] if ended else seen[:, keep])  # while it moves, the axes only grow
    return points(seen[-1][keep], who[:, keep], within, axes(ended), LARGE, digits=digits)
