"""The attack lab's settings beyond their bounds, which tests/core/test_settings.py tries: what refers to what, and what is heavy."""

from typing import get_args

import pytest

from core import runs
from core.attack import settings as s
from core.attack.models import aim_for, victims
from core.attack.settings import BY_NAME, EXPERIMENTS, METRICS, ROBUST, SCENES, SHIPPED, SURROGATES, AttackSettings
from core.data.imagenet import names
from core.settings import bounds_of, build, extra
from core.subject.settings import SHIPPED_NETWORK, SUBJECT_NAMES, network


def test_settings_are_read_without_torch(python):
    """A page and the command line read them before anything heavy is loaded."""
    done = python("import sys, core.attack.settings\nassert not {'torch', 'sklearn', 'captum'} & set(sys.modules)")
    assert done.returncode == 0, done.stderr


def test_the_panda_is_a_giant_panda():
    assert names()[s.PANDA] == "giant panda" == SCENES[0].settings.goal.model_json_schema()["properties"]["wish"]["names"]["388"]


@pytest.mark.parametrize("name", [*SURROGATES, SHIPPED_NETWORK])
def test_every_network_that_lends_its_slopes_is_on_the_shelf(name):
    run_id, _, model = name.partition("/")
    found = runs.load(run_id)
    assert found.about.shipped and (not model or model in found.about.models)


def test_the_network_that_lends_most_is_the_shelfs_own():
    assert any(name.partition("/")[0] == SHIPPED_NETWORK for name in SURROGATES), "so it takes part, and is left out when attacked"
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
    together = [("noise", "fgsm", "mifgsm", "pgd", "worst"), ("noise", "fgsm", "deepfool", "pgd", "cw", "worst"),
                ("clean", "noise", "fgsm", "pgd"), ("bare", "blind", "knowing"), ("truth", "wrong"), ("right", "reached")]
    for names_ in together:
        for chart in {METRICS[name].chart for name in names_}:
            roles = [METRICS[name].role for name in names_ if METRICS[name].chart == chart]
            assert len(set(roles)) == len(roles), names_


def test_a_wish_beyond_the_networks_answers_is_the_last_figure_or_the_same_number():
    digit, photo = victims(s.Digits(count=10)), victims(s.Photo())
    assert set(aim_for(digit, s.ToThing(wish=388)).label.tolist()) == {8}
    assert aim_for(photo, s.ToDigit(wish_digit=7)).label.tolist() == [7] and names()[7] == "cock"


def test_an_address_names_everything():
    settings = build(AttackSettings, {"subject": "digits", "count": "30", "method": "pgd", "epsilon": "51", "goal": "number",
                                      "wish_digit": "4"})
    assert settings == AttackSettings(subject=s.Digits(count=30), method=s.PGD(epsilon=51), goal=s.ToDigit(wish_digit=4))
