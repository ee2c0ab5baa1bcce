"""Settings that do not fit together get one sentence; no allowed run takes for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings import BadSettings, bounds_of, build, choices_of, flat_fields, flatten, union_members
from core.transfer.settings import SCENES, SHIPPED, TransferSettings, phases

METHODS, TARGETS = (union_members(TransferSettings.model_fields[name]) for name in ("method", "target"))
TOGETHER = [
    (method, target)
    for method in sorted(METHODS)
    for target in sorted(TARGETS)
    if not (method in ("adabn", "tent") and target == "moons")
]


def refusal(**flat):
    with pytest.raises(BadSettings) as refused:
        build(TransferSettings, flat)
    (sentence,) = refused.value.sentences
    assert sentence.startswith("The settings do not fit together: ") and sentence.endswith(".")
    assert ".." not in sentence and sentence.isprintable() and len(sentence) < 300
    return sentence


def test_the_longest_run_ends_within_minutes():
    """At its bounds no run passes more than 600,000 pictures through the network and back, about 0.35 ms each on one core."""
    bounds = {
        name: max(choices_of(field) or bounds_of(field))
        for name, field in TransferSettings.model_fields.items()
        if name in ("steps", "batch")
    }
    for method in METHODS:
        settings = build(
            TransferSettings, bounds | {"method": method} | ({"rounds": 10} if method == "selftrain" else {})
        )
        assert 2 * settings.batch * sum(phases(settings)) <= 600_000


@pytest.mark.parametrize("method", ["adabn", "tent"])
def test_without_batchnorm_its_methods_are_refused(method):
    assert "choose another method" in refusal(method=method, target="moons")


@pytest.mark.parametrize("method, target", TOGETHER)
def test_every_knob_may_go_to_its_ends_whatever_was_chosen(method, target):
    """One knob at an end of its range, all others as they were, is always a run."""
    chosen = {"method": method, "target": target}
    for name, field in flat_fields(TransferSettings, chosen):
        ends = choices_of(field) or [end for end in bounds_of(field) if end is not None]
        for value in ends if name not in chosen else ():
            assert flatten(build(TransferSettings, chosen | {name: value}))[name] == value


@given(st.sampled_from(sorted(METHODS)), st.sampled_from(range(50, 2001, 50)), st.integers(1, 10))
def test_every_phase_has_steps(method, steps, rounds):
    settings = build(
        TransferSettings,
        {"method": method, "steps": steps, "batch": 16} | ({"rounds": rounds} if method == "selftrain" else {}),
    )
    found = phases(settings)
    assert found[0] == steps and min(found) > 0
    assert len(found) == {"selftrain": 1 + rounds, "adda": 2, "finetune": 2, "tent": 2}.get(method, 1)


def test_every_method_has_a_scene_or_a_preset():
    assert {settings.method.name for settings in SHIPPED.values()} == set(METHODS)
    assert (
        list(SHIPPED)[: len(SCENES)] == [f"transfer-{scene.slug}" for scene in SCENES]
        and 4 <= sum(not scene.more for scene in SCENES) <= 5
    )
    assert TransferSettings() in [scene.settings for scene in SCENES]
    assert len(set(SHIPPED.values())) == len(SHIPPED), "the same run shipped twice"
