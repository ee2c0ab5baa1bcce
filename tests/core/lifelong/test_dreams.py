"""Generative replay: its losses by hand, no old digit is read again, labels are the old network's, and it remembers."""

import dataclasses

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Normal, kl_divergence

from core.events import Picture
from core.lifelong import models
from core.lifelong import settings as s
from core.lifelong.analysis.dreaming import by_task, dreams
from core.lifelong.dreams import BATCH, LOOKS, SHOWN, VAE, Dreams, negative_elbo, replayed_loss
from core.lifelong.method import Context
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.lifelong.train import METHODS, train
from core.loop import fresh, seeded
from core.record import Record

SMALL = {**s.SPLIT, "tasks": 2, "epochs": 1}


def made(incremental="class", tasks=3, **method):
    settings = LifelongSettings(
        stream="split", incremental=incremental, tasks=tasks, method=s.Generative(generator_steps=50, **method)
    )
    context = Context(settings, stream(settings), models.widths_of(settings), seeded(0))
    size = sum((a + 1) * b for a, b in zip(context.widths, context.widths[1:]))
    return Dreams(context), context, 0.05 * torch.randn(size, generator=seeded(1))


def test_the_generator_s_loss_is_that_of_torch_distributions():
    generator = seeded(0)
    logits, mean, log_var = (torch.randn(5, n, generator=generator) for n in (12, 3, 3))
    x = torch.randint(2, (5, 12), generator=generator).float()
    rebuilt = -Bernoulli(logits=logits).log_prob(x).sum(1)
    apart = kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(0.0, 1.0)).sum(1)
    assert negative_elbo(logits, x, mean, log_var).item() == pytest.approx((rebuilt + apart).mean().item(), rel=1e-5)


def test_the_bound_is_below_the_likelihood_that_brute_force_finds():
    """With one code of one number, −log p(x) is an integral over it."""
    vae, x = fresh(VAE, 0, 1), torch.rand(1, 1, 28, 28, generator=seeded(0)).round()
    grid = torch.linspace(-6, 6, 2001)[:, None]
    with torch.no_grad():
        given = -F.binary_cross_entropy_with_logits(
            vae.decoder(grid), x.flatten(1).expand(2001, -1), reduction="none"
        ).sum(1)
        exact = -torch.logsumexp(given + Normal(0.0, 1.0).log_prob(grid[:, 0]), 0) - np.log(12 / 2000)
        bound = vae.loss(x.expand(4000, 1, 28, 28), torch.randn(4000, 1, generator=seeded(1)))
    assert exact.item() < bound.item() < exact.item() + 50


def test_the_share_of_dreams_mixes_both_losses():
    new, old = torch.tensor(2.0), torch.tensor(6.0)
    assert (
        replayed_loss(new, old, 0.0) == 2 and replayed_loss(new, old, 0.25) == 3 and replayed_loss(new, old, 1.0) == 6
    )


def test_no_old_digit_is_read_again():
    method, context, theta = made()
    first, second, __ = context.tasks
    method.begin_task(first, theta)
    method.learn(first)
    gone = torch.full_like(first.train_x, torch.nan)
    context.tasks[0] = dataclasses.replace(first, train_x=gone, test_x=gone[:1])
    method.begin_task(second, theta)
    method.learn(second)
    assert torch.isfinite(method.loss(theta, second.train_x[:8], second.train_y[:8], second))
    assert all(torch.isfinite(p).all() for p in method.generator.parameters())
    inside = sum(p.numel() for p in method.generator.parameters())
    assert sum(part.numel() for part in method.kept()) == inside + len(theta), "a generator and the old network"


@pytest.mark.parametrize(
    "incremental, pairs",
    [
        ("class", [((0, 7), (0, 10))]),
        ("domain", [((0, 4), (0, 4))]),
        ("task", [((0, 4), (0, 4)), ((4, 7), (4, 7))]),
    ],
)
def test_dreams_are_labelled_by_the_old_network_among_its_own_outputs(incremental, pairs):
    method, context, theta = made(incremental, replayed=30)
    task = context.tasks[2]
    method.begin_task(task, theta)
    assert [tuple((part.start, part.stop) for part in pair) for pair in method.groups] == pairs
    x, y, now = task.train_x[:6], task.train_y[:6], theta + 0.01
    state = context.generator.get_state()
    found = method.loss(now, x, y, task)
    context.generator.set_state(state)
    dreamt, outputs = method.old.dream(method.noise(6)), context.active(task, 2)
    new = F.cross_entropy(models.logits(now, context.widths, x)[:, outputs], y - outputs.start)
    said, z = models.logits(theta, context.widths, dreamt), models.logits(now, context.widths, dreamt)
    old = [F.cross_entropy(z[:, c:d], said[:, a:b].argmax(1) + a - c) for (a, b), (c, d) in pairs]
    assert found.item() == pytest.approx((0.7 * new + 0.3 * sum(old) / len(old)).item(), rel=1e-5)


def test_the_generator_learns_as_many_steps_as_it_is_given_and_none_in_the_last_task(monkeypatch):
    seen = []

    class Witness(Dreams):
        def learn(self, task):
            seen.append(task.number)
            super().learn(task)

    monkeypatch.setitem(METHODS, s.Generative, Witness)
    settings = LifelongSettings(**SMALL | {"tasks": 3}, method=s.Generative(generator_steps=70))
    events = list(train(settings))
    assert [seen.count(number) for number in range(3)] == [70, 70, 0] and BATCH == 64
    record = Record("lifelong-x", settings, events, None)
    looks = [e for e in events if isinstance(e, Picture) and e.name == "dreams"]
    assert len(looks) == 3 * LOOKS + 1 and dreams(record).digits.shape == (SHOWN, 28, 28)
    ends = by_task(record)
    assert len(ends) == 3 and (ends[1].digits == ends[2].digits).all() and (ends[0].digits != ends[1].digits).any()
    assert set(ends[0].labels) <= set(range(4)), "it knows no others yet"


def test_dreams_keep_what_fine_tuning_loses():
    bare, dreamt = (
        list(train(LifelongSettings(**SMALL | {"epochs": 2}, method=method)))[-1].summary
        for method in (s.Finetune(), s.Generative(generator_steps=200))
    )
    assert bare["task_1"] < 5 and dreamt["task_1"] > 50 and dreamt["task_2"] > 70
