"""Whether the domain can be seen in the features: which case is reached by which numbers."""

import pytest

from core import runs
from core.transfer.analysis.probe import about_classifiers, about_domain, about_source, beside_source, measured
from core.verdict import verdict
from tests.core.transfer.tiny import record, saved


@pytest.mark.parametrize(
    "own, probe, case, away",
    [
        (52, 95, "probe-fooled", 1.8),
        (30, 95, "probe-fooled", 1.8),
        (52, 51, "probe-hardly", 0.04),
        (52, 40, "probe-hardly", 0),
        (90, 95, "probe-finds", 1.8),
        (90, 55, "probe-misses", 0.2),
        (57, 64, "probe-little", 0.56),
        (None, 95, "probe-finds", 1.8),
        (None, 55, "probe-hardly", 0.2),
    ],
)
def test_both_looks_for_the_domain(own, probe, case, away):
    numbers, judged, *more = about_classifiers(own, probe)
    both = verdict("probe-alone", probe=probe) if own is None else verdict("probe-and-own", own=own, probe=probe)
    assert numbers == both and judged.case == case
    assert judged.numbers == {"distance": pytest.approx(away), "farthest": 2}
    assert more == ([verdict("classes-may-differ")] if probe < 70 and (own or 0) < 70 else [])


def test_against_source_only_alignment_proves_neither_success_nor_failure():
    before = {"probe": 96, "target": 52}
    first = verdict("beside-source", probe_before=96, probe=94, target_before=52, target=91)
    assert beside_source(before, {"probe": 94, "target": 91}) == [first, verdict("no-proof-of-failure")]
    assert beside_source(before, {"probe": 60, "target": 50})[1] == verdict("no-proof-of-success")
    assert len(beside_source(before, {"probe": 60, "target": 91})) == 1
    assert beside_source(before, {}) == beside_source({}, before) == []


@pytest.mark.usefixtures("own_runs")
def test_a_run_is_asked_for_its_end_and_source_only_for_its_own():
    dann, source = saved("dann"), saved("source")
    (numbers, *_), last = about_domain(dann), [v for v in dann.table[1]["domain"] if v is not None][-1]
    assert numbers == verdict("probe-and-own", own=last, probe=dann.summary["probe"]), "all test pictures, at the end"
    assert about_source(dann) == beside_source(source.summary, dann.summary) != []
    runs.delete(source.id)
    assert about_source(dann) == [] == about_source(source)


def test_a_stopped_run_is_asked_for_as_far_as_it_came():
    assert not measured(record("dann", 1, "stopped"))
    stopped = record("dann", 12, "stopped")
    probe = [v for v in stopped.table[1]["probe"] if v is not None][-1]
    assert measured(stopped) and about_domain(stopped)[0].numbers["probe"] == probe
