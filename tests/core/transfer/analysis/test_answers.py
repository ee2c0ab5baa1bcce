"""What the networks of a run answer, beside the network itself."""

import numpy as np
import torch

from core.transfer.analysis.answers import confusion, gained_most, most_gained, on_source, on_target, on_target_training
from core.transfer.analysis.confusion import mistakes, percent, surest
from core.transfer.domains import domains, pair
from tests.core.transfer.tiny import record


def test_the_stored_matrix_is_that_of_the_networks_answers():
    current = record("dann")
    target = domains(current.settings.target).target
    stored, said = confusion(current, (current.id, "model")), on_target(current, (current.id, "model"))
    with torch.inference_mode():
        own = current.run.net("model")(target.test_x[:50]).softmax(1)
    np.testing.assert_allclose(said[:50], own, atol=1e-5)
    for i, j in mistakes(percent(stored))[:5]:
        found = surest(said, target.test_y.numpy(), i, j)
        assert len(found) == stored[i, j] and (target.test_y[found] == i).all()
        assert (np.diff(said[found, j]) <= 0).all(), "the surest first"


def test_before_a_second_phase_the_matrix_is_counted_now():
    current = record("finetune")
    counts = confusion(current, (current.id, "before"))
    said = on_target(current, (current.id, "before")).argmax(1)
    y = domains(current.settings.target).target.test_y.numpy()
    assert counts.sum() == len(y) and np.trace(counts) == (said == y).sum()
    assert counts[3, 5] == ((y == 3) & (said == 5)).sum()
    assert (counts != confusion(current, (current.id, "model"))).any()


def test_each_part_of_the_domains_is_asked_as_the_run_had_it():
    current = record("rare")
    own = (current.id, "model")
    assert len(on_target_training(current, own)) == len(pair(current.settings).target.train_y) == 2200
    counts, source = on_source(current, own), domains(current.settings.target).source
    assert counts.sum(1).tolist() == source.test_y.bincount().tolist()
    with torch.inference_mode():
        right = (current.run.net("model")(source.test_x).argmax(1) == source.test_y).sum().item()
    assert np.trace(counts) == right


def test_the_picture_that_gained_most_is_named_by_class_and_number():
    before, after = np.full((5, 10), 0.1), np.full((5, 10), 0.1)
    after[2, 2] = 0.9
    after[3, 5] = 1.0  # not its class
    assert most_gained(before, after, np.array([2, 7, 2, 2, 7])) == (2, 2)
    current = record("finetune")
    first, last = ((current.id, name) for name in ("before", "model"))
    label, number = gained_most(current, first, last)
    y = domains(current.settings.target).target.test_y.numpy()
    index, every = np.flatnonzero(y == label)[number - 1], np.arange(len(y))
    gains = on_target(current, last)[every, y] - on_target(current, first)[every, y]
    assert gains[index] == gains.max()
