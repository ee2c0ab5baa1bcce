"""Runs: everything that is stored here, to open in its lab or to delete."""

import streamlit as st

from core import catalogue, keeping, labs, runs
from core.catalogue import Row
from core.runs import RunError
from pages.parts import lecture, shown, visitor
from pages.parts.words import _, plain

found, skipped = catalogue.rows(visitor.maker())
with st.container(key="headline", horizontal=True, vertical_alignment="center", gap="small"):
    st.title(_("Runs"), anchor=False, width="content")
    st.markdown(_("Every run that ships with Lectern or was trained here. Choose one to open it in its lab."))
    st.caption(_("{} runs").format(len(found)), width="content")
for sentence in skipped:
    st.warning(plain(sentence), icon=":material/broken_image:")


def lab_of(row: Row) -> str:
    return lecture.read(row.about.lab).title if row.about.lab in labs.LABS else _("another lab")


def result_of(row: Row) -> str:
    return f"{row.result.percent:.1f} % · {_(row.result.name)}" if row.result else _("no score")


def describe(row: Row) -> dict[str, object]:
    """One row of the table."""
    about = row.about
    return {
        _("Lab"): lab_of(row),
        _("Scene"): lecture.read(about.lab).scenes[row.scene].title if row.scene else "–",
        _("What was done"): shown.did(row.did),
        _("Seed"): row.seed,
        _("Result"): result_of(row),
        _("Size"): "–" if row.kilobytes is None else f"{row.kilobytes:,.1f} KB",
        _("Seconds"): about.seconds,
        _("State"): _(about.state),
        _("Made"): f"{row.made:%Y-%m-%d %H:%M} UTC" if row.made else _("shipped"),
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
        [describe(row) for row in found],
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
chosen = [found[place] for place in choice.selection.rows if place < len(found)]  # others delete runs, too
with side:
    if not chosen:
        st.caption(_("Choose a row to open or delete that run."))
    else:
        (row,) = chosen
        about, lab, did, result = row.about, plain(lab_of(row)), plain(shown.did(row.did)), plain(result_of(row))
        st.markdown(f"**{lab}**  \n{did}  \n{result}")
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
