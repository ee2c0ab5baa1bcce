"""What an attack works on: the victims, the aim, the folded network, and the surrogates."""

import threading

import pytest
import torch
from torch import nn

from core.attack import models
from core.attack import settings as s
from core.attack.gradient import gradient
from core.attack.models import Aim, answers, ask
from core.data import digits, imagenet, photos
from core.data.pictures import digit_from
from core.loop import seeded
from core.nets import DigitNet, predict
from core.subject.models import DIGITS, as_bytes, digit_at, digit_net, photo_net
from core.subject.settings import SHIPPED_NETWORK

LOGITS = torch.tensor([[3.0, 1.0, 2.0], [-5.0, -4.0, -9.0]])
LABEL = torch.tensor([0, 2])


# --- the aim ----------------------------------------------------------------------------------------------------------


def test_the_lead_is_positive_where_the_attack_has_what_it_wants():
    assert Aim(LABEL).lead(LOGITS).tolist() == [-1, 5]
    assert Aim(LABEL, targeted=True).lead(LOGITS).tolist() == [1, -5]
    assert Aim(LABEL).reached(LOGITS).tolist() == [False, True]
    assert Aim(LABEL, targeted=True).reached(LOGITS).tolist() == [True, False]
    draw = torch.zeros(2, 3)
    assert not Aim(LABEL).reached(draw).any() and not Aim(LABEL, targeted=True).reached(draw).any()


def test_the_loss_rises_with_what_is_wanted():
    loss = -LOGITS.log_softmax(1).gather(1, LABEL[:, None])[:, 0]
    assert torch.allclose(Aim(LABEL).loss(LOGITS), loss) and torch.allclose(Aim(LABEL, True).loss(LOGITS), -loss)


def test_a_part_of_an_aim():
    part = Aim(LABEL, targeted=True).only(torch.tensor([False, True]))
    assert part.targeted and part.label.tolist() == [2]


def test_what_each_goal_means():
    found = models.first_digits(digit_net(SHIPPED_NETWORK), 20)
    away, least = models.aim_for(found, s.Away()), models.aim_for(found, s.Least())
    assert not away.targeted and torch.equal(away.label, found.y)
    assert least.targeted and torch.equal(least.label, predict(found.net, found.x).argmin(1))
    for goal in (s.ToThing(wish=388), s.ToDigit(wish_digit=8)):
        aim = models.aim_for(found, goal)
        assert aim.targeted and aim.label.tolist() == [8] * 20, "the last figure of the number"
    photo = models.victims(s.Photo())
    assert models.aim_for(photo, s.ToThing(wish=388)).label.tolist() == [388]
    assert models.aim_for(photo, s.ToDigit(wish_digit=3)).label.tolist() == [3]


# --- the victims ------------------------------------------------------------------------------------------------------


def test_one_digit_is_held_against_the_truth():
    found = models.victims(s.Digit(digit=4, number=7))
    assert torch.equal(found.x[0], digit_at(4, 7)) and found.y.tolist() == [4]
    assert found.names == DIGITS and not found.photo


def test_a_photo_and_a_drawing_are_held_against_what_the_network_says():
    photo = models.victims(s.Photo(photo="coffee"))
    assert torch.equal(photo.x[0], photos.load("coffee")) and torch.equal(photo.y, answers(photo.net, photo.x))
    assert photo.photo and photo.names == imagenet.names() and len(photo.names) == 1000
    drawing = models.victims(s.Drawing(drawing=digit_from(as_bytes(digit_at(2, 5)))))
    assert torch.equal(drawing.y, answers(drawing.net, drawing.x)) and drawing.x.shape == (1, 1, 28, 28)


def test_many_digits_are_as_many_of_each_class():
    data = digits.load()
    for subject in (s.Digits(count=50), s.Digit(digit=9)):
        found = models.crowd(subject)
        each = len(found.y) // 10
        assert len(found.y) == (50 if isinstance(subject, s.Digits) else models.MANY)
        assert found.y.tolist() == sorted(list(range(10)) * each)
        assert torch.equal(found.x[:each], data.test_x[data.test_y == 0][:each])
    assert len(models.first_digits(digit_net(SHIPPED_NETWORK), 1000).y) == 1000


def test_the_crowd_of_a_photo_is_all_photos_and_of_digit_experiments_digits():
    found = models.crowd(s.Photo())
    assert torch.equal(found.x, photos.every()) and torch.equal(found.y, answers(photo_net(), found.x)) and found.photo
    many = models.digit_crowd(s.Photo())
    assert not many.photo and len(many.y) == models.MANY
    other = models.digit_crowd(s.Digits(count=10, network="lifelong-joint"))
    assert not isinstance(other.net, DigitNet) and len(other.y) == 10


