"""The stream: permutations that differ, labels that stay, tests seen as the training was, and who competes with whom."""

import pytest
import torch

from core.data import digits
from core.data.digits import rotated
from core.lifelong.settings import METRICS, LifelongSettings, competing, outputs_of, shares
from core.lifelong.tasks import active, angles, orders, permuted, stream


def settings(stream="permuted", incremental="domain", tasks=3, **more):
    return LifelongSettings(stream=stream, incremental=incremental, tasks=tasks, **more)


def test_the_first_task_is_the_digits_as_they_are():
    data = digits.load()
    for kind in ("permuted", "rotated"):
        first = stream(settings(kind))[0]
        assert torch.equal(first.train_x, data.train_x) and torch.equal(first.test_x, data.test_x)


def test_permutations_differ_and_lose_no_pixel():
    drawn = orders(10, 0)
    assert all(torch.equal(order.sort().values, torch.arange(784)) for order in drawn)
    assert len({tuple(order.tolist()) for order in drawn}) == 10
    assert torch.equal(drawn[3], orders(10, 0)[3]) and not torch.equal(drawn[3], orders(10, 1)[3])
    assert torch.equal(drawn[3], orders(4, 0)[3]), "more tasks leave the earlier ones as they were"


@pytest.mark.parametrize("kind", ["permuted", "rotated"])
def test_labels_stay_and_the_test_digits_are_seen_like_the_training_digits(kind):
    data, tasks = digits.load(), stream(settings(kind, seed=4))
    for task, order, angle in zip(tasks, orders(3, 4), angles(3), strict=True):
        assert torch.equal(task.train_y, data.train_y) and torch.equal(task.test_y, data.test_y)
        for seen, plain in ((task.train_x, data.train_x), (task.test_x, data.test_x)):
            view = permuted(plain, order) if kind == "permuted" else rotated(plain, angle)
            assert torch.equal(seen, view) and 0 <= seen.min() and seen.max() <= 1
    means = [task.train_x.mean(0) for task in tasks]
    assert all(
        not torch.allclose(a, b, atol=0.05)
        for a, b in ((means[0], means[1]), (means[1], means[2]), (means[0], means[2]))
    )


def test_a_quarter_and_a_half_turn_are_exact():
    x = digits.load().test_x[:5]
    assert angles(3) == [0, 90, 180] and angles(2) == [0, 180] and angles(5, 40) == [0, 10, 20, 30, 40]
    assert torch.allclose(rotated(x, 180), x.flip(2, 3), atol=1e-4)
    assert torch.allclose(rotated(x, 90), x.rot90(-1, (2, 3)), atol=1e-4) or torch.allclose(
        rotated(x, 90), x.rot90(1, (2, 3)), atol=1e-4
    )


def test_the_knob_turns_the_tasks():
    near = stream(settings("rotated", turn=40))
    data = digits.load()
    for task, angle in zip(near, (0, 20, 40), strict=True):
        assert torch.equal(task.test_x, rotated(data.test_x, angle))
    assert "network" in LifelongSettings.idle({"method": "orders"}) and not LifelongSettings.idle({"method": "ewc"})


@pytest.mark.parametrize("tasks", range(2, 11))
def test_ten_digits_are_shared_evenly(tasks):
    parts = shares(tasks)
    assert [digit for part in parts for digit in part] == list(range(10))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("incremental", ["task", "domain", "class"])
@pytest.mark.parametrize("tasks", [2, 3, 5])
def test_split_tasks_hold_their_own_digits_only(incremental, tasks):
    data, all_tasks = digits.load(), stream(settings("split", incremental, tasks))
    assert sum(len(task.train_y) for task in all_tasks) == 4000
    for task, part in zip(all_tasks, shares(tasks), strict=True):
        shift = part.start if incremental == "domain" else 0
        assert set(task.test_y.tolist()) == set(task.train_y.tolist()) == {digit - shift for digit in part}
        assert torch.equal(task.test_x[task.test_y == part[0] - shift], data.test_x[data.test_y == part[0]])


@pytest.mark.parametrize("kind", ["permuted", "rotated", "split"])
@pytest.mark.parametrize("incremental", ["task", "domain", "class"])
def test_who_competes(kind, incremental):
    chosen = settings(kind, incremental, 5)
    tasks, outputs = stream(chosen), outputs_of(chosen)
    size = 2 if kind == "split" else 10
    for task in tasks:
        for latest in range(5):
            slots = active(chosen, tasks, task, latest)
            assert set(task.train_y.tolist()) <= set(range(outputs)[slots]), "a label that cannot win"
            match incremental:
                case "task":
                    assert slots == slice(size * task.number, size * task.number + size)
                case "domain":
                    assert slots == slice(0, size) and outputs == size
                case "class":
                    assert slots == slice(0, size * (1 + max(task.number, latest)))


@pytest.mark.parametrize("kind", ["permuted", "split"])
@pytest.mark.parametrize("incremental", ["task", "domain", "class"])
@pytest.mark.parametrize("tasks", [2, 3, 5])
def test_guessing_is_among_the_outputs_that_compete(kind, incremental, tasks):
    """Settings alone say what guessing reaches; the outputs that really compete agree, evenly shared or not."""
    chosen = settings(kind, incremental, tasks)
    made = stream(chosen)
    for task in made:
        slots = [active(chosen, made, task, latest) for latest in range(tasks)]
        assert [s.stop - s.start for s in slots] == [competing(chosen, task.number, latest) for latest in range(tasks)]
    each = [METRICS[f"task_{i + 1}"].chance.of(chosen) for i in range(10)]
    assert each[:tasks] == [100 / competing(chosen, i, tasks - 1) for i in range(tasks)] and not any(each[tasks:])
    assert METRICS["average"].chance.of(chosen) == pytest.approx(sum(each[:tasks]) / tasks)
