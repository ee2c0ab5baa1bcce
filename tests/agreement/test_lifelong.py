"""Our code against torch.func, torch.autograd and scipy.

Avalanche is not among the packages that tests may count on, so EWC, MAS and SI are held against their published
formulas, written out again with the plainest means: one sample, one parameter tensor, one task at a time.
"""

import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import nnls
from torch.func import functional_call, grad, vmap

from core.data import digits
from core.lifelong import importance, models, penalties, settings
from core.lifelong.method import Context
from core.lifelong.rehearsal import gem_projection
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.loop import seeded
from core.nets import MLP


def trained(hidden=(12, 9), steps=60):
    """A small net that knows the digits roughly, and its θ."""
    torch.manual_seed(0)
    net, data = MLP(hidden, 10), digits.load()
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    for i in range(steps):
        part = slice(64 * i % 3900, 64 * i % 3900 + 64)
        optimizer.zero_grad()
        F.cross_entropy(net(data.train_x[part]), data.train_y[part]).backward()
        optimizer.step()
    return net.eval(), models.flat(net), (784, *hidden, 10)


def as_vector(per_parameter):
    return torch.cat([value.flatten() for value in per_parameter.values()])


@pytest.fixture(scope="module")
def net():
    return trained()


@pytest.fixture(scope="module")
def x():
    return digits.load().train_x[:40]


def test_one_vector_answers_like_the_network(net, x):
    net, theta, widths = net
    assert torch.allclose(models.logits(theta, widths, x), net(x), atol=1e-5)
    assert torch.equal(models.flat(models.to_net(theta, MLP(widths[1:-1], 10))), theta)


def per_sample(net, x, function):
    """torch.func's gradients of function(logits of one image, number of the image): {name: (N, …)}."""
    parameters = {name: p.detach() for name, p in net.named_parameters()}
    one = grad(lambda p, image, i: function(functional_call(net, p, (image[None],))[0], i))
    return vmap(one, in_dims=(None, 0, 0))(parameters, x, torch.arange(len(x)))


def test_exact_fisher_is_that_of_vmap_and_of_a_loop(net, x):
    net, theta, widths = net
    p = net(x).softmax(1).detach()
    by_vmap, by_loop = torch.zeros_like(theta), torch.zeros_like(theta)
    for c in range(10):
        rows = per_sample(net, x, lambda z, i, c=c: z.log_softmax(0)[c])
        by_vmap += as_vector(
            {name: (p[:, c].view(-1, *[1] * (g.dim() - 1)) * g**2).mean(0) for name, g in rows.items()}
        )
    for image, weights in zip(x, p):
        for c in range(10):
            found = torch.autograd.grad(net(image[None]).log_softmax(1)[0, c], list(net.parameters()))
            by_loop += weights[c] * torch.cat([g.flatten() for g in found]) ** 2 / len(x)
    ours = importance.fisher(theta, widths, x, slice(0, 10))
    assert torch.allclose(ours, by_vmap, rtol=1e-3, atol=1e-8) and torch.allclose(ours, by_loop, rtol=1e-3, atol=1e-8)


def test_exact_fisher_on_512_digits_is_one_batch_of_matrix_products():
    """The size that the app uses: 90,000 weights, ten classes. How long it takes is for the bench to say."""
    net, theta, widths = trained((100, 100), 5)
    x = digits.load().train_x[:512]
    whole, halves = (
        importance.fisher(theta, widths, x, slice(0, 10)),
        [importance.fisher(theta, widths, part, slice(0, 10)) for part in x.split(256)],
    )
    assert torch.allclose(whole, sum(halves) / 2, rtol=1e-3, atol=1e-9)


def test_mas_is_that_of_vmap(net, x):
    net, theta, widths = net
    rows = per_sample(net, x, lambda z, i: (z**2).sum())
    assert torch.allclose(
        importance.mas(theta, widths, x, slice(0, 10)),
        as_vector({name: g.abs().mean(0) for name, g in rows.items()}),
        rtol=1e-3,
        atol=1e-5,
    )


# ---- penalties, written out once more ----


def context_of(method, tasks=2):
    chosen = LifelongSettings(method=method, tasks=tasks)
    return Context(chosen, stream(chosen), models.widths_of(chosen), seeded(0))


def random_theta(context, seed):
    size = sum((a + 1) * b for a, b in zip(context.widths, context.widths[1:]))
    return 0.05 * torch.randn(size, generator=seeded(seed))


def pair(net_like, theta):
    return list(models.to_net(theta, MLP(net_like.widths[1:-1], net_like.widths[-1])).parameters())


def test_ewc_s_penalty_is_the_published_sum_over_tasks():
    """λ/2 Σ_k Σ_i F_k,i (θ_i − θ*_k,i)²: Kirkpatrick 2017, equation 3, one term for each task."""
    context = context_of(settings.EWC(lam=7.0, samples=16, estimate="empirical"))
    ours, anchors = penalties.EWC(context), [random_theta(context, 1), random_theta(context, 2)]
    expected, theta = 0.0, random_theta(context, 3)
    replica = seeded(0)
    for task, anchor in zip(context.tasks, anchors):
        ours.end_task(task, anchor)
        net = models.to_net(anchor, MLP(context.widths[1:-1], 10))
        fisher = [torch.zeros_like(p) for p in net.parameters()]
        for i in torch.randperm(4000, generator=replica)[:16]:
            net.zero_grad()
            F.cross_entropy(net(task.train_x[i][None]), task.train_y[i][None]).backward()
            fisher = [f + p.grad**2 / 16 for f, p in zip(fisher, net.parameters())]
        for f, now, old in zip(fisher, pair(context, theta), pair(context, anchor)):
            expected += 7.0 / 2 * (f * (now - old) ** 2).sum().item()
    assert ours.penalty(theta, None, context.tasks[1]).item() == pytest.approx(expected, rel=1e-3)


