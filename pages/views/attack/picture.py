"""The live picture of the adversarial attack page: before, the change magnified, after, and what the network says to each."""

from typing import Any

import numpy as np
import streamlit as st

from core.attack.settings import FORMULAS
from pages.shared import chart, drawing, rasters
from pages.shared.overlay import enlarged, inline
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.attack import data
from pages.views.attack.detection import draw_scores
from pages.views.attack.transfer import draw_matrix

COLUMNS = 10  # digits in a row


def pictures(current: Shown) -> None:
    """What is drawn depends on what the run does."""
    if current.settings is None:
        return
    method = current.settings.method.name
    st.latex(FORMULAS[method])
    {"transfer": draw_matrix, "defend": _defended, "detect": draw_scores, "training": _training, "curve": _nothing}.get(
        method, _attacked
    )(current)


def _nothing(current: Shown) -> None:
    """The curves are the picture."""


def _attacked(current: Shown) -> None:
    """One picture and what became of it, or many digits."""
    clean, attacked = current.last("clean"), current.last("attacked")
    if clean is None:
        return _many(current)
    before_after(clean, clean if attacked is None else attacked, current.facts, current.summary)


def before_after(clean: np.ndarray, attacked: np.ndarray, known: dict[str, Any], end: dict[str, Any]) -> None:
    """Three pictures in a row, and under them what the network says."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        _image(enlarged(clean), _("Before"))
        _caption(_("Before"), known.get("answers"))
    with middle:
        change, factor = data.magnified(clean, attacked)
        _image(enlarged(change), _("The change, magnified"))
        st.caption(f"**{_('The change')}**, × {factor:.0f} · {data.size_in_words(clean, attacked)}")
    with right:
        _image(enlarged(attacked), _("After"))
        _caption(_("After"), end.get("answers_after"))
    _answers(known, end)
    if note := end.get("note"):
        st.markdown(f":material/balance: {note}")


def _image(picture: np.ndarray, title: str) -> None:
    st.image(inline(picture), width="stretch", alt=title)


def _caption(title: str, answers: list | None) -> None:
    said = f": {answers[0][0]}, {answers[0][1]:.0f} %" if answers else ""
    st.caption(f"**{title}**{said}")


def _answers(known: dict[str, Any], end: dict[str, Any]) -> None:
    """The first five answers before, after, and to noise of the same size."""
    given = [
        (_("what it says before"), known.get("answers"), "before"),
        (_("after the attack"), end.get("answers_after"), "danger"),
        (_("control: noise of the same size"), end.get("answers_noise"), "control"),
    ]
    for column, (title, answers, role) in zip(st.columns(3, gap="medium"), given):
        if answers:
            with column:
                wanted = str(known.get("wanted", ""))
                st.image(drawing.narrow_bars(_rows(answers, role, wanted), title), width="stretch")


def answer_bars(title: str, answers: list, role: str) -> str:
    """Answers as bars for half the page. answers: [[name, percent], …]."""
    return drawing.bars(_rows(answers, role), title)


def _rows(answers: list, role: str, wanted: str = "") -> list[tuple[str, str, float, str]]:
    """What `drawing.bars` draws; the answer that was wanted in the colour of danger."""
    return [
        (data.short(name), "danger" if name == wanted else role, share / 100, f"{share:.1f} %")
        for name, share in answers
    ]


def _many(current: Shown) -> None:
    """Some of the digits before and after, and what they are called now."""
    clean, attacked = current.last("many_clean"), current.last("many_attacked")
    if clean is None:
        return
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        for title, digits in ((_("Before"), clean), (_("After"), attacked)):
            if digits is not None:
                _image(sheet(digits), title)
                st.caption(f"**{title}**")
    if (becomes := current.last("becomes")) is not None:
        with right:
            draw_becomes(becomes, "live/becomes")
    if note := current.summary.get("note"):
        st.markdown(f":material/balance: {note}")


def sheet(digits: np.ndarray) -> np.ndarray:
    """Digits (N, 28, 28) in rows of ten, enlarged."""
    rows = [np.concatenate(list(row), 1) for row in np.split(digits, len(digits) // COLUMNS)]
    return np.concatenate(rows).repeat(3, 0).repeat(3, 1)


def draw_becomes(counts: np.ndarray, key: str) -> None:
    """Which class is called what: the right class in rows, the answer in columns."""
    names = [str(digit) for digit in range(10)]
    figure = rasters.matrix(
        counts, 380, text=".0f", rows=names, columns=names, x=_("the network says"), y=_("it is a"), largest=34
    )
    chart.show(figure, key=key, alt=_("Which digit is called what"))
    wrong = np.where(np.eye(10, dtype=bool), 0, counts)
    if wrong.any():
        worst = sorted(((int(wrong[i, j]), i, j) for i in range(10) for j in range(10)), reverse=True)[:3]
        said = ", ".join(_("{} becomes {} ({}×)").format(i, j, n) for n, i, j in worst if n)
        st.caption(_("Most often: {}.").format(said))


def _defended(current: Shown) -> None:
    """One picture on its way through the defence: clean, attacked without and with knowledge of the defence."""
    rows = [
        ("clean", _("Clean")),
        ("attacked", _("Attacked, the attacker does not know")),
        ("knowing", _("Attacked by one who knows")),
    ]
    for column, (name, title) in zip(st.columns(3, gap="medium"), rows):
        seen, behind = current.last(name), current.last(f"{name}_defended")
        if seen is not None and behind is not None:
            with column:
                st.markdown(f"**{title}**")
                _image(np.concatenate([enlarged(seen), enlarged(behind)], 1), title)
                st.caption(_("Left as it arrives, right as the network sees it behind the defence."))
    if note := current.summary.get("note"):
        st.markdown(f":material/balance: {note}")


def _training(current: Shown) -> None:
    """The watched digit, and what the attack makes of it as the network learns to withstand."""
    clean, attacked = current.last("clean"), current.pictures("attacked")
    if clean is None:
        return
    shown = [attacked[i] for i in sorted({0, len(attacked) // 2, len(attacked) - 1})] if attacked else []
    for column, found in zip(st.columns(4), [None, *shown]):
        with column:
            picture = clean if found is None else np.array(found.array)
            _image(enlarged(picture), _("The digit that is watched"))
            st.caption(_("clean") if found is None else _("attacked after {} steps").format(found.step))
    st.caption(
        _(
            "The curves are a quick look: {} test digits, and PGD with {} steps from one start. The sentence at the end is the "
            "verdict: all test digits for the clean accuracy, and {} digits under PGD with {} steps from {} starts, which finds more."
        ).format(*_looks(current))
    )
    if note := current.summary.get("note"):
        st.markdown(f":material/balance: {note}")


def _looks(current: Shown) -> tuple[int, int, int, int, int]:
    """Digits and steps of PGD behind the curves of a training; digits, steps and starts behind its verdict."""
    from core.attack.training import LONG, QUICK, WATCHED

    return WATCHED, QUICK[0], current.settings.method.judged, LONG[0], LONG[2]
