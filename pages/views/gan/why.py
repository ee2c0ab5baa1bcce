"""The tab Explain: what in this picture made D say “fake”; on the plane, what each of its two numbers adds to the score."""

import streamlit as st

from core.gan.analysis import why
from core.gan.analysis.players import Players
from core.gan.analysis.why import Reason
from pages.parts import chart, choose, explain, rasters, verdict
from pages.parts.ask import ask
from pages.parts.overlay import enlarged, overlay, top_of
from pages.parts.shown import Shown
from pages.parts.words import N_, _, translate
from pages.views.gan import why_plane
from pages.views.gan.ended import ended

AT = "gan/why"
DAMAGES = {
    "hole": N_("a hole in its ink"),
    "blur": N_("blurred"),
    "noise": N_("noise on it"),
    "class": N_("told a wrong class"),
}


def draw(current: Shown) -> None:
    """Pictures get maps; a point of the plane gets bars and an arrow."""
    there = ended(current)
    if there is not None:
        (_digits if there.digits else why_plane.draw)(current, there)


@st.fragment
def _digits(current: Shown, there: Players) -> None:
    """The chosen picture, and for comparison a real digit of the same class, by one method on one scale."""
    left, right = st.columns([1, 2.4], gap="large")
    with left:
        what, number = _example(current, there)
        method, given, base = _method()
    other = ask(why.comparison, current, what, number)
    both = [ask(why.reason, current, *each, method, given, base) for each in ((what, number), ("real", other))]
    titles = [_title(what, number, both[0]), _("For comparison: a real {}").format(both[1].example.digit)]
    with right:
        st.markdown(f"**{_('What made D say “fake”?')}** {_colours(method)}")
        top = top_of(*(found.map for found in both))
        for column, key, title, found in zip(st.columns(2, gap="medium"), ("chosen", "beside"), titles, both):
            with column:
                st.markdown(f"**{title}**")
                st.caption(verdict.words("gan", found.says))
                _map(key, title, found, top)
        verdict.draw("gan", both[0].verdicts)
        bases = {"black": _("a black picture"), "mean": _("the mean training digit"), "blur": _("the blurred picture")}
        about = verdict.words("gan", both[0].method, baseline=bases[base])
        st.caption(_("Both maps share one scale."), help=f"{translate(both[0].note)} {about}")


def _map(key: str, title: str, found: Reason, top: float) -> None:
    """The picture, and the map over it. top: the value of full colour."""
    titles = [title, _("Why, {}").format(title)]
    images = [enlarged(found.picture), overlay(found.picture, found.map, top)]
    chart.show(rasters.gallery(images, 2, titles, 230), key=f"why/{key}", alt=" · ".join(titles))


def _colours(method: str) -> str:
    """What the colours of a map mean."""
    how = why.BY_NAME[method]
    if not how.signed:
        return _("Orange is where a small change of the pixel changes D's score most, whatever its sign.")
    if how.unit == "gradient":
        return _("Orange is where a brighter pixel would look more fake to D, blue where it would look more real.")
    return _("Orange speaks for fake, blue for real.")


def _example(current: Shown, there: Players) -> tuple[str, int]:
    """A fake, a real test digit, or that digit with something done to it, as `core.gan.analysis.why.example` has it."""
    ways = {"fake": _("a fake"), "real": _("a real digit"), "damaged": _("a damaged one")}
    way = choose.one(f"{AT}/way", _("Ask about"), ways)
    number = st.slider(_("Which one"), 1, why.SHOWN, 1, key=f"{AT}/{way}") - 1
    if way == "fake":
        return way, number
    place = ask(why.digit_place, current, number)
    if way == "real":
        return way, place
    told = there.conditional and len(there.world.classes) > 1
    kinds = {how: _(name) for how, name in DAMAGES.items() if told or how != "class"}
    return choose.one(f"{AT}/damage", _("What is wrong with it"), kinds, side_by_side=False), place


def _title(what: str, number: int, found: Reason) -> str:
    """What the chosen picture is called."""
    if what == "fake":
        return _("Fake {}").format(number + 1)
    if what == "real":
        return _("Real {}").format(found.example.digit)
    if what == "class":
        return _("Real {}, told a wrong class: {}").format(found.example.digit, found.example.told)
    return _("Real {}, {}").format(found.example.digit, _(DAMAGES[what]))


def _method() -> tuple[str, str, str]:
    """The method, its knobs as JSON, and what the picture is compared with."""
    method, given = explain.way(AT, why.BY_NAME, why.OWN)
    base = "black"
    if why.BY_NAME[method].compares:
        bases = {"black": _("black"), "mean": _("mean training digit"), "blur": _("blurred picture")}
        tip = _("What stands in the place of a pixel that is taken away. D has an opinion on that, too.")
        base = choose.one(f"{AT}/base", _("Compared with"), bases, side_by_side=False, help=tip)
    return method, given, base
