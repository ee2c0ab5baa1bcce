"""Every knob of every lab, against bad values generated from its own declaration; and the way to text and back."""

import math
import re
from itertools import product
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import settings as example
from hypothesis import strategies as st
from pydantic import Field

from core import labs
from core.settings import (
    BadSettings,
    Frozen,
    Settings,
    accepted,
    bounds_of,
    build,
    choices_of,
    default_of,
    every_field,
    extra,
    flat_fields,
    flatten,
    key,
    knob,
    union_members,
)
from tests.conftest import for_each


class Plain(Frozen):
    name: Literal["plain"] = "plain"


class Rich(Frozen):
    name: Literal["rich"] = "rich"
    share: float = knob(50, "Share", "Of everything.", unit="%", ge=0, le=100, step=5)
    size: Literal[3, 5] = knob(3, "Size", "Of the window.")


class ToySettings(Settings):
    """One knob of every sort that settings may have, so that a sort no lab uses yet is tested as well."""

    run: str = knob(
        "first", "Run", "Where to start.", form="the name of a run: a–z, 0–9 and hyphens", pattern=r"^[a-z0-9-]{1,80}$"
    )
    whole: bool = knob(False, "Whole", "All of it.")
    shift: float = knob(0, "Shift", "Of the whole.", ge=-1, le=1, step=0.5)
    kind: Plain | Rich = Field(Plain(), discriminator="name", title="Kind", description="Which sort.")


MODELS = {lab: labs.of(lab).settings for lab in labs.LABS} | {"toy": ToySettings}


def variants(model):
    """Choices among the members of the unions of `model` that fit together, each member at least once."""
    unions = {name: union_members(field) for name, field in model.model_fields.items() if union_members(field)}
    found, seen = [], set()
    for names in product(*unions.values()):
        chosen = dict(zip(unions, names, strict=True))
        if (not found or set(chosen.items()) - seen) and fits(model, chosen):
            found.append(chosen)
            seen |= set(chosen.items())
    assert seen == {(name, member) for name, members in unions.items() for member in members}
    return found


def fits(model, chosen):
    try:
        return bool(build(model, chosen))
    except BadSettings:
        return False


def every_knob():
    """(lab, choices that bring the knob, name, field), each knob once."""
    seen = set()
    for lab, model in MODELS.items():
        for chosen in variants(model):
            for name, field in flat_fields(model, chosen):
                where = (lab, name) if name in model.model_fields else (lab, *chosen.values(), name)
                if where not in seen:
                    seen.add(where)
                    yield lab, chosen, name, field


def called(lab, chosen, name="", *field):
    return "-".join([lab, *chosen.values(), name])


VARIANTS = [(lab, chosen) for lab, model in MODELS.items() for chosen in variants(model)]
each_knob = for_each(list(every_knob()), called)
each_variant = for_each(VARIANTS, called)
few = example(max_examples=12)  # of each variant: the many variants of a lab share most of their knobs
each_variant_apart = pytest.mark.parametrize(
    "lab, chosen", [pytest.param(*case, id=called(*case)) for case in VARIANTS]
)

NEVER = [
    None,
    [],
    {},
    [1],
    {"name": 1},
    {"name": "plain"},
    object(),
    "",
    " ",
    "nope",
    "x" * 10_000,
    "9" * 10_000,
    "\x00",
    "<script>",
    "１２３",
    "٣",
    "½",
    "0x3",
    "1,5",
    "1 2",
    "--1",
    "None",
    "null",
    "[]",
    "{}",
]
TEXTS = {"typed": ["", "20:motion=phases"]}  # two values of a text that has a form of its own
NUMBERS = ["nan", "inf", "-inf", "1e999", math.nan, math.inf, -math.inf, 10**400, 1j]


