"""Settings that do not fit together get one sentence; no allowed run takes for ever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lifelong.settings import LIMIT, LifelongSettings, seconds
from core.settings import BadSettings, bounds_of, build, every_field, flat_fields, union_members

METHODS = union_members(LifelongSettings.model_fields["method"])


def refusal(**flat):
    with pytest.raises(BadSettings) as refused:
        build(LifelongSettings, flat)
    (sentence,) = refused.value.sentences
    assert sentence.startswith("The settings do not fit together: ") and sentence.endswith(".")
    assert ".." not in sentence and sentence.isprintable() and len(sentence) < 300
    return sentence


@pytest.mark.parametrize("incremental", ["task", "domain"])
@pytest.mark.parametrize("tasks", range(6, 11))
def test_a_task_of_one_digit_makes_sense_only_where_all_classes_compete(incremental, tasks):
    assert "one digit only" in refusal(stream="split", incremental=incremental, tasks=tasks)
    assert build(LifelongSettings, {"stream": "split", "incremental": "class", "tasks": tasks}).tasks == tasks
    assert build(LifelongSettings, {"stream": "split", "incremental": incremental, "tasks": 5}).tasks == 5


def test_a_run_of_hours_is_refused_with_its_length():
    sentence = refusal(network="homework", epochs=40, batch=16, tasks=10)
    assert int(re.search(r"about (\d+) minutes", sentence)[1]) > 30


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_chosen_alone_whatever_the_other_knob_says(method):
    """One knob at an end of its range, all others as they were, is always a run."""
    for name, field in flat_fields(LifelongSettings, {"method": method}):
        for value in bounds_of(field) if None not in bounds_of(field) else ():
            build(LifelongSettings, {"method": method, name: value})
    for more in ({"network": "homework"}, {"batch": 16}, {"stream": "split"}, {"incremental": "class"}):
        build(LifelongSettings, {"method": method} | more)


@given(
    st.sampled_from(sorted(METHODS)),
    st.integers(2, 10),
    st.integers(1, 39),
    st.sampled_from([16, 32, 64, 128, 256]),
    st.sampled_from(["small", "medium", "homework"]),
)
def test_the_estimate_grows_with_the_work(method, tasks, epochs, batch, network):
    def length(**more):
        chosen = {"tasks": tasks, "epochs": epochs, "batch": batch, "network": network} | more
        return seconds(
            LifelongSettings.model_construct(
                **LifelongSettings(method=METHODS[method]()).model_dump() | chosen | {"method": METHODS[method]()}
            )
        )

    assert length(epochs=epochs + 1) > length() > 0 and length(network="homework") >= length()


def test_no_allowed_run_is_estimated_above_the_limit():
    for method in METHODS.values():
        assert seconds(LifelongSettings(method=method())) < LIMIT / 4


def test_every_strength_has_a_logarithmic_range_of_its_own_with_its_default_well_inside():
    for name, method in METHODS.items():
        if "lam" in method.model_fields:
            field = method.model_fields["lam"]
            low, high = bounds_of(field)
            assert 10 * low <= field.default <= high / 10, name
    assert len({bounds_of(METHODS[name].model_fields["lam"]) for name in ("ewc", "mas", "si", "l2")}) > 1
    assert "lam" in every_field(LifelongSettings)
