"""Every formula of the tab Theory has a function that computes it; every figure has a sweep that is allowed."""

import inspect
import json
import math
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core import yardsticks
from core.anomaly import decide, formulas, measured, nearest, networks
from core.anomaly.detector import blurred
from core.anomaly.settings import AnomalySettings
from core.anomaly.yardsticks import GRIDS, YARDSTICKS
from core.settings import build
from pages.parts import lecture


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_every_formula_shows_its_function(formula):
    assert inspect.getsource(formula.function) and formula.function.__doc__ and formula.latex
    assert formula.latex.count("{") == formula.latex.count("}") and formula.latex.count(
        r"\left"
    ) == formula.latex.count(r"\right")


def test_every_formula_has_its_words_and_every_method_of_the_lecture_a_formula():
    titles, functions = [f.title for f in formulas.THEORY], [f.function for f in formulas.THEORY]
    assert set(titles) == set(lecture.read("anomaly").theory) and len(set(titles)) == len(titles) == len(set(functions))
    assert {networks.unsure, networks.squared_error, nearest.nearest_centre, nearest.projected, decide.cost} <= set(
        functions
    )


def test_formulas_of_scores_and_functions_agree():
    """Each formula written out once more in plain Python; those of classes have tests of their own."""
    x, rebuilt = [0.5, -1.0, 2.0], [0.0, 1.0, 1.5]
    assert networks.squared_error(torch.tensor([x]), torch.tensor([rebuilt])).item() == pytest.approx(
        sum((a - b) ** 2 for a, b in zip(x, rebuilt))
    )
    centres = [[0.0, 0.0, 0.0], [1.0, -1.0, 2.0]]
    assert nearest.nearest_centre(torch.tensor([x]), torch.tensor(centres)).item() == pytest.approx(
        min(math.dist(x, c) for c in centres)
    )
    assert nearest.nearest_mean(
        torch.tensor([x]), torch.tensor([*centres, [9.0, 9.0, 9.0]]), 2
    ).item() == pytest.approx(sum(math.dist(x, c) for c in centres) / 2)
    mean, log_var = [0.3, -2.0], [0.5, -1.0]
    assert networks.divergence(torch.tensor([mean]), torch.tensor([log_var])).item() == pytest.approx(
        sum(m * m + math.exp(v) - 1 - v for m, v in zip(mean, log_var)) / 2
    )
    square, radius, nu = [1.0, 4.0, 9.0], 2.0, 0.25
    assert networks.soft_boundary(torch.tensor(square), torch.tensor(radius), nu).item() == pytest.approx(
        radius + sum(max(0, d - radius) for d in square) / (nu * 3)
    )
    features = torch.tensor([[2.0, 0.01, -0.3], [4.0, 0.03, 0.2]])
    assert networks.centre(features).tolist() == pytest.approx([3.0, 0.1, -0.1])
    noisy = networks.noisy(torch.zeros(20000), 0.5, torch.Generator().manual_seed(0))
    assert (noisy.mean().item(), noisy.std().item()) == pytest.approx((0, 0.5), abs=0.02)


def test_formulas_of_planes_and_densities_agree():
    rng = np.random.default_rng(0)
    normal, x = rng.standard_normal((30, 4)), rng.standard_normal((5, 4))
    mean, v = nearest.principal(torch.from_numpy(normal), 2)
    values, vectors = np.linalg.eigh(np.cov(normal.T))
    assert np.allclose(np.abs(v.numpy()), np.abs(vectors[:, ::-1][:, :2].T))
    plane = vectors[:, ::-1][:, :2]
    assert np.allclose(
        nearest.projected(torch.from_numpy(x), mean, v), normal.mean(0) + (x - normal.mean(0)) @ plane @ plane.T
    )
    square = ((x[:, None] - normal) ** 2).sum(2)
    wanted = [
        math.log(sum(math.exp(-d / (2 * 0.7**2)) / (0.7 * math.sqrt(2 * math.pi)) ** 4 for d in row) / 30)
        for row in square
    ]
    assert np.allclose(nearest.log_density(torch.from_numpy(square), 0.7, 4), wanted)
    picture = torch.zeros(1, 1, 9, 9)
    picture[0, 0, 4, 4] = 1
    weights = np.exp(-(np.arange(-4, 5) ** 2) / 2.0)
    assert np.allclose(blurred(picture, 1.0)[0, 0], np.outer(weights, weights) / weights.sum() ** 2, atol=1e-6)


def test_formulas_of_decisions_agree():
    s, is_anomaly = np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, True, False, True])
    pairs = [(a > b) + 0.5 * (a == b) for a in s[is_anomaly] for b in s[~is_anomaly]]
    assert decide.auroc(s, is_anomaly) == pytest.approx(sum(pairs) / 4)
    assert decide.p_values(np.array([2.0, 5.0]), s).tolist() == pytest.approx([4 / 5, 1 / 5])
    table = decide.confusion(s, is_anomaly, 2.0, share=0.1)
    assert (table.found, table.missed, table.alarms, table.passed) == pytest.approx((0.1, 0, 0.45, 0.45))
    assert decide.cost(decide.Confusion(1, 4, 1, 99), 1, 100) == 104, "the lecture's table A"
    assert table.precision == pytest.approx(0.1 * 1 / (0.1 * 1 + 0.9 * 0.5)), "π TPR / (π TPR + (1 − π) FPR)"
    assert decide.average_precision(s, is_anomaly, 0.1) == pytest.approx(0.5 * 1 + 0.5 * (0.1 / (0.1 + 0.9 * 0.5)))
    assert (s >= decide.conformal_threshold(s, 0.4)).tolist() == [p <= 0.4 for p in decide.p_values(s, s)]


def test_what_a_shipped_run_carries_is_plain():
    assert json.loads(json.dumps(formulas.examine(SimpleNamespace(events=())), allow_nan=False)) == {}


def made(sweep):
    """The settings of every run of a sweep."""
    flags = [flag.split() for flag in f" {sweep}".split(" --")[1:]]
    grid = {name.replace("-", "_"): values for name, *values in flags if name != "seeds"}
    rows = [dict(zip(grid, row)) for row in product(*grid.values())]
    assert all(build(AnomalySettings, row).seed >= 0 for row in rows)
    return rows


@pytest.mark.parametrize("declared", [*YARDSTICKS, *GRIDS], ids=lambda declared: declared.title)
def test_every_figure_is_of_a_sweep_that_is_allowed_or_of_a_table_of_the_lab(declared):
    if getattr(declared, "file", ""):
        assert declared.file in measured.FILES and not declared.sweep
        assert yardsticks.measured("anomaly", declared).seeds in (3, 5)
        return
    wheres = [("", declared.where)] if hasattr(declared, "where") else declared.rows.items()
    sweeps = getattr(declared, "sweeps", {})
    assert all(
        any(where.items() <= row.items() for row in made(sweeps.get(title, declared.sweep))) for title, where in wheres
    )


def test_published_rows_have_a_figure_for_each_digit():
    assert all(len(row) == 10 for grid in GRIDS for row in grid.published.values())