def test_mas_s_penalty_is_the_published_one():
    context = context_of(settings.MAS(lam=3.0, samples=16))
    ours, anchors, theta = (
        penalties.MAS(context),
        [random_theta(context, 1), random_theta(context, 2)],
        random_theta(context, 3),
    )
    total, replica = None, seeded(0)
    for task, anchor in zip(context.tasks, anchors):
        ours.end_task(task, anchor)
        net = models.to_net(anchor, MLP(context.widths[1:-1], 10))
        omega = [torch.zeros_like(p) for p in net.parameters()]
        for i in torch.randperm(4000, generator=replica)[:16]:
            net.zero_grad()
            (net(task.train_x[i][None]).norm() ** 2).backward()
            omega = [o + p.grad.abs() / 16 for o, p in zip(omega, net.parameters())]
        total = omega if total is None else [a + b for a, b in zip(total, omega)]
    expected = sum(
        3.0 / 2 * (o * (now - old) ** 2).sum().item()
        for o, now, old in zip(total, pair(context, theta), pair(context, anchors[1]))
    )
    assert ours.penalty(theta, None, context.tasks[1]).item() == pytest.approx(expected, rel=1e-3)


def test_si_uses_the_gradient_of_the_task_alone_and_the_way_that_adam_went():
    """Zenke 2017, equations 3–5, with a penalty that would spoil ω if its gradient came in."""
    method = settings.SI(lam=50.0, damping=0.2)
    context = context_of(method)
    ours, theta = penalties.SI(context), random_theta(context, 1)
    omega = torch.zeros_like(theta)
    for task in context.tasks:
        theta = ours.begin_task(task, theta).clone().requires_grad_()
        adam, start, small_omega = torch.optim.Adam([theta], 0.01), theta.detach().clone(), torch.zeros_like(theta)
        for i in range(4):
            index = torch.arange(8 * i, 8 * i + 8)
            x, y = task.train_x[index], task.train_y[index]
            loss, penalty = ours.loss(theta, x, y, task), ours.penalty(theta, index, task)
            (gradient,) = torch.autograd.grad(loss, theta, retain_graph=True)
            adam.zero_grad()
            (loss if penalty is None else loss + penalty).backward()
            before = theta.detach().clone()
            adam.step()
            ours.after_step(before, gradient, theta.detach(), (x, y), task)
            net = models.to_net(before, MLP(context.widths[1:-1], 10))
            plain = torch.autograd.grad(F.cross_entropy(net(x), y), list(net.parameters()))
            small_omega -= torch.cat([g.flatten() for g in plain]) * (theta.detach() - before)
        theta = theta.detach()
        ours.end_task(task, theta)
        omega += (small_omega / ((theta - start) ** 2 + 0.2)).clamp(min=0)
    assert torch.allclose(ours.omega, omega, rtol=1e-2, atol=1e-5)
    other = random_theta(context, 5)
    assert ours.penalty(other, None, task).item() == pytest.approx(
        25 * (omega * (other - theta) ** 2).sum().item(), rel=1e-2
    )


def test_online_ewc_applies_gamma_once_and_keeps_one_anchor():
    context = context_of(settings.OnlineEWC(lam=2.0, gamma=0.5, samples=16), 3)
    ours, thetas = penalties.OnlineEWC(context), [random_theta(context, i) for i in range(4)]
    replica, fishers = seeded(0), []
    for task, theta in zip(context.tasks, thetas):
        ours.end_task(task, theta)
        pick = torch.randperm(4000, generator=replica)[:16]
        fishers.append(importance.fisher(theta, context.widths, task.train_x[pick], slice(0, 10)))
    omega = 0.25 * fishers[0] + 0.5 * fishers[1] + fishers[2]
    assert torch.allclose(ours.omega, omega, rtol=1e-4)
    assert ours.penalty(thetas[3], None, task).item() == pytest.approx(
        (omega * (thetas[3] - thetas[2]) ** 2).sum().item(), rel=1e-4
    )


def test_the_loss_of_the_lecture_is_its_formula():
    omega, theta, star = torch.tensor([1.0, 3.0]), torch.tensor([0.5, -1.0]), torch.tensor([0.0, 1.0])
    total = penalties.penalized_loss(torch.tensor(0.7), 4.0, omega, theta, star)
    assert total.item() == pytest.approx(0.7 + 4 / 2 * (1 * 0.25 + 3 * 4))


@pytest.mark.parametrize("seed", range(20))
def test_gem_s_dual_agrees_with_scipy_s_non_negative_least_squares(seed):
    """min_v ½‖Gᵀv + g‖² with v ≥ m is NNLS in u = v − m."""
    generator = seeded(seed)
    old, g, margin = torch.randn(6, 15, generator=generator), torch.randn(15, generator=generator), 0.5 * (seed % 2)
    if (old @ g >= 0).all():
        return
    rows = old.double()
    u, _ = nnls(rows.T.numpy(), -(g.double() + margin * rows.sum(0)).numpy())
    expected = g.double() + (torch.from_numpy(u) + margin) @ rows
    assert torch.allclose(gem_projection(g, old, margin).double(), expected, atol=1e-4)
