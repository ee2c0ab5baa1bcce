"""Trouble by its name: each kind from what was seen of a duel that has it, and from no other; told once."""

import math

import pytest
import torch

from core.events import Warned
from core.gan import settings as s
from core.gan import trouble
from core.gan.settings import GanSettings
from core.gan.trouble import PATIENCE, SENTENCES, Troubles, accuracy, pull

TOTAL, N = 100, 200
EVENLY, UNSURE = torch.arange(N) % 8, torch.linspace(-1, 1, N)
PLAIN = GanSettings()
METHODS = {
    method.name: GanSettings(method=method)
    for method in (s.NonSaturating(), s.Saturating(), s.LeastSquares(), s.Wasserstein(), s.GradientPenalty(), s.Hinge())
}


class Seen:
    """What an evaluation would show: scores of real examples and of fakes, and of which of eight kinds each fake is."""

    kinds = range(8)

    def __init__(self, real=UNSURE + 0.2, fake=UNSURE - 0.2, kind=EVENLY):
        self.real_score, self.fake_score = (
            torch.as_tensor(score, dtype=torch.float32).expand(N).clone() for score in (real, fake)
        )
        self.kind = kind


def told(looks, now=PLAIN, first=40, apart=1, total=TOTAL):
    """What is said of these looks, the first of them after step `first`."""
    troubles = Troubles(total)
    return [event for i, seen in enumerate(looks) for event in troubles.observe(first + i * apart, now, seen)]


def kinds(*args, **more):
    return [event.kind for event in told(*args, **more)]


RUNNING = [Seen(kind=7 - torch.arange(N) % 5 if turn % 2 else torch.arange(N) % 5) for turn in range(8)]
STRONG, GONE = Seen(real=5.0, fake=-5.0), Seen(real=4.0, fake=torch.where(torch.arange(N) < 100, -6.0, -5.0))
ONE_KIND = Seen(kind=torch.full((N,), 3))


@pytest.mark.parametrize("name", METHODS)
def test_a_healthy_duel_is_not_in_trouble(name):
    between = 0.5 if name == "ls" else 0.0
    assert told([Seen(between + UNSURE + 0.2, between + UNSURE - 0.2)] * 30, METHODS[name]) == []


def test_d_too_strong():
    (event,) = told([STRONG] * 10)
    assert isinstance(event, Warned) and (event.step, event.kind) == (40 + PATIENCE - 1, "strong")
    assert "100 % of real ones and fakes apart" in event.sentence and "R1" in event.sentence


@pytest.mark.parametrize("right, said", [(195, []), (197, ["strong"])])
def test_how_strong_is_too_strong(right, said):
    """More than 98 of 100 right, real ones and fakes together."""
    real = torch.where(torch.arange(N) < right, 1.0, -1.0)
    fake = torch.where(torch.arange(N) < 196, -1.0, 1.0)
    assert kinds([Seen(real, fake)] * 5) == said


@pytest.mark.parametrize("name", METHODS)
def test_a_critic_s_score_has_no_border_so_it_is_never_too_strong(name):
    assert ("strong" in kinds([STRONG] * 5, METHODS[name])) == (not METHODS[name].critic)


def test_the_border_of_least_squares_is_one_half():
    now = METHODS["ls"]
    assert kinds([Seen(real=0.9, fake=0.1)] * 5, now) == ["strong"]
    assert kinds([Seen(real=0.9, fake=0.6)] * 5, now) == [] == kinds([Seen(real=0.4, fake=0.1)] * 5, now)
    assert accuracy(now, torch.tensor([0.4, 0.6, 0.9]), torch.tensor([0.4, 0.6])) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert accuracy(PLAIN, torch.tensor([0.4, -0.6, 0.9, 1]), torch.tensor([0.4, -0.6])) == pytest.approx(
        (3 / 4 + 1 / 2) / 2
    )


def test_vanishing_gradient():
    """log(1 − D) has the gradient −D: of scores around −5.5 it is about 0.0046."""
    gradient = (1 / (1 + math.exp(6)) + 1 / (1 + math.exp(5))) / 2
    assert kinds([GONE] * 5, METHODS["saturating"]) == ["strong", "vanishing"]
    event = told([GONE] * 5, METHODS["saturating"])[1]
    assert f"only {gradient:.4f}," in event.sentence and "non-saturating" in event.sentence
    assert kinds([GONE] * 5, METHODS["nonsaturating"]) == ["strong"], "its gradient there is nearly 1"
    assert kinds([Seen(real=9.0, fake=-3.8)] * 5, METHODS["saturating"]) == ["strong"], "D = 0.0219 is more than 0.02"


@pytest.mark.parametrize("name, at", [("nonsaturating", 6.0), ("ls", 1.0)])
def test_a_d_that_is_fooled_is_no_vanishing_gradient(name, at):
    """When only G learns, its gradient ends where D takes every fake for real: there is nothing left to remedy."""
    assert kinds([Seen(real=at, fake=at)] * 5, METHODS[name]) == []


