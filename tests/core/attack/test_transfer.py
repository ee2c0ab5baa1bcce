"""The transfer matrix: against single entries worked out directly, and on networks whose answers are known."""

import numpy as np
import pytest
import torch

from core.attack import models, transfer
from core.attack import settings as s
from core.attack.ball import LEVELS, Ball, saved
from core.attack.craft import craft, last
from core.attack.models import Aim, Ensemble, Victims
from core.events import Finished, Metrics, Picture, Started
from core.runs import RunError
from core.subject.models import digit_net

METHOD = s.Transfer(with_attack="mifgsm", steps=3)
NETWORK = "compression-teacher"


@pytest.fixture(scope="module")
def victims() -> Victims:
    return models.digit_crowd(s.Digits(count=20))


@pytest.fixture(scope="module")
def log(victims) -> list:
    return list(transfer.transfer(METHOD, victims, NETWORK, 0))


@pytest.fixture(scope="module")
def matrix(log) -> np.ndarray:
    return [e for e in log if isinstance(e, Picture)][-1].array


def test_a_run_says_what_it_measures(log, victims, matrix):
    count = len(s.SURROGATES)
    started, finished = log[0], log[-1]
    assert isinstance(started, Started) and isinstance(finished, Finished)
    assert started.total_steps == finished.step == 2 * count
    assert started.facts["networks"] == list(s.SURROGATES) and started.facts["labels"] == list(s.SURROGATES.values())
    for name, clean in zip(started.facts["networks"], started.facts["clean"]):
        right = models.answers(digit_net(name), victims.x) == victims.y
        assert clean == 100 * int(right.sum()) / 20
    assert matrix.shape == (count + 1, count) and matrix.dtype == np.float32
    assert all(set(e.values) <= set(s.METRICS) for e in log if isinstance(e, Metrics))


def test_rows_are_filled_one_after_the_other(log):
    pictures, count = [e for e in log if isinstance(e, Picture)], len(s.SURROGATES)
    assert [e.step for e in pictures] == list(range(1, 2 * count + 1))
    for i, e in enumerate(pictures, start=1):
        assert np.isfinite(e.array[: min(i, count)]).all()
        assert np.isfinite(e.array).sum() == min(i, count) * count + max(0, i - count)


def test_the_diagonal_is_the_white_box_result(matrix, victims):
    attack = s.MIFGSM(epsilon=METHOD.epsilon, steps=3, stride=67)
    for i, name in enumerate(s.SURROGATES):
        net = models.folded(digit_net(name))
        attacked = last(craft(net, victims.x, Aim(victims.y), attack, 0))
        right = models.answers(net, saved(victims.x, attacked, Ball("inf", METHOD.epsilon / LEVELS))) == victims.y
        assert matrix[i, i] == pytest.approx(100 * int(right.sum()) / 20)


def test_the_last_row_is_made_on_all_others_together(matrix, victims):
    nets = [models.folded(digit_net(name)) for name in s.SURROGATES]
    attack = transfer.attack_of(METHOD)
    attacked = last(craft(Ensemble(nets[:1] + nets[2:]), victims.x, Aim(victims.y), attack, 0))
    right = models.answers(nets[1], saved(victims.x, attacked, Ball("inf", attack.epsilon / LEVELS))) == victims.y
    assert matrix[-1, 1] == pytest.approx(100 * int(right.sum()) / 20)


def test_the_summary_is_made_of_the_matrix(log, matrix):
    summary, apart = log[-1].summary, ~np.eye(len(s.SURROGATES), dtype=bool)
    assert summary["white"] == pytest.approx(np.diag(matrix).mean(), abs=1e-3)
    assert summary["black"] == pytest.approx(matrix[:-1][apart].mean(), abs=1e-3)
    assert summary["ensemble"] == pytest.approx(matrix[-1].mean(), abs=1e-3)
    assert summary["white"] < summary["black"] < summary["noise"] <= 100
    (control,) = {e.values["carried_noise"] for e in log if isinstance(e, Metrics)}
    assert 0 <= control < [e for e in log if isinstance(e, Metrics)][-1].values["carried"], (
        "noise does less than a foreign attack"
    )


def test_what_is_carried_counts_only_what_was_right_before():
    """Of four pictures the second network had two right; the attack costs it one of them, and helps it with the others."""
    y = torch.tensor([0, 1, 2, 3])
    nets = [Fixed([0, 1, 2, 9]), Fixed([0, 1, 9, 9])]
    field = transfer.Field(nets, Victims(nets[0], torch.zeros(4, 1, 28, 28), y, models.DIGITS), s.FGSM(), 0)
    assert field.clean() == [75, 50]
    nets[1].said = torch.tensor([0, 9, 2, 3])
    field.note(0, 1, field.victims.x)
    assert field.matrix[0, 1] == 75 and field.fooled[0, 1] == 50 and field.carried() == 50
    assert field.fooled_by_noise() == 25, "of the first network none of three, of the second one of two"


class Fixed(torch.nn.Module):
    """Says what it is told to say, whatever it sees."""

    def __init__(self, said: list[int]):
        super().__init__()
        self.said = torch.tensor(said)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot(self.said, 10).float()


def test_the_same_seed_gives_the_same_matrix(log, victims):
    again = list(transfer.transfer(METHOD, victims, NETWORK, 0))
    assert [e.array.tobytes() for e in again if isinstance(e, Picture)] == [
        e.array.tobytes() for e in log if isinstance(e, Picture)
    ]
    assert again[-1].summary == log[-1].summary


def test_a_network_takes_part_once_whatever_it_is_called():
    five = list(s.SURROGATES)
    assert transfer.networks("compression-teacher") == transfer.networks("compression-teacher/model") == five
    assert transfer.networks("compression-thin-by-gamma/control") == five
    sixth = transfer.networks("compression-thin-by-gamma")[-1]  # the thinned network, not the control of the same run
    assert sixth == "compression-thin-by-gamma/model" and sixth not in five
    assert transfer.label(sixth) == "compression-thin-by-gamma"
    with pytest.raises(RunError):
        transfer.networks("no-such-run")


@pytest.mark.parametrize("name", ["fgsm", "ifgsm", "pgd", "mifgsm", "dim"])
def test_every_attack_that_can_be_chosen_has_its_knobs(name):
    for steps in (1, 40):
        attack = transfer.attack_of(s.Transfer(with_attack=name, epsilon=30, steps=steps))
        assert attack.name == name and attack.epsilon == 30 and attack.norm == "inf"
        if name != "fgsm":
            assert attack.steps == steps and attack.steps * attack.stride >= 100  # the edge can be reached
