"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

from core.data import drawings
from core.transfer.settings import SCENES, most_frequent
from tests.lectures.claims import Near, claim, end, summary, sweep, table

COLOUR = "Digits → digits in colour: "
TURNED = "--target rotated --angle 25 --rare 5 100 --method source dann"
SHIFT = "--target rotated --angle 25 --rare 5 --method source"
MOONS = "--target moons --steps 600 --method dann --lam {}"
SHARES = "--target shares --steps 150 --method source dann bbse"
RETRAINED = "--target shares --steps 150 --method bbse --correct training"
TENT = "--target rotated --steps 400 --method tent --tent-rate 0.02 0.5"
SMALL_BATCHES = "--target rotated --steps 400 --method tent --tent-batch 8"
PARTIAL = "--target rotated --angle 25 --held 5 --steps 400 --method source dann pada"
UNSEEN = "--target unseen --steps 400 --sources 1 5 --method source"
UNSEEN_DRO = "--target unseen --steps 400 --method dro"
DRAWINGS = "--target drawings --seen-as grey outlines --steps 400 --method source dann"
DRAWINGS_KNOWN = "--target drawings --steps 400 --method target"
README = "the table in the authors' repository, DequanWang/tent: source 43.5, norm 20.4, tent 18.6"
DIGIT, CHOICE = "the name of a digit", "a value to choose from"


def both(title: str) -> tuple:
    """Mean and sd of a figure under Yardstick, when the test runs."""
    return (lambda: table("transfer", title).mean, lambda: table("transfer", title).sd)


def column(arguments: str, name: str, **where: str) -> tuple:
    """Mean and sd of a column of a sweep's table."""
    return (
        lambda: sweep("transfer", arguments, name, **where).mean,
        lambda: sweep("transfer", arguments, name, **where).sd,
    )


