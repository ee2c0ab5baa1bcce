"""The GAN lab's measures and penalties against SciPy, scikit-learn and PyTorch's own algebra."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from scipy.sparse.linalg import LinearOperator, svds
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, wasserstein_distance_nd
from sklearn.neighbors import NearestNeighbors
from torch import nn
from torch.autograd.functional import jacobian
from torch.nn.utils.parametrizations import spectral_norm

from core.data import digits
from core.gan import clouds as two_clouds
from core.gan import losses, models, quality, worlds
from core.gan import settings as s
from core.loop import fresh, seeded


def cloud(n, d, seed):
    """Points whose coordinates depend on each other."""
    draw = seeded(seed)
    return torch.randn(n, d, generator=draw) @ torch.randn(d, d, generator=draw) / d**0.5 + torch.randn(
        d, generator=draw
    )


# ---- Fréchet distance ----


def theirs(a, b):
    """As FID is written everywhere (Heusel et al. 2017), with SciPy's root of a matrix that is not symmetric."""
    a, b = a.double().numpy(), b.double().numpy()
    of_a, of_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(of_a + of_b - 2 * sqrtm(of_a @ of_b).real)


@pytest.mark.parametrize("n, m, d", [(60, 80, 2), (300, 200, 20), (500, 700, 128)])
def test_frechet_distance(n, m, d):
    a, b = cloud(n, d, 0), cloud(m, d, 1)
    assert quality.frechet(a, b) == pytest.approx(theirs(a, b), rel=1e-6)


def test_frechet_distance_of_digits():
    """Two halves of the test digits, in what the judge reads of them: near its floor, where rounding would show."""
    x = 2 * digits.load().test_x - 1
    read = quality.features(x)
    found = quality.frechet(read[::2], read[1::2])
    assert found == pytest.approx(theirs(read[::2], read[1::2]), rel=1e-3) and found > 0


# ---- two clouds ----


@pytest.mark.parametrize("place", [two_clouds.Place(0.2), two_clouds.Place(0.5, 30.0, 0.2, 0.1)], ids=str)
def test_divergence_and_wasserstein_distance(place):
    """SciPy's Jensen–Shannon distance is the root of the divergence; its Wasserstein distance solves a linear programme."""
    p, q, area = two_clouds.densities(place)
    assert two_clouds.js(place) == pytest.approx(jensenshannon(p.ravel(), q.ravel()) ** 2, abs=1e-6)
    real, fake = (x[:40] for x in two_clouds.clouds(place))
    assert two_clouds.wasserstein(real, fake)[0] == pytest.approx(wasserstein_distance_nd(real, fake), rel=1e-6)


# ---- neighbourhoods ----


def with_sklearn(real, fake, k):
    real, fake = real.numpy(), fake.numpy()
    trees = [NearestNeighbors(algorithm="brute").fit(x) for x in (real, fake)]
    reach_real, reach_fake = (tree.kneighbors(n_neighbors=k)[0][:, -1] for tree in trees)  # its own point is left out
    to_fake = NearestNeighbors(n_neighbors=len(fake), algorithm="brute").fit(fake).kneighbors(real)
    distance = np.empty((len(real), len(fake)))
    np.put_along_axis(distance, to_fake[1], to_fake[0], 1)
    inside = distance <= reach_real[:, None]
    return {
        "precision": 100 * inside.any(0).mean(),
        "recall": 100 * (distance <= reach_fake).any(1).mean(),
        "coverage": 100 * inside.any(1).mean(),
    }


@pytest.mark.parametrize("k", [1, 3, 5, 10])
@pytest.mark.parametrize("n, m, d", [(200, 150, 2), (150, 200, 16)])
def test_neighbourhoods(n, m, d, k):
    real, fake = cloud(n, d, 2), 1.1 * cloud(m, d, 2)[torch.randperm(m, generator=seeded(0))] + 0.1
    assert quality.neighbourhoods(real, fake, k) == pytest.approx(with_sklearn(real, fake, k), abs=0.51)


@pytest.mark.parametrize("shape", ["ring", "grid", "moons", "spiral"])
def test_neighbourhoods_in_the_plane(shape):
    world = worlds.PlaneData(s.Plane(shape=shape))
    real, fake = world.sample(300, seeded(0))[0], world.sample(200, seeded(1))[0] * torch.tensor([1.0, 0.97])
    found = quality.neighbourhoods(real, fake)
    assert found == pytest.approx(with_sklearn(real, fake, 5), abs=0.51) and min(found.values()) > 5


def test_nearest_digits():
    data = digits.load()
    place, distance = quality.nearest(data.test_x[:60], data.train_x)
    wanted = (
        NearestNeighbors(n_neighbors=1, algorithm="brute")
        .fit(data.train_x.flatten(1).numpy())
        .kneighbors(data.test_x[:60].flatten(1))
    )
    assert place.tolist() == wanted[1][:, 0].tolist() and distance.tolist() == pytest.approx(
        wanted[0][:, 0].tolist(), rel=1e-3
    )


def test_kinds_in_effect():
    for seed in range(5):
        share = torch.rand(10, generator=seeded(seed), dtype=torch.float64)
        assert quality.effective_number(share / share.sum()) == pytest.approx(np.exp(entropy(share.numpy())))


# ---- spectral normalisation ----


