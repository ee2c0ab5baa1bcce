"""Single methods between two steps: RWalk's halving, LwF's old outputs and T², columns that are frozen, masks of a memory."""

import pytest
import torch
import torch.nn.functional as F

from core.lifelong import importance, lwf, models, penalties, rehearsal
from core.lifelong import settings as s
from core.lifelong.expand import Progressive
from core.lifelong.method import Context
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.lifelong.train import METHODS, train
from core.loop import seeded


def context_of(method, **flat):
    chosen = LifelongSettings(method=method, **{"tasks": 3} | flat)
    return Context(chosen, stream(chosen), models.widths_of(chosen), seeded(0))


def random_theta(context, seed):
    size = sum((a + 1) * b for a, b in zip(context.widths, context.widths[1:]))
    return 0.05 * torch.randn(size, generator=seeded(seed))


def walk(method, task, thetas):
    """Steps along given weights, with gradients that are all −1, so that every weight gains what it moves."""
    method.begin_task(task, thetas[0])
    batch = task.train_x[:8], task.train_y[:8]
    for before, after in zip(thetas, thetas[1:]):
        method.after_step(before, -torch.ones_like(before), after, batch, task)
    method.end_task(task, thetas[-1])


def test_rwalk_halves_old_scores_and_scales_both_parts(monkeypatch):
    monkeypatch.setattr(penalties, "INTERVAL", 1)
    context = context_of(s.RWalk(lam=6, alpha=0.25))
    method, (first, second, third) = penalties.RWalk(context), context.tasks
    a, b, c, d = (random_theta(context, seed) for seed in (1, 2, 3, 4))

    def fisher(theta, task):
        return importance.fisher_of_labels(theta, context.widths, task.train_x[:8], task.train_y[:8], slice(0, 10))

    def score(before, after, curvature):
        return ((after - before) / (0.5 * curvature * (after - before) ** 2 + penalties.EPSILON)).clamp(min=0)

    walk(method, first, [a, b])
    curvature, old = fisher(b, first), score(a, b, fisher(b, first))
    assert torch.allclose(method.omega, importance.to_unit(curvature) + importance.to_unit(old), atol=1e-5)
    walk(method, second, [b, c])
    curvature = 0.25 * fisher(c, second) + 0.75 * curvature
    halved = (old + score(b, c, curvature)) / 2
    assert torch.allclose(method.omega, importance.to_unit(curvature) + importance.to_unit(halved), atol=1e-5)
    walk(method, third, [c, d])
    curvature = 0.25 * fisher(d, third) + 0.75 * curvature
    halved = (halved + score(c, d, curvature)) / 2  # now the first task's score counts a quarter
    assert torch.allclose(method.omega, importance.to_unit(curvature) + importance.to_unit(halved), atol=1e-5)
    assert 0 <= method.omega.min() and method.omega.max() <= 2
    assert method.penalty(a, None, third).item() == pytest.approx(
        3 * (method.omega * (a - d) ** 2).sum().item(), rel=1e-4
    )


def test_the_loop_hands_over_the_gradient_of_the_task_s_own_loss(monkeypatch):
    """What SI sums up must not hold the penalty, however strong that is (in some libraries it does)."""
    seen = []

    class Witness(penalties.SI):
        def after_step(self, before, gradient, after, batch, task):
            if task.number == 1:
                leaf = before.clone().requires_grad_()
                (own,) = torch.autograd.grad(self.loss(leaf, *batch, task), leaf)
                (held,) = torch.autograd.grad(self.penalty(leaf, None, task), leaf)
                seen.append(((gradient - own).norm() / own.norm(), held.norm() / own.norm()))
            super().after_step(before, gradient, after, batch, task)

    monkeypatch.setitem(METHODS, s.SI, Witness)
    list(train(LifelongSettings(tasks=2, epochs=1, batch=256, method=s.SI(lam=1000))))
    assert len(seen) == 16 and max(error for error, _ in seen) < 1e-4 and max(size for _, size in seen) > 0.3


def test_rwalk_survives_a_task_of_few_steps():
    context = context_of(s.RWalk())
    method = penalties.RWalk(context)
    walk(method, context.tasks[0], [random_theta(context, 1), random_theta(context, 2)])
    assert torch.isfinite(method.omega).all()


def test_l2_holds_every_weight_alike_however_many_tasks_there_were():
    context = context_of(s.L2(lam=4))
    method, thetas = penalties.L2(context), [random_theta(context, seed) for seed in range(4)]
    assert method.penalty(thetas[3], None, context.tasks[0]) is None
    for task, theta in zip(context.tasks, thetas):
        method.end_task(task, theta)
    assert method.penalty(thetas[3], None, context.tasks[2]).item() == pytest.approx(
        2 * ((thetas[3] - thetas[2]) ** 2).sum().item(), rel=1e-5
    )


@pytest.mark.parametrize("temperature", [1.0, 2.0, 5.0])
def test_lwf_s_loss_has_the_gradient_of_hinton_s_formula(temperature):
    """∂/∂z of T² KL is T (q − p), of the batch's mean: section 2.1 with the factor T²."""
    generator = seeded(0)
    new, old = torch.randn(6, 4, generator=generator, requires_grad=True), torch.randn(6, 4, generator=generator)
    (gradient,) = torch.autograd.grad(lwf.soft_loss(new, old, temperature), new)
    q, p = (new / temperature).softmax(1), (old / temperature).softmax(1)
    assert torch.allclose(gradient, temperature * (q - p) / 6, atol=1e-6)
    assert lwf.soft_loss(old, old, temperature).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("incremental, groups", [("task", [(0, 4), (4, 7)]), ("domain", [(0, 4)]), ("class", [(0, 7)])])