def bad_values(field):
    """Values that the declaration of a field excludes."""
    low, high = bounds_of(field)
    if choices := choices_of(field):
        yield from (value for value in NEVER + NUMBERS if value not in choices)  # a norm may be called “inf”
        yield from (str(choice) + "x" for choice in choices)
        yield from (
            choice.swapcase() for choice in choices if isinstance(choice, str) and choice.swapcase() not in choices
        )
        if isinstance(choices[0], int):
            yield from (min(choices) - 1, max(choices) + 1, str(max(choices) + 1), min(choices) + 0.5)
    elif field.annotation is bool:
        yield from NEVER + NUMBERS + [2, -1, "2", "maybe", "truefalse"]
    elif field.annotation is int:
        yield from NEVER + NUMBERS + [low - 1, high + 1, str(low - 1), str(high + 1), low + 0.5, str(low + 0.5)]
    elif field.annotation is float:
        below, above = math.nextafter(low, -math.inf), math.nextafter(high, math.inf)
        yield from NEVER + NUMBERS + [below, above, str(below), str(above), low - 1, high + 1]
    else:
        yield from [] if default_of(field) == "" else [""]  # empty is no mistake where nothing has been chosen yet
        yield from [v for v in NEVER if not isinstance(v, str)] + [
            3,
            math.nan,
            "x" * 10_000,
            " ",
            "\x00",
            "../../etc/passwd",
            "ｘ",
            "a\n",
            "\na",
            "A b",
            "<script>",
        ]


def kind_of(value):
    return f"{type(value).__name__} {str(value)[:20]!r}"


@each_knob
def test_bad_values_get_one_sentence(lab, chosen, name, field):
    for value in bad_values(field):
        with pytest.raises(BadSettings) as refusal:
            pytest.fail(f"{kind_of(value)} was accepted: {build(MODELS[lab], chosen | {name: value})!r}")
        (sentence,) = refusal.value.sentences
        assert str(refusal.value) == sentence
        assert field.title in sentence and f"({name})" in sentence, kind_of(value)
        assert accepted(field) in sentence, kind_of(value)
        assert sentence.endswith(".") and len(sentence) < 500, kind_of(value)
        assert sentence.isprintable(), kind_of(value)


@each_knob
def test_every_knob_explains_itself(lab, chosen, name, field):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name), "a URL parameter and a command-line flag"
    # “seeds” is one as well: of a sweep how many there are, of a training how many learn at once, which a sweep asks for by itself
    assert name not in ("lab", "command", "out", "id", "only", "help"), "a flag of the command line itself"
    assert field.title and field.title[0].isupper() and not field.title.endswith(".")
    assert field.description and field.description.endswith(".") and "\n" not in field.description
    choices, (low, high) = choices_of(field), bounds_of(field)
    if choices:
        assert default_of(field) in choices
        assert set(extra(field, "names") or {}) <= set(choices)
        assert not extra(field, "names") or set(extra(field, "names")) == set(choices), "some choices have no name"
        assert len({str(choice) for choice in choices}) == len(choices) > 1
    elif field.annotation in (int, float):
        assert low is not None and high is not None, "a number without bounds"
        assert low < high and low <= default_of(field) <= high
        assert extra(field, "step") or extra(field, "log"), "a slider needs a step, or is logarithmic"
        assert not extra(field, "log") or low > 0
        if step := extra(field, "step"):
            for value in (default_of(field), high):
                assert (value - low) / step == pytest.approx(round((value - low) / step), abs=1e-6), "out of step"
    elif field.annotation is str:
        assert any(getattr(m, "pattern", None) for m in field.metadata), "any text is accepted"
        assert extra(field, "form"), "a text whose form is not told in words"
    else:
        assert field.annotation is bool


@each_knob
def test_percentages_say_so(lab, chosen, name, field):
    """A share runs to 1 without a unit or to (nearly) 100 in percent, and nothing else calls itself a percentage."""
    low, high = bounds_of(field)
    if extra(field, "unit") == "%":
        assert low >= 0 and 1 < high <= 100
    elif re.search(r"\b([Ss]hare|[Pp]er ?cent(age)?)\b", f"{field.title} {field.description}") and high is not None:
        assert high <= 1, "a share above 1 without a unit"


@each_variant
def test_names_are_unique(lab, chosen):
    names = [name for name, _ in flat_fields(MODELS[lab], chosen)]
    assert len(set(names)) == len(names), "two knobs of one run share a URL parameter"


