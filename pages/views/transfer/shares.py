"""How frequent the classes are in the target: the truth, the network's answers, and the estimate, beside the cloud."""

from core.transfer.analysis.shares import shares
from core.transfer.settings import about_shares
from pages.parts import figures
from pages.parts.shown import Shown
from pages.parts.words import N_, _

ALT = N_("How frequent each class is in the target: truth, answers and estimate")


def picture(current: Shown) -> figures.Figure | None:
    """Bars as of the newest evaluation, none before the first; None for a run that is not about class shares."""
    if current.settings is None or not about_shares(current.settings):
        return None
    found, groups = shares(current), {}
    if found is not None:
        groups = {_("true (unknown)"): ("control", found.true), _("answered"): ("before", found.answered)}
    if found is not None and found.estimated is not None:
        groups[_("estimated")] = ("after", found.estimated)
    classes = [str(i) for i in range(10 if found is None else len(found.true))]
    return figures.bars(groups, classes, _("class"), _("share of the target (%)"), 260)
