"""Slimmable networks: every width is a network of its own, reads the same weights, and has statistics of its own."""

import copy

import numpy as np
import pytest
import torch

from core import runs
from core.compression import slimmable
from core.compression.analysis import widths as analysis
from core.compression.settings import CompressionSettings, Slimmable
from core.compression.slimmable import WIDTHS, Switchable
from core.compression.train import train
from core.data import digits
from core.loop import seeded
from core.nets import accuracy, count, from_model, predict
from core.record import Record
from core.settings import flatten

SMALL = CompressionSettings(method=Slimmable(epochs=1, channels=4))
X = torch.rand(9, 1, 28, 28, generator=seeded(0))


def random_shape(shared, seed=0):
    """Random in every number, running statistics too."""
    shape, g = Switchable((8, 12), shared), seeded(seed)
    with torch.no_grad():
        for name, tensor in shape.state_dict().items():
            if tensor.is_floating_point():
                noise = torch.randn(tensor.shape, generator=g)
                tensor.copy_(noise.abs() + 0.5 if "var" in name else noise)
    return shape.eval()


@pytest.mark.parametrize("shared", [False, True])
def test_each_width_alone_answers_as_it_does_within(shared):
    shape = random_shape(shared)
    for width in WIDTHS:
        net = shape.at(width)
        assert net.arch["conv"] == [slimmable.narrow(8, width), slimmable.narrow(12, width)]
        assert torch.allclose(predict(net, X), shape(X, width), atol=1e-4)
    assert [slimmable.narrow(8, width) for width in WIDTHS] == [2, 4, 6, 8] and slimmable.narrow(1, 25) == 1


def test_a_width_trains_its_own_first_channels_and_nothing_else():
    shape = random_shape(False).train()
    shape(X, 50).sum().backward()
    first, second = (unit.weights.weight.grad for unit in shape.net.units())
    assert first[:4].abs().sum() > 0 and not first[4:].any()
    assert second[:6, :4].abs().sum() > 0 and not second[6:].any() and not second[:, 4:].any()
    assert all(
        (p.grad is None) == (width != 50) for width, norms in zip(WIDTHS, shape.norms) for p in norms.parameters()
    )


@pytest.mark.parametrize("shared", [False, True])
def test_a_batch_moves_the_statistics_of_its_width_or_of_all(shared):
    """Separate BatchNorms keep the other widths as they are; shared ones change the answers of every width."""
    shape = random_shape(shared)
    before = [predict(shape.at(width), X) for width in WIDTHS]
    with torch.no_grad():
        shape.train()(X, 25)
    shape.eval()
    same = [torch.equal(predict(shape.at(width), X), old) for width, old in zip(WIDTHS, before)]
    assert same == ([False] * 4 if shared else [False, True, True, True])


def test_the_statistics_of_a_shared_norm_are_those_of_pytorch():
    shape = random_shape(True).train()
    norm = copy.deepcopy(shape.net.units()[0].norm)
    small = torch.nn.BatchNorm2d(4)
    small.load_state_dict({k: v if v.ndim == 0 else v[:4] for k, v in norm.state_dict().items()})
    with torch.no_grad():
        small(torch.nn.functional.conv2d(shape.net.normalise(X), shape.net.units()[0].weights.weight[:4], padding=1))
        shape(X, 50)
    now = shape.net.units()[0].norm
    assert torch.allclose(now.running_mean[:4], small.running_mean, atol=1e-5)
    assert torch.allclose(now.running_var[:4], small.running_var, atol=1e-5)
    assert torch.equal(now.running_mean[4:], norm.running_mean[4:])


def test_numbers_by_hand():
    shape = Switchable((8, 12))
    assert shape.numbers() == 8 * 9 + 12 * 8 * 9 + 10 * 12 * 49 + 10 + 2 * (20 + 15 + 10 + 5)
    assert Switchable((8, 12), shared=True).numbers() == count(shape.net)


@pytest.fixture(scope="module")
def log():
    return list(train(SMALL))


def test_a_run_says_what_its_networks_do(log):
    run = runs.make("compression-slimmable-x", "compression", flatten(SMALL), log, 1.0, "finished")
    record, summary, data = Record(run.about.id, SMALL, log, run), log[-1].summary, digits.load()
    assert run.about.models == ["model", "w25", "w50", "w75", "control"]
    nets = [from_model(run.models[name]) for name in ("w25", "w50", "w75", "model")]
    found = analysis.widths(record)
    assert [each.percent for each in found] == list(WIDTHS)
    for each, net in zip(found, nets):
        assert each.accuracy == accuracy(net, data.test_x, data.test_y) == summary[f"at_{each.percent}"]
        assert each.alone == summary[f"alone_{each.percent}"] and each.channels == net.arch["conv"]
    assert analysis.parameters(record) == [count(net) for net in nets] and summary["accuracy"] == summary["at_100"]
    assert summary["parameters_apart"] == sum(count(net) for net in nets) > summary["parameters"] > count(nets[-1])
    assert [each.macs for each in found] == sorted(each.macs for each in found) and found[-1].macs == summary["macs"]
    first = nets[0].units()[0].weights.weight
    assert torch.equal(first, nets[-1].units()[0].weights.weight[: len(first)]), "the same weights at every width"


def test_without_a_control_there_is_none_and_a_shared_norm_is_told_apart():
    method = SMALL.method.model_copy(update={"control": False, "norms": "shared"})
    events = list(train(SMALL.model_copy(update={"method": method})))
    assert list(events[-1].models) == ["model", "w25", "w50", "w75"] and "control_accuracy" not in events[-1].summary
    record = Record("compression-x", SMALL, events, None)
    assert all(each.alone is None for each in analysis.widths(record))
    assert np.isfinite(events[-1].summary["at_25"])
