"""Runs: everything that is stored here, to open in its lab or to delete."""

from datetime import UTC, datetime

import streamlit as st

from core import env, runs
from core.runs import RunError
from pages.shared import lecture, shown
from pages.shared.words import _, plain

PAGES = {
    "transfer": "pages/transfer_learning.py",
    "lifelong": "pages/lifelong_learning.py",
    "anomaly": "pages/anomaly_detection.py",
    "gan": "pages/gan.py",
    "seq2seq": "pages/seq2seq.py",
    "compression": "pages/network_compression.py",
    "attack": "pages/adversarial_attack.py",
    "explain": "pages/explainable_ai.py",
}

st.title(_("Runs"))
st.markdown(
    _(
        "Every run that ships with Lectern or was trained here. Open one in its lab to look inside, explain, compare, or take it away."
    )
)
found, skipped = runs.listing()
found.sort(key=lambda about: about.shipped)  # one's own first, the newest on top
for sentence in skipped:
    st.warning(plain(sentence), icon=":material/broken_image:")


def describe(about: runs.About) -> dict[str, object]:
    """One row of the table."""
    size, good = about.summary.get("bytes"), shown.result(about)
    text = lecture.read(about.lab) if about.lab in PAGES else None
    scene = text and text.scenes.get(about.id.removeprefix(f"{about.lab}-"))
    return {
        _("Lab"): text.title if text else about.lab,
        _("Scene"): scene.title if scene and about.shipped else "–",
        _("What was done"): shown.method(about),
        _("Seed"): about.settings.get("seed", 0),
        _("Result"): f"{good[1]:.1f} % · {good[0]}" if good else _("no score"),
        _("Size"): f"{size / 1000:,.1f} KB" if isinstance(size, (int, float)) else "–",
        _("Seconds"): about.seconds,
        _("State"): _(about.state),
        _("Made"): _("shipped")
        if about.shipped
        else f"{datetime.fromtimestamp(about.created, UTC):%Y-%m-%d %H:%M} UTC",
        _("Run"): about.id,
    }


def delete(run_id: str) -> None:
    """Deletes a run of the visitor's own; a reason why not is said on the page."""
    try:
        runs.delete(run_id)
    except RunError as error:
        st.session_state["runs/said"] = str(error)
    st.session_state["runs/deleted"] += 1  # a table with another key has nothing chosen


if sentence := st.session_state.pop("runs/said", None):
    st.error(plain(sentence), icon=":material/report:")
choice = st.dataframe(
    [describe(about) for about in found],
    on_select="rerun",
    selection_mode="single-row",
    hide_index=True,
    key=f"runs/table/{st.session_state.setdefault('runs/deleted', 0)}",
    column_config={
        _("Seconds"): st.column_config.NumberColumn(format="%.1f"),
    },
)
rows = [row for row in choice.selection.rows if row < len(found)]  # others delete runs, too
if not rows:
    st.caption(_("Choose a row to open or delete that run."))
else:
    about = found[rows[0]]
    with st.container(horizontal=True):
        if about.lab in PAGES:
            st.page_link(
                PAGES[about.lab], label=_("Open in its lab"), icon=":material/open_in_new:", query_params={"run": about.id}
            )
        kept = about.shipped or env.public()
        # a callback with the id that the visitor saw: the list may have changed before the press arrives
        st.button(
            _("Delete"), icon=":material/delete:", disabled=kept, key="runs/delete", on_click=delete, args=(about.id,)
        )
