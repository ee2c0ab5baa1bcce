"""The tab Explain: which letters speak for one token of the answer, and whether these are the letters that were looked at."""

import numpy as np
import streamlit as st

from core.seq2seq import analysis
from core.seq2seq.analysis.answers import SPACE
from pages.parts import chart, choose, figures, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import _, plain, translate
from pages.views.seq2seq.typed import LONGEST, ready

LOOKED, NOTHING = "looked", "nothing"  # what may stand beside a method


def explain(current: Shown) -> None:
    """Which letters made it say that?"""
    if ready(current):
        _asked(current)


@st.fragment
def _asked(current: Shown) -> None:
    at, sign = f"why/{current.settings.task.name}", _(current.settings.task.SIGN)
    word = _word(current, at)
    try:
        said = ask(analysis.letters.answer, current, word)
    except ValueError as error:  # it cannot be read: the sentence says why
        st.info(plain(translate(str(error))))
        return
    names = [_("end") if name == "<EOS>" else name for name in said.names]
    key = f"{at}/place/{''.join(said.letters)}"
    places = {t: f"{name} · {100 * p:.0f} %" for t, (name, p) in enumerate(zip(names, said.p))}
    place = choose.one(key, _("Which token of the answer"), places, wrap=True)
    left, right = st.columns(2)
    methods = analysis.letters.METHODS
    titles = {name: _(method.title) for name, method in methods.items()}
    first = choose.one(f"{at}/method", _("Method"), titles, side_by_side=False, at=left)
    with right:
        second = _beside(at, first, said.looked is not None)
    found = ask(analysis.letters.explained, current, word, place, first)
    asked = analysis.letters.asked_about(place, found.p)
    verdict.draw(current.lab, asked, token=names[place], before=plain(" ".join(names[:place])))
    rows = [(methods[first], found.weights)]
    if second == LOOKED:
        rows.append((analysis.letters.ATTENTION, said.looked[place]))
    elif second != NOTHING:
        rows.append((methods[second], ask(analysis.letters.explained, current, word, place, second).weights))
    alt = _("How much each letter of {} speaks for the token").format("".join(said.letters))
    chart.show(boxes(said.letters, rows), key="why/letters", alt=alt)
    if len(rows) > 1:
        (one, weights), (two, others) = rows
        verdict.draw(current.lab, analysis.letters.agreeing(weights, others, one, two))
    _bars(said.letters, *rows[0], sign)
    verdict.draw(current.lab, analysis.letters.heaviest(said.letters, found.weights, methods[first]), sign=sign)
    st.caption(plain(verdict.words(current.lab, found.note)))


def _word(current: Shown, at: str) -> str:
    """What the visitor typed; of a line with several words the one chosen."""
    first = analysis.letters.first_word(current)
    typed = st.text_input(_("Explain the answer to"), first, key=f"{at}/text", max_chars=LONGEST)
    words = analysis.letters.words(current, typed)
    if len(words) < 2:
        return words[0] if words else typed
    return words[choose.one(f"{at}/word/{typed}", _("Which word"), dict(enumerate(words)), side_by_side=False)]


def _beside(at: str, first: str, attends: bool) -> str:
    """What the method is held against: attention where there is any, or another method."""
    names = {LOOKED: _(analysis.letters.ATTENTION.title)} if attends else {}
    names |= {name: _(method.title) for name, method in analysis.letters.METHODS.items() if name != first}
    names[NOTHING] = _("nothing")
    begins = LOOKED if attends else analysis.letters.rival(first)
    return choose.one(f"{at}/beside/{first}", _("Beside it"), names, begins, side_by_side=False)


def boxes(letters: tuple[str, ...], rows: "list[tuple[analysis.letters.Method, np.ndarray]]") -> figures.Figure:
    """A square for every letter, a row for every method: orange speaks for the token, blue against it. rows: method, weights (S,).

    Each row has its own scale, so that the deepest colour is its largest weight.
    """
    values = analysis.letters.scaled([weights for __, weights in rows])
    titles = [_(method.title) for method, __ in rows]
    words = [[number(weight, method) for weight in weights.tolist()] for method, weights in rows]
    names, look = [letter.replace(" ", SPACE) for letter in letters], {"signed": True, "limit": 1.0}
    figure = rasters.matrix(values, 76 + 46 * len(rows), rows=titles, columns=names, words=words, **look)
    return figures.restyled(figure, {"tickfont": {"size": 16}}, {"scaleanchor": None})


def number(weight: float, method: "analysis.letters.Method") -> str:
    """A weight as it is written in its box."""
    if method is analysis.letters.ATTENTION:
        return f"{100 * weight:.0f} %"
    written = f"{weight:+.2f}" if method.signed else f"{weight:.2f}"
    return "0.00" if written in ("+0.00", "-0.00") else verdict.minus(written)


def _bars(letters: tuple[str, ...], method: "analysis.letters.Method", weights: np.ndarray, sign: str) -> None:
    """The same weights as bars, in the order of the letters."""
    names = [letter.replace(" ", SPACE) for letter in letters]
    groups = {_("how sensitive"): ("after", weights)}
    if method.signed:
        groups = {_("speaks for it"): ("after", weights.clip(0, None))}
        groups |= {_("speaks against it"): ("before", weights.clip(None, 0))}
    # a letter has one bar only: it stands above its name, or hangs where it speaks against
    figure = figures.restyled(figures.bars(groups, names, sign, _(method.unit), 220), barmode="relative")
    lowest, highest = min(0.0, float(weights.min())), max(0.0, float(weights.max()))
    figures.within(figure, y=(1.12 * lowest, 1.12 * highest if highest > lowest else 1.0))
    chart.show(figure, key="why/bars", alt=_("How much every letter speaks for or against the chosen token"))
