"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

from functools import cache, partial

import torch

from core.attribution import tabular
from core.attribution.trust import RADIUS
from core.data import digits, tables
from core.explain.measured import EACH
from core.explain.yardsticks import CONCEPTS, LIME, PROBE, SHORTCUT
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK
from core.yardsticks import Yardstick, measured, read
from tests.lectures.claims import at, claim, end, summary, sweep

OWN, WALK = "explain-your-own-concept", "explain-what-would-it-be"
TRUST, CAT, FILTER = "explain-do-you-trust-this-map", "explain-is-it-a-cat", "explain-what-excites-this-filter"


def of(arguments: str, column: str) -> float:
    """Mean over five seeds."""
    found = sweep("explain", arguments, f"result_{column}")
    assert found.seeds == 5
    return found.mean


def in_table(file: str, column: str) -> float:
    return measured("explain", Yardstick("", "", column, "", "", "", file=file)).mean


def worst_gap() -> float:
    return max(float(row["gap_50"]) for row in read("explain", "photos.csv"))


@cache
def gradients() -> dict[str, float]:
    """Mean length of the gradient of the logit and of the probability of the teacher's answer to the 1,000 test digits, where it is
    less than 90 % sure and where it is more than 99.99 % sure."""
    x = digits.load().test_x.clone().requires_grad_()
    logits = digit_net(SHIPPED_NETWORK)(x)
    answers, sure = logits.argmax(1, keepdim=True), logits.softmax(1).amax(1).detach()
    found = {}
    for name, values in (("logit", logits), ("probability", logits.softmax(1))):
        (gradient,) = torch.autograd.grad(values.gather(1, answers).sum(), x, retain_graph=True)
        length = gradient.flatten(1).norm(dim=1)
        found |= {
            f"{name} {kind}": length[chosen].mean().item()
            for kind, chosen in (("unsure", sure < 0.9), ("sure", sure > 0.9999))
        }
    return found


def gradient(name: str) -> float:
    return gradients()[name]


def concept(column: str, which: str = "loop") -> float:
    """Mean over five seeds of a run that tests a concept."""
    found = sweep("explain", CONCEPTS, f"result_{column}", concept=which)
    assert found.seeds == 5
    return found.mean