@pytest.mark.parametrize(
    "name, fake, gradient",
    [
        ("saturating", [0.0], 0.5),
        ("nonsaturating", [0.0, -2.0], (0.5 + 1 / (1 + math.exp(-2))) / 2),
        ("ls", [0.25, 1.5], (0.75 + 0.5) / 2),
        ("wgan", [3.0, -7.0, 1.0], 1),
        ("gp", [3.0], 1),
        ("hinge", [3.0, -7.0], 1),
    ],
)
def test_how_strongly_g_is_pulled(name, fake, gradient):
    """The mean of the gradients' sizes, whatever their number and their sign; by hand."""
    assert pull(METHODS[name], torch.tensor(fake)) == pytest.approx(gradient)
    assert pull(METHODS[name], torch.tensor(fake * 5)) == pytest.approx(gradient)


def test_mode_collapse():
    (event,) = told([ONE_KIND] * 10)
    assert event.kind == "collapse" and "1.0 kinds in effect, of 8" in event.sentence and "packing" in event.sentence
    assert (
        kinds([Seen(kind=torch.arange(N) % 3)] * 5) == ["collapse"]
        and kinds([Seen(kind=torch.arange(N) % 5)] * 5) == []
    )


def test_oscillation():
    """Five of eight kinds, but then five others, and back: from 0 to 4, then from 3 to 7, three fifths have changed each time.

    The first look has none before it, so the means from there on are 0, 30, 40 and 45 %, of which the last three are more than a quarter.
    """
    (event,) = told(RUNNING)
    assert (event.step, event.kind) == (43, "oscillation")
    assert "between two looks 45 % of the fakes change" in event.sentence and "Remedies: R1" in event.sentence


def test_how_much_has_changed_its_kind():
    """From half of the kinds to the other half everything has; the mean over the last six looks, the very first has none before it."""
    ends = [Seen(kind=torch.arange(N) % 4 + (4 if turn % 2 else 0)) for turn in range(8)]
    troubles = Troubles(TOTAL)
    for i, seen in enumerate(ends):
        list(troubles.observe(40 + i, PLAIN, seen))
        assert troubles.moves == ([0] + [1] * i)[-6:]
    for moved, said in ((40, []), (60, ["oscillation"])):  # of 200: a fifth is little enough, three tenths are not
        turns = [
            Seen(kind=torch.where(torch.arange(N) < (moved if turn % 2 else 0), 7, torch.arange(N) % 7))
            for turn in range(20)
        ]
        assert kinds(turns) == said


def test_a_jump_is_no_oscillation():
    assert kinds(RUNNING[:1] * 6 + RUNNING[1:2] * 10) == []


@pytest.mark.parametrize(
    "looks, now, kind, soon",
    [
        ([STRONG] * 20, PLAIN, "strong", 0.05),
        ([GONE] * 20, METHODS["saturating"], "vanishing", 0.05),
        ([ONE_KIND] * 20, PLAIN, "collapse", 0.3),
        (RUNNING * 2, PLAIN, "oscillation", 0.3),
    ],
)
def test_nothing_counts_at_the_very_beginning_and_no_collapse_in_the_first_third(looks, now, kind, soon):
    """Three looks in a row, all of them later than that share of the run."""
    last = int(soon * TOTAL)
    early = last - len(looks) + 1
    assert kind not in kinds(looks, now, first=early)
    assert kind not in kinds(looks[: PATIENCE - 1], now, first=last + 1)
    at = [event.step for event in told(looks[:PATIENCE], now, first=last + 1) if event.kind == kind]
    assert at == ([last + PATIENCE] if kind != "oscillation" else [])  # which needs something to compare with
    assert kind in kinds(looks, now, first=last + 1)


@pytest.mark.parametrize(
    "looks, now, kind",
    [([STRONG], PLAIN, "strong"), ([GONE], METHODS["saturating"], "vanishing"), ([ONE_KIND], PLAIN, "collapse")],
)
def test_what_is_seen_now_and_then_is_no_trouble(looks, now, kind):
    calm = [Seen()]
    assert kind not in kinds((looks * (PATIENCE - 1) + calm) * 6, now)
    assert kind in kinds((looks * (PATIENCE - 1) + calm) * 6 + looks * PATIENCE, now)


def test_each_kind_is_told_once_and_all_of_them_may_be():
    troubled = [Seen(real=5.0, fake=-6.0, kind=torch.full((N,), turn % 2)) for turn in range(40)]
    assert sorted(kinds(troubled, METHODS["saturating"])) == sorted(SENTENCES)
    calm = [Seen()] * 5
    assert sorted(kinds(troubled[:12] + calm + troubled, METHODS["saturating"])) == sorted(SENTENCES)


def test_sentences_name_the_trouble_and_a_remedy():
    for kind, sentence in SENTENCES.items():
        said = sentence.format(*(1.5, 8)[: sentence.count("{")])
        assert "Remed" in said and said.endswith(".") and "{" not in said and "!" not in said
        assert kind in ("strong", *(name for name in SENTENCES if name[:6] in sentence.lower()))


def test_looking_leaves_the_scores_alone():
    seen = Seen(fake=-1.0)
    list(Troubles(TOTAL).observe(50, PLAIN, seen))
    assert not seen.fake_score.requires_grad and (seen.fake_score == -1).all()
    with torch.inference_mode():
        scores = torch.zeros(3)
    assert trouble.pull(PLAIN, scores) == pytest.approx(0.5), "scores come from inference mode"
