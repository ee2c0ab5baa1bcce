"""Passive defences: a picture on its way through one, and what is left of it once the attacker knows."""

from typing import Any

import streamlit as st

from core.attack.analysis.subject import shows
from core.attack.settings import Defend
from core.settings import extra
from pages.parts import chart, choose, figures, lecture, panels, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.attack import asked

NAMES = extra(Defend.model_fields["defence"], "names")
SHARES = {  # what is told apart of the digits still right: title, role
    "clean_defended": (N_("no attack, defended"), "before"),
    "noise_defended": (N_("noise, defended"), "control"),
    "bare": (N_("attack, no defence"), "neutral"),
    "blind": (N_("attack, defended"), "after"),
    "knowing": (N_("attacker knows it"), "danger"),
}
STRONGEST = {  # attacks of the same length by who knows the defence: title, role
    "noise": (N_("noise"), "control"),
    "pgd": (N_("PGD"), "after"),
    "apgd_ce": (N_("APGD, cross entropy"), "task3"),
    "apgd_dlr": (N_("APGD, DLR"), "task5"),
    "worst": (N_("worst of the three"), "danger"),
}


@view(N_("Defences"), opens=lambda current: shows(current, "defence"))
def draw(current: Shown) -> None:
    """One picture, attacked by someone who knows the defence, or not; for digits also the % still right of a hundred."""
    from core.attack.analysis import defences  # torch, which the stage does not wait for

    if (picture := asked.picture_of(current)) is None:
        return
    knobs = _knobs(current, picture.victims.photo)
    found = ask(defences.tried, current, picture.subject, *knobs, wait=_("Attacking …"))
    alt = _("The picture with and without the attack and the defence, and the answers")
    chart.show(_figure(found), key="attack/defences/pictures", alt=alt)
    verdict.draw("attack", defences.worth(found))
    st.caption(verdict.words("attack", defences.controls(found)))
    if not picture.victims.photo:
        _every(current, picture.subject.network, *knobs[1:3])
        _strongest(current, picture.subject.network, *knobs[1:3])


def _knobs(current: Shown, photo: bool) -> tuple[str, int, float, bool]:
    """The defence, its strength, ε in levels of 255, and whether the attacker knows."""
    from core.attack.analysis.defences import strengths

    first = getattr(current.settings.method, "defence", "smooth")
    names = {name: _(title) for name, title in NAMES.items()}
    defence = choose.one("attack/defences/defence", _("Defence"), names, first)
    left, middle, right = st.columns([1, 1.4, 1.2], gap="large", vertical_alignment="bottom")
    help = verdict.words("attack", strengths(current, defence))
    strength = left.slider(_("Strength"), 1, 5, 3, key="attack/defences/strength", help=help)
    sizes = (16.0, 2.0) if photo else (96.0, 38.0)
    level = asked.size(f"attack/defences/epsilon/{photo}", *sizes, 0.5, at=middle)
    knows = right.toggle(_("The attacker knows the defence"), key="attack/defences/knows")
    return defence, strength, level, knows


def _figure(found: Any) -> figures.Figure:
    """Clean, attacked, and what the network gets; above each what it says."""
    titles = {
        "clean": _("Clean"),
        "clean_defended": _("Clean, defended"),
        "attacked": _("Attacked"),
        "behind": _("Attacked, defended"),
    }
    figure = panels.board(430)
    for i, (name, title) in enumerate(titles.items()):
        across = i * 0.26, i * 0.26 + 0.22
        panels.picture(figure, (*across, 0, 0.56), found.pictures[name], f"<b>{title}</b>")
        rows = [
            (panels.short(said), share, "after" if said == found.truth else "danger")
            for said, share in found.answers[name]
        ]
        panels.bars(figure, (*across, 0.66, 1), rows, _("The network says"))
    return figure


def _every(current: Shown, network: str, strength: int, level: float) -> None:
    """All defences on a hundred digits, when asked for: it takes some seconds."""
    from core.attack.analysis.defences import MANY, MANY_STEPS, every

    if not st.toggle(_("Try all four on {} digits").format(MANY), key="attack/defences/every"):
        return
    ends = ask(every, current, network, strength, level, wait=_("Attacking {} digits …").format(MANY))
    groups = {_(title): (role, [end[name] for end in ends.values()]) for name, (title, role) in SHARES.items()}
    figure = figures.bars(groups, [_(NAMES[name]) for name in ends], "", _("still right (%)"), 320, ".0f", 112)
    alt = _("How many of a hundred digits are still right behind each defence")
    chart.show(figure, key="attack/defences/bars", alt=alt)
    lecture.caption("attack", "all defences", steps=MANY_STEPS, level=level, strength=strength)


def _strongest(current: Shown, network: str, strength: int, level: float) -> None:
    """All defences, and none, under three attacks that know them, when asked for: it takes some seconds."""
    from core.attack.analysis.defences import MANY, STRONG_STEPS, strongest

    words = _("Test with three strong attacks on {} digits").format(MANY)
    if not st.toggle(words, key="attack/defences/strongest"):
        return
    ends = ask(strongest, current, network, strength, level, wait=_("Attacking {} digits …").format(MANY))
    groups = {_(title): (role, [end[name] for end in ends.values()]) for name, (title, role) in STRONGEST.items()}
    names = {"none": N_("no defence")} | NAMES
    figure = figures.bars(groups, [_(names[name]) for name in ends], "", _("still right (%)"), 320, ".0f", 112)
    alt = _("How many of a hundred digits are still right under each of three attacks that know the defence")
    chart.show(figure, key="attack/defences/strongest-bars", alt=alt)
    lecture.caption("attack", "strongest attacks", steps=STRONG_STEPS, level=level, strength=strength)
