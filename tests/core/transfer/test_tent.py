"""TENT: who moves, what a batch does to BatchNorm, and that the entropy is the one of the formula."""

import pytest
import torch

from core.loop import seeded
from core.transfer import judge, models, tent
from core.transfer import settings as s
from core.transfer.method import World
from core.transfer.monitor import Seen
from core.transfer.settings import TransferSettings


def method(**knobs):
    world = World(TransferSettings(target=s.Rotated(), method=s.Tent(**knobs), steps=50, batch=16))
    found = tent.Tent(world)
    found.begin(0)
    return found


def test_the_entropy_of_a_batch_is_that_of_its_answers():
    logits = 3 * torch.randn(7, 5, generator=seeded(1))
    assert tent.entropy(logits).item() == pytest.approx(judge.entropy(logits.softmax(1)), rel=1e-5)
    assert tent.entropy(torch.zeros(3, 10)).item() == pytest.approx(torch.tensor(10.0).log().item())
    sure = torch.tensor([[50.0, 0], [0, 50]])
    assert tent.entropy(sure).item() == pytest.approx(0, abs=1e-6)


def test_only_scales_and_shifts_move_and_the_network_of_the_source_stays():
    found = method(tent_batch=20, tent_rate=0.1)
    before = {name: value.clone() for name, value in found.net.state_dict().items()}
    learned = found.begin(1)
    assert len(learned) == 2 * len(tent.norms(found.net)) == 8
    optimizer = torch.optim.Adam(learned, found.rate(1))
    first = found.losses(found.world.draw(), 0)["entropy_loss"]
    first.backward()
    optimizer.step()
    moved = {name for name, value in found.twin.state_dict().items() if not torch.equal(value, before[name])}
    assert moved and all(".norm." in name for name in moved)
    assert all(torch.equal(value, before[name]) for name, value in found.net.state_dict().items())
    assert found.net_for("source") is found.net and set(found.rivals()) == {"unadapted", "still"}


@torch.no_grad()
def test_a_batch_brings_its_own_mean_and_variance():
    """What `by_batch` answers in use is what the network answers in training mode; picture by picture it would differ."""
    net = models.network(TransferSettings())
    other, x = tent.by_batch(net, 12).eval(), torch.randn(12, 3, 28, 28, generator=seeded(0))
    found = other.layers(x)
    assert torch.allclose(found, net.train().layers(x), atol=1e-5)
    assert not torch.allclose(other.layers(x[:6]), found[:6], atol=1e-2)
    assert all(norm.running_mean is not None for norm in tent.norms(net)), "a copy was changed, not the network"


def test_every_picture_comes_once_before_any_comes_again():
    found = method(tent_batch=200)
    found.begin(1)
    order = found.stream
    assert order.shape == (20, 200) and order.unique().numel() == 4000
    for _ in range(20):
        found.losses(None, 0)
    assert len(found.stream) == 0
    found.losses(None, 0)
    assert len(found.stream) == 19


def test_test_pictures_are_asked_in_batches_and_come_back_in_their_order():
    """Each answer must be that of its own picture: of a network whose statistics do not matter, as ever."""
    found = method(tent_batch=32)
    found.begin(1)
    data = found.world.pair.target
    x, y = found.net.normalise(data.test_x), data.test_y
    alone = Seen(found.net.eval(), x, y)
    for norm, fixed in zip(tent.norms(found.still), tent.norms(found.net)):  # its statistics again, whatever the batch
        norm.track_running_stats, norm.running_mean, norm.running_var = True, fixed.running_mean, fixed.running_var
    assert found.still.together == 32
    assert torch.allclose(Seen(found.still.eval(), x, y).logits, alone.logits, atol=1e-4)


def test_what_is_stored_answers_to_single_pictures():
    found = method(tent_batch=50)
    found.begin(1)
    with torch.no_grad():
        for norm in tent.norms(found.twin):
            norm.weight.mul_(2)
    net, x = found.kept(), found.world.target_x[:4]
    with torch.no_grad():
        assert torch.allclose(net.layers(x)[:1], net.layers(x[:1]), atol=1e-4)
    assert all(torch.equal(a.weight, b.weight) for a, b in zip(tent.norms(net), tent.norms(found.twin)))
