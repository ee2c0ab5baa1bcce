"""What was forgotten: average, forgetting and transfer, each task at its best and at the end, and the gap after a switch."""

import streamlit as st

from core.lifelong.analysis.forgetting import Forgetting, forgetting
from core.lifelong.analysis.methods import guessing
from pages.parts import chart, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _

POINTS = _("{:.1f} points")
SIGNED = _("{:+.1f} points")
NUMBERS = {  # in the summary of a run: title, format, help
    "average": (_("Average accuracy"), "{:.1f} %", _("Mean over all tasks at the end (Lopez-Paz 2017).")),
    "forgetting": (
        _("Forgetting"),
        POINTS,
        _(
            "Best accuracy that a task ever had minus its accuracy at the end, mean over the old tasks (Chaudhry 2018). A "
            "network that learns nothing forgets 0 points, so look at the average as well."
        ),
    ),
    "backward_transfer": (
        _("Backward transfer"),
        SIGNED,
        _(
            "Accuracy at the end minus accuracy when just learned, mean over the old tasks (Lopez-Paz 2017). Negative: forgetting."
        ),
    ),
    "forward_transfer": (
        _("Forward transfer"),
        SIGNED,
        _("What a task gains from earlier tasks before it is learned itself (Lopez-Paz 2017)."),
    ),
}


@st.fragment
def draw(current: Shown) -> None:
    """What is left of each task at the end, against what it was when it had just been learned."""
    found = ask(forgetting, current)
    if found is None:
        st.info(_("This run was stopped before its end, so its last task is not known."))
        return
    with st.container(horizontal=True, gap="medium"):
        for name, (title, form, tip) in NUMBERS.items():
            if name in current.summary:
                st.metric(title, verdict.minus(form.format(current.summary[name])), help=tip, width="content")
    notes, settings = lecture.read("lifelong").notes, current.settings
    scenario = f"{notes[settings.incremental]}\n\n{notes[settings.stream]}"
    st.caption(verdict.words("lifelong", guessing(settings)), help=scenario)
    left, right = st.columns(2, gap="large")
    with left:
        _left(found)
    with right:
        _gap(found)


def _left(found: Forgetting) -> None:
    """Each task, just learned and at the end."""
    groups = {_("just learned"): ("before", found.learned), _("at the end"): ("after", found.final)}
    chart.show(
        figures.bars(groups, _tasks(1, len(found.final)), "", _("test accuracy (%)"), 300, ".0f", top=112),
        key="forgetting/bars",
        alt=_("Accuracy on each task when it was learned and at the end"),
    )


def _gap(found: Forgetting) -> None:
    """How deep the first task fell right after each switch, and where it came back to."""
    groups = {_("lowest on the way"): ("danger", found.lowest), _("after that task"): ("neutral", found.after)}
    names, titles = _tasks(2, len(found.final)), (_("while learning"), _("accuracy on task 1 (%)"))
    chart.show(
        figures.bars(groups, names, *titles, 300, ".0f", top=112),
        key="forgetting/gap",
        alt=_("Lowest and final accuracy on the first task while each later one was learned"),
    )
    st.caption(
        _(
            "A left bar clearly below the right one is the stability gap: a deep fall soon after the switch, then recovery."
        ),
        help=_("Accuracies measured only at the end of each task do not show it."),
    )


def _tasks(first: int, last: int) -> list[str]:
    return [_("task {}").format(number) for number in range(first, last + 1)]


VIEW = View("forgetting", _("What was forgotten"), draw)
