"""The views of Look inside: what a visitor chose outlives a new run; each is named by its file."""

from importlib import import_module

import pytest
from streamlit.testing.v1 import AppTest

from core import labs
from core.gan import pictures
from pages.parts import shown, views


def page():
    import streamlit as st

    from pages.parts import views

    options = st.session_state.get("options", [0, 10, 20])
    st.select_slider("Look", options, key=views.kept("look", options, options[-1]))
    names = st.session_state.get("names", ["a", "b", "c"])
    st.pills("Which", names, selection_mode="multi", key=views.kept("which", names, names[:1]))


def run(visitor, options, names):
    visitor.session_state["options"], visitor.session_state["names"] = options, names
    visitor.run()
    assert not visitor.exception
    return visitor.select_slider[0].value, visitor.get("button_group")[0].value


def test_what_nobody_has_touched_follows_the_run():
    visitor = AppTest.from_function(page).run()
    assert run(visitor, [0, 10, 20], ["a", "b", "c"]) == (20, ["a"])
    assert run(visitor, [0, 5], ["x", "y"]) == (5, ["x"])


def test_what_was_chosen_stays_or_moves_to_the_nearest_there_is():
    visitor = AppTest.from_function(page).run()
    visitor.select_slider[0].set_value(10)
    visitor.get("button_group")[0].set_value(["b", "c"])
    visitor.run()
    assert run(visitor, [0, 10, 20, 30], ["a", "b", "c"]) == (10, ["b", "c"])
    assert run(visitor, [0, 4, 7], ["c", "d"]) == (7, ["c"])


def test_a_view_is_named_by_its_file_and_opens_with_its_scene():
    @views.view("A title", needs=(pictures.FILM,), scene="gan-one-half")
    def draw(current):
        """Draws nothing."""

    assert (draw.name, draw.title) == (__name__.rpartition(".")[2], "A title")
    current = shown.find("gan-one-half")
    assert draw.opens(current) and not draw.fits(current), "of the plane there is no film of digits"
    assert not draw.opens(shown.find("gan-the-duel")) and draw.fits(shown.find("gan-dcgan-on-digits"))


@pytest.mark.parametrize("lab", labs.LABS)
def test_every_view_of_a_lab_is_found_by_its_name(lab):
    names = [view.name for view in views.of(lab)]
    assert names == list(import_module(f"pages.views.{lab}").VIEWS) and len(set(names)) == len(names)
    assert len({view.title for view in views.of(lab)}) == len(names)
