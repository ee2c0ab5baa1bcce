"""The same objects drawn twice: balanced, always the same, and no object of the test part in the training part."""

import numpy as np
import pytest
import torch

from core.data import drawings
from core.data.digits import CLASSES
from core.loop import seeded
from core.transfer import settings as s
from core.transfer.train import train
from pages.views.transfer.digits import KINDS, names


@pytest.mark.parametrize("name", drawings.DRAWN)
def test_ten_classes_equally_often_in_every_part(name):
    data = drawings.load(name)
    for x, y, each in ((data.train_x, data.train_y, 400), (data.test_x, data.test_y, 100)):
        assert x.shape == (10 * each, 1, 28, 28) and x.dtype == torch.float32 and y.bincount().tolist() == [each] * 10
        assert 0 <= x.min() and x.max() <= 1 and (x.flatten(1).max(1).values > 0.2).all(), "something is on each"


def test_an_object_of_the_test_part_is_in_no_training_part():
    """Each training picture stays where it is when the stored test objects are painted over."""
    with np.load(drawings.FILE) as file:
        stored, y = torch.from_numpy(file["drawings"]).float().div(255).unsqueeze(1), torch.from_numpy(file["labels"])
    test = drawings.unseen(y.long())
    for which in range(CLASSES):
        own = test[y == which]
        assert 7 <= int(own.sum()) == round(drawings.KEPT * len(own)) < len(own)
    painted = torch.where(test.view(-1, 1, 1, 1), torch.ones_like(stored), stored)
    before, after = (drawings.parts(x, y.long(), seeded(0)) for x in (stored, painted))
    assert torch.equal(before.train_x, after.train_x) and not torch.equal(before.test_x, after.test_x)
    assert (after.test_x.flatten(1).mean(1) > 0.5).all(), "each test picture is one of them"


def test_a_picture_is_turned_zoomed_and_shifted_only_a_little():
    x = torch.zeros(200, 1, 28, 28)
    x[:, 0, 12:16, 12:16] = 1
    y = drawings.varied(x, seeded(0))
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    mass = y.sum((1, 2, 3))
    for place in (rows, columns):
        middle = (y[:, 0] * place).sum((1, 2)) / mass
        assert (middle - 13.5).abs().max() < 3.5 and middle.std() > 0.5
    assert 16 * 0.6 < mass.min() and mass.max() < 16 * 1.4
    assert torch.equal(drawings.varied(x, seeded(0)), y)


def test_the_kinds_have_the_names_of_the_file():
    with np.load(drawings.FILE) as file:
        assert file["names"].tolist() == list(KINDS)
    assert names(s.TransferSettings(), 3) == ["0", "1", "2"]
    assert names(s.TransferSettings(target=s.Drawings()), 2) == ["face", "person"]


def test_a_run_says_what_it_answers_and_leaves_no_network_on_the_shelf_of_digits():
    target = s.Drawings(seen_as="outlines")
    *_, end = events = list(train(s.TransferSettings(target=target, method=s.SourceOnly(), steps=50, batch=16)))
    said = next(event.array for event in events if getattr(event, "name", "") == "said")
    confusion = next(event.array for event in events if getattr(event, "name", "") == "confusion")
    assert not end.models and said.shape == (10,) and confusion.sum(1).tolist() == [100] * 10
    assert all(confusion[which, answer] > 0 for which, answer in enumerate(said)), "they are among the answers"
