"""Robust accuracy against ε: what must hold whatever the network, and a linear network whose curve is known."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.attack import curve as measured
from core.attack import models
from core.attack import settings as s
from core.attack.ball import LEVELS, Ball
from core.attack.models import Victims
from core.events import Finished, Metrics, Picture, Started, Warned

COUNT = 20


def run(method: s.Curve, victims: Victims, seed: int = 0) -> list:
    return list(measured.curve(method, victims, seed))


def rows(log: list) -> dict[int, dict[str, float]]:
    return {e.step: e.values for e in log if isinstance(e, Metrics)}


@pytest.fixture(scope="module")
def victims() -> Victims:
    return models.crowd(s.Digits(count=COUNT))


@pytest.fixture(scope="module")
def logs(victims) -> dict[str, list]:
    return {norm: run(s.Curve(norm=norm, highest=64, steps=5), victims) for norm in ("inf", "2")}


@pytest.mark.parametrize(
    "norm, attacks", [("inf", ["fgsm", "mifgsm", "pgd"]), ("2", ["fgsm", "deepfool", "pgd", "cw"])]
)
def test_a_run_says_what_it_measures(logs, norm, attacks):
    log = logs[norm]
    assert isinstance(log[0], Started) and isinstance(log[-1], Finished)
    assert log[0].total_steps == log[-1].step == 64
    assert log[0].facts["attacks"] == attacks and log[0].facts["count"] == COUNT and not log[0].facts["photo"]
    for values in rows(log).values():
        assert set(values) == {"noise", "worst", *attacks} <= set(s.METRICS)
    assert set(log[-1].summary["strongest"]) == {str(step) for step in rows(log) if step}
    assert set(log[-1].summary["strongest"].values()) <= set(attacks)


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_without_a_change_every_attack_leaves_the_clean_accuracy(logs, victims, norm):
    clean = 100 * int((models.answers(victims.net, victims.x) == victims.y).sum()) / COUNT
    assert set(rows(logs[norm])[0].values()) == {clean}


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_no_attack_gets_worse_with_a_larger_ball_and_the_worst_is_the_lowest(logs, norm):
    table = list(rows(logs[norm]).values())
    for name in set(table[0]) - {"noise"}:
        values = [row[name] for row in table]
        assert values == sorted(values, reverse=True)
    for row in table:
        assert row["worst"] == min(row.values()) or row["worst"] < min(row.values())
    assert table[-1]["worst"] < 20 < 60 < table[-1]["noise"]


def test_the_worst_is_counted_picture_by_picture(victims):
    """Two attacks that fool different halves leave nothing, though each leaves one half."""
    trial = measured.Trial(s.Curve(), victims, 0)
    for record in trial.records.values():
        record.lost[:] = False
    trial.touched[:] = False
    trial.records["fgsm"].lost[: COUNT // 2] = True
    trial.records["pgd"].lost[COUNT // 2 :] = True
    assert trial.at(0) == {"noise": 100, "fgsm": 50, "mifgsm": 100, "pgd": 50, "worst": 0}
    assert trial.strongest({"fgsm": 50, "mifgsm": 60, "pgd": 50}) == "pgd"


def test_the_matrix_counts_the_answers_under_the_strongest_attack(logs):
    for norm in ("inf", "2"):
        log = logs[norm]
        pictures = [e for e in log if isinstance(e, Picture)]
        assert [e.step for e in pictures] == list(rows(log))
        for e in pictures:
            assert e.name == "becomes" and e.array.shape == (10, 10) and e.array.dtype == np.int32
            assert (e.array.sum(1) == COUNT // 10).all()
            strongest = log[-1].summary["strongest"].get(str(e.step), "fgsm")
            assert 100 * np.trace(e.array) / COUNT == pytest.approx(rows(log)[e.step][strongest])


def test_the_same_seed_gives_the_same_events_and_another_other_noise(victims):
    def flat(seed: int) -> list:
        return [
            (e.step, e.values if isinstance(e, Metrics) else e.array.tolist())
            for e in run(s.Curve(highest=96, steps=2), few, seed)
            if isinstance(e, Metrics | Picture)
        ]

    few = victims.only(torch.arange(0, COUNT, 4))
    state = torch.random.get_rng_state()
    once = flat(0)
    assert once == flat(0) != flat(1)
    assert torch.equal(state, torch.random.get_rng_state())


class Threshold(nn.Module):
    """Two of ten logits: twenty times the mean of the picture against a half. Ten so that answers fit the matrix of digits."""

    def forward(self, x: Tensor) -> Tensor:
        mean = x.flatten(1).mean(1)
        return torch.stack([20 * (0.5 - mean), 20 * (mean - 0.5), *[torch.full_like(mean, -9.0)] * 8], 1)


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_of_a_linear_network_the_curve_is_known(norm):
    """Flat grey pictures d levels above the border fall at ε = d in both norms; 8 bits cost up to one level more in L2.

    Carlini and Wagner's short search ends a few levels beyond.
    """
    above = torch.tensor([1.5, 4.5, 9.5, 19.5, 29.5, 39.5, 49.5, 59.5])
    x = ((127.5 + above) / LEVELS)[:, None, None, None].expand(-1, 1, 16, 16).clone()
    found = rows(
        run(s.Curve(norm=norm, highest=56, steps=20), Victims(Threshold(), x, torch.ones(8).long(), ("",) * 10))
    )
    slack = {"cw": 5} | dict.fromkeys(("fgsm", "mifgsm", "pgd", "deepfool"), 0 if norm == "inf" else 1)  # in levels

    def right(level: float) -> float:
        return 100 * (above > level).float().mean().item()

    for level, values in found.items():
        for name in set(values) - {"noise", "worst"}:
            assert right(level) <= values[name] <= right(level - slack[name]), (level, name)
        assert right(level) <= values["worst"] <= right(level - 1) and values["noise"] >= 62.5


class Valley(nn.Module):
    """The right answer's lead falls with the mean of the picture into a valley, rises again, and is gone below 0.43."""

    def forward(self, x: Tensor) -> Tensor:
        mean = x.flatten(1).mean(1)
        lead = torch.where(
            mean < 0.43, -1.0, 0.5 + 10 * (mean - 0.46).abs()
        )  # no step lands on its bottom, where rounding decides
        return torch.stack([torch.zeros_like(mean), lead, *[torch.full_like(mean, -9.0)] * 8], 1)


