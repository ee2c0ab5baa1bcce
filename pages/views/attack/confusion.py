"""Which class turns into which, for an attack whose size answers at once."""

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data

COUNT = 200  # test digits
STEPS = 10


@st.fragment
def becomes(current: Shown) -> None:
    """A slider of ε and a choice of attack; the matrix of what 200 test digits are called then."""
    subject = data.one_of(current)
    network = getattr(subject, "network", "")
    if not network:
        st.info(_("This view needs a digit classifier: choose a digit on the left."), icon=":material/dialpad:")
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        level = st.slider(_("Size of change ε (of 255)"), 0, 96, 40, 4, key="attack/becomes/epsilon")
        attack = st.segmented_control(
            _("Attack"),
            ["noise", "fgsm", "ifgsm"],
            default="ifgsm",
            required=True,
            format_func={"noise": _("Noise"), "fgsm": "FGSM", "ifgsm": "I-FGSM"}.get,
            key="attack/becomes/attack",
        )
        st.caption(_("{} test digits, as many of each class; any wrong answer will do.").format(COUNT))
    if data.victims_of(subject) is None:
        return
    counts, control, clean = (_counts(network, *each) for each in ((attack, level), ("noise", level), ("noise", 0)))
    with right:
        st.markdown(_("**{:.1f} %** are still right.").format(_right(counts)))
        st.caption(
            _("Without a change {:.1f} %, under noise of the same size {:.1f} %, by guessing 10 %.").format(
                _right(clean), _right(control)
            )
        )
        draw_becomes(counts, "attack/becomes/matrix")


def becomes_figure(counts: np.ndarray) -> figures.Figure:
    """Which class is called what: counts (10, 10), the right class in rows, the answer in columns."""
    names = [str(digit) for digit in range(10)]
    return rasters.matrix(
        counts, 380, text=".0f", rows=names, columns=names, x=_("the network says"), y=_("right answer"), largest=34
    )


def draw_becomes(counts: np.ndarray, key: str) -> None:
    """The matrix, and what happens most often."""
    chart.show(becomes_figure(counts), key=key, alt=_("Which digit is called what"))
    wrong = np.where(np.eye(10, dtype=bool), 0, counts)
    worst = sorted(((int(wrong[i, j]), i, j) for i in range(10) for j in range(10)), reverse=True)[:3]
    if said := ", ".join(_("{} becomes {} ({}×)").format(i, j, n) for n, i, j in worst if n):
        st.caption(_("Most often: {}.").format(said))


def _right(counts: np.ndarray) -> float:
    """The share in % that is on the diagonal."""
    return float(100 * np.trace(counts) / counts.sum())


@st.cache_data(max_entries=100, show_spinner=False)
def _counts(network: str, attack: str, level: float) -> np.ndarray:
    """Counts (10, 10), right class by answer, of the test digits under the attack."""
    from core.attack import models
    from core.attack.ball import saved
    from core.attack.craft import ball_of, craft, last
    from core.attack.report import confusion
    from core.attack.settings import BY_NAME, Digits

    victims = models.victims(Digits(count=COUNT, network=network))
    knobs = {"epsilon": level} | ({"steps": STEPS} if attack == "ifgsm" else {})
    method = BY_NAME[attack](**knobs)
    attacked = last(craft(victims.net, victims.x, models.Aim(victims.y), method, 0))
    return confusion(victims, models.answers(victims.net, saved(victims.x, attacked, ball_of(method))))
