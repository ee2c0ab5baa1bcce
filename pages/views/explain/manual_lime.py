"""You are LIME: switch superpixels off by hand, watch the answer move, and fit a linear model to your own tries."""

from hashlib import sha256
from typing import Any

import streamlit as st

from core.attribution.settings import Lime
from core.explain import analysis
from core.explain.analysis.stage import opens_with
from pages.parts import chart, choose, figures, lecture, panels, superpixels, verdict
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.explain.asked import given


@view(N_("You are LIME"), opens=opens_with(Lime))
def draw(current: Shown) -> None:
    """Choose the cut and the paint; then click."""
    if (asked := given(current)) is None:
        return
    lecture.write("explain", "by hand")
    photo, kind = asked.subject.photo, "photo" if asked.subject.photo else "digit"
    left, right = st.columns(2, gap="large")
    tip = _("About how many: SLIC joins small parts of a photo; a digit is cut into equal squares.")
    count = left.slider(_("Superpixels"), 10, 100, 40 if photo else 49, key=f"be_lime/count/{kind}", help=tip)
    names = {"mean": _("its mean colour"), "black": _("black"), "grey": _("grey"), "white": _("white")}
    first, title = "mean" if photo else "black", _("Off is painted with")
    fill = choose.one(f"be_lime/fill/{kind}", title, names, first, at=right)
    cut = analysis.manual_lime.cut(asked, count, fill)
    state = _state(sha256(f"{asked.key}|{asked.target}|{count}|{fill}".encode()).hexdigest()[:16])
    _buttons(cut, state)
    left, right = st.columns(2, gap="large")
    with left:
        key = f"be_lime/{state['key']}"
        state["off"] = superpixels.toggle(asked.picture, cut.segments, state["off"], key, cut.fill_picture)
    answers = cut.answer(state["off"])
    analysis.manual_lime.remember(state["mine"], {tuple(state["off"]): float(answers[asked.target])})
    with right:
        _answer(asked, answers, len(state["off"]), cut.many)
    _fits(cut, state)


def _state(key: str) -> dict[str, Any]:
    """What this visitor has off and has tried, on this picture with this cut; another one begins anew.

    mine, lime: from the superpixels that were off to the probability of the answer, the whole picture first.
    """
    state = st.session_state.get("be_lime/state")
    if state is None or state["key"] != key:
        state = st.session_state["be_lime/state"] = {"key": key, "off": [], "mine": {}, "lime": {}}
    return state


def _buttons(cut: Any, state: dict[str, Any]) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button(_("All on"), key="be_lime/on", icon=":material/visibility:"):
            state["off"] = []
        if st.button(_("All off"), key="be_lime/off", icon=":material/visibility_off:"):
            state["off"] = list(range(cut.many))
        if st.button(_("LIME tries 50 for me"), key="be_lime/fifty", icon=":material/casino:"):
            with st.spinner(_("The network looks at 50 pictures …")):  # other ones each time
                analysis.manual_lime.remember(state["lime"], cut.random_tries(len(state["lime"])))
        if st.button(_("Forget all tries"), key="be_lime/forget", icon=":material/restart_alt:"):
            state["mine"], state["lime"] = {}, {}


def _answer(asked: Any, answers: Any, off: int, many: int) -> None:
    """The answer that is explained, and the three that the network gives now, beside what it said to the whole picture."""
    found = analysis.manual_lime.change(asked, answers)
    title, change = _("Probability of “{}”, {} of {} superpixels off"), _("{:+.1f} points").format(found.change)
    said = change if found.change else None
    st.metric(title.format(found.name, off, many), f"{found.now:.1f} %", said, delta_color="off")
    groups = {_("whole picture"): ("before", found.first_before), _("now"): ("after", found.first_now)}
    figure = figures.bars(groups, found.first, "", _("probability (%)"), 270, ".0f", top=112)
    chart.show(figure, key="be_lime/answers", alt=_("The network's first three answers"))


def _fits(cut: Any, state: dict[str, Any]) -> None:
    """Linear models of the learner's own tries and of LIME's, side by side."""
    tried, least = len(state["mine"]) - (() in state["mine"]), analysis.manual_lime.LEAST
    title, tip = _("Fit my tries ({})").format(tried), lecture.note("explain", "enough tries")
    wanted = st.toggle(title, key="be_lime/fit", disabled=tried < least, help=tip)
    shown = {_("Yours"): state["mine"]} if wanted and tried >= least else {}
    shown |= {_("LIME's"): state["lime"]} if state["lime"] else {}
    if not shown:
        more = _("{} more tries, and your explanation can be fitted.").format(least - tried)
        st.caption(more if tried < least else _("Ready to be fitted."))
        return
    fits = {title: analysis.manual_lime.fit(cut, tries) for title, tries in shown.items()}
    for column, (title, fit) in zip(st.columns(2, gap="large"), fits.items()):
        with column:
            figure = panels.board(400, top=4)
            panels.mapped(figure, (0, 1, 0, 1), cut.asked.picture, fit.map, "")
            chart.show(figure, key=f"be_lime/fit/{title}", alt=_("The weights over the picture"))
            st.markdown(_("**{}** · {} tries").format(title, fit.tried))
            verdict.draw("explain", fit.verdicts)
    panels.say_colours()
    if len(fits) == 2:
        verdict.draw("explain", analysis.manual_lime.compared(*fits.values()))
