"""Pictures as points: against answers known beforehand."""

import numpy as np
import pytest
import torch

from core.attribution import features, filters, inputs
from core.data import digits
from core.subject.models import DIGITS, Subject, digit_at, digit_net


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def digit():
    return Subject(digit_net("compression-teacher"), digit_at(3, 1), DIGITS)


@pytest.fixture(autouse=True)
def global_randomness_is_left_alone():
    before, legacy = torch.random.get_rng_state(), np.random.get_state()[1].copy()
    yield
    assert torch.equal(before, torch.random.get_rng_state()) and np.array_equal(legacy, np.random.get_state()[1])


def blobs():
    x = torch.randn(60, 12, generator=generator())
    x[30:, :4] += 12
    return x


def gap(places):
    """Distance of the two groups' centres in units of the largest distance from a centre."""
    a, b = places[:30], places[30:]
    radius = max(np.linalg.norm(each - each.mean(0), axis=1).max() for each in (a, b))
    return np.linalg.norm(a.mean(0) - b.mean(0)) / radius


def test_two_blobs_stay_apart_both_ways():
    x = blobs()
    assert gap(features.pca(x)[0]) > 3
    first, again = features.tsne(x, seed=1, perplexity=10), features.tsne(x, seed=1, perplexity=10)
    assert gap(first) > 1.5 and np.array_equal(first, again)


def test_pca_agrees_with_the_singular_values_by_hand():
    x = blobs()
    places, shares = features.pca(x)
    u, s, __ = np.linalg.svd((x - x.mean(0)).double().numpy(), full_matrices=False)
    assert np.abs(places) == pytest.approx(np.abs(u[:, :2] * s[:2]), abs=1e-5)
    assert shares == pytest.approx(tuple(s[:2] ** 2 / (s**2).sum()), abs=1e-6)


def test_features_are_means_over_space(digit):
    x, layer = digits.load().test_x[:5], inputs.layers(digit.net)["convolution 2"]
    found = features.features(digit.net, layer, x)
    assert torch.allclose(found, filters.activations(digit.net, x, layer).mean((2, 3))) and found.dim() == 2


@pytest.mark.parametrize("x", [torch.ones(8, 3), torch.arange(8.0)[:, None], torch.zeros(8, 1)])
def test_poor_features_have_a_place_all_the_same(x):
    places, shares = features.pca(x)
    assert places.shape == (8, 2) and np.isfinite(places).all() and np.isfinite(shares).all()
    assert np.isfinite(features.tsne(x)).all()
