"""What the matrix of accuracies says: average, forgetting, transfer, the gap after every switch."""

import numpy as np
import streamlit as st

from core.events import Metrics
from pages.parts import chart, figures, lecture
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.lifelong import data


@st.fragment
def forgetting(current: Shown) -> None:
    """What is left of each task at the end, against what it was when it had just been learned."""
    summary, tasks = current.summary, current.settings.tasks if current.settings else 0
    known = current.pictures("matrix")
    if "average" not in summary or not known:
        st.info(_("This run was stopped before its end, so its last task is not known."))
        return
    learned, final = np.diag(known[-1].array), known[-1].array[-1]
    numbers = {
        _("Average accuracy"): (f"{summary['average']:.1f} %", _("Mean over all tasks at the end (Lopez-Paz 2017).")),
        _("Forgetting"): (
            f"{summary['forgetting']:.1f} {_('points')}",
            _(
                "Best accuracy that a task ever had minus its accuracy at the end, mean over the old tasks (Chaudhry 2018). A "
                "network that learns nothing forgets 0 points, so look at the average as well."
            ),
        ),
        _("Backward transfer"): (
            f"{summary['backward_transfer']:+.1f} {_('points')}",
            _(
                "Accuracy at the end minus accuracy when just learned, mean over the old tasks (Lopez-Paz 2017). Negative: forgetting."
            ),
        ),
    }
    if "forward_transfer" in summary:
        numbers[_("Forward transfer")] = (
            f"{summary['forward_transfer']:+.1f} {_('points')}",
            _("What a task gains from earlier tasks before it is learned itself (Lopez-Paz 2017)."),
        )
    with st.container(horizontal=True, gap="medium"):
        for name, (value, tip) in numbers.items():
            st.metric(name, value, help=tip, width="content")
    notes = lecture.read("lifelong").notes
    scenario = f"{notes[current.settings.incremental]}\n\n{notes[current.settings.stream]}"
    st.caption(data.guessing(current.settings), help=scenario)
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
    groups = {_("lowest on the way"): ("danger", dips), _("after that task"): ("neutral", after)}
    names = [_("task {}").format(i + 2) for i in range(len(dips))]
    chart.show(
        figures.bars(groups, names, _("while learning"), _("accuracy on task 1 (%)"), 300, ".0f", top=112),
        key="forgetting/gap",
        alt=_("Lowest and final accuracy on the first task while each later one was learned"),
    )
    st.caption(
        _(
            "A left bar clearly below the right one is the stability gap: a deep fall soon after the switch, then recovery."
        ),
        help=_("Accuracies measured only at the end of each task do not show it."),
    )
