"""Two pieces of a step on two threads: the same bits as on one."""

import threading

import pytest
import torch
import torch.nn.functional as F

from core import together
from core.loop import fresh
from core.nets import DigitNet
from core.transfer.models import twin


def nobody(monkeypatch):
    monkeypatch.setattr(together, "_helper", lambda: None)


def gradients(x, y):
    """A network's gradient from two passes of which each has BatchNorm statistics of its own."""
    net = fresh(DigitNet, 3)
    other = twin(net)
    logits = torch.cat(together.halves(lambda: net(x), lambda: other(x.flip(3)), net.parameters()))
    F.cross_entropy(logits, torch.cat([y, y])).backward()
    return [p.grad for p in net.parameters()] + list(net.buffers()) + list(other.buffers())


def test_two_passes_on_two_threads_give_the_bits_of_one_and_of_plain_autograd(monkeypatch):
    x, y = torch.rand(32, 1, 28, 28, generator=torch.Generator().manual_seed(0)), torch.arange(32) % 10
    on_two = gradients(x, y)
    nobody(monkeypatch)
    on_one = gradients(x, y)
    net = fresh(DigitNet, 3)
    other = twin(net)
    F.cross_entropy(torch.cat([net(x), other(x.flip(3))]), torch.cat([y, y])).backward()
    plain = [p.grad for p in net.parameters()] + list(net.buffers()) + list(other.buffers())
    assert all(torch.equal(a, b) and torch.equal(a, c) for a, b, c in zip(on_two, on_one, plain, strict=True))


def test_the_second_piece_is_computed_here_when_no_thread_has_begun_it(monkeypatch):
    helper = together._helper()
    if helper is None:
        pytest.skip("one core: there is no second thread")
    busy, done = threading.Event(), threading.Event()
    helper.submit(lambda: (busy.set(), done.wait()))
    busy.wait()
    assert together.both(lambda: 1, threading.current_thread) == (1, threading.current_thread())
    done.set()
    nobody(monkeypatch)
    assert together.both(lambda: 1, lambda: 2) == (1, 2)


def test_pieces_that_have_pieces_of_their_own_and_pieces_that_fail():
    assert together.both(lambda: together.both(lambda: 1, lambda: 2), lambda: together.both(lambda: 3, lambda: 4)) == (
        (1, 2),
        (3, 4),
    )
    with pytest.raises(ZeroDivisionError):
        together.both(lambda: 1 / 0, lambda: 2)
    with pytest.raises(ZeroDivisionError):
        together.both(lambda: 1, lambda: 1 / 0)
    assert together.both(lambda: 5, lambda: 6) == (5, 6), "and the next step goes on"
