"""How good fakes are, since losses do not say it: every measure beside what noise reaches and what other real data reach."""

from typing import Any

import numpy as np
import streamlit as st

from core.gan import rivals
from core.gan.settings import METRICS
from pages.parts import chart, figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data

FEW = 1000  # test digits below which the Fréchet distance is clearly larger than with all of them
WON = 1.0  # percentage points, or part of a distance: a score that noise reaches up to that tells nothing


def quality(current: Shown) -> None:
    """A table of all measures, shares of kinds, and the losses beside the quality."""
    left, right = st.columns([1.15, 1], gap="large")
    there = data.ended(current)
    with left:
        _table(current, there)
    with right:
        if there is not None:
            _shares(current, there)
    st.subheader(_("What the losses say of it"), anchor=False)
    _losses(current)


# ---- the table ----


def _table(current: Shown, there: data.Ended | None) -> None:
    got = dict(current.summary)
    if there is None or not got:
        st.info(
            _(
                "All measures are taken when a run ends; this one has not come to its end. What was measured on the "
                "way is below."
            )
        )
        return
    real, noise = _rivals(current.settings, there)
    rows = _rows(current, got, noise, real)
    st.table(
        {
            _("Measure"): [r[0] for r in rows],
            _("Fakes"): [r[1] for r in rows],
            _("Noise"): [r[2] for r in rows],
            _("Other real data"): [r[3] for r in rows],
        }
    )
    st.markdown(about(got, real, there.digits) + about_noise(won(got, noise), _names(there.digits)))
    st.caption(_("How these numbers are measured"), help=_caption(there))


def _names(digits: bool) -> dict[str, str]:
    """What each score is called."""
    return {
        "good": _("Good points: within 3 σ of a spot"),
        "strict": _("Spots with a quarter of their fair share of good points"),
        "lenient": _("Spots with at least one good point"),
        "asked": _("Read as the digit that was asked for"),
        "kinds": _("Classes covered"),
        "precision": _("Precision: fakes among real ones"),
        "recall": _("Recall: real ones among fakes"),
        "coverage": _("Coverage: real ones with a fake near"),
        "confidence": _("Classifier's confidence"),
        "smallest_class": _("Share of the rarest class"),
        "classes": _("Classes in effect"),
        "frechet": _("Fréchet classifier distance") if digits else _("Fréchet distance of the points"),
    }


def _rows(
    current: Shown, got: dict[str, float], noise: dict[str, float], real: dict[str, float]
) -> list[tuple[str, str, str, str]]:
    """(what, of fakes, of noise, of real data) for every measure that the run has."""
    spots = current.facts.get("modes", 0)

    def said(name: str, value: float | None) -> str:
        if value is None:
            return "–"
        if name in ("classes", "frechet"):
            return data.number(value)
        return _percent(value, spots if name in ("strict", "lenient") else 0)

    return [
        (title, *(said(name, values.get(name)) for values in (got, noise, real)))
        for name, title in _names(there_are_pictures(current)).items()
        if name in got
    ]


def won(got: dict[str, float], noise: dict[str, float]) -> list[str]:
    """The scores in which noise is as good as these fakes, so that they prove nothing here."""
    smaller = rivals.SMALLER_IS_BETTER
    known = [name for name in got if name in noise and name not in ("modes", "modes_strict")]
    return [n for n in known if (got[n] >= noise[n] if n in smaller else got[n] <= noise[n] + WON)]


def about_noise(names: list[str], titles: dict[str, str]) -> str:
    """Which measures say nothing here."""
    if not names:
        return " " + _("Noise is worse in every one of these scores.")
    listed = ", ".join("“" + titles[name].partition(":")[0] + "”" for name in titles if name in names)
    return " " + _("Noise does as well in: {}. These scores alone prove nothing here.").format(listed)


def there_are_pictures(current: Shown) -> bool:
    return current.settings.world.name == "digits"


