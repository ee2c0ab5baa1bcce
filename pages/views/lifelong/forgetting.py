"""The matrix of accuracies, and what it says: average, forgetting, transfer, the gap after every switch."""

import numpy as np
import streamlit as st

from core.events import Metrics
from pages.shared import chart, figures, rasters
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.lifelong import data


def matrix(current: Shown, key: str, height: int) -> None:
    """A[i, j]: accuracy on task j after training task i, as far as it is known."""
    known = current.pictures("matrix")
    tasks = current.settings.tasks
    array = np.full((tasks, tasks), np.nan) if not known else np.array(known[-1].array)
    chart.show(
        rasters.matrix(
            array,
            height,
            limit=100,
            text=".0f",
            rows=[str(i + 1) for i in range(tasks)],
            columns=[str(i + 1) for i in range(tasks)],
            x=_("test accuracy (%) on task"),
            y=_("after task"),
            largest=46,
        ),
        key=key,
        alt=_("Accuracy on every task after each task that was learned"),
    )


@st.fragment
def forgetting(current: Shown) -> None:
    """What is left of each task at the end, against what it was when it had just been learned."""
    summary, tasks = current.summary, current.settings.tasks if current.settings else 0
    known = current.pictures("matrix")
    if "average" not in summary or not known:
        st.info(_("This run did not reach its end, so nothing can be said about its last task."))
        return
    learned, final = np.diag(known[-1].array), known[-1].array[-1]
    numbers = {
        _("Average accuracy"): (f"{summary['average']:.1f} %", _("Mean over all tasks at the end (Lopez-Paz 2017).")),
        _("Forgetting"): (
            f"{summary['forgetting']:.1f} {_('points')}",
            _(
                "From the best accuracy that a task ever had to its accuracy at the end, mean over the old tasks (Chaudhry 2018). A "
                "network that learns nothing forgets 0 points: read it beside the average."
            ),
        ),
        _("Backward transfer"): (
            f"{summary['backward_transfer']:+.1f} {_('points')}",
            _("From just learned to the end, mean over the old tasks (Lopez-Paz 2017): negative is forgetting."),
        ),
    }
    if "forward_transfer" in summary:
        numbers[_("Forward transfer")] = (
            f"{summary['forward_transfer']:+.1f} {_('points')}",
            _("What a task gained, before it was learned, from those before it (Lopez-Paz 2017)."),
        )
    with st.container(horizontal=True, gap="medium"):
        for name, (value, tip) in numbers.items():
            st.metric(name, value, help=tip, width="content")
    st.caption(data.guessing(current.settings))
    left, right = st.columns(2, gap="large")
    with left:
        groups = {_("just learned"): ("before", learned), _("at the end"): ("after", final)}
        names = [_("task {}").format(i + 1) for i in range(tasks)]
        chart.show(
            figures.bars(groups, names, "", _("test accuracy (%)"), 300, ".0f", top=112),
            key="forgetting/bars",
            alt=_("Accuracy on each task when it was learned and at the end"),
        )
    with right:
        _gap(current)


def _gap(current: Shown) -> None:
    """How deep the first task fell right after each switch, and where it came back to."""
    ends = [e.step for e in current.pictures("matrix")]
    reports = [(e.step, e.values["task_1"]) for e in current.events if isinstance(e, Metrics) and "task_1" in e.values]
    dips, after = [], []
    for start, end in zip(ends, ends[1:]):
        inside = [value for step, value in reports if start < step <= end]
        dips.append(min(inside))
        after.append(inside[-1])
    groups = {_("lowest on the way"): ("danger", dips), _("when that task was learned"): ("neutral", after)}
    names = [_("task {}").format(i + 2) for i in range(len(dips))]
    chart.show(
        figures.bars(groups, names, _("while learning"), _("accuracy on task 1 (%)"), 300, ".0f", top=112),
        key="forgetting/gap",
        alt=_("Lowest and final accuracy on the first task while each later one was learned"),
    )
    st.caption(
        _(
            "A left bar that is clearly lower than the right one shows the stability gap: on the way, often soon after the switch, "
            "task 1 fell deeper than where it ended. A measurement at the end of each task alone does not show it."
        )
    )
