"""Answers of analyses are remembered: of each analysis a class's worth, whatever is asked of the others."""

from collections import Counter

import pytest
import streamlit as st

from core.events import Metrics
from core.record import Record
from pages.parts.ask import MOST, ask
from pages.parts.shown import Shown

ASKED = Counter()


def slow(record, what="all"):
    ASKED["slow", record.id, what] += 1
    return record.id, len(record.events), what


def quick(record, number):
    return number


@pytest.fixture(autouse=True)
def forgotten():
    st.cache_resource.clear()
    ASKED.clear()


def record(name, steps=1):
    return Record(name, None, [Metrics(step, {}) for step in range(steps)], None)


def test_what_was_asked_is_not_computed_again():
    answers = [ask(slow, record("gan-1"), "this") for _ in range(3)]
    assert answers == 3 * [("gan-1", 1, "this")] and ASKED.total() == 1
    assert ask(slow, Shown("gan-1", None, record("gan-1").events, None), "this") == answers[0]


def test_another_run_a_longer_one_and_another_question_are_answered_anew():
    for run, what in (
        (record("gan-1"), "all"),
        (record("gan-2"), "all"),
        (record("gan-1", 2), "all"),
        (record("gan-1"), "x"),
    ):
        assert ask(slow, run, what) == (run.id, len(run.events), what)
    assert ASKED.total() == 4


def test_what_is_asked_of_other_analyses_pushes_nothing_out():
    ask(slow, record("gan-1"))
    for number in range(8 * MOST):
        ask(quick, record("gan-1"), number)
    ask(slow, record("gan-1"))
    assert ASKED.total() == 1


def test_a_class_keeps_its_answers_and_memory_has_an_end():
    students = [record(f"gan-{number}") for number in range(30)]
    for student in students * 2:
        ask(slow, student)
    assert ASKED.total() == 30
    for number in range(30, 30 + MOST):
        ask(slow, record(f"gan-{number}"))
    ask(slow, students[0])
    assert ASKED["slow", "gan-0", "all"] == 2
