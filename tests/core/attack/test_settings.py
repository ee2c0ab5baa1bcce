"""The attack lab's settings beyond their bounds, which tests/core/test_settings.py tries: what refers to what, and what is heavy."""

import base64
from itertools import islice
from typing import get_args

import pytest

from core import runs
from core.attack import backdoor, models, training, universal
from core.attack import settings as s
from core.attack.models import aim_for, victims
from core.attack.settings import BY_NAME, EXPERIMENTS, METRICS, ROBUST, SCENES, SHIPPED, SURROGATES, AttackSettings
from core.attack.train import train
from core.data.imagenet import names
from core.events import pack
from core.settings import bounds_of, build, choices_of, extra, flat_fields, flatten, union_members
from core.subject.settings import SHIPPED_NETWORK, SUBJECT_NAMES, network


def test_settings_are_read_without_torch(python):
    """A page and the command line read them before anything heavy is loaded."""
    done = python("import sys, core.attack.settings\nassert not {'torch', 'sklearn', 'captum'} & set(sys.modules)")
    assert done.returncode == 0, done.stderr


def test_the_panda_is_a_giant_panda():
    assert (
        names()[s.PANDA]
        == "giant panda"
        == SCENES[0].settings.goal.model_json_schema()["properties"]["wish"]["names"]["388"]
    )


@pytest.mark.parametrize("name", [*SURROGATES, SHIPPED_NETWORK])
def test_every_network_that_lends_its_gradients_is_on_the_shelf(name):
    run_id, _, model = name.partition("/")
    found = runs.load(run_id)
    assert found.about.shipped and (not model or model in found.about.models)


def test_the_network_that_lends_most_is_the_shelfs_own():
    assert any(name.partition("/")[0] == SHIPPED_NETWORK for name in SURROGATES), (
        "so it takes part, and is left out when attacked"
    )
    assert network().default == SHIPPED_NETWORK


def test_no_shipped_run_asks_a_network_that_comes_later():
    """They are made one after the other."""
    for run_id, settings in SHIPPED.items():
        asked = getattr(settings.subject, "network", SHIPPED_NETWORK).partition("/")[0]
        assert asked not in SHIPPED or list(SHIPPED).index(asked) < list(SHIPPED).index(run_id), run_id
    assert ROBUST.partition("/")[0] in SHIPPED and isinstance(SHIPPED[ROBUST.partition("/")[0]].method, s.Training)


def test_what_has_no_goal_of_its_own_asks_for_any_wrong_answer():
    """An experiment takes no notice of the goal, and a stored one should not name one."""
    for run_id, settings in SHIPPED.items():
        assert not isinstance(settings.method, EXPERIMENTS) or isinstance(settings.goal, s.Away), run_id


def test_every_union_has_a_name_for_every_choice():
    for name, union in (("subject", s.Subject), ("method", s.Method), ("goal", s.Goal)):
        known = {member.model_fields["name"].default for member in get_args(union)}
        assert set(AttackSettings.model_fields[name].json_schema_extra["names"]) == known
    assert set(SUBJECT_NAMES) | {"digits"} == {member.model_fields["name"].default for member in get_args(s.Subject)}
    assert set(EXPERIMENTS) < set(BY_NAME.values())


@pytest.mark.parametrize("name", [name for name, method in BY_NAME.items() if "epsilon" in method.model_fields])
def test_the_size_of_the_change_means_the_same_everywhere(name):
    field = BY_NAME[name].model_fields["epsilon"]
    assert bounds_of(field) == (0, 128) and extra(field, "symbol") == "ε" and extra(field, "unit") == "/ 255"


def test_what_is_drawn_together_is_told_apart():
    """Two curves of one colour in one picture could not be told apart. Each list: what one kind of run measures."""
    together = [
        ("noise", "fgsm", "mifgsm", "pgd", "worst"),
        ("noise", "fgsm", "deepfool", "pgd", "cw", "worst"),
        ("clean", "noise", "fgsm", "pgd"),
        ("bare", "blind", "knowing", "noise"),
        ("truth", "wrong"),
        ("right", "fooled", "reached", "noise", "naive"),
        ("clean", "obeyed", "obeyed_control"),
        ("patched", "patched_noise"),
        ("smooth", "near", "far", "abstained", "noisy"),
        ("carried", "carried_noise"),
    ]
    for names_ in together:
        for chart in {METRICS[name].chart for name in names_}:
            roles = [METRICS[name].role for name in names_ if METRICS[name].chart == chart]
            assert len(set(roles)) == len(roles), names_


