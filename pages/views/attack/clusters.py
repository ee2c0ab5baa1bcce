"""Activation clustering: the digits of one label as the network sees them, and how even the two groups of each label are."""

import streamlit as st

from core.attack.analysis.subject import shows, trained
from pages.parts import chart, choose, figures, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.attack import asked

KINDS = {  # of digits: name, role, shape
    "rest": (N_("label is right, larger group"), "before", "circle"),
    "rest_small": (N_("label is right, smaller group"), "task3", "circle"),
    "poisoned": (N_("poisoned, larger group"), "after", "x"),
    "poisoned_small": (N_("poisoned, smaller group"), "danger", "x"),
}


@view(N_("Activation clustering"), opens=lambda current: shows(current, "backdoor"))
def draw(current: Shown) -> None:
    """Left the digits of a label in two dimensions, right the share and the silhouette of every label's smaller group."""
    if not (shows(current, "backdoor") and trained(current)):
        sentence = _("Here a finished run with a backdoor is looked into: choose the method “Backdoor”.")
        asked.measured(current, None, sentence, {"method": "backdoor"}, ":material/hub:")
        return
    from core.attack.analysis import clusters  # torch, which the stage does not wait for

    found = ask(clusters.clustered, current, wait=_("Clustering the training digits …"))
    verdict.draw("attack", clusters.says(found))
    left, right = st.columns(2, gap="large")
    with left:
        label = choose.one("attack/clusters/label", _("Label"), list(found.splits), found.suspect)
        spots = clusters.groups(found, label)
        drawn = {_(name): (role, *spots[kind].T.tolist(), []) for kind, (name, role, _shape) in KINDS.items()}
        shapes = [shape for _name, _role, shape in KINDS.values()]
        axes = _("first principal component"), _("second principal component")
        figure = figures.points(drawn, *axes, 360, small=True, shapes=shapes)
        alt = _("The training digits of one label as the last hidden layer sees them, in two groups")
        chart.show(figure, key="attack/clusters/spots", alt=alt)
    with right:
        labels = [str(each) for each in found.splits]
        rows = {_("smaller group"): ("after", [each.share for each in found.splits.values()])}
        figure = figures.bars(rows, labels, _("label"), _("share of the label's digits (%)"), 200, ".0f", 56)
        chart.show(figure, key="attack/clusters/shares", alt=_("The share of the smaller group of each label"))
        rows = {_("silhouette"): ("before", [each.silhouette for each in found.splits.values()])}
        figure = figures.bars(rows, labels, _("label"), _("silhouette (−1 to 1)"), 200, ".2f")
        chart.show(figure, key="attack/clusters/silhouette", alt=_("How far apart the two groups of each label are"))
