"""Walk among codes: two of them chosen by a click, everything that lies between, and sums of codes."""

from typing import Any

import streamlit as st

from core.gan import pictures
from core.gan.analysis import latent
from core.gan.analysis.latent import CODES, PLACES
from core.gan.analysis.players import Players
from pages.parts import chart, choose, figures, lecture, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.gan import pick, plane
from pages.views.gan.ended import ended
from pages.views.gan.stage import wall

ROW = 8  # pictures side by side
STRIP = 9  # places of the walk that are drawn at once


@view(N_("Walk among codes"), needs=(pictures.SCORES,))
def draw(current: Shown) -> None:
    """Digits as a wall of pictures, points on their plane."""
    there = ended(current)
    if there is not None:
        (_digits if there.digits else _plane)(current, there)


@st.fragment
def _digits(current: Shown, there: Players) -> None:
    letters, classes, digit = "AB" if there.conditional else "ABC", there.world.classes.tolist(), None
    if there.conditional:
        first = classes[min(3, len(classes) - 1)]
        digit = choose.one("latent/class", _("G is asked for"), {each: str(each) for each in classes}, first)
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        chosen = pick.chosen("latent/wall", CODES, letters, range(len(letters)), _("Code"))
        texts = tuple(_("Code {}").format(n + 1) for n in range(CODES))
        figure = wall(ask(latent.wall, current, digit), row=ROW, texts=texts, height=270)
        alt = _("Pictures that G makes of {} codes; a click chooses one").format(CODES)
        chart.show(pick.lettered(figure, chosen, letters), key="latent/wall", alt=alt, pick=True)
        st.caption(pick.hint(letters))
    walk = ask(latent.between, current, *chosen[:2], digit)
    with right:
        place = _slider()
        alt = _("The picture at this place of the walk")
        chart.show(rasters.image(walk.made[place], 224), key="latent/here", alt=alt)
        verdict.draw("gan", walk.here(place))
    st.markdown(f"**{_('From A to B')}**", help=lecture.note("gan", "walk") if there.latent > 1 else None)
    strip = wall(walk.made[:: (PLACES - 1) // (STRIP - 1)], row=STRIP, height=100)
    chart.show(strip, key="latent/strip", alt=_("Nine places of the walk from A to B"))
    verdict.draw("gan", walk.verdicts)
    if there.conditional:  # what of a picture comes from the code
        found, alt = ask(latent.every_class, current, *chosen), _("Codes A and B, each as every class")
        _made(_("Same code, every class"), found, "latent/classes", alt, row=len(classes), height=190)
    else:
        tip, names = lecture.note("gan", "sums", latent=there.latent), ["A", "B", "C", "A − B + C"]
        found, alt = ask(latent.sums, current, *chosen), _("A, B, C, and what G makes of A − B + C")
        _made(names[-1], found, "latent/sums", alt, tip, row=4, titles=names, height=170)


def _made(title: str, found: latent.Made, key: str, alt: str, tip: str | None = None, **look: Any) -> None:
    """What G makes of the chosen codes."""
    st.markdown(f"**{title}**", help=tip)
    chart.show(wall(found.pictures, **look), key=key, alt=alt)
    verdict.draw("gan", found.verdicts)


def _slider() -> int:
    """The chosen place of the walk."""
    share = st.slider(_("Way from A to B"), 0.0, 100.0, 50.0, 100 / (PLACES - 1), format="%.1f %%", key="latent/way")
    return round(share / 100 * (PLACES - 1))


@st.fragment
def _plane(current: Shown, there: Players) -> None:
    points = there.fake[:CODES].numpy()
    left, right = st.columns([1.4, 1], gap="large")
    with right:
        chosen = pick.chosen("latent/plane", CODES, "AB", ask(latent.far_apart, current), _("Code"))
        found, place = ask(latent.path, current, *chosen), _slider()
        verdict.draw("gan", found.verdicts)
        _along(current, found)
    with left:
        field, lattice, real = map(current.last, (pictures.FIELD, pictures.LATTICE, pictures.REAL))
        drawn = plane.figure(real, points, field, None, lattice, found.places[: max(place, 1) + 1])
        figure = pick.lettered(plane.clickable(drawn, points, _("Code {}")), chosen, "AB")
        alt = _("The plane with the fakes of {} codes and the walk between two of them").format(CODES)
        chart.show(figure, key="latent/plane", alt=alt, pick=True)
        st.caption(pick.hint("AB"))


def _along(current: Shown, found: latent.Path) -> None:
    """What D says along the path."""
    critic, says = current.settings.critic, found.says.tolist()
    shares = [100 * n / (PLACES - 1) for n in range(PLACES)]
    title = _("the critic's score") if critic else _("D: 1 is real")
    lines = [figures.Line(_("D along the path"), "after", shares, says)]
    figure = figures.curves(lines, _("way from A to B (%)"), title, 220)
    if not critic:
        figures.within(figure, y=(min(0.0, *says), max(1.0, *says)))
    chart.show(figure, key="latent/along", alt=_("What D says along the walk from A to B"))