@each_variant
def test_defaults_are_valid(lab, chosen):
    settings = build(MODELS[lab], chosen)
    for name, field in flat_fields(MODELS[lab], chosen):
        if name not in chosen:
            assert flatten(settings)[name] == default_of(field)
    assert MODELS[lab].model_validate(settings.model_dump()) == settings
    assert build(MODELS[lab], {}) == MODELS[lab]()


def values_of(field):
    """A strategy of all that a field accepts."""
    low, high = bounds_of(field)
    if choices := choices_of(field):
        return st.sampled_from(choices)
    if field.annotation is bool:
        return st.booleans()
    if field.annotation is int:
        return st.integers(low, high)
    if field.annotation is float:
        return st.floats(low, high)
    most = next((m.max_length for m in field.metadata if getattr(m, "max_length", None)), math.inf)
    return st.from_regex(
        next(m.pattern for m in field.metadata if getattr(m, "pattern", None)),
        fullmatch=True,
        alphabet=st.characters(max_codepoint=127),
    ).filter(lambda text: "\n" not in text and len(text) <= most)


STRATEGIES = {}  # to make and check them anew takes longer than to draw from them


def flats(lab, chosen):
    """A strategy of complete flat dictionaries of a variant."""
    made = {}
    for name, field in flat_fields(MODELS[lab], chosen):
        if id(field) not in STRATEGIES:
            STRATEGIES[id(field)] = values_of(field)
        made[name] = st.just(chosen[name]) if name in chosen else STRATEGIES[id(field)]
    return st.fixed_dictionaries(made)


def fitting(model, flat):
    """The settings; values that are good one by one but do not fit together are not the business of these tests."""
    try:
        return build(model, flat)
    except BadSettings as refusal:
        assert all("The settings do not fit together: " in sentence for sentence in refusal.sentences)
        assume(False)


@each_variant_apart
def test_round_trip_and_equal_settings_and_only_those_have_equal_keys(lab, chosen):
    model, fields = MODELS[lab], dict(flat_fields(MODELS[lab], chosen))
    free = {name for name, field in fields.items() if field.annotation is str}  # letters of a picture, say
    every = flats(lab, chosen)

    @few
    @given(every, every, st.sampled_from(sorted(fields)))
    def holds(flat, others, turned):
        settings = fitting(model, flat)
        assert flatten(settings) == flat
        assert build(model, flatten(settings)) == settings
        as_text = {name: str(value) for name, value in flat.items()}
        assert build(model, as_text) == settings, "a URL does not reproduce the settings"
        small = {name: text if name in free else text.lower() for name, text in as_text.items()}
        assert build(model, small) == settings
        assert key(lab, build(model, as_text), "c") == key(lab, settings, "c")
        other = fitting(model, flat | {turned: others[turned]})
        assert (key(lab, settings, "c") == key(lab, other, "c")) == (settings == other)

    holds()


@each_knob
def test_a_changed_value_changes_the_key(lab, chosen, name, field):
    low, high = bounds_of(field)
    texts = ["2", "7"] if extra(field, "source") == "digits" else ["a", "b"]
    if default_of(field) == "" and extra(field, "source") != "digit classifier":
        texts = TEXTS.get(extra(field, "source"), ["", "/9j/A"])
    values = list(choices_of(field)) or {bool: [False, True], str: texts}.get(field.annotation) or [low, high]
    flats = [({} if name in chosen else chosen) | {name: value} for value in values]
    built = [build(MODELS[lab], flat) for flat in flats if name not in chosen or fits(MODELS[lab], flat)]
    assert len({key(lab, settings, "c") for settings in built}) == len(built) > 1


def test_keys():
    first = ToySettings()
    assert re.fullmatch(r"toy-[0-9a-f]{12}", key("toy", first, "c"))
    assert len({key("toy", first, "c"), key("other", first, "c"), key("toy", first, "d")}) == 3
    assert key("toy", build(ToySettings, {"shift": 0.0}), "c") == key("toy", build(ToySettings, {"shift": -0.0}), "c")
    assert key("toy", build(ToySettings, {"shift": 1}), "c") == key("toy", build(ToySettings, {"shift": 1.0}), "c")


