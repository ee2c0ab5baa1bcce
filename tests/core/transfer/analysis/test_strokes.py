"""Where the maps lie: each picture's share alone, and what is more than chance."""

import numpy as np
import pytest
import torch

from core.data import digits
from core.transfer.analysis.strokes import Strokes, about, about_maps, strokes
from core.transfer.domains import domains
from core.transfer.settings import Coloured, Inverted
from core.verdict import verdict
from tests.core.transfer.tiny import record


@pytest.mark.parametrize("name", ["rare", "source"])
def test_the_share_on_the_stroke_is_that_of_each_picture_alone(name):
    current = record(name)
    plain, target = digits.load(), domains(current.settings.target).target
    was = target.test_x.clone()
    found, net = strokes(current, (current.id, "model")), current.run.net("model")
    assert torch.equal(target.test_x, was) and not target.test_x.requires_grad, (
        "asking leaves the shared pictures alone"
    )
    assert len(found.shares) == 200 and 5 < found.pixels < 25 and found.mean == pytest.approx(found.shares.mean())
    for place, label, number in ((0, 0, 0), (67, 3, 7), (199, 9, 19)):
        index = torch.nonzero(plain.test_y == label)[number, 0]
        x = target.test_x[index : index + 1].clone().requires_grad_(True)
        logits = net(x)
        logits[0, logits.argmax()].backward()
        values = (x.grad if name == "source" else x.grad * x.detach()).sum(1)[0].abs()
        ink = plain.test_x[index, 0] > 0.5
        assert found.shares[place] == pytest.approx(100 * float(values[ink].sum() / values.sum()), rel=1e-3)


def test_where_the_stroke_is_not_known_nothing_is_measured():
    current = record("rotated")
    assert strokes(current, (current.id, "model")) is None


def test_a_change_within_chance_is_called_chance():
    rng = np.random.default_rng(0)
    before, noise = rng.normal(30, 5, 200), rng.normal(0, 5, 200)
    noise = 5 * (noise - noise.mean()) / noise.std(ddof=1)
    error = pytest.approx(5 / np.sqrt(200))

    def said(change):
        return about(Strokes(before, 12.5), Strokes(before + noise + change, 12.5))

    assert said(0.5) == [
        verdict("stroke-change", change=pytest.approx(0.5), error=error),
        verdict("stroke-chance", most=2),
    ]
    assert said(9) == [verdict("stroke-change", change=pytest.approx(9), error=error), verdict("stroke-more")]
    assert said(-0.8)[1] == verdict("stroke-less") and said(-0.6)[1].case == "stroke-chance"


@pytest.mark.parametrize(
    "mean, case",
    [(25, "stroke-preferred"), (14, "stroke-like-its-size"), (11, "stroke-like-its-size"), (5, "stroke-avoided")],
)
def test_one_network_alone_is_held_against_the_strokes_size(mean, case):
    found = Strokes(np.array([mean - 5.0, mean + 5]), 12.5)
    assert about(found) == [verdict(case, times=mean / 12.5)]


def test_of_inverted_digits_the_map_is_another():
    assert about_maps(Inverted()).case == "maps-of-gradients" and about_maps(Coloured()).case == "maps-of-products"
