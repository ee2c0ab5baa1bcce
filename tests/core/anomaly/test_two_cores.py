"""A convolutional autoencoder on two cores: the same bits as on one."""

import pytest
import torch

from core import together
from core.anomaly import datasets, monitor, train
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.networks import NETWORKS, squared_error
from core.anomaly.settings import AnomalySettings
from core.events import pack

CONV = [s.AutoEncoder(net="conv", steps=20), s.Denoising(net="local", bottleneck=98, steps=20, batch=16)]
each_net = pytest.mark.parametrize("method", CONV, ids=lambda method: method.name)


def events(method):
    return [repr(pack(event)) for event in train.train(AnomalySettings(data=s.Damaged(normal="4"), method=method))]


@each_net
def test_the_events_are_the_same_bits_with_and_without_a_second_thread(method, monkeypatch):
    monkeypatch.setattr(monitor, "EVALUATIONS", 1)
    if together._helper() is None:
        pytest.skip("one core: there is no second thread")
    asked, both = [], together.both
    monkeypatch.setattr(together, "both", lambda *pieces: asked.append(pieces) or both(*pieces))
    on_two = events(method)
    assert len(asked) == 2 * method.steps, "each step, forward and backward"
    monkeypatch.setattr(together, "_helper", lambda: None)
    assert events(method) == on_two


@each_net
def test_two_halves_are_the_batch(method):
    """The loss and its gradient differ from those of the whole batch by rounding alone."""
    detector = NETWORKS[type(method)](method.model_copy(update={"noise": 0.0} if method.name == "denoising" else {}), 0)
    detector.begin(datasets.dataset_of(AnomalySettings(data=s.Damaged(normal="4"), method=method)))
    index = torch.arange(17)
    loss = detector.backward(index)
    x = detector.x[index]
    whole = squared_error(x, detector.net(x)).mean()
    assert torch.allclose(loss, whole, rtol=1e-5)
    for p, g in zip(detector.learned, torch.autograd.grad(whole, detector.learned), strict=True):
        assert torch.allclose(p.grad, g, rtol=1e-3, atol=1e-4 * float(g.abs().max()))


@each_net
def test_scores_in_parts_are_those_of_each_part(method):
    detector = NETWORKS[type(method)](method, 0)
    detector.begin(datasets.dataset_of(AnomalySettings(data=s.Damaged(normal="4"), method=method)))
    x = detector.x[:70]
    with torch.inference_mode():
        each = torch.cat([detector.score(part) for part in x.split(20)])
    assert torch.equal(scores(detector, x, 20), each) and len(each) == 70
    assert not detector.net.training