def _percent(value: float | None, of: int = 0) -> str:
    """of: how many there are, where a share is easier to grasp as a count."""
    if value is None:
        return "–"
    return f"{value:.1f} %" + (" " + _("({:.0f} of {})").format(value * of / 100, of) if of else "")


def _rivals(settings: Any, there: data.Ended) -> tuple[dict[str, float], dict[str, float]]:
    """What other real data reach in each score, and what the better kind of noise reaches."""
    from core.gan import quality as measures

    with st.spinner(_("Holding real data and noise against real data …"), show_time=False):
        real, noise = rivals.of(settings.world)["real"], rivals.noise(settings.world)
        if there.told:
            real = real | {"asked": measures.as_asked(measures.answers(there.real), there.real_y)}
            noise = noise | {"asked": METRICS["asked"].chance.of(settings)}
    return real, noise


def about(got: dict[str, float], real: dict[str, float], digits: bool = True) -> str:
    """Good but few, or many but bad: what the measures say together. digits: the Fréchet distance means something."""
    times = got["frechet"] / max(real["frechet"], 1e-9)
    said = _("The Fréchet distance is **{}** times that between two samples of real data.") if digits else ""
    said = said.format(data.number(times)) + " "
    precise, wide = got["precision"], got["coverage"]
    numbers = _(
        "**{:.0f} %** of fakes lie among real ones, and **{:.0f} %** of real ones have a fake near; real data reach "
        "{:.0f} % and {:.0f} %."
    )
    said += numbers.format(precise, wide, real["precision"], real["coverage"])
    short_precise, short_wide = real["precision"] - precise, real["coverage"] - wide
    if short_wide > short_precise + 10:
        return said + " " + _("So what it makes is good, but it does not make everything: it falls short in variety.")
    if short_precise > short_wide + 10:
        return said + " " + _("So it reaches everywhere, but much of what it makes is not right.")
    if max(short_wide, short_precise) < 10:
        return said + " " + _("It comes close to what real data reach in both.")
    return said + " " + _("It falls short in both.")


def _caption(there: data.Ended) -> str:
    if there.digits:
        few = _(
            " With so few test digits every Fréchet distance comes out too large, also that of real data: so “times "
            "that of real data” comes out too small, and flatters the fakes."
        )
        said = _(
            "1,000 fakes against {:,} test digits, in the 256 features of this app's digit classifier; so this Fréchet "
            "distance cannot be compared with those of other papers and features. Precision, recall and coverage: 5 "
            "nearest neighbours. Other real data: 1,000 training digits against the same test digits. Noise: the better of two "
            "kinds, pictures whose pixels are all random, and pictures whose every pixel comes from another training digit."
        ).format(len(there.real))
        return said + (few if len(there.real) < FEW else "")
    return _(
        "1,000 fakes against 1,000 fresh real points; precision, recall and coverage by 5 nearest neighbours. Other real "
        "data: another 1,000. Noise: the better of two kinds, points anywhere in the square, and points of one Gaussian "
        "with the mean and covariance of real points; the Fréchet distance sees nothing but these two."
    )


# ---- kinds ----


def _shares(current: Shown, there: data.Ended) -> None:
    """How much of all fakes is of each kind, beside real data."""
    found = _kinds(current.id, there)
    if found is None:
        return
    fake, real, names = found
    figure = figures.bars(
        {_("real"): ("before", real), _("fakes"): ("after", fake)},
        names,
        _("digit, as the classifier reads it") if there.digits else _("nearest spot"),
        _("share (%)"),
        300,
    )
    chart.show(figure, key="quality/shares", alt=_("Shares of the kinds among fakes and among real examples"))
    word = _("digit {}") if there.digits else _("spot {}")
    st.markdown(about_shares(fake, real, [word.format(name) for name in names]))


