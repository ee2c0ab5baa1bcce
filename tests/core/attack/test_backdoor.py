"""A backdoor: what is poisoned and where, that the network obeys, and that activation clustering finds what was done."""

from functools import cache

import numpy as np
import pytest
import torch

from core.attack import backdoor, clustering
from core.attack import settings as s
from core.attack.analysis import clusters, stage, stored
from core.attack.clustering import Split
from core.data import digits

RECORD = "attack-the-hidden-switch"
METHOD = s.Backdoor(poisoned=5, trigger=4, place="top", target=3)


@cache
def data():
    return backdoor.poison(METHOD, 0), digits.load()


def test_so_many_digits_are_poisoned_and_each_has_a_wrong_label():
    found, clean = data()
    assert int(found.which.sum()) == 200 == round(0.05 * len(clean.train_x))
    assert (clean.train_y[found.which] != 3).all() and (found.y[found.which] == 3).all()
    assert torch.equal(found.y[~found.which], clean.train_y[~found.which])
    assert torch.equal(found.x[~found.which], clean.train_x[~found.which])
    assert len(set(clean.train_y[found.which].tolist())) == 9, "from all other classes"
    assert not torch.equal(backdoor.poison(METHOD, 1).which, found.which)


@pytest.mark.parametrize("place, rows", [("top", (1, 5)), ("centre", (12, 16)), ("bottom", (23, 27))])
def test_the_trigger_is_a_white_square_and_nothing_else_changes(place, rows):
    x = torch.full((2, 1, 28, 28), 0.3)
    found = backdoor.stamped(x, 4, place)
    expected = torch.full((28, 28), 0.3)
    expected[slice(*rows), slice(*rows)] = 1
    assert torch.equal(found, expected.expand(2, 1, 28, 28)) and (x == 0.3).all()
    other = backdoor.control(x, 4, place)
    assert (other == 1).sum() == (found == 1).sum() and not ((other == 1) & (found == 1)).any()


def test_two_distant_groups_are_found_and_even_ones_have_no_silhouette():
    """By hand: 30 of 100 stand far off in one of 40 directions."""
    generator = np.random.default_rng(0)
    activations = generator.normal(size=(100, 40))
    alone = clustering.split(4, np.arange(100), activations, 0)
    activations[:30, 0] += 25
    far = clustering.split(4, np.arange(100), activations, 0)
    assert (
        far.share == 30
        and set(far.index[far.small]) == set(range(30))
        and far.silhouette > 0.7 > 0.2 > alone.silhouette
    )
    bad = np.zeros(100, dtype=bool)
    bad[:20] = True
    numbers = clustering.found(far, bad)
    assert numbers == {"recall": 100, "precision": pytest.approx(200 / 3), "chance_recall": 30, "chance_precision": 20}


def test_the_shipped_network_obeys_and_what_was_done_is_found():
    found = clusters.clustered(stored.record_of(RECORD))
    method = stored.record_of(RECORD).settings.method
    assert found.suspect == method.target and found.poisoned.sum() == 80
    assert [each.case for each in clusters.says(found)] == ["suspect-right", "group-holds"]
    numbers = clustering.found(found.splits[method.target], found.poisoned)
    assert min(numbers["recall"], numbers["precision"]) > 95 and numbers["chance_recall"] < 25
    sizes = {name: len(spots) for name, spots in clusters.groups(found, method.target).items()}
    assert sum(sizes.values()) == 480 and sizes["poisoned_small"] + sizes["poisoned"] == 80
    end = stored.record_of(RECORD).summary
    assert end["obeyed"] > 90 > 10 > end["obeyed_control"] and end["clean"] > 95
    assert numbers["recall"] == pytest.approx(end["recall"])


@pytest.mark.parametrize(
    "small, bad, target, cases",
    [
        ((0,), (), 1, ["nothing-poisoned"]),
        ((0,), (0,), 1, ["suspect-right", "group-holds"]),
        ((0, 1), (4,), 2, ["suspect-wrong", "group-holds"]),
    ],
)
def test_every_case_of_what_is_said(small, bad, target, cases):
    def made(label, index, small):
        return Split(label, np.array(index), np.zeros((4, 2)), np.isin(index, small), 0.5)

    splits = {1: made(1, [0, 1, 2, 3], small[:1]), 2: made(2, [4, 5, 6, 7], [4, 5])}
    found = clusters.Found(splits, np.isin(np.arange(8), bad), target)
    assert [each.case for each in clusters.says(found)] == cases and found.suspect == 1


def test_the_live_picture_says_what_the_network_says():
    rows = stage.backdoor(stored.record_of(RECORD))
    assert [name for name, *_ in rows] == ["poisoned", "clean", "triggered"]
    (_, _, labels), (_, clean, right), (_, triggered, wrong) = rows
    assert labels == [7] * 5 == wrong and right == [0, 1, 2, 3, 4]
    assert all((a != b).sum() == 9 for a, b in zip(clean, triggered)), "three by three pixels"