def test_a_wish_beyond_the_networks_answers_is_the_last_figure_or_the_same_number():
    digit, photo = victims(s.Digits(count=10)), victims(s.Photo())
    assert set(aim_for(digit, s.ToThing(wish=388)).label.tolist()) == {8}
    assert aim_for(photo, s.ToDigit(wish_digit=7)).label.tolist() == [7] and names()[7] == "cock"


def test_an_address_names_everything():
    settings = build(
        AttackSettings,
        {"subject": "digits", "count": "30", "method": "pgd", "epsilon": "51", "goal": "number", "wish_digit": "4"},
    )
    assert settings == AttackSettings(
        subject=s.Digits(count=30), method=s.PGD(epsilon=51), goal=s.ToDigit(wish_digit=4)
    )


def test_the_old_name_of_a_knob_still_turns_it():
    old = build(AttackSettings, {"method": "cw", "rate": "0.2"})
    assert old == build(AttackSettings, {"method": "cw", "learning_rate": 0.2}) and old.method.learning_rate == 0.2


# ---- every knob that can be turned does something, and every one that cannot does nothing ----

SMALL = {
    "steps": 2,
    "restarts": 1,
    "epsilon": 40,
    "searches": 1,
    "population": 20,
    "generations": 2,
    "rounds": 1,
    "count": 10,
    "highest": 48,
    "epochs": 1,
    "width": 4,
    "judged": 100,
    "queries": 20,
    "draws": 100,
    "certified": 20,
}
FEW = 4  # events of a training that are compared: up to its first attacked digit
CASES = [{"method": name, "subject": "digits" if name in ("curve", "detect") else "digit"} for name in BY_NAME] + [
    {"method": "transfer", "subject": "digits", "with_attack": "fgsm"},
    {"method": "defend", "subject": "digits", "defence": "resize"},
    {"method": "square", "subject": "digits", "behind": "bits"},
    {"method": "training", "subject": "digits", "inner": "fgsm"},
    {"method": "training", "subject": "drawing", "inner": "none"},
]
DRAWN = {"drawing": base64.b64encode(bytes(range(196)) * 4).decode()}
LATER = ("judged", "seed", "confidence", "often", "learning_rate")  # do not show in so short a run
LONG = (
    "training",
    "backdoor",
    "smoothing",
    "curve",
    "transfer",
    "universal",
)  # of these only what has ever done nothing is turned
DOUBTFUL = (
    "target",
    "place",
    "trigger",
    "poisoned",
    "network",
    "digit",
    "number",
    "count",
    "wish",
    "begin",
    "steps",
    "epsilon",
    "highest",
)


def turned(name, field, value):
    """Another value of a knob: the next of whole numbers, the largest of others."""
    if name == "network":
        return "compression-two-bits"
    if choices := choices_of(field):
        return next(choice for choice in choices if choice != value)
    low, high = bounds_of(field)
    if field.annotation is float:
        return high if value != high else low
    return value + extra(field, "step") if value < high else value - extra(field, "step")


def beginning(flat):
    """What a run shows, written down: all of it, of a training its beginning."""
    return [
        repr(pack(event))
        for event in islice(
            train(build(AttackSettings, flat)), FEW if flat["method"] in ("training", "backdoor", "smoothing") else None
        )
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.values()))
def test_a_knob_does_something_or_says_why_not(case, monkeypatch):
    monkeypatch.setattr(models, "MANY", 10)
    monkeypatch.setattr(training, "WATCHED", 10)
    monkeypatch.setattr(backdoor, "WATCHED", 10)
    monkeypatch.setattr(universal, "LEARNED_FROM", 100)
    fields = dict(flat_fields(AttackSettings, case | {"goal": "thing"}))
    flat = flatten(
        build(AttackSettings, {"goal": "thing"} | {n: v for n, v in (SMALL | DRAWN).items() if n in fields} | case)
    )
    idle, first = AttackSettings.idle(flat), beginning(flat)
    for name, field in fields.items():
        if union_members(field) or name in LATER or extra(field, "source") in ("photo", "drawing"):
            continue
        if case["method"] not in LONG or name in idle or name in DOUBTFUL:
            other = beginning(flat | {name: turned(name, field, flat[name])})
            assert (other == first) == (name in idle), (name, idle.get(name))
    assert all(reason.endswith(".") for reason in idle.values())
