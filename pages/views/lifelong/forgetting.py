"""What was forgotten: average, forgetting and transfer, each task at its best and at the end, and the gap after a switch."""

import streamlit as st

from core.lifelong import pictures
from core.lifelong.analysis.forgetting import Forgetting, forgetting
from core.lifelong.analysis.methods import guessing
from pages.parts import chart, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

NUMBERS = {  # in the summary of a run: title, format; what it means stands in the lecture's text
    "average": (N_("Average accuracy"), "{:.1f} %"),
    "forgetting": (N_("Forgetting"), N_("{:.1f} points")),
    "backward_transfer": (N_("Backward transfer"), N_("{:+.1f} points")),
    "forward_transfer": (N_("Forward transfer"), N_("{:+.1f} points")),
}


@view(N_("What was forgotten"), offered=lambda current: not current.pictures(pictures.ORDERED))
def draw(current: Shown) -> None:
    """What is left of each task at the end, against what it was when it had just been learned."""
    found = ask(forgetting, current)
    if found is None:
        st.info(_("This run was stopped before its end, so its last task is not known."))
        return
    notes, settings = lecture.read("lifelong").notes, current.settings
    with st.container(horizontal=True, gap="medium"):
        for name, (title, form) in NUMBERS.items():
            if name in current.summary:
                said = verdict.minus(_(form).format(current.summary[name]))
                st.metric(_(title), said, help=notes[name], width="content")
    scenario = f"{notes[settings.incremental]}\n\n{notes[settings.stream]}"
    st.caption(verdict.words("lifelong", guessing(settings)), help=scenario)
    left, right = st.columns(2, gap="large")
    tasks = [_("task {}").format(number) for number in range(1, len(found.final) + 1)]
    with left:
        groups = {_("just learned"): ("before", found.learned), _("at the end"): ("after", found.final)}
        figure = figures.bars(groups, tasks, "", _("test accuracy (%)"), 300, ".0f", top=112)
        alt = _("Accuracy on each task when it was learned and at the end")
        chart.show(figure, key="forgetting/bars", alt=alt)
    with right:
        _gap(found, tasks[1:])


def _gap(found: Forgetting, later: list[str]) -> None:
    """How deep the first task fell right after each switch, and where it came back to."""
    groups = {_("lowest on the way"): ("danger", found.lowest), _("after that task"): ("neutral", found.after)}
    figure = figures.bars(groups, later, _("while learning"), _("accuracy on task 1 (%)"), 300, ".0f", top=112)
    alt = _("Lowest and final accuracy on the first task while each later one was learned")
    chart.show(figure, key="forgetting/gap", alt=alt)
    lecture.caption("lifelong", "stability gap")
