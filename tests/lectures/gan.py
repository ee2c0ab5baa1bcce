"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

from functools import cache

import numpy as np
import torch

from core.gan import clouds, pictures, quality, rivals, sets
from core.gan import settings as s
from core.gan.analysis import latent
from core.gan.analysis import players as of_run
from core.gan.analysis.optimal import optimal
from core.record import Record
from tests.lectures.claims import Near, at, claim, end, run, summary, table

WIDE, TIGHT, MOONS = s.Plane(shape="grid", spread=0.03), s.Plane(spread=0.01), s.Plane(shape="moons", spread=0.08)
DIGITS, COLLAPSED = "gan-dcgan-on-digits", "gan-mode-collapse-and-its-cure"
FAIR, GOOD = "spots with a quarter of their fair share", "good points"


def of_table(title, what):
    return lambda: table("gan", f"{title}: {what}").mean


def both(title):
    """Good points in percent, and spots with a fair share."""
    return of_table(f"Grid of 25, {title}", GOOD), of_table(f"Grid of 25, {title}", FAIR)


def noise(world, score):
    return lambda: rivals.noise(world)[score]


@cache
def players(run_id):
    """Both players of a shipped run, with what the run asked them."""
    return of_run.of(record(run_id))


def record(run_id):
    stored = run(run_id)
    return Record(run_id, stored.settings, list(stored.events), stored)


@cache
def read_as(run_id):
    """How much of 1,000 fakes the classifier reads as each digit, in percent."""
    return (100 * quality.shares(quality.answers(players(run_id).fake).argmax(1), 10)).tolist()


def asked_at(step):
    """How many of the forty fakes of the film are read as the digit that was asked for, in percent."""

    def found():
        pixels = torch.from_numpy(record(DIGITS).by_step(pictures.FILM)[step].astype(np.float32))[:, None] / 127.5 - 1
        return quality.as_asked(quality.answers(pixels), players(DIGITS).y[:40])

    return found


def first_half():
    """The first look at which most of the forty fakes of the film are read as asked."""
    return next(step for step in record(DIGITS).by_step(pictures.FILM) if asked_at(step)() > 50)


def expert():
    """How often an expert is right that knows both densities of “One half”, from counts of 60,000 points each."""
    return optimal(record("gan-one-half")).optimal_right


def of_sets(lam):
    """How many digits keep their class under G and under F, mean of five seeds."""
    title = f"Two sets without pairs, λ = {lam}"
    return of_table(title, "class kept by G"), of_table(title, "class kept by F")


def exact(distance):
    """The JS divergence of two clouds at this distance."""
    return lambda: clouds.js(clouds.Place(distance))


def less_than_one():
    """By how many percent the divergence falls from 1 to 0.6, which is called less than 1."""
    fall = 100 * (1 - clouds.js(clouds.Place(0.6)) / clouds.js(clouds.Place(1.0)))
    return Near(1.0, 0.0) if 0 < fall < 1 else Near(fall, 0.0)


def pushed(loss, distance):
    """The mean push of the best D, or of the best critic, on a fake."""
    return lambda: float(np.linalg.norm(clouds.pushes(clouds.Place(distance))[loss], axis=1).mean())


def features():
    """How many numbers the judge's last layer reads."""
    return float(quality.features(players(DIGITS).real[:1]).shape[1])


def judged():
    return float(s.JUDGED)


def neighbours():
    return float(quality.NEIGHBOURS)


