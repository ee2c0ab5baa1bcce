"""One half: whether the duel came to its equilibrium, and what that is worth."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.gan import rivals
from core.gan.settings import METRICS
from pages.parts import chart, figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import best, data

NEAR = 0.05  # of one half may both means be
FAIR = 5.0  # percentage points that D's accuracy may be from 50 %
LAST = 8  # looks at the end that must agree


@dataclass(frozen=True)
class Rest:
    """The last looks: D's mean opinion of real ones and fakes, how much each still swings (standard deviation), accuracy in %."""

    steps: tuple[int, int]
    looks: int
    real: float
    fake: float
    swing: float
    accuracy: float

    @property
    def near(self) -> bool:
        return abs(self.real - 0.5) <= NEAR and abs(self.fake - 0.5) <= NEAR

    @property
    def reached(self) -> bool:
        return self.near and abs(self.accuracy - 50) <= FAIR


def half(current: Shown) -> None:
    """D's mean opinion of both over the run, and how good the fakes were meanwhile."""
    if len(data.looks(current, "scores")) < 2:
        st.info(_("The curves begin with the second look of the run."))
        return
    critic = data.critic(current.settings)
    left, right = st.columns(2, gap="large")
    with left:
        _gap(current) if critic else _opinions(current)
    with right:
        _meanwhile(current)
    rest = at_rest(current)
    st.markdown(about_gap(rest) if critic else about_half(rest))
    st.markdown(about_worth(current, rest, critic))
    best.best(current)


