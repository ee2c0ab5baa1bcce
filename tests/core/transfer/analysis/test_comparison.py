"""Which stored runs and networks may be held against a run."""

import pytest

from core import runs
from core.settings import flatten
from core.transfer.analysis.comparison import (
    before,
    comparable_runs,
    earlier,
    first_phase,
    run_of,
    source_only,
    trait,
    upper_bound,
)
from core.transfer.settings import SHIPPED
from tests.core.transfer.tiny import record, saved

pytestmark = pytest.mark.usefixtures("own_runs")


def test_source_only_on_the_same_target_is_what_was_before():
    dann = saved("dann")
    assert before(dann) is None
    source = saved("source")
    assert before(dann) == (source.id, "model")
    assert before(source) is None
    assert before(saved("rotated")) is None, "another target"
    assert before(saved("dann", seed=4712)) is None, "another seed"
    assert before(saved("dann", rare=10, granted=3)) == (source.id, "model"), "source only learns from neither"


def test_source_only_with_granted_labels_is_no_source_only():
    labelled, dann = saved("source", granted=3), saved("dann")
    assert before(dann) is None
    source = saved("source")
    assert before(dann) == before(labelled) == (source.id, "model")


def test_the_own_first_phase_stands_in_for_source_only():
    current = saved("finetune")
    assert before(current) is None and earlier(current) == first_phase(current) == (current.id, "before")
    assert first_phase(saved("dann")) is None


def test_what_a_method_is_stands_in_its_class_and_nothing_is_known_of_an_unknown_one():
    flat = {name: flatten(settings) for name, settings in SHIPPED.items()}
    assert source_only(flat["transfer-turned-source"]) and not source_only(flat["transfer-dann"])
    assert upper_bound(flat["transfer-target"]) and not upper_bound(flat["transfer-dann"])
    assert trait(flat["transfer-adda"], "SOURCE_FIRST") and not trait(flat["transfer-selftrain"], "SOURCE_FIRST")
    for unknown in ({"method": "of tomorrow"}, {}):
        assert not source_only(unknown) and not upper_bound(unknown) and trait(unknown, "ALIGNS") is None


def test_methods_are_compared_on_one_pair_of_domains_and_once_each():
    dann, again = saved("dann"), saved("dann")
    others = {saved("source").id, saved("target").id, saved("dann", lam=0.5).id}
    elsewhere = {saved("rotated").id, saved("dann", rare=10).id, saved("dann", steps=100).id, saved("dann", keep=12).id}
    assert {each.id for each in comparable_runs(dann.run.about)} == others | {dann.id}
    assert {each.id for each in comparable_runs(again.run.about)} == others | {again.id}
    assert not elsewhere & {each.id for each in comparable_runs(dann.run.about)}


def test_a_network_is_found_in_the_run_itself_or_in_the_store():
    current, source = record("dann"), saved("source")
    assert run_of(current, (current.id, "model")) is current.run, "also where the store was full"
    assert run_of(current, (source.id, "model")).about.id == source.id
    runs.delete(source.id)
    with pytest.raises(runs.RunError):
        run_of(current, (source.id, "model"))
