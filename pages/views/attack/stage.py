"""The stage of the adversarial attack page: before, the change magnified, after, and what the network says to each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, panels, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data
from pages.views.attack.becomes import becomes_figure
from pages.views.attack.detection import roc_curves, score_histogram, scores_of
from pages.views.attack.robust import numbers_figure, robust_figure
from pages.views.attack.transfer import matrix_figure

FIGURE, LETTERS = 0.88, 130  # share of the stage that a figure has above two lines of words, and letters of these lines
ROWS = 4  # answers of the network
WATCHED = 9  # pictures of a training: the clean one and eight attacked ones


def picture(current: Shown) -> Sequence[str]:
    """What the run is about: what is drawn depends on what it does. Returns the groups of curves that it holds."""
    if current.settings is None:
        return ()
    method = current.settings.method.name
    drawn = {"transfer": _transfer, "defend": _defended, "detect": _detected, "training": _trained, "curve": _curve}
    drawn.get(method, _attacked)(current)
    return ("accuracy",) if method == "curve" else ()


def beside(current: Shown) -> bool:
    """The second thing to look at, where there is one."""
    if current.settings is None:
        return False
    method = current.settings.method.name
    if method == "detect":
        scores = scores_of(current)
        return bool(scores) and _show(
            _unnamed(roc_curves(scores)), "beside/roc", _("Attacks found against false alarms"), 0.5
        )
    counts, share = current.last("becomes"), 1.0 if method == "curve" else 0.5
    if counts is not None:
        return _show(becomes_figure(counts), "beside/becomes", _("Which digit is called what"), share)
    if method == "curve" and current.table[0]:
        return _show(numbers_figure(current), "beside/numbers", _("Accuracy under each attack at each size of change"))
    return False


def _show(figure: figures.Figure, key: str, alt: str, share: float = 1.0) -> bool:
    chart.show(figure, key=f"attack/{key}", alt=alt, share=share)
    return True


def _unnamed(figure: figures.Figure) -> figures.Figure:
    """The figure without a legend: the one beside it has the same names and colours."""
    figure["layout"]["showlegend"] = False
    return figure


def _verdict(current: Shown, more: str = "") -> None:
    """What was found, as far as there is room; all of it, and more, on demand."""
    if note := current.summary.get("note"):
        words = data.first_sentences(note, LETTERS)
        st.caption(f":material/balance: {words}", help=more or (note if words != note else None))


# ---- one picture ----


def _attacked(current: Shown) -> None:
    """One picture and what became of it, or many digits."""
    clean, attacked = current.last("clean"), current.last("attacked")
    if clean is None:
        _many(current)
        return
    figure = before_after(clean, attacked, current.facts, current.summary | {"answers_now": _answers_now(current)})
    _show(figure, "stage", _("The picture before and after the attack, and what the network says"), FIGURE)
    _verdict(current)


def _answers_now(current: Shown) -> list[list]:
    """While the attack goes on: the right answer and the one that the attack raises, in percent."""
    __, columns = current.table
    truth, wrong = (
        next((v for v in reversed(columns.get(name, [])) if v is not None), None) for name in ("truth", "wrong")
    )
    if truth is None or wrong is None or not current.pictures("attacked"):
        return []
    answers = [
        [str(current.facts.get("truth", "")), truth],
        [current.facts.get("wanted") or _("a wrong answer"), wrong],
    ]
    return sorted(answers, key=lambda answer: -answer[1])


def before_after(
    clean: np.ndarray, attacked: np.ndarray | None, known: dict[str, Any], end: dict[str, Any]
) -> figures.Figure:
    """Three pictures in a row, and under each what the network says: to the picture, to noise of the same size, to the attacked one.

    clean, attacked: 8-bit (H, W) or (H, W, 3); None before the first step.
    """
    figure, wanted = panels.board(420), str(known.get("wanted", ""))
    change, factor = (None, 1) if attacked is None else data.magnified(clean, attacked)
    size = "" if attacked is None else data.size_in_words(clean, attacked)
    shown = [
        (_("<b>Before</b>"), clean, "", _("Answer before")),
        (_("<b>Change</b>") + (f" × {factor:.0f}" if factor > 1 else ""), change, size, _("Answer to noise")),
        (_("<b>After</b>"), attacked, "", _("Answer after")),
    ]
    answers = known.get("answers"), end.get("answers_noise"), end.get("answers_after") or end.get("answers_now")
    for i, ((title, array, text, says), said, role) in enumerate(zip(shown, answers, ("before", "control", "after"))):
        left = i * 0.34
        panels.picture(figure, (left, left + 0.32, 0, 0.48), array, title, text, quality=60 if i == 1 else 85)
        panels.bars(figure, (left, left + 0.32, 0.56, 1), _rows(said or [], role, wanted), says, ROWS)
    return figure


def _rows(answers: list, role: str, wanted: str = "") -> list[panels.Row]:
    """Answers as bars; the one that the attack wants in the colour of danger. answers: [[name, percent], …]."""
    return [(data.short(name), share, "danger" if name == wanted else role) for name, share in answers]


# ---- many digits ----


def _many(current: Shown) -> None:
    """Some of the digits before and after the attack."""
    clean, attacked = current.last("many_clean"), current.last("many_attacked")
    if clean is None:
        return
    columns = -(-len(clean) // 3)
    for name, title, digits in (("before", _("Before"), clean), ("after", _("After"), attacked)):
        shown = list(np.zeros_like(clean) if digits is None else digits)
        figure = rasters.gallery(shown, columns, [f"{title}, {i}" for i in range(1, len(shown) + 1)])
        figure["layout"] |= {"title": {"text": f"<b>{title}</b>", "font": {"size": 13}, "x": 0.02}, "margin": {"t": 26}}
        _show(figure, f"stage/{name}", _("Digits: {}").format(title), FIGURE / 2)
    _verdict(current)


# ---- experiments ----


def _curve(current: Shown) -> None:
    """Robust accuracy against ε."""
    _show(robust_figure(current, {}), "stage/curve", _("Accuracy against the size of the change"))


def _transfer(current: Shown) -> None:
    """Accuracy of every network on the attacks made with every other."""
    if (figure := matrix_figure(current)) is not None:
        _show(figure, "stage/transfer", _("Accuracy of every network on attacks made with every other"))


def _detected(current: Shown) -> None:
    """How suspicious clean, noisy and attacked digits look."""
    if scores := scores_of(current):
        _show(score_histogram(scores), "stage/scores", _("How suspicious the pictures look"))


def _defended(current: Shown) -> None:
    """One digit on its way through the defence, and how many digits are still right."""
    figure = panels.board(420)
    rows = {"clean": _("<b>No attack</b>"), "attacked": _("<b>Attack</b>"), "knowing": _("<b>Knows it</b>")}
    places = iter(panels.grid(2, 3, 0.04, 0.08))
    for name, title in rows.items():
        for seen, words in ((name, title), (f"{name}_defended", _("defended"))):
            left, right, *down = next(places)
            panels.picture(figure, (0.5 * left, 0.5 * right, *down), current.last(seen), words)
    panels.bars(figure, (0.53, 1, 0.02, 1), _still_right(current), _("<b>Digits still right</b>"), 6)
    _show(
        figure,
        "stage/defended",
        _("A digit on its way through the defence, and the share of digits that are still right"),
    )


def _still_right(current: Shown) -> list[panels.Row]:
    """The share of the digits that are right, in percent, without an attack, under noise, and under each attack."""
    latest, known = data.latest(current), current.facts
    found = [
        (_("no attack, defended"), known.get("clean_defended"), "before"),
        (_("noise, defended"), known.get("noise_defended"), "control"),
        (_("attack, no defence"), latest.get("bare"), "neutral"),
        (_("attack, defended"), latest.get("blind"), "after"),
        (_("attacker knows it"), latest.get("knowing"), "danger"),
        (_("guessing"), 10.0, "control"),
    ]
    return [(name, share, role) for name, share, role in found if share is not None]


def _trained(current: Shown) -> None:
    """The watched digit, and what the attack makes of it as the network learns to withstand."""
    clean, attacked = current.last("clean"), current.pictures("attacked")
    if clean is None:
        return
    figure = panels.board(420)
    shown = [
        (_("not attacked"), clean),
        *((_("after {} steps").format(found.step), np.array(found.array)) for found in attacked),
    ]
    for place, (title, array) in zip(panels.grid(3, 3, 0.02, 0.08), [*shown, *[("", None)] * WATCHED][:WATCHED]):
        panels.picture(figure, place, array, title)
    _show(figure, "stage/training", _("The digit that is watched: what the attack makes of it"), FIGURE)
    _verdict(current, _looks(current))


def _looks(current: Shown) -> str:
    """What the curves of a training measure, and what the sentence at its end does."""
    from core.attack.training import LONG, QUICK, WATCHED

    sentence = _(
        "The curves are a quick look: {} test digits, PGD with {} steps from one start. This sentence is the verdict: all test "
        "digits for the clean accuracy, {} digits under PGD with {} steps from {} starts, which finds more."
    )
    return sentence.format(WATCHED, QUICK[0], current.settings.method.judged, LONG[0], LONG[2])