def test_lwf_repeats_old_outputs_only(incremental, groups):
    context = context_of(s.LwF(lam=2), stream="split", incremental=incremental)
    method, theta, index = lwf.LwF(context), random_theta(context, 1), torch.arange(5)
    method.begin_task(context.tasks[0], theta)
    assert method.penalty(theta, index, context.tasks[0]) is None
    method.begin_task(context.tasks[2], theta)
    assert [(group.start, group.stop) for group in method.groups] == groups
    new = random_theta(context, 2)
    z, old = (models.logits(each, context.widths, context.tasks[2].train_x[index]) for each in (new, theta))
    expected = sum(2 * lwf.soft_loss(z[:, a:b], old[:, a:b], 2.0) for a, b in groups)
    assert method.penalty(new, index, context.tasks[2]).item() == pytest.approx(expected.item(), rel=1e-4)
    assert method.penalty(theta, index, context.tasks[2]).item() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("incremental", ["task", "domain", "class"])
def test_old_digits_compete_among_their_own_outputs(incremental):
    context = context_of(s.Replay(budget=30), stream="split", incremental=incremental)
    method, theta = rehearsal.Replay(context), random_theta(context, 1)
    for task in context.tasks[:2]:
        method.end_task(task, theta)
    x, y, numbers = method.memory.draw_any(30, seeded(0))
    losses = []
    for image, label, number in zip(x, y, numbers):
        outputs = context.active(context.tasks[number], 2)
        losses.append(
            F.cross_entropy(models.logits(theta, context.widths, image[None])[:, outputs], label[None] - outputs.start)
        )
    assert method.old_loss(theta, x, y, numbers, 2).item() == pytest.approx(torch.stack(losses).mean().item(), rel=1e-4)
    third = context.tasks[2]
    method.begin_task(third, theta)
    x, y = method.prepared(third.train_x[:4]), third.train_y[:4]
    method.context.generator.manual_seed(1)
    found = method.loss(theta, x, y, third)
    method.context.generator.manual_seed(1)
    old = method.old_loss(theta, *method.memory.draw_any(4, method.context.generator), 2)
    outputs = context.active(third, 2)
    new = F.cross_entropy(models.logits(theta, context.widths, x)[:, outputs], y - outputs.start)
    assert found.item() == pytest.approx(((new + 2 * old) / 3).item(), rel=1e-4), (
        "one pass for both says the same as two"
    )


@pytest.mark.parametrize(
    "method", [s.L2(), s.EWC(lam=7), s.OnlineEWC(), s.MAS(), s.SI(), s.LwF()], ids=lambda m: m.name
)
def test_the_pull_is_the_gradient_of_the_penalty_to_the_last_bit(method):
    """With one bowl or three; where it is by hand, a shipped run must not change by it."""
    context = context_of(method)
    held, theta = METHODS[type(method)](context), random_theta(context, 1)
    index = torch.arange(8)
    for task, seed in zip(context.tasks, (2, 3, 4)):
        held.begin_task(task, theta)
        theta = (theta + 0.1 * random_theta(context, seed)).requires_grad_()
        penalty = held.penalty(theta, index, task)
        found, pull = held.pull(theta, index, task)
        assert (penalty is None) == (found is None) == (pull is None) == (task.number == 0)
        if penalty is not None:
            assert found.item() == pytest.approx(penalty.item(), rel=1e-5) and not found.requires_grad
            assert torch.equal(pull, torch.autograd.grad(penalty, theta)[0]) and pull.abs().sum() > 0
        theta = theta.detach()
        held.after_step(theta + 0.01, torch.ones_like(theta), theta, (None, None), task)
        held.end_task(task, theta)


def test_prepared_digits_are_answered_like_plain_ones():
    for method in (s.Finetune(), s.Progressive()):
        context = context_of(method)
        one, task = METHODS[type(method)](context), context.tasks[0]
        theta = one.begin_task(task, random_theta(context, 1))
        x = task.test_x[:50]
        assert torch.equal(one.answers(theta, one.prepared(x), task, 0), one.answers(theta, x, task, 0))


def test_only_the_newest_column_learns():
    context = context_of(s.Progressive(), incremental="task")
    method = Progressive(context)
    for task in context.tasks:
        theta = method.begin_task(task, torch.zeros(0)).requires_grad_()
        loss = method.loss(theta, task.train_x[:8], task.train_y[:8], task)
        (gradient,) = torch.autograd.grad(loss, theta)
        assert gradient.abs().sum() > 0 and not any(p.requires_grad for p in method.net.parameters())
        before = [z.clone() for z in method.columns(theta, task.test_x[:3])]
        after = method.columns(theta + 1, task.test_x[:3])
        assert all(torch.equal(a, b) for a, b in zip(before[:-1], after[:-1])) and not torch.equal(
            before[-1], after[-1]
        )
        method.end_task(task, theta)


def test_without_a_task_number_the_most_confident_column_answers():
    context = context_of(s.Progressive(), tasks=2)
    method = Progressive(context)
    for task in context.tasks:
        theta = method.begin_task(task, torch.zeros(0))
        method.end_task(task, theta)
    x, task = context.tasks[0].test_x[:50], context.tasks[0]
    p = torch.stack([z.softmax(1) for z in method.columns(theta, x)])
    expected = [int(p[:, i].max(0).values.argmax()) for i in range(50)]
    assert method.answers(theta, x, task, 1).tolist() == expected
