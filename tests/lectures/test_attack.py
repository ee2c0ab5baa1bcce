"""What the attack lecture says without a number."""

import numpy as np
import pytest
import torch

from core import runs, yardsticks
from core.attack import settings as s
from core.attack.models import Aim, ask
from core.attack.yardsticks import CATS, DEFEND, OVERFIT
from core.data import imagenet
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK
from core.yardsticks import Yardstick
from tests.lectures.claims import run, sweep


def pictures(slug):
    found = run(f"attack-{slug}")
    return [runs.pictures(found.events, name)[-1].array for name in ("clean", "attacked")]


def test_the_one_pixel_is_white_and_stands_right_of_the_digit():
    clean, attacked = pictures("one-pixel")
    ((row, column),) = np.argwhere(clean != attacked)
    ink = np.flatnonzero(clean[row])
    assert attacked[row, column] > 240 and clean[row, column] == 0 and column > ink.max()
    assert run("attack-one-pixel").about.summary["answers_noise"][0][0] == "1", "noise of the same length does nothing"


def test_noise_leaves_the_cat_and_saving_loses_nothing():
    end = run("attack-a-panda-that-is-not").about.summary
    assert end["answers_noise"][0][0] in imagenet.names()[CATS] and "cat" in " ".join(imagenet.names()[CATS])
    assert end["answers_after"][0][0] == end["answers_unrounded"][0][0] == "giant panda"


@pytest.mark.parametrize("pixel", [(16, 18), (17, 18)])
def test_evolution_ends_at_one_of_two_pixels_because_both_fool(pixel):
    clean, _ = pictures("one-pixel")
    x = torch.from_numpy(clean / np.float32(255))[None, None]
    x[0, 0, *pixel] = 1
    assert Aim(torch.tensor([1])).reached(ask(digit_net(SHIPPED_NETWORK), x)).all()


def test_who_knows_the_median_leaves_no_more_than_guessing():
    assert sweep("attack", DEFEND, "result_knowing", defence="smooth").mean < 10
    bits = {name: sweep("attack", DEFEND, f"result_{name}", defence="bits").mean for name in ("naive", "knowing")}
    assert bits["naive"] == pytest.approx(99, abs=0.5) and bits["knowing"] == pytest.approx(6, abs=0.5)


def test_with_one_step_as_the_enemy_fgsm_ends_high_and_pgd_mostly_low():
    rows = yardsticks.read("attack", Yardstick("", OVERFIT, "", "", "", "").table)
    fgsm, pgd = ([float(row[f"result_{name}"]) for row in rows] for name in ("fgsm", "pgd"))
    assert len(rows) == 5 and min(fgsm) > 80 and sorted(pgd)[3] <= 3


def test_beyond_the_size_of_its_training_a_network_fails_within_17_levels():
    steps, columns = run("attack-curve-trained").history()
    worst = dict(zip(steps, columns["worst"]))
    assert s.Training().epsilon == 76.5 and worst[75] > 80 and worst[92] < 10
