"""The tab Yardstick: our mean ± standard deviation over seeds, beside the published figure and its set-up."""

from collections.abc import Sequence

import streamlit as st

from core import yardsticks
from core.yardsticks import Yardstick
from pages.shared.words import _


def draw(lab: str, declared: Sequence[Yardstick]) -> None:
    """One table; below it how each figure was made and why it differs."""
    rows = [(each, yardsticks.measured(lab, each)) for each in declared]
    st.markdown(
        _(
            "Every figure of ours is a mean ± standard deviation over seeds, from a sweep that you can repeat. "
            "Published figures come from larger data or networks: the last column says what differs."
        )
    )
    st.table(
        {
            _("What"): [each.title for each, __ in rows],
            _("Ours"): [str(result) for __, result in rows],
            _("Published"): [each.published for each, __ in rows],
            _("Why they differ"): [each.why for each, __ in rows],
        }
    )
    with st.expander(_("The commands that made our figures, and the machine"), icon=":material/terminal:"):
        st.code("\n".join(dict.fromkeys(yardsticks.command(lab, each) for each in declared)), language="bash")
        st.caption(yardsticks.machine(lab))
