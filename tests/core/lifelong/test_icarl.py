"""iCaRL: herding against a loop, the loss by hand, a memory that keeps the first of each class, and few digits that go far."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.lifelong import models
from core.lifelong import settings as s
from core.lifelong.icarl import ICaRL, herding, nearest_mean
from core.lifelong.method import Context
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.lifelong.train import train
from core.loop import seeded


def made(incremental="class", budget=30):
    settings = LifelongSettings(stream="split", incremental=incremental, tasks=5, method=s.ICaRL(budget=budget))
    context = Context(settings, stream(settings), models.widths_of(settings), seeded(0))
    size = sum((a + 1) * b for a, b in zip(context.widths, context.widths[1:]))
    return ICaRL(context), context, 0.05 * torch.randn(size, generator=seeded(1))


@given(st.integers(0, 999), st.integers(1, 12))
def test_herding_is_the_paper_s_loop(seed, count):
    features = torch.randn(9, 4, generator=seeded(seed))
    chosen, rows = [], features.numpy().astype(float)
    for k in range(1, min(count, 9) + 1):
        left = [i for i in range(9) if i not in chosen]
        apart = [np.linalg.norm(rows.mean(0) - (rows[chosen].sum(0) + rows[i]) / k) for i in left]
        chosen.append(left[int(np.argmin(apart))])
    assert herding(features, count).tolist() == chosen


def test_the_nearest_mean_answers():
    features, means = torch.randn(30, 5, generator=seeded(0)), torch.randn(4, 5, generator=seeded(1))
    expected = [int(np.argmin([np.linalg.norm(x - m) for m in means.numpy()])) for x in features.numpy()]
    assert nearest_mean(features, means).tolist() == expected


def test_new_outputs_are_told_the_class_and_old_ones_what_they_said():
    method, context, theta = made()
    first, second = context.tasks[:2]
    method.begin_task(first, theta)
    method.end_task(first, theta)
    method.begin_task(second, theta)
    x, y, now = method.prepared(second.train_x[:6]), second.train_y[:6], theta + 0.01
    state = context.generator.get_state()
    found = method.loss(now, x, y, second).item()
    context.generator.set_state(state)
    old_x, old_y, _ = method.memory.draw_any(6, context.generator)
    total = 0.0
    for image, label in zip([*x, *old_x], [*y.tolist(), *old_y.tolist()]):
        p = models.logits(now, context.widths, image[None])[0].sigmoid()
        said = models.logits(theta, context.widths, image[None])[0].sigmoid()
        for output in range(4):
            target = said[output] if output < 2 else torch.tensor(float(output == label))
            total -= (target * p[output].log() + (1 - target) * (1 - p[output]).log()).item()
    assert found == pytest.approx(total / 12, rel=1e-4)


def test_the_memory_keeps_to_its_budget_and_the_first_of_each_class():
    method, context, theta = made(budget=50)
    before = {}
    for task in context.tasks:
        method.begin_task(task, theta)
        method.end_task(task, theta)
        sizes = [len(x) for *_, x in method.sets]
        assert len(set(sizes)) == 1 and sum(sizes) <= 50 and len(sizes) == 2 * (task.number + 1)
        assert all(torch.equal(x, before.get(label, x)[: len(x)]) for _, label, x in method.sets)
        before = {label: x for _, label, x in method.sets}
    assert sum(len(y) for _, y in method.memory.parts) == 50
    for number, (x, y) in enumerate(method.memory.parts):
        task = context.tasks[number]
        for image, label in zip(x, y):
            place = (task.train_x == image).flatten(1).all(1).nonzero().flatten()
            assert task.train_y[place[0]] == label


def test_a_few_chosen_digits_go_farther_than_a_few_drawn_ones():
    ends = {
        name: list(train(LifelongSettings(**s.SPLIT | {"epochs": 1}, method={"name": name, "budget": 20})))[-1].summary
        for name in ("replay", "icarl")
    }
    assert ends["icarl"]["average"] > ends["replay"]["average"] + 10
