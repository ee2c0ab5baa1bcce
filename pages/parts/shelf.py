"""What can be done with a stored run: see it, open it where it fits, name it, give it away; and take one in from a file."""

from importlib import import_module

import streamlit as st

from core import catalogue, exchange, labs, runs
from core.runs import About, RunError
from pages.parts import chart, lecture, lesson, own, shown, visitor
from pages.parts.words import _, plain, translate


def picture(about: About) -> None:
    """What the page of its lab shows of the run."""
    try:
        current = shown.find(about.id, about.lab)
    except RunError as error:
        st.caption(plain(translate(str(error))))
        return
    with st.container(key="shelf-picture"), shown.foreign(current), chart.stills_of(""):
        import_module(f"pages.views.{about.lab}").picture(current)


def links(about: About) -> None:
    """To its own lab, and to every other that can look into its network."""
    if about.lab not in labs.LABS:
        return
    found = {about.lab: ({"run": about.id}, _("Open in its lab"))}
    for lab, query in catalogue.opens_in(about).items():
        found.setdefault(lab, (query, _("Its network in {}").format(lecture.name(lab))))
    for lab, (query, label) in found.items():
        st.page_link(labs.of(lab).path, label=label, icon=":material/open_in_new:", query_params=query)


def give(about: About) -> None:
    """The run as a file."""
    st.download_button(
        _("Run file"),
        lambda: runs.path_of(about.id).read_bytes(),
        f"{about.id}.safetensors",
        icon=":material/download:",
        key="runs/give",
        on_click="ignore",
    )


def naming(about: About) -> None:
    """A name for a run of one's own."""
    where = f"runs/name/{about.id}"
    st.text_input(
        _("Name"),
        about.title,
        runs.LONGEST_TITLE,
        key=where,
        on_change=_name,
        args=(about.id, where),
        help=_("For lists."),
    )


def _name(run_id: str, where: str) -> None:
    try:
        exchange.rename(run_id, st.session_state[where], visitor.maker())
    except RunError as error:
        st.session_state["runs/said"] = str(error)


def stories() -> None:
    """Links to the stories that lead through several labs."""
    for slug, story in lecture.stories().items():
        first = story.steps[0]
        query = first.query | {"lesson": lesson.STORY + slug, "step": "1"}
        st.page_link(labs.of(first.lab).path, label=story.title, icon=":material/menu_book:", query_params=query)


def take_in() -> None:
    """A run file from another Lectern."""
    if (given := own.chosen(_("Take in a run file"), ["safetensors"], "runs")) is None:
        return
    try:
        run = exchange.take_in(given.getvalue(), visitor.maker())
    except RunError as error:
        st.error(plain(translate(str(error))), icon=":material/report:")
        return
    st.success(_("Taken in: {}").format(plain(shown.name(run.about))), icon=":material/check:")
    st.page_link(labs.of(run.about.lab).path, label=_("Open in its lab"), query_params={"run": run.about.id})
