"""Every formula of the tab Theory has a function that computes it; every figure a table; the shipped runs keep what the scenes say."""

import inspect
from itertools import product

import pytest
import torch

from core import runs, yardsticks
from core.events import Warned
from core.gan import formulas, losses, models, rivals
from core.gan.settings import SHIPPED, GanSettings
from core.gan.yardsticks import YARDSTICKS
from core.settings import build, every_field, extra
from pages.parts import lecture


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_every_formula_shows_its_function(formula):
    assert inspect.getsource(formula.function) and formula.function.__doc__ and formula.latex
    assert formula.latex.count("{") == formula.latex.count("}") and formula.latex.count(
        r"\left"
    ) == formula.latex.count(r"\right")


def test_every_formula_has_its_words():
    titles, functions = [f.title for f in formulas.THEORY], [f.function for f in formulas.THEORY]
    assert set(titles) == set(lecture.read("gan").theory) and len(set(titles)) == len(titles) == len(set(functions))
    assert {each for pair in losses.LOSSES.values() for each in pair} <= set(functions), "a loss that no formula shows"


def test_formulas_that_no_other_test_holds():
    p, q = torch.tensor([0.2, 0.9, 0.5]), torch.tensor([0.6, 0.1, 0.5])
    assert losses.optimal_discriminator(p, q).tolist() == pytest.approx([0.25, 0.9, 0.5])
    weight = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    assert torch.linalg.svdvals(models.divided(weight))[0].item() == pytest.approx(1)
    assert torch.allclose(models.divided(5 * weight), models.divided(weight))
    assert models.packed(torch.arange(12).view(6, 2), 3).tolist() == [
        [[0, 1], [2, 3], [4, 5]],
        [[6, 7], [8, 9], [10, 11]],
    ]


def test_the_formula_of_the_class_has_the_factor_of_the_code():
    """Doubling V doubles exactly the part that the formula multiplies by 1/10."""
    D = models.DigitD(8, True).eval()
    x, y = torch.rand(4, 1, 28, 28) * 2 - 1, torch.arange(4)
    with torch.no_grad():
        D.real.weight.zero_(), D.real.bias.zero_()
        h = torch.nn.functional.leaky_relu(D.down1(x), 0.2)
        h = torch.nn.functional.leaky_relu(D.norm(D.down2(h)), 0.2).flatten(1)
        share = (D(x, y) / (D.told.weight.T[y] * h).sum(1)).mean().item()
    written = next(f.latex for f in formulas.THEORY if f.title == "DCGAN: D")
    assert rf"\tfrac{{1}}{{{round(1 / share)}}}\, y^\top V h" in written


@pytest.mark.parametrize("declared", YARDSTICKS, ids=lambda declared: declared.title)
def test_every_figure_is_of_a_sweep_that_is_allowed_and_was_made(declared):
    flags = [flag.split() for flag in f" {declared.sweep}".split(" --")[1:]]
    grid = {name.replace("-", "_"): values for name, *values in flags if name != "seeds"}
    rows = [dict(zip(grid, row)) for row in product(*grid.values())]
    assert all(build(GanSettings, row).seed >= 0 for row in rows)
    assert any(declared.where.items() <= row.items() for row in rows), "a row that is never made"
    assert (yardsticks.FOLDER / "gan" / declared.table).is_file()


def test_the_shipped_digits_are_read_and_complete():
    summary = runs.load("gan-dcgan-on-digits").about.summary
    assert summary["confidence"] >= 90 and summary["smallest_class"] >= 4 and summary["kinds"] == 100
    assert summary["frechet"] > summary["floor"] > 0


@pytest.mark.parametrize(
    "run_id, kinds",
    [
        ("gan-the-duel", set()),
        ("gan-one-half", set()),
        ("gan-mode-collapse-and-its-cure", {"collapse", "oscillation"}),
        ("gan-the-gradient-is-gone", {"strong", "vanishing", "collapse"}),
        ("gan-gradient-back", {"collapse"}),
    ],
)
def test_each_trouble_has_a_scene(run_id, kinds):
    assert {event.kind for event in runs.load(run_id).events if isinstance(event, Warned)} == kinds


def test_what_is_called_a_cure_hits_and_covers():
    """By scores that noise does not win: most points good, most spots with a fair share of them."""
    met = {name: runs.load(f"gan-{name}").about.summary for name in ("mode-collapse-and-its-cure", "collapse-cured")}
    collapsed, cured = met.values()
    noise = rivals.noise(SHIPPED["gan-collapse-cured"].data)
    assert cured["good"] > 45 and cured["modes_strict"] > 17 and collapsed["modes_strict"] < 10 > noise["modes_strict"]
    assert collapsed["good"] < 3 * noise["good"] < cured["good"]


def test_no_symbol_is_latex():
    """A screen reader says what stands in the label."""
    assert not [f.title for f in every_field(GanSettings).values() if "\\" in (extra(f, "symbol") or "")]


def test_every_shipped_run_is_there_as_it_was_declared():
    for run_id, settings in SHIPPED.items():
        assert runs.load(run_id).settings == settings, run_id