CLAIMS = [
    claim("surer of class 1.", "the name of a class"),
    claim("Dotted: 90 % sure. Square, circle: class 0", "a setting", "the name of a class"),
    # Domain shift
    claim("gets 98 of 100 new ones right", lambda: summary("transfer-it-worked-in-the-lab", "source"), "a setting"),
    claim(
        "**It reads 98 of 100 grey digits. How many in colour?**\n\n- about 90\n- about 70\n- [x] about 50",
        lambda: summary("transfer-it-worked-in-the-lab", "source"),
        "of 100",
        CHOICE,
        CHOICE,
        lambda: Near(table("transfer", COLOUR + "source only").mean, 5),
    ),
    claim(
        "It gets 49 right, over all 1,000 test pictures. (The curve asks 500 of them and ends at 47 %.)",
        lambda: summary("transfer-it-worked-in-the-lab", "target"),
        "size of the test part",
        "watch.EACH",
        lambda: end("transfer-it-worked-in-the-lab", "target"),
    ),
    claim(
        "in 91 of 100 cases; guessing gets 50.",
        lambda: summary("transfer-it-worked-in-the-lab", "probe"),
        "a setting",
        "two domains",
    ),
    claim("the target is 51 ± 2 %", *both(COLOUR + "source only")),
    claim("it is 41 ± 2 %.", *both(COLOUR + "source only, raw pixels")),
    claim("go from 27 to 57 %", *["the READMEs of two reproductions: hehai131/DANN 27.1, s-chh/PyTorch-DANN 57.2"] * 2),
    # DaNN
    claim(
        "**Without DaNN, 49 of 100 coloured digits are read. How many with it?**\n\n- [x] about 90\n- about 75\n- about 60",
        lambda: summary("transfer-it-worked-in-the-lab", "target"),
        "of 100",
        lambda: Near(table("transfer", COLOUR + "DaNN").mean, 5),
        CHOICE,
        CHOICE,
    ),
    claim("It reads 91 in this run", lambda: summary("transfer-dann", "target")),
    claim("over five seeds 90 ± 1 %. Trained", *both(COLOUR + "DaNN")),
    claim(
        "all 4,000 labels it gets 94.5 ± 0.7 %", "size of the training part", *both(COLOUR + "trained on the target")
    ),
    claim("ends at 57 %; guessing gets 50 %", lambda: end("transfer-dann", "domain"), "two domains"),
    claim("from 52 to 77 %", *["Ganin et al. 2016, table 2: .5225 and .7666"] * 2),
    claim("it is 75 ± 5 %", *both(COLOUR + "DaNN, shared BatchNorm statistics")),
    # Is it working?
    claim("from 1,297 small digits of 8 × 8 pixels", *["scikit-learn's digits less 500 to test"] * 3),
    claim("After 800 steps it gets 99 % of", "a setting", lambda: end("transfer-is-it-working", "source")),
    claim(
        "finds the domain in 54 % of the cases, a fresh probe in 63 %; guessing gets 50 %",
        lambda: end("transfer-is-it-working", "domain"),
        lambda: end("transfer-is-it-working", "probe"),
        "two domains",
    ),
    claim(
        "- about 95 %\n- [x] about 60 %\n- about 80 %",
        CHOICE,
        lambda: Near(table("transfer", "8 × 8 → MNIST: DaNN").mean, 5),
        CHOICE,
    ),
    claim(
        "It gets 60 % right in this run; over five seeds 64 ± 3 %",
        lambda: summary("transfer-is-it-working", "target"),
        *both("8 × 8 → MNIST: DaNN"),
    ),
    claim("a domain classifier at 50 %", "two domains"),
    # Rare classes
    claim(
        "turned by 25°: not far, source only gets 89 of 100",
        "a setting",
        lambda: summary("transfer-turned-source", "target"),
        "a setting",
    ),
    claim("digits 5 to 9 are twenty times rarer than 0 to 4", *[DIGIT] * 4),
    claim(
        "The accuracy falls to 76 in this run (over five seeds from 88 ± 1 to 78 ± 1 %)",
        lambda: summary("transfer-when-alignment-hurts", "target"),
        *column(TURNED, "result_target", method="source", rare="5"),
        *column(TURNED, "result_target", method="dann", rare="5"),
    ),
    claim(
        "are digits from 5 to 9, but only 4.8 % of",
        DIGIT,
        DIGIT,
        lambda: sweep("transfer", SHIFT, "result_rare_true").mean,
    ),
    claim("many a 0 to 4 is taken for a 5 to 9.", *[DIGIT] * 4),
    claim("DaNN gets 88 ± 3 %, as", *column(TURNED, "result_target", method="dann", rare="100")),
    claim(
        "answers 5 to 9 for 12 ± 2 % of the unlabelled target pictures, not for 50 %",
        DIGIT,
        DIGIT,
        *column(SHIFT, "result_rare_answered"),
        "equal shares of ten classes",
    ),
    claim("known from the source: 11 ± 2 %", *column(SHIFT, "result_rare_estimated")),
    # Two moons
    claim("turned by 35° without", "a setting"),
    claim("source only gets 78 ± 4 % of", *both("Moons turned by 35°: source only")),
    claim("gets 98.8 ± 0.4 %", *both("Moons turned by 35°: DaNN, λ = 3")),
    claim(
        "with 1 instead of 3 it gets 72 ± 8 %, less",
        "a setting",
        "a setting",
        *both("Moons turned by 35°: DaNN, λ = 1"),
    ),
    claim(
        "in 72 % of the cases with λ = 3 and in 72 % with λ = 1",
        column(MOONS.format(3), "result_probe")[0],
        "a setting",
        column(MOONS.format(1), "result_probe")[0],
        "a setting",
    ),
    # Other class shares
    claim("there are 50 zeros for each nine", "a setting"),
    claim(
        "- [x] about 7 points\n- about 20 points",
        lambda: Near(
            sweep("transfer", SHARES, "result_target", method="bbse").mean
            - sweep("transfer", SHARES, "result_target", method="source").mean,
            1.5,
        ),
        CHOICE,
    ),
    claim(
        "71 of 100 corrected answers are right in this run, and 64 of those",
        lambda: summary("transfer-other-shares", "target"),
        "of 100",
        lambda: summary("transfer-other-shares", "unadapted"),
    ),
    claim(
        "it is 71 ± 2 instead of 64 ± 2 %",
        *column(SHARES, "result_target", method="bbse"),
        *column(SHARES, "result_target", method="source"),
    ),
    claim("Who always says 0 gets 36 %", DIGIT, lambda: most_frequent(SCENES[5].settings)),
    claim(
        "off by 17 %, the estimated ones by 10 %",
        column(SHARES, "result_off_answered", method="source")[0],
        column(SHARES, "result_off_estimated", method="bbse")[0],
    ),
    claim("and they are not: 54 ± 4 %", *column(SHARES, "result_target", method="dann")),
    claim("with the estimated weights, gets 73 ± 3 %", *column(RETRAINED, "result_target")),
    # At test time
    claim("turned by 45°, 100 at a time", "a setting", "a setting"),
    claim("What can 100 batches bring?**", "a setting"),
    claim(
        "- [x] 10 to 20 points\n- over 30 points",
        lambda: Near(
            sweep("transfer", TENT, "result_target", tent_rate="0.02").mean
            - sweep("transfer", TENT, "result_unadapted", tent_rate="0.02").mean,
            10,
        ),
        CHOICE,
        CHOICE,
    ),
    claim(
        "TENT gets 72 of 100 right in this run, over five seeds 64 ± 7 %",
        lambda: summary("transfer-at-test-time", "target"),
        "of 100",
        *column(TENT, "result_target", tent_rate="0.02"),
    ),
    claim(
        "the unadapted network 52 ± 3 %, the statistics of the batch alone 55 ± 3 %",
        *column(TENT, "result_unadapted", tent_rate="0.02"),
        *column(TENT, "result_still", tent_rate="0.02"),
    ),
    claim(
        "In batches of 8 the statistics are rough: they alone get 51 ± 3 %, TENT 54 ± 4 %",
        "a setting",
        *column(SMALL_BATCHES, "result_still"),
        *column(SMALL_BATCHES, "result_target"),
    ),
    claim(
        "with a rate of 0.5 the entropy falls further while the accuracy falls to 27 ± 13 %",
        "a setting",
        *column(TENT, "result_target", tent_rate="0.5"),
    ),
    claim(
        "(CIFAR-10-C, their repository) the error falls from 43.5 to 20.4 % with the statistics alone and to 18.6 %",
        "the name of a data set",
        *[README] * 3,
    ),
    # Half the classes
    claim("turned by 25°, and the target holds only 0 to 4.", "a setting", DIGIT, DIGIT),
    claim(
        "Nobody tells the network. Source only reads 88 of 100.",
        lambda: sweep("transfer", PARTIAL, "result_target", method="source", seed="0").mean,
        "of 100",
    ),
    claim(
        "**Source only reads 88 of 100. How many does DaNN read?**\n\n- over 90\n- about 85\n- [x] about 70",
        lambda: sweep("transfer", PARTIAL, "result_target", method="source", seed="0").mean,
        "of 100",
        CHOICE,
        CHOICE,
        lambda: Near(sweep("transfer", PARTIAL, "result_target", method="dann").mean, 5),
    ),
    claim("part of the 0s to 4s must lie where the source has its 5s to 9s", *[DIGIT] * 4),
    claim(
        "DaNN gets 69 % in this run, over five seeds 68 ± 3 %; source only 88 ± 2 %",
        lambda: summary("transfer-half-the-classes", "target"),
        *column(PARTIAL, "result_target", method="dann"),
        *column(PARTIAL, "result_target", method="source"),
    ),
    claim("And 28 % of DaNN's answers are 5 to 9", column(PARTIAL, "result_absent", method="dann")[0], DIGIT, DIGIT),
    claim("it gets 80 ± 3 %", *column(PARTIAL, "result_target", method="pada")),
    # Never seen
    claim("turned by 0, 15, 30, 45 and 60°", *["a setting"] * 5),
    claim("turned by 75°, and no method", "a setting"),
    claim(
        "it reads 22 of 100. How many with five angles?**\n\n- about 40\n- about 60\n- [x] about 90",
        lambda: sweep("transfer", UNSEEN, "result_target", sources="1", seed="0").mean,
        "of 100",
        CHOICE,
        CHOICE,
        lambda: Near(sweep("transfer", UNSEEN, "result_target", sources="5").mean, 5),
    ),
    claim(
        "It gets 89 % in this run, over five seeds 88 ± 1 %; with upright digits alone 20 ± 3 %",
        lambda: summary("transfer-never-seen", "target"),
        *column(UNSEEN, "result_target", sources="5"),
        *column(UNSEEN, "result_target", sources="1"),
    ),
    claim("more weight, gets 88.0 ± 0.4 %", *column(UNSEEN_DRO, "result_target")),
    # Pictures to drawings
    claim("the source are 447 flat pictures", lambda: float(len(drawings.labels()))),
    claim(
        "teach it 26 of 100 drawings. And as outlines?**\n\n- about 20\n- about 40\n- [x] about 60",
        lambda: sweep("transfer", DRAWINGS, "result_target", seen_as="grey", method="source", seed="0").mean,
        "of 100",
        CHOICE,
        CHOICE,
        lambda: Near(sweep("transfer", DRAWINGS, "result_target", seen_as="outlines", method="source").mean, 5),
    ),
    claim(
        "It reads 56.5 % of the drawings in this run, over five seeds 58 ± 3 %; from pictures in grey 27 ± 1 %. Guessing gets 10 %",
        lambda: summary("transfer-pictures-to-drawings", "target"),
        *column(DRAWINGS, "result_target", seen_as="outlines", method="source"),
        *column(DRAWINGS, "result_target", seen_as="grey", method="source"),
        "ten kinds",
    ),
    claim("in grey gets 38 ± 4 %", *column(DRAWINGS, "result_target", seen_as="grey", method="dann")),
    claim("Both together get 66 ± 2 %", *column(DRAWINGS, "result_target", seen_as="outlines", method="dann")),
    claim("of the target it is 81.3 ± 0.3 %", *column(DRAWINGS_KNOWN, "result_target")),
    claim("it reads 67 ± 3 % in", *column(DRAWINGS, "result_source", seen_as="outlines", method="source")),
    # Theory
    claim("Negative solutions become 0.", "a definition"),
    claim("before the first time they are all 1.", "a definition"),
    claim("with λ = 0 at", "a definition"),
    claim("for the source and 1 for the target. About 0.69", "a definition", "ln 2"),
    claim(
        "go from 20 to 50 % of each class, ours from 90 to 100 %",
        *["the authors' scripts: first 0.2, 0.05 more each round, at most 0.5"] * 2,
        *["selftrain.FIRST, and all"] * 2,
    ),
    claim("0 means that it guesses, 2 that it never errs; below 0 counts as 0", *["a definition"] * 4),
    claim("says 8 to everything has 0", DIGIT, "a definition"),
]
