"""Runs: everything that is stored here, to open in its lab or to delete."""

from datetime import UTC, datetime

import streamlit as st

from core import keeping, labs, runs
from core.runs import RunError
from pages.parts import lecture, shown, visitor
from pages.parts.words import _, plain

found, skipped = runs.listing(maker=visitor.maker())
found.sort(key=lambda about: about.shipped)  # one's own first, the newest on top
with st.container(key="headline", horizontal=True, vertical_alignment="center", gap="small"):
    st.title(_("Runs"), anchor=False, width="content")
    st.markdown(_("Every run that ships with Lectern or was trained here. Choose one to open it in its lab."))
    st.caption(_("{} runs").format(len(found)), width="content")
for sentence in skipped:
    st.warning(plain(sentence), icon=":material/broken_image:")


def describe(about: runs.About) -> dict[str, object]:
    """One row of the table."""
    size, good = about.summary.get("bytes"), shown.result(about)
    text = lecture.read(about.lab) if about.lab in labs.LABS else None
    scene = text and text.scenes.get(about.id.removeprefix(f"{about.lab}-"))
    return {
        _("Lab"): text.title if text else _("another lab"),
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
        runs.delete(run_id, visitor.maker())
    except RunError as error:
        st.session_state["runs/said"] = str(error)
    st.session_state["runs/deleted"] += 1  # a table with another key has nothing chosen


if sentence := st.session_state.pop("runs/said", None):
    st.error(plain(sentence), icon=":material/report:")
with st.container(key="runs"):
    table, side = st.columns([4, 1], gap="medium")
with table:
    choice = st.dataframe(
        [describe(about) for about in found],
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height="stretch",
        key=f"runs/table/{st.session_state.setdefault('runs/deleted', 0)}",
        column_config={
            _("Lab"): st.column_config.TextColumn(width=150),
            _("Scene"): st.column_config.TextColumn(width=150),
            _("Seed"): st.column_config.NumberColumn(width=50),
            _("Size"): st.column_config.TextColumn(width=75),
            _("State"): st.column_config.TextColumn(width=75),
            _("Seconds"): st.column_config.NumberColumn(format="%.1f", width=75),
            _("Run"): None,  # its name is for links and files
        },
    )
rows = [row for row in choice.selection.rows if row < len(found)]  # others delete runs, too
with side:
    if not rows:
        st.caption(_("Choose a row to open or delete that run."))
    else:
        about = found[rows[0]]
        row = describe(about)
        st.markdown(f"**{plain(row[_('Lab')])}**  \n{plain(row[_('What was done')])}  \n{plain(row[_('Result')])}")
        if about.lab in labs.LABS:
            st.page_link(
                labs.of(about.lab).path,
                label=_("Open in its lab"),
                icon=":material/open_in_new:",
                query_params={"run": about.id},
            )
        # a callback with the id that the visitor saw: the list may have changed before the press arrives
        st.button(
            _("Delete"),
            icon=":material/delete:",
            disabled=not keeping.deleted_by(about, visitor.maker()),
            key="runs/delete",
            on_click=delete,
            args=(about.id,),
        )
        if about.shipped:
            st.caption(_("A shipped run stays."))
        elif about.private:
            st.caption(
                _("Only you find this run here, because it holds a picture of your own. Its link opens it for others.")
            )
