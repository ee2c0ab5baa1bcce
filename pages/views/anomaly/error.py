"""The error of each pixel: what a blur of it does, how well it says where damage is, and which kind of damage is found best."""

from collections.abc import Mapping

import streamlit as st

from core.anomaly.analysis.blur import BLURS, MARKED, Blurred, Blurs, about_blur, about_picture
from core.anomaly.analysis.damage import KindFound, about_kinds, damage
from pages.parts import chart, choose, figures, lecture, table, verdict, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _, translated
from pages.views.anomaly.names import number
from pages.views.anomaly.order import KIND_NAMES


def blur_slider(current: Shown, found: Blurs) -> float:
    """The blur in pixels, with what it does to the whole test part; 0 of a detector whose score no blur changes."""
    if not found.adjustable:
        return 0.0
    blur = st.slider(
        _("Blur of the error (px)"),
        BLURS[0],
        BLURS[-1],
        step=0.25,
        key=views.kept("expects/blur", BLURS, float(current.settings.method.smooth)),
        help=_("A stroke one pixel off is two errors, one too many and one too few. Blurred, they nearly cancel."),
    )
    lines = [Line(_("which picture is odd"), "after", BLURS, found.auroc)]
    if found.where:
        lines.append(Line(_("which pixel is damaged"), "neutral", BLURS, found.where))
    mean = [found.mean] * len(BLURS)
    lines.append(Line(_("picture, by the distance to the mean"), "control", BLURS, mean, faint=True))
    figure = figures.curves(lines, _("blur of the error (px)"), _("AUROC (%)"), 260, marks={f"{blur:g} px": blur})
    chart.show(figure, key="expects/blurs", alt=_("AUROC on the test part against the blur of the error"))
    return blur


def say_blur(found: Blurs, at: Blurred, blur: float, place: int) -> None:
    """What the blur does, in words: to this picture, and to all of them."""
    if not found.adjustable:
        return
    if blur:
        verdict.draw("anomaly", about_picture(at, blur, place), score=number(at.scores[place]))
    verdict.draw("anomaly", about_blur(found.auroc, found.where, blur))


def damage_table(current: Shown, at: Blurred, place: int, blur: float) -> float:
    """How well the error finds the damage, in this picture and in all that are damaged. Returns from which error on a pixel is
    marked."""
    share = choose.along(
        "expects/marked",
        _("Pixels of held-out normals that may be marked"),
        MARKED,
        MARKED[3],
        format_func="{:g} %".format,
        help=_("Sets the error from which on a pixel counts as damaged, without having seen any damage."),
    )
    found = damage(current, at, place, blur, share)
    located = [(_("this picture"), found.picture)] if found.picture else []
    located += [(_("all damaged pictures"), found.every), (_("one map for all: the mean normal picture"), found.mean)]
    numbers = [(name, (each.auroc, each.precision, each.recall, each.overlap)) for name, each in located]
    rows = [(name, *("–" if value is None else f"{value:.1f}" for value in values)) for name, values in numbers]
    heads = "", _("AUROC (%)"), _("precision (%)"), _("recall (%)"), _("overlap (%)")
    table.draw(heads, rows)
    verdict.draw("anomaly", found.about)
    lecture.caption("anomaly", "marked pixels", threshold=number(found.threshold))
    return found.threshold


def kinds_chart(found: Mapping[str, KindFound]) -> None:
    """Which kind of damage is found best; nothing where there is only one."""
    if len(found) < 2:
        return
    groups = {
        _("which picture is odd"): ("after", [each.picture for each in found.values()]),
        _("which pixel is damaged"): ("neutral", [each.pixel for each in found.values()]),
    }
    st.markdown(_("**Which damage is found best?**"))
    names = [_(KIND_NAMES[kind]) for kind in found]
    figure = figures.bars(groups, names, "", _("AUROC (%)"), 240, text=".0f", top=112)
    alt = _("AUROC of each kind of damage, picture by picture and pixel by pixel")
    chart.show(figure, key="expects/kinds", alt=alt)
    verdict.draw("anomaly", verdict.named(about_kinds(found), translated(KIND_NAMES)))
