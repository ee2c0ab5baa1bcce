"""What the best D and the best critic measure, by closed forms, by brute force, and by a D and a cloud that learn."""

import itertools
import math

import numpy as np
import pytest
import torch

from core.events import Metrics
from core.gan import clouds, losses, models, monitor, pictures
from core.gan import settings as s
from core.gan.clouds import Place
from core.gan.settings import GanSettings
from core.gan.train import train
from core.loop import fresh

LOG2 = math.log(2)
PLACES = [Place(0.0), Place(0.1), Place(0.35, 60.0, 0.2), Place(1.0), Place(0.5, 0.0, 0.05, 0.3)]


# ---- what the best D measures ----


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_the_best_d_measures_the_divergence(place):
    """Goodfellow et al. 2014, theorem 1, by quadrature of two definitions that share no code."""
    p, q, area = clouds.densities(place)
    assert area * p.sum() == pytest.approx(1, abs=1e-6) and area * q.sum() == pytest.approx(1, abs=1e-6)
    best = losses.optimal_discriminator(torch.from_numpy(p), torch.from_numpy(q)).numpy()
    inside = (p > 0) & (q > 0)
    with np.errstate(divide="ignore"):
        reached = area * (p * np.log(best, where=p > 0, out=np.zeros_like(p))).sum()
        reached += area * (q * np.log1p(-best, where=inside & (best < 1), out=np.zeros_like(q))).sum()
    assert clouds.value_of_best_d(p, q, area) == pytest.approx(reached, abs=1e-6)
    assert reached == pytest.approx(2 * clouds.js(place) - math.log(4), abs=1e-6)
    if place.distance == 0.35:  # any other D reaches less
        for worse in (0.9 * best + 0.05, best**1.2):
            assert area * (p * np.log(worse) + q * np.log1p(-worse)).sum() < reached - 1e-3