def test_some_of_the_victims():
    found = models.first_digits(digit_net(SHIPPED_NETWORK), 20)
    by_number, by_truth = found.only(torch.tensor([3, 19])), found.only(found.y == 9)
    assert by_number.y.tolist() == [1, 9] and by_truth.y.tolist() == [9, 9] and by_truth.names == DIGITS
    assert torch.equal(by_number.x, found.x[[3, 19]])


def test_asked_in_parts_is_asked_at_once():
    net = digit_net(SHIPPED_NETWORK)
    found = models.first_digits(net, 230)
    assert models.by_parts(net, found.x, lambda part, here: (len(part), here)) == [
        (100, slice(0, 100)),
        (100, slice(100, 200)),
        (30, slice(200, 230)),
    ]
    assert torch.allclose(ask(net, found.x), predict(net, found.x), atol=1e-4)
    assert not ask(net, found.x).is_inference(), "others may ask for gradients of what they make of it"


@pytest.mark.parametrize("count, sizes", [(1, [1]), (31, [31]), (32, [16, 16]), (99, [50, 49]), (100, [50, 50])])
def test_a_single_part_of_many_digits_is_halved_and_no_bit_changes(count, sizes):
    found = models.first_digits(digit_net(SHIPPED_NETWORK), 100)
    x, y = found.x[:count], found.y[:count]
    cut = models.by_parts(found.net, x, lambda part, here: part)
    assert [len(part) for part in cut] == sizes and torch.equal(torch.cat(cut), x)
    part = x.clone().requires_grad_()
    logits = found.net(part)
    whole = torch.autograd.grad(Aim(y).loss(logits).sum(), part)[0]
    assert torch.equal(gradient(found.net, x, Aim(y))[0], whole) and torch.equal(ask(found.net, x), logits)


def test_a_network_that_draws_is_asked_in_order_and_whole():
    """On two threads its draws would fall as the threads happen to run."""
    here, asked = threading.current_thread(), []

    class Drawing(nn.Module):
        def forward(self, x):
            asked.append((len(x), threading.current_thread()))
            return x.flatten(1)[:, :10]

    ask(Drawing(), torch.rand(230, 1, 28, 28))
    ask(Drawing(), torch.rand(64, 1, 28, 28))
    assert asked == [(100, here), (100, here), (30, here), (64, here)]


# --- the networks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separable", [False, True])
def test_a_folded_network_says_the_same_with_the_same_gradients(separable):
    """Also with γ of either sign, and means that are not zero; the network itself stays as it is."""
    net = digit_net(SHIPPED_NETWORK) if not separable else DigitNet(conv=(4, 8), dense=(16,), separable=True).eval()
    if separable:
        for i, unit in enumerate(net.units()):
            for values in (unit.norm.weight, unit.norm.bias, unit.norm.running_mean):
                values.data.normal_(generator=seeded(i))
            unit.norm.running_var.uniform_(0.5, 2, generator=seeded(i))
        net.requires_grad_(False)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    found = models.first_digits(net, 50)
    logits, same = ask(net, found.x), ask(found.net, found.x)
    assert (logits - same).abs().max() <= 1e-5 * logits.abs().max()
    (one, _), (two, _) = gradient(net, found.x, Aim(found.y)), gradient(found.net, found.x, Aim(found.y))
    close = ((one - two).abs() <= 1e-3 * one.abs().amax((1, 2, 3), keepdim=True)).float().mean()
    assert close > 0.99, "but for pixels whose pooling is a tie up to rounding"
    assert not any(isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d) for part in found.net.modules())
    assert not any(weight.requires_grad for weight in found.net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


@pytest.mark.parametrize("pool_first", [False, True])
def test_a_fold_is_brought_to_what_the_network_has_learned(pool_first):
    net = DigitNet(conv=(4, 8), dense=(16,), pool_first=pool_first)
    quick = models.folded(net)
    for i, value in enumerate((*net.parameters(), *(b for b in net.buffers() if b.is_floating_point()))):
        value.data.uniform_(0.5, 2, generator=seeded(i))
    models.fold_again(quick, net)
    expected = models.folded(net).state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in quick.state_dict().items())
    assert not quick.training and not any(weight.requires_grad for weight in quick.parameters())


def test_a_network_of_another_make_is_left_alone():
    net = digit_net("lifelong-joint")
    assert models.folded(net) is net


@pytest.mark.parametrize(
    "network",
    [SHIPPED_NETWORK, "compression-teacher/model", "compression-thin-by-gamma/model", "lifelong-progressive/model"],
)
def test_the_surrogates_are_all_others(network):
    """Never a network of the victim's own run: its halves share weights."""
    x = models.first_digits(digit_net(SHIPPED_NETWORK), 10).x
    expected = [name for name in s.SURROGATES if name.split("/")[0] != network.split("/")[0]]
    found = models.surrogates(network)
    assert len(found.nets) == len(expected) == len(s.SURROGATES) - 1
    mean = torch.stack([predict(digit_net(name), x) for name in expected]).mean(0)
    assert torch.allclose(ask(found, x), mean, atol=1e-3)