SETTING, RULE, CHOICE = "a setting of the scene", "a definition", "a guess to choose from"
CLAIMS = [
    # the duel
    claim("learns from 128 real points", SETTING),
    claim("the ring by step 10 and to the other by step 20", *["held by test_the_cloud_runs_from_side_to_side"] * 2),
    claim(
        "At step 200 the fakes have become a ring, and only 13 % of them are good",
        "held by test_the_cloud_runs_from_side_to_side",
        lambda: at("gan-the-duel", "good", 200),
    ),
    claim(
        "At the end 84 % of the points are good (noise: 2 %), and 8 of 8 spots",
        lambda: end("gan-the-duel", "good"),
        noise(s.Plane(), "good"),
        lambda: summary("gan-the-duel", "modes_strict"),
        SETTING,
    ),
    claim(
        "(σ = 0.01), 5.0 of 8 spots have a fair share with a momentum of 0.5, 3.1 with 0.7, 2.0 with 0.8",
        SETTING,
        of_table("Ring of 8, plain GAN, momentum of 0.5", FAIR),
        SETTING,
        SETTING,
        of_table("Ring of 8, plain GAN, momentum of 0.7", FAIR),
        SETTING,
        of_table("Ring of 8, plain GAN, momentum of 0.8", FAIR),
        SETTING,
    ),
    claim("With R1 and rates that fall there are 7.5", of_table("Ring of 8, R1", FAIR)),
    claim("In this scene noise covers 6.6 of 8 in that way", noise(s.Plane(), "modes"), SETTING),
    # DCGAN
    claim("an example has 784 numbers", RULE),
    claim("of 2,400 steps are most", SETTING),
    claim("- about 30\n- [x] about 1,000\n- about 300", CHOICE, lambda: Near(first_half(), 300), CHOICE),
    claim(
        "25 % of the forty fakes in *The film* as the digit that was asked for at step 240, 62 % at step 960, 90 % at step 1,500 "
        "(guessing: 10 %)",
        asked_at(240),
        SETTING,
        asked_at(960),
        SETTING,
        asked_at(1500),
        SETTING,
        lambda: 10.0,
    ),
    claim("99 % sure at step 0", lambda: at(DIGITS, "confidence", 0), SETTING),
    claim("66 % at step 180", lambda: at(DIGITS, "confidence", 180), SETTING),
    claim("It is 99.9 % sure of pictures of random pixels", lambda: rivals.of(s.Digits())["even"]["confidence"]),
    claim(
        "has a smaller distance than the plain duel, where 83 % of the points are good",
        lambda: summary("gan-plain-duel", "good"),
    ),
    claim("reach 99.3 %", lambda: rivals.of(s.Digits())["shaped"]["precision"]),
    claim("coverage (noise: 4 %, this run: 61 %)", noise(s.Digits(), "coverage"), lambda: summary(DIGITS, "coverage")),
    claim("recall (noise: 0 %, this run: 37 %)", noise(s.Digits(), "recall"), lambda: summary(DIGITS, "recall")),
    claim(
        "distance (noise: 132, this run: 11.5, other real digits: 2)",
        noise(s.Digits(), "frechet"),
        lambda: summary(DIGITS, "frechet"),
        lambda: rivals.of(s.Digits())["real"]["frechet"],
    ),
    claim("the rarest has 9 % of the fakes", lambda: summary(DIGITS, "smallest_class")),
    claim(
        "coverage of 26 % and a distance of 35",
        lambda: summary("gan-no-classes", "coverage"),
        lambda: summary("gan-no-classes", "frechet"),
    ),
    claim(
        "21 % of the fakes are read as threes and 2 % as ones",
        lambda: read_as("gan-no-classes")[3],
        lambda: read_as("gan-no-classes")[1],
    ),
    # grid and gradient: begin
    claim("Adam with a high learning rate (0.004) and the usual momentum of 0.9", *[SETTING] * 2),
    claim("How many of the 25 spots will", SETTING),
    claim(
        "In this run 5 spots get one, and 12 % of all points are good, hardly more than noise (11 %)",
        lambda: summary(COLLAPSED, "modes_strict"),
        lambda: summary(COLLAPSED, "good"),
        noise(WIDE, "good"),
    ),
    claim(
        "plain GAN 10 % and 3.2; packing of 4 examples 10 % and 3.2; R1 (γ = 0.05) 14 % and 5.2; no momentum 74 % and 10.2",
        *both("plain GAN, momentum of 0.9"),
        SETTING,
        *both("packs of 4"),
        SETTING,
        *both("R1"),
        *both("momentum of 0"),
    ),
    claim("R1 (γ = 0.05) and no momentum together **55 % and 21.6**", SETTING, *both("R1 and momentum of 0")),
    claim(
        "Noise reaches 11 % and 1.3. But it puts a good point into 23.8 of the 25 spots",
        noise(WIDE, "good"),
        noise(WIDE, "modes_strict"),
        noise(WIDE, "modes"),
        SETTING,
    ),
    claim("lowers log(1 − D(G(z)))", RULE),
    claim(
        "From step 40 to step 325 of this run D says less than 0.001 of a fake",
        *["held by test_the_gradient_vanishes_and_comes_back"] * 3,
    ),
    claim("has a gradient of size 1 − D(G(z)), nearly 1 at the same place", *[RULE] * 2),
    claim(
        "D is as sure at step 40, but at step 125 it says 0.06 of a fake",
        *["held by test_the_gradient_vanishes_and_comes_back"] * 2,
        lambda: at("gan-gradient-back", "d_fake", 125),
    ),
    claim(
        "8 % of the points are good at the end with the saturating loss and 54 % with the non-saturating one (noise: 2 %)",
        of_table("Ring of 8, D far ahead, saturating", GOOD),
        of_table("Ring of 8, D far ahead, non-saturating", GOOD),
        noise(s.Plane(), "good"),
    ),
    # grid and gradient: end
    # one half
    claim(
        "D says 0.50 of real points and 0.50 of fakes, and 99.6 % of the fakes lie among real points (noise: 71 %)",
        lambda: end("gan-one-half", "d_real"),
        lambda: end("gan-one-half", "d_fake"),
        lambda: end("gan-one-half", "precision"),
        noise(MOONS, "precision"),
    ),
    claim(
        "counts 60,000 points of either kind would still be right in 72 of 100 cases, where guessing gives 50",
        RULE,
        expert,
        RULE,
        RULE,
    ),
    claim(
        "75 % of the real points have a fake near, no more than with noise (76 %)",
        lambda: end("gan-one-half", "coverage"),
        noise(MOONS, "coverage"),
    ),
    claim("D says ½ at step 0 as well", lambda: 0.0),
    # two clouds
    claim("Fakes move from distance 1 to 0.6", *[CHOICE] * 2),
    claim("- by 40 %\n- [x] by less than 1 %\n- by 10 %", CHOICE, less_than_one, CHOICE),
    claim("at its largest value, log 2", "tests/core/gan/test_clouds.py"),
    claim(
        "At a distance of 1 it is 0.6931 nats, at 0.6 still 0.689. A D that has learned finds 0.693 at 1, too",
        SETTING,
        exact(1.0),
        SETTING,
        exact(0.6),
        of_table("Two clouds at a distance of 1", "JS divergence as D has it"),
        SETTING,
    ),
    claim(
        "the best D pushes them with 1.3 at a distance of 0.4, with 0.05 at 0.6 and with practically nothing at 1",
        pushed("saturating", 0.4),
        SETTING,
        pushed("saturating", 0.6),
        *[SETTING] * 2,
    ),
    claim(
        "pushes with 39, 60 and 100: there",
        *(pushed("nonsaturating", distance) for distance in (0.4, 0.6, 1.0)),
    ),
    claim(
        "falls from 1 to 0.6, just as far as the cloud moves, and its best critic pushes with 1 everywhere",
        lambda: clouds.w1(clouds.Place(1.0)),
        lambda: clouds.w1(clouds.Place(0.6)),
        pushed("wasserstein", 0.6),
    ),
    claim(
        "After 400 steps from a distance of 1, over five seeds, 0.79 are left with the saturating loss, 0.01 with the "
        "non-saturating one and 0.06 with WGAN-GP",
        *[SETTING] * 2,
        *(
            of_table(f"Two clouds, 400 steps of G, {loss}", "distance left of 1")
            for loss in ("saturating", "non-saturating", "Wasserstein, gradient penalty")
        ),
    ),
    # ask for a seven
    claim(
        "reads 9 % of 1,000 fakes as the digit that was asked for (guessing: 10 %), although it is 80 % sure of what it reads",
        lambda: summary("gan-ask-for-a-seven", "asked"),
        judged,
        RULE,
        lambda: summary("gan-ask-for-a-seven", "confidence"),
    ),
    claim(
        "after the same 1,000 steps 84 % are read as asked",
        lambda: float(run("gan-both-are-told").settings.data.steps),
        lambda: summary("gan-both-are-told", "asked"),
    ),
    claim(
        "it is 85 % with a D that is told, and 11 % without",
        of_table("Digits, G and D are told the digit", "read as asked"),
        of_table("Digits, only G is told", "read as asked"),
    ),
    # no pairs
    claim("Without the cycle loss (λ = 0), how many", SETTING),
    claim(
        "with λ = 10, the classifier still reads 87 % of 500 test digits as what they were after G, and 91 % after F (guessing: "
        "10 %; digits that are left as they are: 35 %)",
        SETTING,
        lambda: summary("gan-no-pairs", "kept"),
        lambda: float(len(sets.both("both")[0].test_x)),
        lambda: summary("gan-no-pairs", "kept_back"),
        RULE,
        lambda: summary("gan-no-pairs", "left_kept"),
    ),
    claim("Over five seeds it is 88 % and 91 %", *of_sets(10)),
    claim("Without the cycle loss it is 39 % and 57 %", *of_sets(0)),
    claim(
        "is 22 with the cycle loss, 52 without, and 108 for digits that are left as they are",
        of_table("Two sets without pairs, λ = 10", "Fréchet distance of G's digits"),
        of_table("Two sets without pairs, λ = 0", "Fréchet distance of G's digits"),
        of_table("Two sets without pairs, left as they are", "Fréchet distance"),
    ),
    # theory
    claim("of the digits and F of **{back:.0f} %** (guessing: 10 %", RULE),
    claim("It is 0 where they are equal, and log 2 where they share", *["tests/core/gan/test_clouds.py"] * 2),
    claim("minus log 4. So the loss", "tests/core/gan/test_clouds.py"),
    claim("There its gradient is 0", "tests/core/gan/test_clouds.py"),
    claim("surfaces that are nowhere steeper than 1", RULE),
    claim("D* or 1 − D* weighs it", RULE),
    claim("rises by 1 per unit along", "tests/core/gan/test_clouds.py"),
    claim("at D(G(z)) = 0.01 it is 99 times as large", *["(1 − D) / D: tests/core/gan/test_losses.py"] * 2),
    claim("D(G(z)) is near 0, and so is", "a limit"),
    claim("Real examples should score 1, fakes 0", *[RULE] * 2),
    claim("G wants the score 1", RULE),
    claim("may not be steeper than 1 anywhere", RULE),
    claim("has size 1 everywhere", RULE),
    claim("is held near 1 on the lines", RULE),
    claim("by a margin of 1", RULE),
    claim(
        "by 1, or by 1.1 where the class is told",
        *["tests/core/gan/test_models.py, test_a_normalised_d_is_steep_nowhere"] * 2,
    ),
    claim("convolutions with stride 2, BatchNorm", "the code below it"),
    claim("convolutions with stride 2 and leaky ReLU", "the code below it"),
    claim("this part is divided by 10", "tests/core/gan/test_formulas.py"),
    claim("a recall near 100 %", Near(99.8, 0.5)),
    claim("1,000 fakes and 1,000 test digits", *[RULE] * 2),
    # ---- verdicts
    claim("of all pairs (chance: 50 %).\n\n## verdict: scores-right", RULE),
    claim("of all pairs (chance: 50 %).\n\n## verdict: scores-apart", RULE),
    claim("raw scores of 1 for real and 0 for fake", *[RULE] * 2),
    claim("the **gap** between both means is 0", RULE),
    claim("1,000 fakes are held against {tests:,} test digits, in the 256 features", judged, features),
    claim("papers and features. Precision, recall and coverage use the 5 nearest neighbours", neighbours),
    claim("Other real data are 1,000 training digits", judged),
    claim("1,000 fakes are held against 1,000 fresh real points", *[judged] * 2),
    claim("fresh real points. Precision, recall and coverage use the 5 nearest neighbours", neighbours),
    claim("another 1,000 points", judged),
    claim("is never less than 99 % sure", lambda: float(latent.SURE)),
    claim("A copy would stand at 0", RULE),
    claim("It would be 50 % (± {error:.0f}) if nothing were copied", RULE),
]