def test_a_network_whose_gradients_lie_gives_one_warning():
    """The long step of FGSM lands beyond the valley in which the short ones of PGD stay; momentum passes it."""
    x = torch.full((10, 1, 16, 16), 128 / LEVELS)
    log = run(s.Curve(highest=64, steps=20), Victims(Valley(), x, torch.ones(10).long(), ("",) * 10))
    warned = [e for e in log if isinstance(e, Warned)]
    first = next(step for step in rows(log) if step > LEVELS * (x[0, 0, 0, 0] - 0.43))
    assert [(e.kind, e.step) for e in warned] == [("masked", first)]
    assert rows(log)[first] == {"noise": 100, "fgsm": 0, "mifgsm": 0, "pgd": 100, "worst": 0}
    assert log[-1].summary["strongest"][str(first)] == "mifgsm"


def test_an_ordinary_network_gives_none(logs):
    assert not [e for log in logs.values() for e in log if isinstance(e, Warned)]


def test_levels_rise_from_zero_to_the_end():
    for highest in (4, 36, 96, 128):
        for photo in (False, True):
            grid = measured.levels(highest, photo)
            assert grid[0] == 0 and grid[-1] == highest and grid == sorted(set(grid)) and len(grid) <= 12
    assert measured.levels(8, True) == [0, 1, 2, 4, 8]


def test_the_crossing_lies_on_the_straight_line():
    assert measured.crossing([0, 10, 20], [100, 60, 20], 50) == pytest.approx(12.5)
    assert measured.crossing([0, 10], [100, 60], 50) is None
    assert measured.crossing([0, 10], [40, 10], 50) == 0
    assert measured.crossing([0, 4], [90, 50], 50) == 4


def test_what_is_smallest_is_measured_as_saved():
    """A change of 0.4 levels rounds away and is nothing; one a hair beyond the border is tried a little longer."""
    x = torch.full((2, 1, 8, 8), 128 / LEVELS)
    victims = Victims(Threshold(), x, torch.ones(2).long(), ("",) * 10)
    attacked = x - torch.tensor([0.4, 10.0])[:, None, None, None] / LEVELS
    size, said = measured.smallest_saved(victims, attacked)
    assert size[0].isinf() and size[1] == pytest.approx(10, abs=1e-4)
    assert said.tolist() == [1, 0]
    assert Ball("2", 10 / LEVELS).radius(x) == pytest.approx((x - attacked)[1].norm().item(), rel=1e-5)


def test_an_attack_counts_as_it_would_be_saved():
    """Two fifths of the pixels 1.4 levels darker cross the border; saved with 8 bits they are 1 level darker, and do not."""
    x = torch.full((1, 1, 10, 10), 128 / LEVELS)
    trial = measured.Trial(s.Curve(), Victims(Threshold(), x, torch.ones(1).long(), ("",) * 10), 0)
    attacked = x.clone()
    attacked[..., :4, :] -= 1.4 / LEVELS
    assert models.answers(trial.victims.net, attacked).item() == 0
    assert trial.judge(x, attacked, Ball("inf", 2 / LEVELS)).item() == 1
