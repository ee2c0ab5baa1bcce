"""Copies are found, and fresh digits are none."""

from dataclasses import replace

import numpy as np
import torch

from core.gan.analysis import copying, players
from tests.core.gan.tiny import cases, record


def test_copies_are_found_and_fresh_digits_are_not():
    there = players.of(record("digits"))
    step = len(there.world.x) // 1000
    taught = there.world.x[::step][:1000].clone()
    copies = copying.between(replace(there, G=lambda z, y: taught), "pixels")
    assert copies.fake.max() < 0.05 and copies.own > 60
    assert cases(copying.about_own(copies)) == ["copying-own", "copying-copies"]
    fresh = replace(there, G=lambda z, y: there.real[::2], real=there.real[1::2], real_y=there.real_y[1::2])
    found = copying.between(fresh, "pixels")
    assert len(found.test) == len(there.real) // 2 and abs(found.own - 50) < 6
    assert copying.about_own(found)[1].case != "copying-copies"
    brute = torch.cdist(((fresh.fake[:3] + 1) / 2).flatten(1), ((there.world.x + 1) / 2).flatten(1)).min(1)
    assert np.allclose(found.fake[:3], brute.values) and found.place[:3].tolist() == brute.indices.tolist()


def test_what_follows_from_the_distances():
    test = np.linspace(1, 2, 1000)

    def found(fake, own):
        return copying.Distances(np.full(1000, fake), np.zeros(1000, int), test, own, 1000)

    def said(fake, own):
        return copying.about_own(found(fake, own))[1].case

    assert said(0.1, 50) == "copying-copies" and said(1.5, 60.1) == "copying-leans-much"
    assert said(1.5, 53.5) == "copying-leans", "beyond two standard errors of 1.6 points, but small"
    assert said(1.5, 53) == "copying-none"
    assert said(1.01, 50) == "copying-plain" and said(1.5, 50) == "copying-none"
    assert copying.about(found(1.01, 50))[0].numbers == {"share": 100, "near": 5, "fake": 1.01, "test": 1}


def test_the_nearest_of_each_digit():
    there, found = players.of(record("digits")), copying.distances(record("digits"), "pixels")
    chosen = copying.nearest_of_each(there, found)
    assert 0 < len(chosen) <= copying.PAIRS and int(found.fake.argmin()) in chosen.tolist()
    shown = copying.pairs(record("digits"), "pixels", True)
    assert shown.numbers.tolist() == chosen.tolist()
    nearest = (there.world.x[found.place[chosen]] + 1) * 127.5
    assert np.abs(shown.pixels - nearest.squeeze(1).numpy()).max() <= 1
    assert copying.pairs(record("digits"), "pixels", False).numbers.tolist() == list(range(copying.PAIRS))


def test_features_see_other_neighbours_than_pixels():
    pixels, features = (copying.distances(record("digits"), space) for space in ("pixels", "features"))
    assert (pixels.place != features.place).mean() > 0.5 and features.fake.shape == pixels.fake.shape