@each_variant
def test_unknown_names_get_one_sentence(lab, chosen):
    for stranger in ("nonsense", "", "__class__", "x" * 10_000, "Seed", "name", "seed ", "\x00"):
        with pytest.raises(BadSettings) as refusal:
            build(MODELS[lab], chosen | {stranger: 1})
        (sentence,) = refusal.value.sentences
        assert "is not a setting here" in sentence and "seed" in sentence and sentence.endswith(".")
        assert sentence.isprintable() and len(sentence) < 1000


def test_several_unknown_names_share_one_sentence_which_lists_the_settings_once():
    with pytest.raises(BadSettings) as refusal:
        build(ToySettings, {"colour": 1, "size of it": 2, "seed": 3})
    (sentence,) = refusal.value.sentences
    assert (
        sentence.startswith("“colour”, “size of it” are not settings here; known are ") and sentence.count("seed") == 1
    )
    assert refusal.value.names == {"colour", "size of it"}
    with pytest.raises(BadSettings) as refusal:
        build(ToySettings, {f"x{i}": "" for i in range(1000)})
    assert len(refusal.value.sentences) == 1 and len(str(refusal.value)) < 400


@each_variant
def test_knobs_of_another_choice_are_unknown(lab, chosen):
    model, mine = MODELS[lab], dict(flat_fields(MODELS[lab], chosen))
    for other in variants(model):
        for name in dict(flat_fields(model, other)):
            if name not in mine:
                with pytest.raises(BadSettings, match=f"“{name}” is not a setting here"):
                    build(model, chosen | {name: 1})


def test_every_wrong_value_gets_its_own_sentence():
    with pytest.raises(BadSettings) as refusal:
        build(ToySettings, {"seed": -1, "whole": "maybe", "kind": "rich", "share": 101, "size": 4, "nonsense": 1})
    assert len(refusal.value.sentences) == 5
    for label in ("Seed", "Whole", "Share", "Size", "nonsense"):
        assert sum(label in sentence for sentence in refusal.value.sentences) == 1


def test_what_is_accepted_is_said_in_words():
    fields = dict(flat_fields(ToySettings, {"kind": "rich"}))
    assert accepted(fields["seed"]) == "a whole number from 0 to 9999"
    assert accepted(fields["share"]) == "a number from 0 to 100"
    assert accepted(fields["whole"]) == "true or false"
    assert accepted(fields["size"]) == "one of 3, 5"
    assert accepted(fields["kind"]) == "one of plain, rich"
    assert accepted(fields["run"]) == "the name of a run: a–z, 0–9 and hyphens"


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        ToySettings().seed = 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"shift": math.nan},
        {"free": math.inf},
        {"free": math.nan},
        {"nonsense": 1},
        {"kind": {"name": "plain", "share": 1}},
    ],
)
def test_the_model_itself_is_strict(wrong):
    """Also without `build`, and without bounds: no stranger, no infinity, and nothing that is not a number."""

    class Free(ToySettings):
        free: float = 0

    assert Free().free == 0
    with pytest.raises(ValueError, match="1 validation error"):
        Free.model_validate(wrong)


def test_values_for_a_knob_of_the_default_choice_need_no_choice():
    assert build(ToySettings, {"kind": "rich", "share": "25"}).kind == Rich(share=25)
    assert build(ToySettings, {"kind": "rich", "size": "5"}).kind.size == 5


# ---- names of before ----


class Renamed(Settings):
    """Settings of which one had another name."""

    ALIASES = {"rate": "learning_rate"}
    learning_rate: float = knob(0.1, "Learning rate", "A step's size.", ge=0, le=1)


def test_a_setting_is_found_under_its_old_name():
    assert build(Renamed, {"rate": "0.5"}).learning_rate == 0.5
    assert build(Renamed, {"rate": 0.5, "learning_rate": 0.2}).learning_rate == 0.2, "today's name counts"
    with pytest.raises(BadSettings, match="learning_rate|Learning rate"):
        build(Renamed, {"rate": 7})


@pytest.mark.parametrize("lab", labs.LABS)
def test_old_names_lead_to_settings_that_there_are(lab):
    model = labs.of(lab).settings
    known = set(every_field(model))
    assert set(model.ALIASES.values()) <= known and not set(model.ALIASES) & known