@st.cache_data(max_entries=16, show_spinner=False)
def _kinds(run_id: str, _there: data.Ended) -> tuple[list[float], list[float], list[str]] | None:
    """Shares of fakes and of real ones in %, and what the kinds are called; None for shapes without spots."""
    import torch

    from core.gan import quality as measures

    if _there.digits:
        classes = _there.world.classes
        kinds = [measures.answers(x).argmax(1) for x in (_there.fake, _there.real)]
        fake, real = (100 * measures.shares(k, 10)[classes] for k in kinds)
        return fake.tolist(), real.tolist(), [str(int(c)) for c in classes]
    modes = _there.world.modes
    if modes is None:
        return None
    fake, real = (
        100 * measures.shares(torch.cdist(x, modes).argmin(1), len(modes)) for x in (_there.fake, _there.real)
    )
    return fake.tolist(), real.tolist(), [str(k + 1) for k in range(len(modes))]


def about_shares(fake: list[float], real: list[float], names: list[str]) -> str:
    """Which kind is rarest and most frequent, and how much would have to change its kind."""
    least, most = int(np.argmin(fake)), int(np.argmax(fake))
    moved = 0.5 * float(np.abs(np.array(fake) - np.array(real)).sum())
    said = _(
        "Rarest is **{}** with {:.1f} %, most frequent **{}** with {:.1f} %. **{:.0f} %** of fakes would have to be of "
        "another kind to match real data."
    )
    return said.format(names[least], fake[least], names[most], fake[most], moved)


# ---- losses ----


def _losses(current: Shown) -> None:
    """Both losses on the left, what was measured at the same looks on the right, and how they go together."""
    name = next((n for n in ("good", "asked", "coverage", "confidence") if len(data.series(current, n)[0]) > 2), None)
    losses = [
        (title, role, *data.series(current, key))
        for key, title, role in (("d_loss", _("Loss of D"), "before"), ("g_loss", _("Loss of G"), "after"))
    ]
    if name is None or len(losses[0][2]) < 3:
        st.caption(_("Both need at least three looks."))
        return
    left, right = st.columns(2, gap="large")
    with left:
        chart.show(
            figures.curves([Line(*each) for each in losses], _("step"), _("loss"), 260),
            key="quality/losses",
            alt=_("The losses of D and G over the run"),
        )
    title = _names(there_are_pictures(current))[name].partition(":")[0]
    with right:
        lines = [Line(title, "neutral", *data.series(current, name))]
        for key, said in (("kinds", _("Classes covered")), ("strict", _("Spots with a fair share"))):
            if data.series(current, key)[0]:
                lines.append(Line(said, "after", *data.series(current, key)))
        figure = figures.curves(lines, _("step"), "%" if len(lines) > 1 else f"{title} (%)", 260)
        figures.within(figure, y=(0, 105))
        chart.show(figure, key="quality/meanwhile", alt=_("The quality of the fakes at the same looks"))
    st.markdown(about_losses(losses[1][2], losses[1][3], *data.series(current, name), title))


def about_losses(steps: list[int], g_loss: list[float], at: list[int], good: list[float], title: str) -> str:
    """From a third of the run on: where the loss of G went, where the quality went, and their rank correlation."""
    from scipy.stats import spearmanr

    known = dict(zip(at, good))
    kept = [(g, known[s]) for s, g in zip(steps, g_loss) if s in known and s >= steps[-1] / 3]
    if len(kept) < 3:
        return ""
    loss, quality = (np.array(column) for column in zip(*kept))
    said = _(
        "Over the last two thirds of the run the loss of G went from {} to {}, while “{}” went from **{:.0f} %** to "
        "**{:.0f} %**."
    )
    said = said.format(data.number(loss[0]), data.number(loss[-1]), title, quality[0], quality[-1])
    if np.ptp(loss) == 0 or np.ptp(quality) == 0:
        return said
    rho = float(spearmanr(loss, quality).statistic)
    said += " " + data.minus(_("Rank correlation of the two: {:.2f}.").format(rho))
    if rho > 0.3:
        return said + " " + _("The loss of G rose while its fakes became better: D became better as well.")
    if rho < -0.3:
        return (
            said
            + " "
            + _("Here a lower loss went with better fakes; that is luck, for the loss is measured by a D that moves.")
        )
    return said + " " + _("The loss tells nothing of the quality: it is measured by a D that moves.")