def test_clouds_that_share_no_place_have_log_2_wherever_they_lie():
    """So no gradient tells G how far it is: Arjovsky, Bottou 2017. Half a cloud shared is half of it."""

    def bar(start):
        return np.where(np.arange(100) // 10 == start, 0.1, 0.0)

    assert [clouds.jensen_shannon(bar(0), bar(n), 1.0) for n in (0, 1, 2, 9)] == pytest.approx([0, LOG2, LOG2, LOG2])
    assert clouds.jensen_shannon(bar(0), (bar(0) + bar(5)) / 2, 1.0) == pytest.approx(
        0.5 * math.log(4 / 3) + 0.25 * math.log(2 / 3) + 0.25 * LOG2
    )
    assert clouds.js(Place(0.0)) == pytest.approx(0) and LOG2 - 1e-5 < clouds.js(Place(1.0)) < LOG2 + 1e-9


# ---- the cheapest way ----


@pytest.mark.parametrize("distance, angle", [(0.0, 0.0), (0.15, 45.0), (1.0, 240.0)])
def test_a_cloud_that_was_moved_is_as_far_as_it_was_moved(distance, angle):
    assert clouds.w1(Place(distance, angle)) == pytest.approx(distance)


def test_a_cloud_that_was_stretched():
    """Each point moves out along its ray: |σ − σ'| times the mean length of a normal point, √(π/2)."""
    assert clouds.w1(Place(0.0, 0.0, 0.3, 0.1)) == pytest.approx(0.2 * math.sqrt(math.pi / 2), rel=0.04)


def test_the_cheapest_way_by_brute_force():
    draw = np.random.default_rng(0)
    real, fake = draw.normal(size=(6, 2)), draw.normal(size=(6, 2)) + 0.5
    ways = np.linalg.norm(fake[:, None] - real, axis=-1)
    every = [ways[np.arange(6), order].mean() for order in map(list, itertools.permutations(range(6)))]
    found, partner = clouds.wasserstein(real, fake)
    assert found == pytest.approx(min(every)) and ways[np.arange(6), partner].mean() == pytest.approx(found)


@pytest.mark.parametrize("place", [Place(0.7, 30.0, 0.2), Place(0.1), Place(0.0, 0.0, 0.3)], ids=str)
def test_the_best_critic(place):
    """Nowhere steeper than 1, and its gap is the whole distance: then neither can be improved."""
    real, fake = clouds.clouds(place)
    critic, x = clouds.critic(real, fake), np.random.default_rng(1).uniform(-1.5, 1.5, (60, 2))
    x = np.concatenate([x, real[:20], fake[:20]])
    rise, way = np.abs(critic(x)[:, None] - critic(x)), np.linalg.norm(x[:, None] - x, axis=-1)
    assert (rise <= way + 1e-9).all()
    assert critic(real).mean() - critic(fake).mean() == pytest.approx(clouds.w1(place))


# ---- where fakes are pushed ----


@pytest.mark.parametrize("place", [Place(0.3), Place(0.25, 75.0, 0.2, 0.15)], ids=str)
def test_pushes_are_the_gradients_of_the_losses(place):
    """Of the losses that G is trained with, at the best D."""
    __, fake = clouds.clouds(place)
    x, middle = torch.tensor(fake, requires_grad=True), torch.tensor(place.middle)
    score = (x - middle).square().sum(1) / (2 * place.width**2) - x.square().sum(1) / (2 * place.spread**2)
    score = score + 2 * math.log(place.width / place.spread)
    for name in ("saturating", "nonsaturating"):
        (gradient,) = torch.autograd.grad(losses.LOSSES[name][1](score), x, retain_graph=True)
        assert np.allclose(clouds.pushes(place)[name], -len(x) * gradient.numpy(), atol=1e-9)


def test_only_the_critic_pushes_alike_at_every_distance():
    def strength(loss):
        return [np.linalg.norm(clouds.pushes(Place(d))[loss], axis=1).mean() for d in (0.2, 0.6, 1.0)]

    assert strength("wasserstein") == pytest.approx([1, 1, 1])
    assert strength("nonsaturating")[2] == pytest.approx(1.0 / 0.1**2, rel=1e-6), "distance / σ²"
    near, middle, far = strength("saturating")
    assert near > 1 > 0.1 > middle > 1e-9 > far
    towards = clouds.pushes(Place(0.8, 90.0))["wasserstein"]
    assert np.allclose(towards, [0, -1])


# ---- a D and a cloud that learn ----


@pytest.fixture
def few_looks(monkeypatch):
    monkeypatch.setattr(monitor, "LOOKS", dict.fromkeys(monitor.LOOKS, 4))
    monkeypatch.setattr(monitor, "EARLY", (1,))


def run(steps=200, method=s.NonSaturating, players="d", turns="", **cloud):
    data = s.Clouds(steps=steps, hidden=32, d_rate=0.005, **cloud)
    return list(train(GanSettings(data=data, method=method(), players=players, turns=turns)))


def last(events, name):
    return next(e.values[name] for e in reversed(events) if isinstance(e, Metrics) and name in e.values)


def test_a_d_that_learned_measures_nearly_as_much_and_never_more(few_looks):
    """Its loss is a lower bound of the divergence (200 points of either kind: a few hundredths)."""
    events = run(distance=0.3)
    assert last(events, "js") == pytest.approx(clouds.js(Place(0.3)))
    assert 0.8 * last(events, "js") < last(events, "js_seen") < last(events, "js") + 0.05


def test_a_critic_that_learned_measures_the_distance(few_looks):
    events = run(100, s.GradientPenalty, distance=0.8)
    assert last(events, "w1") == pytest.approx(0.8) and last(events, "w1_seen") == pytest.approx(0.8, rel=0.1)


def test_the_fakes_slide_where_the_loss_tells_them_and_stay_where_it_tells_nothing(few_looks):
    left = {method.name: last(run(120, type(method), "both", distance=1.0), "apart") for method in METHODS}
    assert left["saturating"] > 0.6 and left["nonsaturating"] < 0.2
    assert last(run(60, distance=1.0), "apart") == 1.0, "only D learns"


METHODS = (s.Saturating(), s.NonSaturating())


def test_the_fakes_go_where_a_knob_is_turned_to_while_it_runs(few_looks):
    events = run(20, turns="5:distance=0.4,5:angle=90,15:width=0.2", distance=1.0)
    seen = {e.step: e.array.astype(float) for e in pictures.FAKE.all(events)}
    assert seen[5].mean(0) == pytest.approx([1, 0], abs=0.03) and seen[10].mean(0) == pytest.approx([0, 0.4], abs=0.03)
    assert seen[20].std(0) == pytest.approx([0.2, 0.2], rel=0.15) and seen[10].std(0) == pytest.approx(
        [0.1] * 2, rel=0.15
    )


def test_what_the_cloud_has_learned_stays_until_it_is_put_elsewhere():
    G = fresh(models.CloudG, 0).put(1.0, 0.0, 0.1)
    with torch.no_grad():
        G.middle -= 0.25
    assert G.put(1.0, 0.0, 0.1).middle.tolist() == [0.75, -0.25]
    assert G.put(0.5, 180.0, 0.1).middle.tolist() == pytest.approx([-0.5, 0], abs=1e-6)
    z = torch.randn(5, 16)
    assert torch.allclose(G(z), G.middle + 0.1 * z[:, :2])