@pytest.mark.parametrize("layer", [nn.Linear(20, 30), nn.Linear(7, 1)], ids=["dense", "one row"])
def test_divided_is_what_pytorch_s_power_iteration_comes_to(layer):
    weight = layer.weight.detach().clone()
    sigma = torch.linalg.svd(weight).S[0]
    assert torch.allclose(models.divided(weight), weight / sigma, rtol=1e-5)
    normed = spectral_norm(layer, n_power_iterations=300)
    with torch.no_grad():
        normed(torch.zeros(1, layer.in_features))
        assert torch.allclose(normed.weight, models.divided(weight), rtol=1e-3, atol=1e-5)


def of_convolution(layer, weight, side):
    """Its largest singular value, by SciPy's Lanczos iteration on the convolution as PyTorch's layer computes it."""
    shape = (1, layer.in_channels, side, side)

    def made_of(x):
        return nn.functional.conv2d(x, weight, None, layer.stride, layer.padding)

    def forth(x):
        with torch.no_grad():
            return made_of(torch.from_numpy(x).float().view(shape)).flatten().numpy()

    def back(y):
        x = torch.zeros(shape, requires_grad=True)
        made = made_of(x)
        return torch.autograd.grad(made, x, torch.from_numpy(y).float().view(made.shape))[0].flatten().numpy()

    size = layer.in_channels * side**2, forth(np.zeros(layer.in_channels * side**2)).size
    return float(svds(LinearOperator(size[::-1], forth, back, dtype=np.float32), 1, return_singular_vectors=False)[0])


@pytest.mark.parametrize(
    "make, x, y",
    [
        (lambda: fresh(models.PlaneD, 0, 64, 1, True), torch.randn(6, 2, generator=seeded(0)), None),
        (
            lambda: fresh(models.DigitD, 0, 12, True, 1, True, False),
            torch.rand(6, 1, 28, 28, generator=seeded(0)),
            torch.arange(6),
        ),
    ],
    ids=["plane", "digits"],
)
def test_the_networks_follow_the_exact_division(make, x, y):
    D, sides = make(), iter((28, 14))
    with torch.no_grad():
        for _ in range(100):
            D(x, y)
    for layer in (layer for layer in D.modules() if isinstance(layer, nn.Linear | nn.Conv2d)):
        original = layer.parametrizations.weight.original.detach()
        if isinstance(layer, nn.Conv2d):
            wanted = original / of_convolution(layer, original, next(sides))
        else:
            wanted = models.divided(original)
        assert torch.allclose(layer.weight, wanted, rtol=0.02, atol=1e-3)


# ---- what D pays for its gradient ----

CRITICS = {
    "plane": (lambda: fresh(models.PlaneD, 1, 16), (2,), None, 1),
    "packs": (lambda: fresh(models.PlaneD, 1, 16, 2), (2,), None, 2),
    "digits": (lambda: fresh(models.DigitD, 1, 8, True, 1, False, False), (1, 28, 28), torch.tensor([3, 0, 9, 1]), 1),
}


def clouds(shape, n=4):
    draw = seeded(5)
    return [torch.randn(n, *shape, generator=draw, dtype=torch.float64) for _ in range(2)]


@pytest.mark.parametrize("make, shape, y, pack", CRITICS.values(), ids=CRITICS)
def test_penalties(make, shape, y, pack, monkeypatch):
    """Slopes from the whole Jacobian, of which each pack has its own block."""
    D = make().double()
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)  # classes as numbers of the critic's own precision
    real, fake = clouds(shape)
    packs, fakes, between = (
        models.packed(real, pack),
        models.packed(fake, pack),
        torch.tensor([0.1, 0.9, 0.5, 0.0])[: 4 // pack].double(),
    )

    def judged(x):
        return D(x.flatten(0, 1), y)

    def norms(x):
        whole = jacobian(judged, x)
        return torch.stack([whole[i, i].square().sum().sqrt() for i in range(len(x))])

    u = between.view(-1, *[1] * (packs.dim() - 1))
    assert losses.gradient_norms(judged, packs).tolist() == pytest.approx(norms(packs).tolist(), rel=1e-6)
    assert losses.r1_penalty(judged, packs).item() == pytest.approx((norms(packs) ** 2).mean().item() / 2, rel=1e-6)
    assert losses.gradient_penalty(judged, packs, fakes, between).item() == pytest.approx(
        ((norms(u * packs + (1 - u) * fakes) - 1) ** 2).mean().item(), rel=1e-5
    )


@pytest.mark.parametrize("penalty", ["r1", "gp"])
def test_the_gradient_of_a_penalty_by_the_weights(penalty):
    """Against finite differences, on a critic that is smooth everywhere."""
    D = fresh(lambda: nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 1), nn.Flatten(0)), 0).double()
    (real, fake), between = clouds((2,)), torch.tensor([0.3, 0.6, 0.9, 0.1]).double()

    def cost():
        return losses.r1_penalty(D, real) if penalty == "r1" else losses.gradient_penalty(D, real, fake, between)

    found = torch.autograd.grad(cost(), list(D.parameters()), allow_unused=True)
    for weight, by_weight in zip(D.parameters(), found, strict=True):
        for i in range(weight.numel()):
            with torch.no_grad():
                old, there = weight.view(-1)[i].item(), []
                for step in (1e-5, -1e-5):
                    weight.view(-1)[i] = old + step
                    with torch.enable_grad():
                        there.append(cost().item())
                weight.view(-1)[i] = old
            wanted = (there[0] - there[1]) / 2e-5
            assert (0.0 if by_weight is None else by_weight.view(-1)[i].item()) == pytest.approx(
                wanted, rel=1e-4, abs=1e-6
            )
