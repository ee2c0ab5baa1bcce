"""How good fakes are: on clouds of points whose answer can be told by hand or by brute force."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import runs
from core.data import digits
from core.gan import quality, worlds
from core.gan.quality import effective_number, frechet, frechet_of, modes_met, nearest, neighbourhoods, shares
from core.loop import seeded


def normal(n, d=2, seed=0):
    return torch.randn(n, d, generator=seeded(seed))


# ---- Fréchet distance ----


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0, 4), st.floats(0, 4))
def test_two_gaussians_on_a_line(mean_a, mean_b, sd_a, sd_b):
    found = frechet_of(*(torch.tensor(v, dtype=torch.float64) for v in ([mean_a], [[sd_a**2]], [mean_b], [[sd_b**2]])))
    assert found == pytest.approx((mean_a - mean_b) ** 2 + (sd_a - sd_b) ** 2, abs=1e-9)


@pytest.mark.parametrize("d", [2, 5, 20])
def test_covariances_that_share_their_axes(d):
    """Then the roots commute, and along each axis it is a distance on a line."""
    draw = seeded(d)
    axes = torch.linalg.qr(torch.randn(d, d, generator=draw, dtype=torch.float64))[0]
    sd_a, sd_b, shift = (torch.rand(d, generator=draw, dtype=torch.float64) for _ in range(3))
    cov_a, cov_b = (axes @ torch.diag(sd**2) @ axes.T for sd in (sd_a, sd_b))
    wanted = shift.square().sum() + (sd_a - sd_b).square().sum()
    assert frechet_of(shift, cov_a, torch.zeros(d).double(), cov_b) == pytest.approx(wanted.item(), rel=1e-9)
    assert frechet_of(shift, cov_b, shift, cov_b) == pytest.approx(0, abs=1e-9)


def test_covariances_whose_axes_differ():
    """2 × 2 by hand: tr (ΣₐΣ_b)^½ = √(tr ΣₐΣ_b + 2 √det ΣₐΣ_b)."""
    a, b = (torch.tensor(m, dtype=torch.float64) for m in ([[2.0, 0.8], [0.8, 1.0]], [[1.0, -0.5], [-0.5, 3.0]]))
    product = a @ b
    cross = math.sqrt(product.trace().item() + 2 * math.sqrt(torch.linalg.det(product).item()))
    zero = torch.zeros(2, dtype=torch.float64)
    assert frechet_of(zero, a, zero, b) == pytest.approx(3 + 4 - 2 * cross, rel=1e-9)
    assert frechet_of(zero, b, zero, a) == pytest.approx(7 - 2 * cross, rel=1e-9)
    root = quality.symmetric_root(a)
    assert torch.allclose(root @ root, a) and torch.allclose(root, root.T) and torch.linalg.eigvalsh(root).min() > 0


def test_flat_clouds_have_a_distance():
    """On one line the covariance has no full rank, and rounding may make eigenvalues a little negative."""
    a = torch.stack([torch.linspace(0, 1, 50), torch.zeros(50)], 1)
    for other in (a, a @ torch.tensor([[0.6, 0.8], [-0.8, 0.6]])):
        assert math.isfinite(frechet(a, other))
    assert frechet(a, a) == pytest.approx(0, abs=1e-7) and frechet(a, a + torch.tensor([0.0, 2.0])) == pytest.approx(4)


def test_samples_come_near_the_formula():
    """N(0, 1) and N((1, 0), 2²) in the plane: 1 + 2 (1 − 2)² = 3; with more examples the distance is nearer."""
    off = []
    for n in (100, 20_000):
        a, b = normal(n), 2 * normal(n, seed=1) + torch.tensor([1.0, 0.0])
        off.append(abs(frechet(a, b) - 3))
    assert off[1] < 0.06 and off[1] < off[0]
    x = normal(500, 4)
    assert (
        frechet(x, x) == pytest.approx(0, abs=1e-9) and frechet(x, x[torch.randperm(500, generator=seeded(2))]) < 1e-9
    )
    assert frechet(x[:300], x) == pytest.approx(frechet(x, x[:300])) and frechet(x[:300], x) > 0.001


def test_the_covariance_is_that_of_few_examples():
    """(n − 1) below the fraction, and each cloud has its own n: points 0, 2 have variance 2, points 0, 1, 2 variance 1."""
    found = frechet(torch.tensor([[0.0, 5], [2, 5]]), torch.tensor([[0.0, 5], [1, 5], [2, 5]]))
    assert found == pytest.approx((math.sqrt(2) - 1) ** 2)


# ---- modes ----

RING = worlds.modes("ring")


def spots(modes, each, spread=0.02, seed=0):
    """`each` points around every one of these modes."""
    return modes.repeat_interleave(each, 0) + spread * normal(len(modes) * each, seed=seed)


@pytest.mark.parametrize("shape, count", [("ring", 8), ("grid", 25)])
def test_modes_of_a_mixture(shape, count):
    modes = worlds.modes(shape)
    assert modes.shape == (count, 2)
    met = modes_met(spots(modes, 40), modes, 0.02)
    assert (met.covered, met.strict) == (100, 100) and met.good > 96 and met.effective == pytest.approx(count)
    half = modes[: count // 2]
    met = modes_met(spots(half, 40), modes, 0.02)
    share = 100 * len(half) / count
    assert (met.covered, met.strict) == pytest.approx((share, share)) and met.effective == pytest.approx(len(half))


def test_one_good_point_is_lenient_and_a_quarter_of_a_fair_share_is_strict():
    """Of 320 points on 8 modes 40 were fair, so 10 are enough and 9 are not."""
    for few, strict in ((1, 87.5), (9, 87.5), (10, 100), (11, 100)):
        points = torch.cat([RING[:7].repeat_interleave(40, 0), RING[7:].expand(few, 2), RING[:1].expand(40 - few, 2)])
        assert len(points) == 320
        met = modes_met(points, RING, 0.02)
        assert (met.covered, met.strict, met.good) == (100, strict, 100)


def test_what_is_good_and_what_is_not():
    """Three standard deviations: 0.06 for a spread of 0.02. What is further off counts for no mode, but for the entropy."""
    along = torch.tensor([[0.0, 1.0]])
    inside, outside = RING[:1] + 0.059 * along, RING[4:5] + 0.061 * along
    met = modes_met(torch.cat([inside, outside]), RING, 0.02)
    assert (met.covered, met.good) == (12.5, 50) and met.effective == pytest.approx(2)
    assert modes_met(torch.zeros(9, 2), RING, 0.02).good == 0 and modes_met(torch.zeros(9, 2), RING, 0.02).covered == 0
    assert modes_met(torch.cat([inside, outside]), RING, 0.021).covered == 25


def test_all_on_one_mode():
    met = modes_met(RING[3:4].expand(50, 2), RING, 0.02)
    assert (met.covered, met.strict, met.good) == (12.5, 12.5, 100) and met.effective == pytest.approx(1)


@pytest.mark.parametrize(
    "share, number", [([0.125] * 8, 8), ([1, 0, 0], 1), ([0.5, 0.5, 0, 0], 2), ([0.25] * 4 + [0], 4)]
)
def test_kinds_in_effect(share, number):
    assert effective_number(torch.tensor(share)) == pytest.approx(number)


def test_kinds_in_effect_of_unequal_shares():
    assert effective_number(torch.tensor([0.9, 0.1])) == pytest.approx(
        math.exp(-0.9 * math.log(0.9) - 0.1 * math.log(0.1))
    )
    assert shares(torch.tensor([2, 0, 2, 2]), 4).tolist() == [0.25, 0, 0.75, 0]
    assert shares(torch.zeros(0, dtype=torch.long), 3).tolist() == [0, 0, 0]


# ---- neighbourhoods ----

TWO = torch.tensor([[-1.0, 0.0], [1.0, 0.0]])


def test_fakes_on_one_of_two_spots_are_precise_and_recall_little():
    real, fake = spots(TWO, 200, 0.1), spots(TWO[:1], 200, 0.1, seed=1)
    found = neighbourhoods(real, fake)
    assert found["precision"] > 90 and 40 < found["recall"] < 55 and 40 < found["coverage"] < 52


def test_fakes_that_are_wider_than_the_real_ones_recall_all_and_are_not_precise():
    found = neighbourhoods(spots(TWO, 200, 0.05), 3 * normal(400, seed=1))
    assert found["precision"] < 30 and found["recall"] > 70


def test_one_fake_outside_lifts_recall_but_not_coverage():
    """Fakes of which each sits far from the others reach everywhere: that is why coverage measures with the real ones' reach."""
    real = spots(TWO, 100, 0.02)
    fake = torch.tensor([[-40.0, 0.0], [40.0, 0.0], [0.0, 40.0], [0.0, -40.0], [30.0, 30.0], [-30.0, -30.0]])
    assert neighbourhoods(real, fake) == {"precision": 0, "recall": 100, "coverage": 0}


