"""Settings to widgets and to the URL, without a page: texts, grids, and what an address holds."""

import math

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from core import labs
from core.settings import (
    BadSettings,
    bounds_of,
    build,
    choices_of,
    every_field,
    extra,
    flat_fields,
    flatten,
    union_members,
)
from pages.parts import knobs
from tests.conftest import for_each

FIELDS = [(lab, name, field) for lab in labs.LABS for name, field in every_field(labs.of(lab).settings).items()]
each_field = for_each(FIELDS, lambda lab, name, field: f"{lab} {name}")


def from_url(model, start, query):
    """What a page with this address reads from it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(knobs.st, "query_params", query)
        return knobs.from_url(model, start)


@st.composite
def anything(draw, lab):
    """Allowed settings of a lab, numbers as a slider gives them: whole steps from the lower bound."""
    model = labs.of(lab).settings
    flat = {
        name: draw(st.sampled_from(list(union_members(field))))
        for name, field in model.model_fields.items()
        if union_members(field)
    }
    for name, field in flat_fields(model, flat):
        if name in flat or extra(field, "source"):
            continue
        low, high = bounds_of(field)
        if choices := choices_of(field):
            flat[name] = draw(st.sampled_from(choices))
        elif field.annotation is bool:
            flat[name] = draw(st.booleans())
        elif extra(field, "log"):
            flat[name] = draw(st.sampled_from(knobs.log_grid(low, high, low, field.annotation)))
        else:
            step = extra(field, "step") or (1 if field.annotation is int else (high - low) / 100)
            flat[name] = field.annotation(low + draw(st.integers(0, round((high - low) / step))) * step)
            flat[name] = field.annotation(f"{min(flat[name], high):.10g}")
    try:
        return build(model, flat)
    except BadSettings as error:  # each value is allowed, but not together: said elsewhere
        assert "do not fit together" in str(error)
        reject()


@pytest.mark.parametrize("lab", labs.LABS)
def test_the_address_holds_every_setting_that_is_not_the_default_exactly(lab):
    @given(anything(lab))
    def holds(settings):
        url = knobs.to_url(settings, type(settings)())
        assert all(isinstance(value, str) for value in url.values())
        assert flatten(build(type(settings), url)) == flatten(settings)

    holds()


@pytest.mark.parametrize("lab", labs.LABS)
def test_the_default_settings_need_no_parameters(lab):
    default = labs.of(lab).settings()
    assert knobs.to_url(default, default) == {}
    assert knobs.to_url(default, default, scene="one", run=None) == {"scene": "one"}


@pytest.mark.parametrize("lab", labs.LABS)
def test_no_knob_is_called_like_a_word_that_the_address_needs(lab):
    assert not set(knobs.RESERVED) & set(every_field(labs.of(lab).settings))


@pytest.mark.parametrize(
    "name", ["fbclid", "gclid", "utm_source", "UTM_Campaign", "msclkid", "igshid", "mc_cid", "ref", "_ga", "_gl"]
)
def test_what_a_site_hangs_on_a_link_is_ignored_silently(monkeypatch, name):
    for lab in labs.LABS:
        model, scene = labs.of(lab).settings, labs.of(lab).scenes[0].settings
        monkeypatch.setattr(knobs.st, "query_params", {name: "IwAR0", "seed": "7"})
        assert knobs.from_url(model, scene) == (scene.model_copy(update={"seed": 7}), [])


def test_no_setting_is_taken_for_what_a_site_hangs_on_a_link():
    assert not [name for _, name, _ in FIELDS if knobs.tracks(name)]


@each_field
def test_every_knob_has_a_name_and_a_help(lab, name, field):
    assert field.title and field.description and field.description.strip().endswith((".", "?"))
    label = knobs.label_of(name, field)
    assert field.title in label and (extra(field, "unit") or "") in label
    assert not set(label) & set("$\\{}*`"), "it is read out as it stands"


@each_field
def test_every_choice_has_a_name_for_people(lab, name, field):
    names, choices = extra(field, "names") or {}, choices_of(field)
    if choices and names:
        assert set(names) == set(choices) and len(set(names.values())) == len(names)
    if field.annotation is str:
        assert set(names) <= {field.default}, "what the default stands for; all else are names of runs"
        return
    for value in set(names) - set(choices):  # a number may have a name of its own, like “none” for −1
        low, high = bounds_of(field)
        assert low <= value <= high


@each_field
def test_a_slider_can_stand_on_the_default_and_on_both_ends(lab, name, field):
    low, high = bounds_of(field)
    if low is None or choices_of(field):
        return
    default = field.get_default()
    if extra(field, "log"):
        grid = knobs.log_grid(low, high, default, field.annotation)
        assert {low, high, default} <= set(grid)
    elif step := extra(field, "step"):
        for value in (default, high):
            steps = (value - low) / step
            assert math.isclose(steps, round(steps), abs_tol=1e-6), f"{value} is between two positions"


@given(low=st.floats(1e-4, 1), decades=st.floats(0.5, 5), at=st.floats(0, 1))
def test_a_logarithmic_grid_rises_and_holds_both_ends_and_the_value(low, decades, at):
    high = low * 10**decades
    value = min(max(low * 10 ** (decades * at), low), high)
    grid = knobs.log_grid(low, high, value, float)
    assert grid == sorted(set(grid)) and {low, high, value} <= set(grid)
    assert grid[0] == low and grid[-1] == high, "no position lies outside the bounds"


def test_a_logarithmic_grid_of_whole_numbers_holds_whole_numbers():
    grid = knobs.log_grid(1, 1000, 37, int)
    assert all(isinstance(value, int) for value in grid) and 37 in grid


def test_what_a_slider_adds_up_is_the_run_that_was_meant(monkeypatch):
    """Two visitors who see 0.15 on the same knob must share one run, however each came there."""
    from core.compression.settings import CompressionSettings

    monkeypatch.setattr(
        knobs.st, "session_state", {"compression/method": "distill", "compression/alpha": 0.05 + 2 * 0.05}
    )
    assert knobs.read("compression", CompressionSettings).method.alpha == 0.15


VARIANTS = [
    (lab, union, choice)
    for lab in labs.LABS
    for union, field in labs.of(lab).settings.model_fields.items()
    for choice in union_members(field)
]


each_choice = for_each(VARIANTS, lambda *names: " ".join(names))


@each_choice
def test_every_bad_value_of_every_knob_gives_one_sentence(lab, union, choice):
    model, scene = labs.of(lab).settings, labs.of(lab).scenes[0].settings
    for name, inner in flat_fields(model, flatten(scene) | {union: choice}):
        if name != union:
            settings, heard = from_url(model, scene, {union: choice, name: "?!"})
            assert len(heard) == 1 and "“?!”" in heard[0] and inner.title in heard[0], (name, heard)
            assert flatten(settings)[union] == choice


@each_choice
def test_another_choice_on_any_scene_comes_back_from_its_address(lab, union, choice):
    model = labs.of(lab).settings
    for scene in labs.of(lab).scenes:
        plain = {
            name: value
            for name, value in flatten(scene.settings).items()
            if name in model.model_fields and name != union
        }
        try:
            chosen = build(model, plain | {union: choice})
        except BadSettings as refusal:  # a shortcut in a photo, say
            assert not any(refusal.names)
            continue
        assert from_url(model, scene.settings, knobs.to_url(chosen, scene.settings, scene=scene.slug)) == (chosen, [])
