"""What a beam is worth: errors on test examples beside greedy's, and where the two part."""

import streamlit as st

from core.seq2seq import analysis
from core.seq2seq.analysis.answers import joined
from pages.parts import verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import _, plain


@st.fragment
def worth(current: Shown) -> None:
    """What a width is worth on test examples; in a fragment of its own, since a new width takes half a second."""
    if st.session_state.pop("beam/opened", False):
        st.rerun()
    st.markdown(f"**{_('What is it worth?')}**")
    left, right = st.columns(2, gap="large")
    task = current.settings.task
    key, title = f"beam/{task.name}/many", _("Length normalisation α, on many examples")
    width = left.select_slider(_("Beam width, on many examples"), [1, 2, 3, 5, 10], 5, key=f"{key}/width")
    alpha = right.select_slider(title, [0.0, 0.5, 1.0, 1.5], 1.0, key=f"{key}/alpha")
    wait = _("Searching {} answers …").format(analysis.worth.JUDGED)
    found = ask(analysis.worth.measured, current, width, alpha, wait=wait)
    verdict.draw(current.lab, analysis.worth.compared(found, width))
    st.caption(verdict.words(current.lab, analysis.network.rule(task)))
    if whole := verdict.words(current.lab, analysis.worth.whole_part(current)):
        st.caption(whole)
    if found.parted:
        chosen = f"{key}/parted/{width}/{alpha}"
        st.pills(
            _("Where the two differ; choose one to see its tree"),
            [text for text, *__ in found.parted],
            key=chosen,
            on_change=_open,
            args=(task.name, chosen, width, alpha),
        )
        heads = (_("read"), _("greedy says"), _("the beam says"), _("right"))
        columns = zip(heads, zip(*found.parted))
        st.table({head: [plain(joined(each)) for each in column] for head, column in columns}, hide_index=True)


def _open(task: str, chosen: str, width: int, alpha: float) -> None:
    """Puts the chosen example above, with the knobs at which the two part; that is another fragment, so the page is redrawn."""
    if word := st.session_state.get(chosen):
        st.session_state[example_key(task)] = (word, width, alpha)
        st.session_state["beam/opened"] = True


def example_key(task: str) -> str:
    """Where the chosen example is remembered: (input, width, α)."""
    return f"beam/{task}/example"