def test_the_same_cloud_and_one_far_away():
    real = normal(60)
    assert neighbourhoods(real, real.clone()) == {"precision": 100, "recall": 100, "coverage": 100}
    assert neighbourhoods(real, real + 100) == {"precision": 0, "recall": 0, "coverage": 0}


def test_identical_points_meet():
    """All on one place: every reach is 0 and so is every distance."""
    same = torch.ones(8, 3)
    assert neighbourhoods(same, same[:5]) == {"precision": 100, "recall": 100, "coverage": 100}
    # the reach of real points at 0, 1, 2 … with k = 1 is exactly 1: a fake at −1 lies on its border
    line = torch.arange(6.0)[:, None]
    assert neighbourhoods(line, torch.tensor([[-1.0], [-1.0]]), k=1) == pytest.approx(
        {"precision": 100, "recall": 0, "coverage": 100 / 6}
    )


def brute(real, fake, k):
    """The three by their definitions, one example at a time."""

    def distance(a, b):
        return np.sqrt(((a - b) ** 2).sum())

    def reach(own):
        return [sorted(distance(a, b) for b in own)[min(k, len(own) - 1)] for a in own]

    of_real, of_fake = reach(real), reach(fake)
    precision = [any(distance(f, r) <= reach for r, reach in zip(real, of_real, strict=True)) for f in fake]
    recall = [any(distance(f, r) <= reach for f, reach in zip(fake, of_fake, strict=True)) for r in real]
    coverage = [any(distance(f, r) <= reach for f in fake) for r, reach in zip(real, of_real, strict=True)]
    return {
        name: 100 * np.mean(hits)
        for name, hits in (("precision", precision), ("recall", recall), ("coverage", coverage))
    }