def at_rest(current: Shown) -> Rest:
    """How D stood at the last looks."""
    found = data.looks(current, "scores")
    steps = list(found)[-min(LAST, max(1, len(found) // 2)) :]
    pairs = np.stack([data.opinion(current.settings, found[step]) for step in steps])
    means = pairs.mean(2)
    right = np.mean([data.accuracy(current.settings, *pair) for pair in pairs])
    return Rest(
        (steps[0], steps[-1]), len(steps), *(float(m) for m in means.mean(0)), float(means.std(0).max()), float(right)
    )


def _opinions(current: Shown) -> None:
    steps, real = data.series(current, "d_real")
    lines = [
        Line(_("D(x), real"), "before", steps, real),
        Line(_("D(G(z)), fake"), "after", *data.series(current, "d_fake")),
        Line("½", "control", [steps[0], steps[-1]], [0.5, 0.5]),
    ]
    figure = figures.curves(lines, _("step"), _("mean D: 1 is real"), 320)
    values = [v for line in lines for v in line.y]
    figures.within(figure, y=(min(0.0, *values), max(1.0, *values)))
    chart.show(
        figure, key="half/opinions", alt=_("D's mean opinion of real examples and of fakes over the run, and one half")
    )


def _gap(current: Shown) -> None:
    steps, real = data.series(current, "c_real")
    __, fake = data.series(current, "c_fake")
    gap = [a - b for a, b in zip(real, fake)]
    lines = [Line(_("real minus fake"), "after", steps, gap), Line("0", "control", [steps[0], steps[-1]], [0.0, 0.0])]
    figure = figures.curves(lines, _("step"), _("gap of the critic's mean scores"), 320)
    chart.show(
        figure,
        key="half/gap",
        alt=_("The gap between the critic's mean scores of real examples and of fakes over the run"),
    )


def _meanwhile(current: Shown) -> None:
    """What was measured of the fakes at the same looks."""
    names = {
        "good": (_("Good points"), "after"),
        "strict": (_("Spots with a fair share"), "before"),
        "coverage": (_("Coverage"), "before"),
        "precision": (_("Precision"), "neutral"),
        "asked": (_("Read as asked"), "before"),
        "kinds": (_("Classes covered"), "after"),
        "confidence": (_("Classifier's confidence"), "control"),
    }
    lines = [Line(title, role, *data.series(current, name)) for name, (title, role) in names.items()]
    lines = [line for line in lines if len(line.x) > 1]
    if not lines:
        return
    figure = figures.curves(lines, _("step"), "%" if len(lines) > 1 else f"{lines[0].label} (%)", 320)
    figures.within(figure, y=(0, 105))
    chart.show(figure, key="half/meanwhile", alt=_("How good the fakes were at the same looks"))


# ---- in words ----


def about_half(rest: Rest) -> str:
    """Whether the equilibrium is reached; if not, what it looks like."""
    span = _(
        "Over the last {} looks (steps {:,} to {:,}) D gives real ones **{:.2f}** and fakes **{:.2f}**, and is right "
        "about **{:.0f} %** of both."
    )
    said = span.format(rest.looks, *rest.steps, rest.real, rest.fake, rest.accuracy)
    if rest.reached:
        return said + " " + _("**One half is reached**: D can only guess, and goes on guessing.")
    return data.minus(said + " " + _("**One half is not reached**: {}").format(_why_not(rest)))


def _why_not(rest: Rest) -> str:
    if rest.real - rest.fake > 2 * NEAR:
        return _(
            "D still tells them apart, {:.2f} against {:.2f}; the two curves stay apart instead of meeting."
        ).format(rest.real, rest.fake)
    if rest.fake - rest.real > 2 * NEAR:
        return _("D takes fakes for more real than real ones: G has just run away, and D follows.")
    if rest.swing > NEAR:
        return _(
            "the curves cross ½ and leave it again, by {:.2f} from look to look: the two run after each other."
        ).format(rest.swing)
    if rest.accuracy < 50 - FAIR:
        return _("D is wrong more often than right: it lags behind G.")
    if rest.accuracy > 50 + FAIR and rest.near:
        return _("the averages are near ½, but D is right more often than by chance: it is unsure, not blind.")
    if rest.accuracy > 50 + FAIR:
        return _("the averages lie close together, but small differences suffice for D to tell many apart.")
    return _("both averages lie on one side of ½: D leans, but hardly tells the two apart.")


def about_gap(rest: Rest) -> str:
    """Of a critic: there is no ½."""
    said = _(
        "This loss has no ½: D's score is no probability. At the equilibrium the **gap** between both means is 0. Over "
        "the last {} looks it is **{}**"
    )
    said = said.format(rest.looks, data.number(rest.real - rest.fake))
    swing = _(", and its means swing by {} (standard deviation).").format(data.number(rest.swing))
    if abs(rest.real - rest.fake) <= rest.swing:
        return said + swing + " " + _("The gap is no larger than the swing: as good as closed.")
    return (
        said
        + swing
        + " "
        + _(
            "It is not closed. Its size has the unit of the critic's own scale: compare it within a run, not across "
            "runs."
        )
    )


def about_worth(current: Shown, rest: Rest, critic: bool) -> str:
    """That a D that guesses may simply be weak."""
    last = current.table[0][-1]
    sentences = {
        "good": _("{:.0f} % of the points are good (noise: {:.0f} %)"),
        "strict": _("{:.0f} % of all spots have a fair share of them (noise: {:.0f} %)"),
        "precision": _("{:.0f} % of fakes lie among real ones (noise: {:.0f} %)"),
        "coverage": _("{:.0f} % of real examples have a fake near (noise: {:.0f} %)"),
        "asked": _("{:.0f} % are read as the digit that was asked for (guessing: {:.0f} %)"),
        "kinds": _("{:.0f} % of all classes are covered (noise: {:.0f} %)"),
    }
    found = {name: data.at_look(current, name, last) for name in sentences}
    if all(value is None for value in found.values()):
        return ""
    noise = rivals.noise(current.settings.world) | {"asked": METRICS["asked"].chance.of(current.settings)}
    end = _("; ").join(sentences[name].format(v, noise[name]) for name, v in found.items() if v is not None)
    reached = abs(rest.real - rest.fake) <= rest.swing if critic else rest.reached
    if not reached:
        return _("How good the fakes are is another matter: at the end {}.").format(end)
    return _("A D that guesses is no proof of good fakes: a weak D guesses as well. Here at the end {}.").format(end)
