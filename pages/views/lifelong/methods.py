"""Several methods over one another, on the same tasks and with the same seed."""

import streamlit as st

from core.lifelong.analysis.methods import averages, chosen_first, comparable_runs, guessing
from core.lifelong.settings import METRICS
from core.runs import About
from pages.parts import chart, choose, figures, lecture, shown, verdict
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

MOST = 10  # curves over one another


@view(N_("Methods side by side"))
def draw(current: Shown) -> None:
    """The average accuracy on the tasks seen, one curve for each chosen run."""
    found = {about.id: about for about in comparable_runs(current.run.about)}
    if len(found) < 2:
        st.info(lecture.note("lifelong", "no other run"))
        return
    title, names = _("Runs on the same tasks, with the same network and seed"), {i: called(found[i]) for i in found}
    chosen = choose.runs("lifelong/methods", title, names, current.id, chosen_first(list(found.values()), current.id))
    lines = [Line(names[each], f"task{i}", *averages(each)) for i, each in enumerate(chosen[:MOST], 1)]
    end = max((line.x[-1] for line in lines), default=None)
    levels = [(_("guessing"), METRICS["average"].chance.of(current.settings))]
    titles = (_("training step"), _("average accuracy (%)"))
    figure = figures.live(lines, *titles, 420, end=end, levels=levels)
    chart.show(figure, key="methods/curves", alt=_("Average accuracy of several methods over training"))
    order = sorted((found[each] for each in chosen), key=lambda about: -about.summary["average"])
    st.table(
        {
            _("Method"): [called(about) for about in order],
            _("Average (%)"): [f"{about.summary['average']:.1f}" for about in order],
            _("Forgetting (points)"): [f"{round(about.summary['forgetting'], 1) + 0.0:.1f}" for about in order],
        }
    )
    seeds = _("One seed each. Means over five seeds are in the tab Yardstick.")
    st.caption(f"{verdict.words('lifelong', guessing(current.settings))} {seeds}")


def called(about: About) -> str:
    """How a run's method is called, with what tells two runs of one method apart."""
    parts, lam = [shown.method(about)], about.settings.get("lam")
    if lam is not None:
        parts.append(f"λ = {lam:g}")
    if about.settings.get("estimate", "exact") != "exact":
        parts.append(_(about.settings["estimate"]))
    return ", ".join(parts)
