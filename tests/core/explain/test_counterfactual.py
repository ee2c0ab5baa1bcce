"""Walks to another class: against closed forms, and what a second network says of them."""

import numpy as np
import pytest
import torch
from torch import nn

from core import generators, runs
from core.explain import counterfactual as c
from core.explain.analysis import walk
from core.explain.pictures import WALKED, WALKED_PIXELS
from core.explain.settings import Counterfactual
from core.loop import seeded
from core.runs import RunError
from core.subject.models import digit_at, digit_net
from core.subject.settings import Digit, Photo
from core.yardsticks import read
from tests.core.explain.records import record

RUN = "explain-what-would-it-be"


class Halves(nn.Module):
    """Two logits, ±a of the mean pixel: the nearest counterfactual changes all pixels alike."""

    def forward(self, x):
        mean = x.flatten(1).mean(1)
        return torch.stack([-40 * (mean - 0.5), 40 * (mean - 0.5)], 1)


def test_the_nearest_counterfactual_is_where_both_forces_are_in_balance():
    """−log p has the slope −80 (1 − p) / 784 by every pixel, the distance 2 λ by its change."""
    start, near = torch.full((1, 1, 28, 28), 0.4), 0.05
    *_, end = c.toward(Halves(), lambda x: x, start, torch.tensor([1]), near, 400, 0.005, True)
    change = end - start
    assert float(change.std()) < 1e-4, "all pixels alike"
    p = Halves()(end).softmax(1)[0, 1]
    assert float(80 * (1 - p) / 784) == pytest.approx(float(2 * near * change.mean()), rel=0.02)


@pytest.mark.parametrize("stay, home", [(True, 2.0), (False, 0.0)])
def test_codes_are_held_to_where_they_start_or_to_zero(stay, home):
    start = torch.full((1, 8), 2.0)
    flat = nn.Sequential(nn.Flatten(), nn.Linear(8, 2)).requires_grad_(False)
    flat[1].weight.zero_()
    *_, end = c.toward(flat, lambda z: z, start, torch.tensor([0]), 1.0, 300, 0.05, stay)
    assert end.flatten().tolist() == pytest.approx([home] * 8, abs=0.02), "no class pulls"


def test_pixels_stay_pixels_and_the_network_is_left_alone():
    net, x = digit_net("compression-teacher"), digit_at(3, 2).unsqueeze(0)
    before = [p.clone() for p in net.parameters()]
    for end in c.toward(net, lambda x: x, x, torch.tensor([8]), 0.001, 20, 0.1, True):
        assert 0 <= end.min() and end.max() <= 1
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters())) and net.head.weight.grad is None


def test_the_generator_finds_what_it_has_drawn_itself():
    G = generators.of_run(c.GENERATOR)
    with torch.no_grad():
        x = c.picture(G, torch.randn(1, G.arch["latent"], generator=seeded(3)))
    first, *_, last = c.nearest(G, x, seeded(0))
    with torch.no_grad():
        far, near = ((c.picture(G, code) - x).square().mean().item() for code in (first, last))
    assert near < 0.02 < far and last.shape == (1, G.arch["latent"])
    with pytest.raises(RunError, match="no generator"):
        generators.of_run("compression-teacher")


def test_the_last_picture_convinces_a_second_network_only_with_the_generator():
    found = record(RUN)
    rows = {kind: walk.frames(found, kind, 4) for kind in (WALKED, WALKED_PIXELS)}
    steps = [frame.step for frame in rows[WALKED]]
    assert steps[0] == c.LOOK and steps == sorted(steps) and np.diff(steps, 2).min() > 0
    assert [frame.ends is None for frame in rows[WALKED]] == [True, True, True, False]
    end = runs.load(RUN).about.summary
    assert rows[WALKED][-1].ends == pytest.approx((end["goal"], end["judge"]))
    assert min(end["goal"], end["goal_pixels"], end["judge"]) > 90 > 10 > end["judge_pixels"]


def test_over_many_walks_the_second_network_is_above_chance_with_the_generator_only():
    table = read("explain", "walks.csv")
    assert len(table) == 5 and all(
        float(row["generated_network"]) == 100 == float(row["pixels_network"]) for row in table
    )
    assert all(float(row["generated_judge"]) > 40 > 5 > float(row["pixels_judge"]) for row in table)


def test_before_the_walk_the_search_is_shown_and_a_photo_is_a_digit():
    events = c.walk(Counterfactual(), Photo(), 0)
    begun = [next(events) for _ in range(8)]
    events.close()
    assert begun[0].facts["said"] == str(Digit().digit) and begun[0].total_steps == c.LOOK + 120
    assert {e.name for e in begun if hasattr(e, "name")} == {"input", "walked", "walked_pixels"}
