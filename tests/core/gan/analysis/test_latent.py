"""Walks among codes."""

import numpy as np
import pytest
import torch

from core.gan import quality
from core.gan.analysis import latent, players
from tests.core.gan.tiny import cases, record


def code(seed, length=1):
    return length * torch.randn(64, generator=torch.Generator().manual_seed(seed))


def test_a_walk_turns_by_equal_angles_between_its_ends():
    a, b = code(0), code(1, 2)
    way = latent.walk(a, b, 9)
    assert torch.allclose(way[0], a, atol=1e-5) and torch.allclose(way[-1], b, atol=1e-5)
    angles = torch.arccos(torch.cosine_similarity(way[1:], way[:-1], dim=1))
    assert torch.allclose(angles, angles.mean().expand_as(angles), atol=1e-4)
    assert torch.allclose(way.norm(dim=1), torch.lerp(a.norm(), b.norm(), torch.linspace(0, 1, 9)), atol=1e-4)


@pytest.mark.parametrize("share", [-1.0, 2.0, 0.0])
def test_a_walk_is_straight_where_there_is_no_plane_to_turn_in(share):
    """Oppositely, the same way, and to nowhere."""
    a = code(0)
    way = latent.walk(a, share * a, 5)
    wanted = torch.stack([torch.lerp(a, share * a, at) for at in torch.linspace(0, 1, 5)])
    assert torch.allclose(way, wanted, atol=1e-5)


def test_the_walk_in_words():
    read = np.full((3, 10), 0.01)
    read[0, 3], read[1, 8], read[2, 8] = 0.91, 0.4, 0.91
    made = np.stack([np.zeros((2, 2)), np.ones((2, 2)), np.full((2, 2), 2)]).astype(np.uint8)
    first, second = latent.Walk(made, read).verdicts
    assert first.case == "walk-unsure" and first.numbers == {"digits": "3 → 8", "where": 50, "sure": pytest.approx(40)}
    assert second.case == "walk-flows" and second.numbers == {"steps": 2, "jump": 1}
    assert latent.Walk(np.zeros((3, 2, 2), np.uint8), read).verdicts[1].case == "walk-still"
    jumps = np.repeat(np.uint8([0, 0, 0, 0, 9]), 4).reshape(5, 2, 2)
    sure = np.tile(np.eye(10)[7], (5, 1))
    assert cases(latent.Walk(jumps, sure).verdicts) == ["walk-sure", "walk-jumps"]
    assert latent.Walk(made, read).here(1).numbers == {"digit": 8, "sure": pytest.approx(40)}


def test_a_path_in_words():
    real = np.stack([np.repeat([0.0, 1.0], 200), np.tile(np.linspace(-0.1, 0.1, 200), 2)], 1)
    way = np.stack([np.linspace(0, 1, 41), np.zeros(41)], 1)
    length, where = latent.about_path(way, real)
    assert where.case == "path-empty" and length.numbers["length"] == pytest.approx(1) == length.numbers["straight"]
    assert latent.about_path(np.zeros((41, 2)), real)[1].case == "path-real"


def test_a_walk_of_a_run_begins_and_ends_at_the_codes():
    walk, wall = latent.between(record("digits"), 2, 5, 7), latent.wall(record("digits"), 7)
    assert np.abs(walk.made[[0, -1]].astype(int) - wall[[2, 5]].astype(int)).max() <= 1
    assert walk.read.shape == (latent.PLACES, 10) and np.allclose(walk.read.sum(1), 1, atol=1e-4)
    path = latent.path(record("critic"), 1, 4)
    assert np.allclose(path.places[[0, -1]], players.of(record("critic")).fake[[1, 4]], atol=1e-4)
    assert path.says.shape == (latent.PLACES,)


def test_one_code_as_every_class():
    """Of a code and itself neither has more ink in any class."""
    there = players.of(record("digits"))
    found = latent.every_class(record("digits"), 3, 3)
    pictures = found.pictures.astype(int)
    assert pictures.shape == (20, 28, 28) and np.abs(pictures[:10] - pictures[10:]).max() <= 1
    asked, ink = found.verdicts
    assert ink.case == "classes-code" and ink.numbers["classes"] == 10
    made = there.made(there.z[[3]].repeat(10, 1), torch.arange(10))
    assert asked.numbers["right"] == pytest.approx(quality.as_asked(quality.answers(made), torch.arange(10)), abs=1e-3)


def test_sums_have_the_length_of_codes(monkeypatch):
    there, asked = players.of(record("free")), []
    monkeypatch.setattr(type(there), "made", lambda self, z, y=None: asked.append(z) or self.G(z, y).detach())
    found = latent.sums(record("free"), 0, 1, 2)
    a, b, c, total = asked[0]
    assert total.norm() == pytest.approx(there.latent**0.5, abs=1e-3)
    assert torch.cosine_similarity(total, a - b + c, dim=0) == pytest.approx(1, abs=1e-5)
    assert found.pictures.shape == (4, 28, 28) and found.verdicts[0].case == "sums-read"


def test_the_first_walk_has_a_way():
    points = players.of(record("plane")).fake[: latent.CODES]
    a, b = latent.far_apart(record("plane"))
    distances = (points - points[0]).norm(dim=1)
    assert a == 0 and distances[b] == pytest.approx(distances.max().item())
