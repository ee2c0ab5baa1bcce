"""Explain before and after: where the network looks in the clean picture and in the attacked one; and the tab Explain."""

import streamlit as st

from core.attack import pictures
from core.attack.analysis import subject
from core.attribution.settings import METHOD_NAMES
from pages.parts import chart, choose, digit, panels, verdict
from pages.parts import explain as explain_page
from pages.parts.ask import ask
from pages.parts.overlay import top_of
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.attack import asked


@view(N_("Explain before and after"))
def draw(current: Shown) -> None:
    """The same method on both pictures, each explaining what the network says to it, on one scale."""
    from core.attack.analysis import explanation  # torch, which the stage does not wait for

    both = current.last(pictures.CLEAN) is not None and current.last(pictures.ATTACKED) is not None
    usable = both and current.settings and not subject.untrained(current)
    if not usable:
        st.info(_("This view needs an attack on one picture: choose one on the left and press Attack."))
        return
    if (picture := asked.picture_of(current)) is None:
        return
    names = [member.model_fields["name"].default for member in explanation.METHODS]
    options = {name: _(METHOD_NAMES[name]) for name in names}
    method = choose.one("attack/why/method", _("Method"), options, names[-1])
    found = ask(explanation.explained, current, picture.subject, method)
    if isinstance(found, str):
        st.info(translate(found), icon=":material/block:")
        return
    clean, attacked, _noise = found
    top, figure = top_of(clean.map, attacked.map), panels.board(430, top=44)
    for i, (title, each) in enumerate(((_("Before"), clean), (_("After"), attacked))):
        says = _("why it says {} ({:.0f} %)").format(panels.short(each.said), each.sure)
        place = 0.51 * i, 0.51 * i + 0.49, 0, 1
        panels.mapped(figure, place, each.picture, each.map, f"<b>{title}</b><br>{says}", top)
    chart.show(figure, key="attack/why/maps", alt=_("Where the network looks, before and after the attack"))
    verdict.draw("attack", explanation.moved(*found))


# ---- the tab ----


def explain(current: Shown) -> None:
    """The attacked picture, and for digit classifiers the methods on test digits."""
    attacked, photos = current.last(pictures.ATTACKED), current.settings and current.settings.asks_photos
    if photos and attacked is None:
        st.info(_("This run keeps no attacked photo: let an attack on one photo end."), icon=":material/image:")
    elif photos:
        draw(current)
    else:
        if attacked is not None:
            st.markdown(_("**The picture that was attacked**"))
            draw(current)
            st.divider()
            st.markdown(_("**Test digits**"))
        explain_page.draw("attack", networks(current), digit.mnist())


TRAINED = {  # what a network has gone through, by what its run is looked at as
    "training": N_("After adversarial training"),
    "backdoor": N_("With a backdoor"),
    "certificates": N_("Trained for smoothing"),
}


def networks(current: Shown) -> dict[str, tuple[str, str]]:
    """The networks that are held side by side, title → (run, model)."""
    titles = {
        "trained": _(TRAINED.get(current.settings.method.SHOWS, TRAINED["training"])),
        "attacked": _("The network attacked"),
        "teacher": _("Teacher"),
    }
    return {titles[role]: place for role, place in subject.networks(current).items()}
