"""Runs: everything that is stored here, to find, to open in any lab that can, to name, to give away and to take in."""

import streamlit as st

from core import catalogue, keeping, labs, runs
from core.catalogue import Row
from core.runs import RunError
from pages.parts import lecture, shelf, shown, visitor
from pages.parts.words import _, plain, translate

found, skipped = catalogue.rows(visitor.maker())
with st.container(key="headline", horizontal=True, vertical_alignment="center", gap="small"):
    st.title(_("Runs"), anchor=False, width="content")
    words = st.text_input(
        _("Search"), key="runs/words", placeholder=_("Search"), label_visibility="collapsed", width=180, max_chars=80
    )
    names = {lab.id: lecture.name(lab.id) for lab in labs.LABS.values()}
    wanted = st.pills(
        _("Labs"),
        list(names),
        selection_mode="multi",
        format_func=names.get,
        key="runs/labs",
        label_visibility="collapsed",
    )
    found = [row for row in found if catalogue.matches(row, words) and row.about.lab in (wanted or [row.about.lab])]
    st.caption(_("{} runs").format(len(found)), width="content")
for sentence in skipped:
    st.warning(plain(translate(sentence)), icon=":material/broken_image:")


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
        _("Name"): about.title,
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
    st.error(plain(translate(sentence)), icon=":material/report:")
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
            _("Name"): st.column_config.TextColumn(width=110),
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
        st.caption(_("Choose a row to see that run."))
        shelf.take_in()
        shelf.stories()
    else:
        (row,) = chosen
        about, lab, did, result = row.about, plain(lab_of(row)), plain(shown.did(row.did)), plain(result_of(row))
        st.markdown(f"**{plain(about.title) or lab}**  \n{did}  \n{result}")
        shelf.picture(about)
        shelf.links(about)
        with st.container(horizontal=True, gap="xsmall"):
            shelf.give(about)
            # a callback with the id that the visitor saw: the list may have changed before the press arrives
            st.button(
                _("Delete"),
                icon=":material/delete:",
                disabled=not keeping.deleted_by(about, visitor.maker()),
                key="runs/delete",
                on_click=delete,
                args=(about.id,),
            )
        if keeping.deleted_by(about, visitor.maker()):
            shelf.naming(about)
        if about.shipped:
            st.caption(_("A shipped run stays."))
        elif about.private:
            st.caption(
                _("Only you find this run here, because it holds a picture of your own. Its link opens it for others.")
            )
