"""No number in a lecture stands on its own: each is held by a run, by a table of seeds, or by its source.

When shipped runs or tables are made again, the tests here name the sentences that have become false.
"""

import importlib
import json

import pytest

from core import labs, yardsticks
from core.settings import SCORED, UNDECLARED, Metric
from core.yardsticks import Yardstick
from pages.parts import lecture
from tests.lectures.claims import Claim, Near, agrees, claim, numbers_without_claim

each_lab = pytest.mark.parametrize("lab", labs.LABS)


def text_of(lab: str) -> str:
    return (lecture.FOLDER / "en" / f"{lab}.md").read_text("utf-8")


def claims_of(lab: str) -> list[Claim]:
    return importlib.import_module(f"tests.lectures.{lab}").CLAIMS


@each_lab
def test_every_claim_is_true(lab):
    text = text_of(lab)
    assert [fault for each in claims_of(lab) for fault in each.faults(text)] == []


@each_lab
def test_every_number_has_a_claim(lab):
    assert numbers_without_claim(text_of(lab), claims_of(lab)) == []


@each_lab
def test_every_table_says_on_which_machine_it_was_made(lab):
    folder = yardsticks.FOLDER / lab
    assert set(json.loads((folder / "machine.json").read_text())) == {file.name for file in folder.glob("*.csv")}
    assert yardsticks.machines(lab)


@pytest.mark.parametrize("unit", SCORED)
def test_no_score_can_forget_its_chance(unit):
    with pytest.raises(TypeError, match="“Hits” is a number in .*: say what chance is"):
        Metric("Hits", unit)
    with pytest.raises(TypeError, match="“Hits” is a number in .*: say what chance is"):
        Yardstick("Hits", "", "", unit, "", "")
    assert Metric("Hits", unit, chance=None) and Yardstick("Hits", "", "", unit, "", "", chance="–")


@each_lab
def test_chance_has_a_value_in_every_scene(lab):
    settings = labs.of(lab).module("settings")
    for name, metric in settings.METRICS.items():
        for scene in settings.SCENES:
            if metric.chance not in (None, UNDECLARED) and (value := metric.chance.of(scene.settings)) is not None:
                assert 0 <= value <= 100 or metric.unit != "%", (name, scene.slug, value)


# ---- the tests can fail ----


@pytest.mark.parametrize(
    "written, found, true",
    [
        ("90", 90.4, True),
        ("90", 90.6, False),
        ("7.6", 7.64, True),
        ("7.6", 7.66, False),
        ("1,200", 1200, True),
        ("90", Near(92, 3), True),
        ("90", Near(94, 3), False),
        ("0.05", 0.054, True),
        ("0.05", 0.056, False),
    ],
)
def test_a_number_agrees_when_the_measured_one_rounds_to_it(written, found, true):
    assert agrees(written, found) is true


def test_what_is_not_so_is_named():
    text = "It ends at 90 %, and 5 of 8 are covered."
    assert list(claim("ends at 90 %", 90.2).faults(text)) == []
    assert "says 90, measured is 80" in list(claim("ends at 90 %", lambda: 80).faults(text))[0]
    assert "stands 0 times" in list(claim("begins at 90 %", 90).faults(text))[0]
    assert "has 2 numbers, but 1" in list(claim("5 of 8", 5.0).faults(text))[0]


def test_a_number_that_nothing_holds_is_found():
    text = "In 2014 (Goodfellow et al. 2014, table 1) $x = 3$ `T=4` it ends at 90 %, and 5 of 8.\n\n**Turn next:** *T* to 8."
    assert len(numbers_without_claim(text, [claim("5 of 8", 5.0, "setting")])) == 1
    assert numbers_without_claim(text, [claim("5 of 8", 5.0, "setting"), claim("ends at 90 %", 90.0)]) == []