@pytest.mark.parametrize("n, m, k, d", [(40, 25, 5, 2), (25, 40, 3, 6), (12, 9, 1, 1), (4, 3, 5, 2)])
def test_against_brute_force(n, m, k, d):
    real, fake = normal(n, d, seed=3), 1.2 * normal(m, d, seed=4) + 0.3
    found, wanted = neighbourhoods(real, fake, k), brute(real.double().numpy(), fake.double().numpy(), k)
    assert found == pytest.approx(wanted, abs=1e-4)
    assert len(set(wanted.values())) > 1 or n == 4
    turned = neighbourhoods(fake, real, k)  # real and fake swapped: so are precision and recall
    assert (turned["precision"], turned["recall"]) == pytest.approx((found["recall"], found["precision"]))


def test_the_usual_number_of_neighbours():
    real, fake = normal(60, seed=5), normal(60, seed=6)
    assert neighbourhoods(real, fake) == neighbourhoods(real, fake, 5) != neighbourhoods(real, fake, 4)


def test_the_reach_is_to_a_neighbour_and_not_to_itself():
    x = torch.tensor([[0.0], [1.0], [3.0], [7.0]])
    assert quality.reach(x, 1).tolist() == [1, 1, 2, 4] and quality.reach(x, 2).tolist() == [3, 2, 3, 6]
    assert quality.reach(x, 9).tolist() == [7, 6, 4, 7], "of few there is a furthest"


# ---- the nearest known one, and the judge ----


def test_the_nearest_known_one():
    known = torch.tensor([[0.0, 0.0], [3.0, 4.0], [10.0, 0.0]])
    place, distance = nearest(torch.tensor([[3.0, 3.0], [0.0, 1.0], [8.0, 0.0]]), known)
    assert place.tolist() == [1, 0, 2] and distance.tolist() == pytest.approx([1, 1, 2])
    x = digits.load().train_x[:30]
    place, distance = nearest(x[[7, 3]], x)
    assert place.tolist() == [7, 3] and distance.tolist() == pytest.approx([0, 0], abs=0.01)


def test_the_judge_is_shown_pictures_as_it_has_learned_them():
    """Fakes are in [−1, 1], the classifier's digits in [0, 1]: it must know test digits as well as it does at home."""
    data = digits.load()
    x, y = data.test_x[:450], data.test_y[:450]
    said = quality.answers(2 * x - 1)
    assert said.shape == (450, 10) and said.sum(1).allclose(torch.ones(450))
    assert (said.argmax(1) == y).float().mean() > 0.98
    net = runs.load(quality.JUDGE).net().eval()
    with torch.no_grad():
        logits = net(x)
        read = quality.features(2 * x - 1)
        assert torch.allclose(said, logits.softmax(1), atol=1e-5)
        assert read.shape == (450, net.head.in_features) and torch.allclose(net.head(read), logits, atol=1e-3)
