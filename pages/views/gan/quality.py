"""How good fakes are, since losses do not say it: every measure beside what real data reach against themselves."""

from typing import Any

import numpy as np
import streamlit as st

from pages.shared import chart, figures
from pages.shared.figures import Line
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.gan import data

HALVES = 1000  # real examples in each of the two that are held against each other
FEATURES = 256  # of the judge: with no more examples than those a covariance is flat


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
    real = floor(current.settings.world, there)
    rows = _rows(current, got, real)
    st.table(
        {
            _("Measure"): [r[0] for r in rows],
            _("Fakes"): [r[1] for r in rows],
            _("Real against real"): [r[2] for r in rows],
        }
    )
    st.markdown(about(got, real))
    st.caption(_caption(there))


def _rows(current: Shown, got: dict[str, float], real: dict[str, float]) -> list[tuple[str, str, str]]:
    """(what, of fakes, of real data) for every measure that the run has."""
    names = {
        "kinds": _("Kinds covered"),
        "strict": _("Modes with a fair share"),
        "good": _("Points within 3 σ of a mode"),
        "precision": _("Precision: fakes among real ones"),
        "recall": _("Recall: real ones among fakes"),
        "coverage": _("Coverage: real ones with a fake near"),
        "confidence": _("Classifier's confidence"),
        "smallest_class": _("Share of the rarest class"),
    }
    if not there_are_pictures(current):
        names["kinds"] = _("Modes with at least one good point")
    many = current.facts.get("modes", 0) if "strict" in got else 0
    found = [
        (name, _percent(got[key], many if key in ("kinds", "strict") else 0), _percent(real.get(key)))
        for key, name in names.items()
        if key in got
    ]
    if "classes" in got:
        found.append((_("Classes in effect"), f"{got['classes']:.1f}", f"{real['classes']:.1f}"))
    title = _("Fréchet classifier distance") if there_are_pictures(current) else _("Fréchet distance of the points")
    found.append((title, data.number(got["frechet"]), data.number(real["frechet"])))
    return found


def there_are_pictures(current: Shown) -> bool:
    return current.settings.world.name == "digits"


def _percent(value: float | None, of: int = 0) -> str:
    """of: how many there are, where a share is easier to grasp as a count."""
    if value is None:
        return "–"
    return f"{value:.1f} %" + (" " + _("({:.0f} of {})").format(value * of / 100, of) if of else "")


def floor(chosen: Any, there: data.Ended) -> dict[str, float]:
    """What real data reach when one half is taken for fakes: of digits test against training ones, of the plane two fresh samples."""
    return _floor(chosen.model_dump_json(include={"name", "shape", "drawing", "digits", "spread"}), there)


@st.cache_data(max_entries=8, show_spinner=_("Holding real data against real data …"))
def _floor(world: str, _there: data.Ended) -> dict[str, float]:
    import torch

    from core.gan import quality as measures
    from core.loop import seeded

    if not _there.digits:
        a, b = (_there.world.sample(HALVES, seeded(seed))[0] for seed in (1, 2))
        found = measures.neighbourhoods(a, b) | {"frechet": measures.frechet(a, b)}
        if _there.world.modes is not None:
            met = measures.modes_met(b, _there.world.modes, _there.settings.world.spread)
            found |= {"kinds": met.covered, "strict": met.strict, "good": met.good}
        return found
    classes, held = _there.world.classes, len(_there.real)
    some = torch.arange(held) * len(_there.world.x) // held
    x = _there.world.x[some]
    seen, other = measures.features(_there.real), measures.features(x)
    said = measures.answers(x)
    share = measures.shares(said.argmax(1), 10)[classes]
    return measures.neighbourhoods(seen, other) | {
        "frechet": measures.frechet(seen, other),
        "kinds": 100 * float((share >= 0.4 / len(share)).float().mean()),
        "confidence": 100 * float(said.max(1).values.mean()),
        "smallest_class": 100 * float(share.min()),
        "classes": measures.effective_number(share / share.sum()),
    }


def about(got: dict[str, float], real: dict[str, float]) -> str:
    """Good but few, or many but bad: what the measures say together."""
    times = got["frechet"] / max(real["frechet"], 1e-9)
    said = _("The Fréchet distance is **{}** times that between two samples of real data.").format(data.number(times))
    precise, wide = got["precision"], got["coverage"]
    numbers = _(
        "**{:.0f} %** of fakes lie among real ones, and **{:.0f} %** of real ones have a fake near; real data reach "
        "{:.0f} % and {:.0f} %."
    )
    said += " " + numbers.format(precise, wide, real["precision"], real["coverage"])
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
        few = _(" There are fewer test digits than features here, so both distances come out too small.")
        said = _(
            "1,000 fakes against {:,} test digits, in the 256 features of this app's digit classifier; so this Fréchet "
            "distance cannot be compared with those of other papers and features. Precision, recall and coverage: 5 "
            "nearest neighbours. Real against real: as many training digits against the same test digits."
        ).format(len(there.real))
        return said + (few if len(there.real) <= FEATURES else "")
    return _(
        "1,000 fakes against 1,000 fresh real points; precision, recall and coverage by 5 nearest neighbours. Real "
        "against real: two fresh samples."
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
        _("digit, as the classifier reads it") if there.digits else _("nearest mode"),
        _("share (%)"),
        300,
    )
    chart.show(figure, key="quality/shares", alt=_("Shares of the kinds among fakes and among real examples"))
    word = _("digit {}") if there.digits else _("mode {}")
    st.markdown(about_shares(fake, real, [word.format(name) for name in names]))


@st.cache_data(max_entries=16, show_spinner=False)
def _kinds(run_id: str, _there: data.Ended) -> tuple[list[float], list[float], list[str]] | None:
    """Shares of fakes and of real ones in %, and what the kinds are called; None for shapes without modes."""
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
    name = next((n for n in ("coverage", "confidence") if len(data.series(current, n)[0]) > 2), None)
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
    title = _("Coverage") if name == "coverage" else _("Classifier's confidence")
    with right:
        lines = [Line(title, "neutral", *data.series(current, name))]
        if data.series(current, "kinds")[0]:
            lines.append(Line(_("Kinds covered"), "after", *data.series(current, "kinds")))
        figure = figures.curves(lines, _("step"), "%" if len(lines) > 1 else f"{title} (%)", 260)
        figure["y"]["domain"] = [0, 105]
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