SETTING, DEFINITION = "a setting", "a definition"
CLAIMS = [
    claim("1 is the same order, 0 is none", DEFINITION, DEFINITION),
    claim("0 % is perfect, an empty map has 100 %", DEFINITION, DEFINITION),
    claim("when each pixel changes by 2 % at most", 100 * RADIUS),
    claim("(the mean answer: 0)", DEFINITION),
    claim("(unrelated weights: 0)", DEFINITION),
    claim("says “Egyptian cat” (38 %)", lambda: at(CAT, "probability", 0)),
    claim("R² is 64 %", lambda: of(LIME, "fit")),
    claim(
        "under insertion is 40 %, better than the moved map (23 %) and the picture alone (25 %)",
        lambda: of(LIME, "insertion map"),
        lambda: of(LIME, "insertion random"),
        lambda: of(LIME, "insertion input only"),
    ),
    claim(
        "under deletion it is 17 %, better than the moved map (24 %), but not than the picture alone (11 %)",
        lambda: of(LIME, "deletion map"),
        lambda: of(LIME, "deletion random"),
        lambda: of(LIME, "deletion input only"),
    ),
    claim("every training digit of class 3 carries", SETTING),
    claim(
        "These 9 of 784 pixels get 64 % of the orange in the map; a flat map would give them 1.1 %",
        DEFINITION,
        DEFINITION,
        lambda: of(SHORTCUT, "share_in_mark"),
        lambda: of(SHORTCUT, "chance_share"),
    ),
    claim("With the mark 100 % of the threes", lambda: of(SHORTCUT, "marked_accuracy")),
    claim("Without it 10 % are", lambda: of(SHORTCUT, "clean_accuracy")),
    claim("with the mark 63 % of all other digits", lambda: of(SHORTCUT, "fooled")),
    claim("the accuracy is 97.6 %: it", lambda: of(SHORTCUT, "believed_accuracy")),
    claim("the network only guesses (10 % right)", lambda: in_table("randomised.csv", "guessed")),
    claim("with the first map is still 0.89", lambda: in_table("randomised.csv", "output_guided_backprop")),
    claim(
        "falls to 0.00 (means over 100 digits; in this run guided backprop has 0.93)",
        lambda: in_table("randomised.csv", "output_integrated_gradients"),
        "five draws of twenty",
        lambda: at(TRUST, "signed", 1),
    ),
    claim(
        "has 0.39 with sign and 0.50 without",
        lambda: in_table("randomised.csv", "signed_guided_backprop"),
        lambda: in_table("randomised.csv", "absolute_guided_backprop"),
    ),
    claim(
        "has 0.55; a random order has 0",
        lambda: in_table("randomised.csv", "picture_guided_backprop"),
        lambda: end(TRUST, "random"),
    ),
    claim("60 against 35 in this run", lambda: summary(FILTER, "excited_plain"), lambda: summary(FILTER, "excited")),
    claim(
        "reads the digit in 85 of 100 cases, a probe on the last hidden layer in 98; in the same network before its training only in 87",
        lambda: of(PROBE, "digit_pixels"),
        DEFINITION,
        lambda: of(PROBE, "digit_dense_1"),
        lambda: of(PROBE, "digit_untrained_dense_1"),
    ),
    claim(
        "92 % from the pixels, and still 91 % from the last hidden layer",
        lambda: of(PROBE, "trait_pixels"),
        lambda: of(PROBE, "trait_dense_1"),
    ),
    claim(
        "From the logits it is 52 %, hardly more than guessing (50 %); before training they still gave 80 %",
        lambda: of(PROBE, "trait_output_layer"),
        DEFINITION,
        lambda: of(PROBE, "trait_untrained_output_layer"),
    ),
    claim(
        "the digit is 59 points above its control, and the slant 23",
        lambda: of(PROBE, "digit_selectivity_dense_1"),
        lambda: of(PROBE, "trait_selectivity_dense_1"),
    ),
    claim(
        "speaks for 100 % of the zeros and 100 % of the eights, for 0 % of the ones and 0 % of the sevens; a random direction has 50 %",
        lambda: concept("tcav_0"),
        lambda: concept("tcav_8"),
        lambda: concept("tcav_1"),
        lambda: concept("tcav_7"),
        DEFINITION,
    ),
    claim("97 % of the threes in this run", lambda: summary(OWN, "tcav_3")),
    claim("recognises 96 % of new examples", lambda: concept("apart")),
    claim(
        "still calls 22 % of its ten scores significant, though it promises 0.5 %",
        lambda: concept("false_alarms"),
        DEFINITION,
    ),
    claim("lowers those of 1 and 7", DEFINITION, DEFINITION),
    claim("near 0 % or 100 % in several layers", DEFINITION, DEFINITION),
    claim("For which of these digits does a loop speak?**\n\n- 1 and 7\n- [x] 0 and 8\n- 4 and 5", *["a digit"] * 6),
    claim("one set gives 0 % or 100 %", DEFINITION, DEFINITION),
    claim("at 0.05 over the ten digits together", SETTING),
    claim("What would this 7 have to look like to be a 1?", SETTING, SETTING),
    claim("until the network says 1. Above", SETTING),
    claim("the 7 on its way to a 1, above", SETTING, SETTING),
    claim("Which picture would you call a 1?", SETTING),
    claim("does a second network see the 1 as well", SETTING),
    claim("it still sees a 7", SETTING),
    claim("not a 1; with the generator the 7 loses", SETTING, SETTING),
    claim("100 % and 97 % in this run", lambda: summary(WALK, "goal"), lambda: summary(WALK, "goal_pixels")),
    claim(
        "99.5 % for the 1, and the other one 0.9 %",
        lambda: summary(WALK, "judge"),
        SETTING,
        lambda: summary(WALK, "judge_pixels"),
    ),
    claim("Over 100 walks", lambda: 5.0 * EACH),
    claim(
        "in 65 % of the generated pictures, and in 0 % of those whose pixels were free (guessing: 10 %); in 99 %",
        lambda: in_table("walks.csv", "generated_judge"),
        lambda: in_table("walks.csv", "pixels_judge"),
        DEFINITION,
        lambda: in_table("walks.csv", "pixels_judge_as_before"),
    ),
    claim(
        "On 1,000 test digits its mean length is 1.8 where the network is less than 90 % sure, and 0.0001 where it is more than 99.99 % "
        "sure; the logit's is 7.5 and 7.6",
        lambda: float(len(digits.load().test_y)),
        partial(gradient, "probability unsure"),
        DEFINITION,
        partial(gradient, "probability sure"),
        DEFINITION,
        partial(gradient, "logit unsure"),
        partial(gradient, "logit sure"),
    ),
    claim(
        "With 50 steps, Captum's default, the sum misses by 8 % on average over our twelve photos, and by 31 % at worst",
        SETTING,
        lambda: in_table("photos.csv", "gap_50"),
        worst_gap,
    ),
    claim("until at most 5 % are missing (1 % on digits)", SETTING, SETTING),
    claim("has 7 × 7 places", "224 pixels, halved five times", "224 pixels, halved five times"),
    claim("the mean answer alone has 0", DEFINITION),
    claim(
        "at insertion (94.8 % against 94.4 %)",
        lambda: in_table("digits.csv", "insertion_input_only"),
        lambda: in_table("digits.csv", "insertion_integrated_gradients"),
    ),
    claim(
        "at deletion (15.0 %; the best method has 10.2 %, a random order 59.6 %)",
        lambda: in_table("digits.csv", "deletion_input_only"),
        lambda: in_table("digits.csv", "deletion_integrated_gradients"),
        lambda: in_table("digits.csv", "deletion_random"),
    ),
    claim(
        "here is a 4 that the network takes for a 9",
        "number 35 of class 4, tests/lectures/test_explain.py",
        "number 35 of class 4, tests/lectures/test_explain.py",
    ),
    claim("*Answer* 3) the right one", "its third answer, tests/lectures/test_explain.py"),
    claim(
        "right in 98 of 100 test cases; always saying “benign” would be right in 63",
        lambda: 100 * tabular.accuracy(tables.load("cancer")),
        DEFINITION,
        lambda: 100 * tabular.commonest(tables.load("cancer")),
    ),
]
