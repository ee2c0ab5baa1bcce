"""Settings that do not fit together get one sentence; no allowed run takes for ever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings import BadSettings, bounds_of, build, choices_of, flat_fields, union_members
from core.transfer.settings import LIMIT, SCENES, SHIPPED, TransferSettings, phases, seconds

METHODS, TARGETS = (union_members(TransferSettings.model_fields[name]) for name in ("method", "target"))
TOGETHER = [(method, target) for method in sorted(METHODS) for target in sorted(TARGETS) if (method, target) != ("adabn", "moons")]


def refusal(**flat):
    with pytest.raises(BadSettings) as refused:
        build(TransferSettings, flat)
    sentence, = refused.value.sentences
    assert sentence.startswith("The settings do not fit together: ") and sentence.endswith(".")
    assert ".." not in sentence and sentence.isprintable() and len(sentence) < 300
    return sentence


def test_a_run_of_hours_is_refused_with_its_length():
    sentence = refusal(steps=5000, batch=128, method="selftrain", rounds=10)
    assert int(re.search(r"about (\d+) minutes", sentence)[1]) > LIMIT / 60


def test_adabn_without_batchnorm_is_refused():
    assert "choose another method" in refusal(method="adabn", target="moons")


@pytest.mark.parametrize("method, target", TOGETHER)
def test_every_knob_may_go_to_its_ends_whatever_was_chosen(method, target):
    """One knob at an end of its range, all others as they were, is always a run."""
    chosen = {"method": method, "target": target}
    for name, field in flat_fields(TransferSettings, chosen):
        ends = choices_of(field) or [end for end in bounds_of(field) if end is not None]
        for value in ends if name not in chosen else ():
            assert 0 < seconds(build(TransferSettings, chosen | {name: value})) <= LIMIT


@given(st.sampled_from(TOGETHER), st.sampled_from(range(50, 1000, 50)), st.sampled_from([16, 32, 64]))
def test_the_estimate_grows_with_the_work(chosen, steps, batch):
    method, target = chosen

    def length(**more):
        return seconds(build(TransferSettings, {"method": method, "target": target, "steps": steps, "batch": batch}
                             | more))
    assert length(steps=steps + 50) > length() > 0 and length(batch=2 * batch) >= length()


@given(st.sampled_from(sorted(METHODS)), st.sampled_from(range(50, 5001, 50)), st.integers(1, 10))
def test_every_phase_has_steps(method, steps, rounds):
    settings = build(TransferSettings, {"method": method, "steps": steps, "batch": 16}
                     | ({"rounds": rounds} if method == "selftrain" else {}))
    found = phases(settings)
    assert found[0] == steps and min(found) > 0
    assert len(found) == {"selftrain": 1 + rounds, "adda": 2, "finetune": 2}.get(method, 1)


def test_every_method_has_a_scene_or_a_preset():
    assert {settings.method.name for settings in SHIPPED.values()} == set(METHODS)
    assert list(SHIPPED)[:len(SCENES)] == [f"transfer-{scene.slug}" for scene in SCENES] and 4 <= len(SCENES) <= 5
    assert TransferSettings() in [scene.settings for scene in SCENES]
    assert len(set(SHIPPED.values())) == len(SHIPPED), "the same run shipped twice"
