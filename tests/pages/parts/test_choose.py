"""Widgets that keep what was chosen are drawn where they are told, and not where there is nothing to choose."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from pages.parts import choose

    state = st.session_state
    left, right = st.columns(2)
    steps = state.get("steps", [0, 10, 20])
    state["found"] = (
        choose.one("one", "One", ["a", "b"], at=left),
        choose.along("along", "Along", steps, 10, at=right),
        choose.number("number", "Number", 1, state.get("most", 5), 2),
        choose.scrubber("scrubber", steps),
        choose.runs("runs", "Runs", state.get("names", {"x": "X", "y": "Y"}), state.get("own", "x"), ["y"]),
    )


def run(visitor, **given):
    for name, value in given.items():
        visitor.session_state[name] = value
    visitor.run()
    assert not visitor.exception
    return visitor.session_state["found"]


def test_each_begins_where_it_is_told():
    assert run(AppTest.from_function(page)) == ("a", 10, 2, 20, ["y"])


def test_what_leaves_no_choice_is_not_drawn():
    visitor = AppTest.from_function(page)
    assert run(visitor, steps=[7], most=1)[1:4] == (7, 1, 7)
    assert not visitor.select_slider and not visitor.slider


def test_what_was_chosen_is_kept_and_a_new_run_joins_the_others():
    visitor = AppTest.from_function(page)
    run(visitor)
    visitor.select_slider[0].set_value(20)
    visitor.slider[0].set_value(5)
    assert run(visitor)[1:3] == (20, 5)
    assert run(visitor, most=3, names={"x": "X", "y": "Y", "z": "Z"}, own="z")[2:] == (3, 20, ["y", "z"])
