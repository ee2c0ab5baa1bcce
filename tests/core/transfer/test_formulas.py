"""Every formula of the tab Theory has a function that computes it; every figure has a sweep that is allowed."""

import inspect
import json
import math
from itertools import product
from types import SimpleNamespace

import pytest
import torch

from core.settings import build
from core.transfer import adda, dann, dro, formulas, judge, match, models, pada, selftrain, shift, tent
from core.transfer.settings import TransferSettings
from core.transfer.yardsticks import YARDSTICKS
from core.yardsticks import Yardstick


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_every_formula_shows_its_function(formula):
    assert inspect.getsource(formula.function) and formula.function.__doc__ and formula.latex
    assert formula.latex.count("{") == formula.latex.count("}") and formula.latex.count(
        r"\left"
    ) == formula.latex.count(r"\right")


def test_no_formula_is_shown_twice_and_every_method_of_the_lecture_has_one():
    functions = [formula.function for formula in formulas.THEORY]
    assert len({formula.title for formula in formulas.THEORY}) == len(formulas.THEORY) == len(set(functions))
    assert {
        dann.reversal,
        dann.rising,
        dann.domain_loss,
        match.mmd,
        match.coral,
        adda.passing_loss,
        models.refresh,
        selftrain.believed,
        judge.a_distance,
        judge.entropy,
        judge.information,
        judge.snd,
        judge.label_shares,
        shift.corrected,
        tent.entropy,
        pada.class_weights,
        dro.risen,
    } <= set(functions)


def test_formulas_and_functions_agree():
    """Each formula written out once more in plain Python; MMD, CORAL and AdaBN have tests of their own."""
    g = [0.3, -1.2, 2.0]
    d, sure = [0, 1, 1], [1 / (1 + math.exp(-x)) for x in g]
    logits = torch.tensor(g)
    assert dann.rising(0.25, 8) == pytest.approx(2 / (1 + math.exp(-8 * 0.25)) - 1)
    assert dann.domain_loss(logits, 1).item() == pytest.approx(
        -sum(t * math.log(p) + (1 - t) * math.log(1 - p) for t, p in zip(d, sure)) / 3
    )
    assert adda.passing_loss(logits).item() == pytest.approx(-sum(math.log(1 - p) for p in sure) / 3)
    assert judge.a_distance(80) == pytest.approx(2 * (1 - 2 * 0.2))
    p = [[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]
    each = [-sum(x * math.log(x) for x in row) for row in p]
    mean = [(a + b) / 2 for a, b in zip(*p)]
    assert judge.entropy(torch.tensor(p)) == pytest.approx(sum(each) / 2)
    assert judge.information(torch.tensor(p)) == pytest.approx(-sum(x * math.log(x) for x in mean) - sum(each) / 2)


def test_what_a_shipped_run_carries_is_plain():
    assert json.loads(json.dumps(formulas.examine(SimpleNamespace(events=())), allow_nan=False)) == {}


@pytest.mark.parametrize("yardstick", YARDSTICKS, ids=lambda yardstick: yardstick.title)
def test_every_yardstick_is_a_sweep_that_is_allowed(yardstick: Yardstick):
    flags = [flag.split() for flag in f" {yardstick.sweep}".split(" --")[1:]]
    grid = {name.replace("-", "_"): values for name, *values in flags}
    rows = [dict(zip(grid, row)) for row in product(*grid.values())]
    assert all(build(TransferSettings, row).seed >= 0 for row in rows)
    assert not yardstick.where or any(yardstick.where.items() <= row.items() for row in rows), (
        "a row that is never made"
    )
