"""Run files from elsewhere are checked before they are kept, and only makers name their runs."""

from dataclasses import replace

import pytest

from core import exchange, runs
from core.runs import RunError
from tests.core.test_runs import example


def test_a_run_file_is_taken_in_and_belongs_to_who_brought_it(own_runs):
    data = runs.to_bytes(example())
    taken = exchange.take_in(data, "ann")
    assert taken.about.id == example().about.id and taken.about.maker == "ann"
    assert runs.load(taken.about.id).about.summary == example().about.summary
    again = exchange.take_in(data, "bob")
    assert again.about.id != taken.about.id and again.about.id.startswith("compression-"), "the name was taken"
    assert runs.load(taken.about.id).about.maker == "ann"
    stored = runs.path_of(taken.about.id).read_bytes()
    assert exchange.take_in(stored, "bob").about.id == taken.about.id, "it is here already"


def test_a_file_that_is_no_run_of_a_lab_is_refused(own_runs):
    strange = replace(example().about, lab="physics", id="physics-1")
    upside_down = runs.Run(example().about, example().events[::-1])
    evil = runs.Run(replace(example().about, id="../evil"), example().events)
    for data, words in (
        (b"", "not a run that Lectern can read"),
        (runs.to_bytes(runs.Run(strange, example().events)), "belongs to another lab"),
        (runs.to_bytes(upside_down), "not one that this lab writes"),
        (runs.to_bytes(evil), "cannot be the name of a run"),
    ):
        with pytest.raises(RunError, match=words):
            exchange.take_in(data, "ann")
    assert not list(own_runs.glob("*")) if own_runs.exists() else True


def test_only_the_maker_names_a_run_and_a_name_is_one_short_line(own_runs):
    run_id = exchange.take_in(runs.to_bytes(example()), "ann").about.id
    exchange.rename(run_id, "  <b>My\nbest</b> `net`, η = 0.1  " + "x" * 100, "ann")
    title = runs.load(run_id).about.title
    assert title.startswith("b My best /b net , η = 0.1 xxx") and len(title) == runs.LONGEST_TITLE
    with pytest.raises(RunError, match="another visitor's"):
        exchange.rename(run_id, "Mine", "bob")
    exchange.rename(run_id, "", "ann")
    assert runs.load(run_id).about.title == ""
