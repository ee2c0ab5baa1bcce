"""The stage of the adversarial attack page: before, the change magnified, after, and what the network says to each."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.attack import pictures
from core.attack.analysis import change, detection, promise, stage, transfer
from core.attack.analysis.subject import shows
from core.attack.settings import Square
from pages.parts import chart, figures, panels, rasters, verdict
from pages.parts.shown import Shown
from pages.parts.words import N_, _, first_sentences, translate
from pages.views.attack.confusion import matrix as confusion_matrix
from pages.views.attack.defences import SHARES
from pages.views.attack.detection import histogram, roc
from pages.views.attack.robustness import curves, numbers
from pages.views.attack.transfer import matrix as transfer_matrix

FIGURE, LETTERS = 0.88, 130  # share of the stage that a figure has above two lines of words, and letters of these lines
ROWS = 4  # answers of the network
WATCHED = 9  # pictures of a training: the clean one and eight attacked ones


def picture(current: Shown) -> Sequence[str]:
    """What the run is about: what is drawn depends on what it does. Returns the groups of curves that it holds."""
    if current.settings is None:
        return ()
    DRAWN[current.settings.method.SHOWS](current)
    return ("accuracy",) if shows(current, "curve") else ()


def beside(current: Shown) -> bool:
    """The second thing to look at, where there is one."""
    if current.settings is None:
        return False
    counts, curve = current.last(pictures.BECOMES), shows(current, "curve")
    if scores := detection.scores(current):  # the histogram has the same names and colours
        _show(roc(scores, names=False), "beside/roc", _("Attacks found against false alarms"), 0.5)
    elif counts is not None and not isinstance(current.settings.method, Square):  # its curves need the room
        _show(confusion_matrix(counts), "beside/becomes", _("Which digit is called what"), 1.0 if curve else 0.5)
    elif curve and not current.empty:
        _show(numbers(current), "beside/numbers", _("Accuracy under each attack at each size of change"))
    else:
        return False
    return True


def _show(figure: figures.Figure, key: str, alt: str, share: float = 1.0) -> None:
    chart.show(figure, key=f"attack/{key}", alt=alt, share=share)


def _note(current: Shown, more: str = "") -> None:
    """What was found, as far as there is room; all of it, and more, on demand."""
    if note := translate(current.summary.get("note", "")):
        words = first_sentences(note, LETTERS)
        st.caption(f":material/balance: {words}", help=more or (note if words != note else None))


# ---- one picture, or many digits ----


def _attacked(current: Shown) -> None:
    """One picture and what became of it, or some of many digits."""
    clean = current.last(pictures.CLEAN)
    if clean is not None:
        now = {"answers_now": stage.answers_now(current, _("a wrong answer"))}
        figure = before_after(clean, current.last(pictures.ATTACKED), current.facts, current.summary | now)
        _show(figure, "stage", _("The picture before and after the attack, and what the network says"), FIGURE)
    elif current.pictures(pictures.MANY_CLEAN):
        _many(current)
    _note(current)


def before_after(
    clean: np.ndarray, attacked: np.ndarray | None, known: Mapping[str, Any], end: Mapping[str, Any]
) -> figures.Figure:
    """Three pictures in a row, and under each what the network says: to the picture, to noise of the same size, to the attacked one.

    clean, attacked: 8-bit (H, W) or (H, W, 3); None before the first step.
    """
    figure, wanted = panels.board(420), str(known.get("wanted", ""))
    middle, title, text = None, _("<b>Change</b>"), ""
    if attacked is not None:
        grown, size = change.magnified(clean, attacked), change.size_of(clean, attacked)
        middle, title = grown.picture, _("<b>Change</b> × {:.0f}").format(grown.factor) if grown.factor > 1 else title
        text = _("largest change: {} of 255 levels, L2 {:.2f}, {:,} pixels changed")
        text = text.format(size.largest, size.length, size.pixels)
    shown = [
        (_("<b>Before</b>"), clean, "", _("Answer before")),
        (title, middle, text, _("Answer to noise")),
        (_("<b>After</b>"), attacked, "", _("Answer after")),
    ]
    answers = known.get("answers"), end.get("answers_noise"), end.get("answers_after") or end.get("answers_now")
    for i, ((title, array, text, says), answer, role) in enumerate(zip(shown, answers, ("before", "control", "after"))):
        across = i * 0.34, i * 0.34 + 0.32
        panels.picture(figure, (*across, 0, 0.48), array, title, text, quality=60 if i == 1 else 85)
        rows = [(panels.short(name), share, "danger" if name == wanted else role) for name, share in answer or []]
        panels.bars(figure, (*across, 0.56, 1), rows, says, ROWS)
    return figure


def _many(current: Shown) -> None:
    """Some of the digits before and after the attack."""
    clean, attacked = current.last(pictures.MANY_CLEAN), current.last(pictures.MANY_ATTACKED)
    attacked = np.zeros_like(clean) if attacked is None else attacked
    for name, title, digits in (("before", _("Before"), clean), ("after", _("After"), attacked)):
        names = [f"{title}, {i}" for i in range(1, len(digits) + 1)]
        figure = figures.headed(rasters.gallery(list(digits), -(-len(digits) // 3), names), title)
        _show(figure, f"stage/{name}", _("Digits: {}").format(title), FIGURE / 2)


# ---- experiments ----


def _measured(current: Shown) -> None:
    """What an experiment has measured so far: accuracy against ε, the matrix of networks, or how suspicious pictures look."""
    if shows(current, "curve"):
        _show(curves(current, {}), "stage/curve", _("Accuracy against the size of the change"))
    elif found := transfer.matrix(current):
        alt = _("Accuracy of every network on attacks made with every other")
        _show(transfer_matrix(found), "stage/transfer", alt)
    elif scores := detection.scores(current):
        _show(histogram(scores), "stage/scores", _("How suspicious the pictures look"))


def _defence(current: Shown) -> None:
    """One digit on its way through the defence, and how many digits are still right."""
    figure = panels.board(420)
    shown = [
        (pictures.CLEAN, _("<b>No attack</b>")),
        (pictures.CLEAN_DEFENDED, _("defended")),
        (pictures.ATTACKED, _("<b>Attack</b>")),
        (pictures.ATTACKED_DEFENDED, _("defended")),
        (pictures.KNOWING, _("<b>Knows it</b>")),
        (pictures.KNOWING_DEFENDED, _("defended")),
    ]
    for (left, right, *down), (kind, title) in zip(panels.grid(2, 3, 0.04, 0.08), shown):
        panels.picture(figure, (0.5 * left, 0.5 * right, *down), current.last(kind), title)
    names = SHARES | {"guessing": (N_("guessing"), "control")}
    rows = [(_(names[name][0]), share, names[name][1]) for name, share in stage.still_right(current).items()]
    panels.bars(figure, (0.53, 1, 0.02, 1), rows, _("<b>Digits still right</b>"), len(names))
    alt = _("A digit on its way through the defence, and the share of digits that are still right")
    _show(figure, "stage/defended", alt)


def _training(current: Shown) -> None:
    """The watched digit, and what the attack makes of it as the network learns to withstand."""
    clean, attacked = current.last(pictures.CLEAN), current.pictures(pictures.ATTACKED)
    if clean is None:
        return
    figure = panels.board(420)
    shown = [(_("not attacked"), clean)]
    shown += [(_("after {} steps").format(found.step), np.array(found.array)) for found in attacked]
    for place, (title, array) in zip(panels.grid(3, 3, 0.02, 0.08), [*shown, *[("", None)] * WATCHED][:WATCHED]):
        panels.picture(figure, place, array, title)
    _show(figure, "stage/training", _("The digit that is watched: what the attack makes of it"), FIGURE)
    _note(current, verdict.words("attack", stage.quick_look(current)))


def _backdoor(current: Shown) -> None:
    """Poisoned training digits, and test digits without and with the trigger: what the network says to them."""
    figure, titles = panels.board(420), {"poisoned": _("<b>Training</b>: {}"), "clean": _("<b>Clean</b>: {}")}
    titles["triggered"] = _("<b>Trigger</b>: {}")
    places = panels.grid(stage.SHOWN, 3, 0.02, 0.08)
    for row, (name, shown, said) in enumerate(stage.backdoor(current)):
        for i in range(stage.SHOWN):
            array = shown[i] if i < len(shown) else None
            words = titles[name].format(said[i] if i < len(said) else "?") if array is not None else ""
            panels.picture(figure, places[row * stage.SHOWN + i], array, words)
    alt = _("Training digits with the trigger and their wrong label, and test digits without and with it: the answers")
    _show(figure, "stage/backdoor", alt, FIGURE)
    _note(current)


def _certificates(current: Shown) -> None:
    """Test digits under the noise, and certified accuracy against the radius as far as digits have been certified."""
    noisy = current.last(pictures.NOISY)
    if noisy is not None:
        names = [_("noisy digit {}").format(i) for i in range(1, len(noisy) + 1)]
        figure = rasters.gallery(list(noisy), len(noisy), names)
        _show(figure, "stage/noisy", _("Test digits under the noise"), 0.2)
    if (radii := promise.so_far(current)) is not None:
        most = current.facts["most"]
        alt = _("How many digits are certified and right at every radius")
        _show(certified({_("this network"): ("after", radii)}, most), "stage/certified", alt, FIGURE - 0.2)
    _note(current)


def certified(radii: Mapping[str, tuple[str, np.ndarray]], most: float) -> figures.Figure:
    """Certified accuracy against the radius. radii: name → (role, radii of its digits). most: the largest radius that is possible."""
    lines = [figures.Line(name, role, *promise.curve(found, 1.05 * most)) for name, (role, found) in radii.items()]
    across = _("radius of the promise (L2: one pixel from black to white is 1)")
    figure = figures.curves(
        lines, across, _("certified and right (%)"), 300, marks={_("no more with so many draws"): most}
    )
    return figures.within(figure, y=(0, 105))


DRAWN = {
    "pictures": _attacked,
    "curve": _measured,
    "matrix": _measured,
    "defence": _defence,
    "scores": _measured,
    "training": _training,
    "backdoor": _backdoor,
    "certificates": _certificates,
}
