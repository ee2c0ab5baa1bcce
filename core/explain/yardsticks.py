"""The figures of the explainable AI lab beside published ones. `python -m core yardsticks explain` makes the tables."""

from collections.abc import Iterator
from pathlib import Path

from core.attribution import tabular
from core.explain.measured import digit_rows, patient_rows, photo_rows, randomised_rows, walked_rows
from core.yardsticks import Yardstick, make_tables, measured

SHORTCUT = "--subject digit --method shortcut"
PROBE, OF_LOOPS = "--subject digit --method probe", "--subject digit --method probe --trait loop"
CONCEPTS = "--subject digit --digit 8 --method concept --concept loop bar stroke"
TENTH, CURED = f"{SHORTCUT} --elsewhere 10", f"{SHORTCUT} --elsewhere 100"
LIME = "--method lime"
OF_DIGITS, OF_RANDOMISED, OF_PHOTOS, OF_TABLES = "digits.csv", "randomised.csv", "photos.csv", "tables.csv"
OF_WALKS = "walks.csv"
ADEBAYO = "Adebayo et al. 2018"
NONE = "none in this set-up"
ALAIN = "rises from layer to layer in Inception v3 and ResNet-50 (Alain, Bengio 2016)"
TWO_SETS = f"{tabular.chance_jaccard(30):.2f} (two random sets of five)"


GUESSING, NO_SCORE, FLAT, MEAN = "10 (guessing)", "–", "1.1 (a flat map)", "0 (the mean answer)"
DIRECTION, PROMISED = "50 (a random direction)", "0.5 (what the test promises)"
COIN_FLIP, COMMONEST, NO_TASK = "50 (guessing)", "56 (always “no loop”)", "0 (nothing of the task is in the layer)"


def _faithful(name: str, title: str, why: str = "") -> Iterator[Yardstick]:
    for way, good in (("deletion", "low"), ("insertion", "high")):
        yield Yardstick(
            f"Digits, area under {way} ({good} is good): {title}",
            "",
            f"{way}_{name}",
            "%",
            NONE,
            why,
            file=OF_DIGITS,
            of="draws",
            chance=_rivals(way),
        )


def _rivals(way: str) -> str:
    """What the two maps that know no network have in the same table."""
    order, picture = (
        measured("explain", Yardstick("", "", f"{way}_{name}", "", "", "", file=OF_DIGITS)).mean
        for name in ("random", "input_only")
    )
    return f"{order:.1f} (random order), {picture:.1f} (picture alone)"


def _destroyed(name: str, title: str, published: str, why: str = "") -> Iterator[Yardstick]:
    picture = measured("explain", Yardstick("", "", f"picture_{name}", "", "", "", file=OF_RANDOMISED)).mean
    for column, what in (
        ("output", "the output layer was destroyed, signed"),
        ("signed", "all layers were destroyed, signed"),
        ("absolute", "all layers were destroyed, absolute"),
    ):
        yield Yardstick(
            f"Digits, rank correlation after {what}: {title}",
            "",
            f"{column}_{name}",
            "",
            published,
            why,
            file=OF_RANDOMISED,
            of="draws",
            digits=2,
            chance=f"0 (random order), {picture:.2f} (picture alone)",
        )


PROBED = (  # title, sweep, column of its table, chance
    ("Probe for the digit, on the pixels", PROBE, "digit_pixels", GUESSING),
    ("Probe for the digit, on the last hidden layer", PROBE, "digit_dense_1", GUESSING),
    ("Probe for the digit, on the last hidden layer before training", PROBE, "digit_untrained_dense_1", GUESSING),
    ("Probe for the slant, on the pixels", PROBE, "trait_pixels", COIN_FLIP),
    ("Probe for the slant, on the last hidden layer", PROBE, "trait_dense_1", COIN_FLIP),
    ("Probe for the slant, on the output layer", PROBE, "trait_output_layer", COIN_FLIP),
    ("Probe for the slant, on the output layer before training", PROBE, "trait_untrained_output_layer", COIN_FLIP),
    ("Probe for a closed loop, on the pixels", OF_LOOPS, "trait_pixels", COMMONEST),
    ("Probe for a closed loop, on the last hidden layer", OF_LOOPS, "trait_dense_1", COMMONEST),
    (
        "Probe for a closed loop, on the last hidden layer before training",
        OF_LOOPS,
        "trait_untrained_dense_1",
        COMMONEST,
    ),
)


TESTED = (  # title, concept, column of the table, chance
    ("TCAV score of a loop for the digit 0, third convolution", "loop", "tcav_0", DIRECTION),
    ("TCAV score of a loop for the digit 8, third convolution", "loop", "tcav_8", DIRECTION),
    ("TCAV score of a loop for the digit 1, third convolution", "loop", "tcav_1", DIRECTION),
    ("TCAV score of a loop for the digit 7, third convolution", "loop", "tcav_7", DIRECTION),
    ("TCAV score of a bar across for the digit 7, third convolution", "bar", "tcav_7", DIRECTION),
    ("TCAV score of an upright stroke for the digit 4, third convolution", "stroke", "tcav_4", DIRECTION),
    ("New examples of a loop that its separator recognises", "loop", "apart", "50 (guessing)"),
    ("Significant scores of a loop, of ten digits", "loop", "significant", PROMISED),
    ("Significant scores of random strokes in its place", "loop", "false_alarms", PROMISED),
)


WALKED = (  # title, column of the table; a second network's answers
    ("Walk from a digit, with the generator: a second network sees the class asked for", "generated_judge"),
    ("Walk from a digit, pixels free: a second network sees the class asked for", "pixels_judge"),
    ("Walk from a digit, pixels free: a second network still sees the digit", "pixels_judge_as_before"),
    ("Walk from a random code, with the generator: a second network sees the class", "preferred_judge"),
    ("Climb from noise, pixels free: a second network sees the class", "noise_judge"),
)


YARDSTICKS = (
    Yardstick(
        "Shortcut: marked class, with its mark",
        SHORTCUT,
        "result_marked_accuracy",
        "%",
        NONE,
        "The mark is all it takes.",
        chance=GUESSING,
    ),
    Yardstick(
        "Shortcut: marked class, mark taken away",
        SHORTCUT,
        "result_clean_accuracy",
        "%",
        NONE,
        "What it would be worth in the world outside.",
        chance=GUESSING,
    ),
    Yardstick(
        "Shortcut: other digits called the marked class once marked",
        SHORTCUT,
        "result_fooled",
        "%",
        NONE,
        "",
        chance=GUESSING,
    ),
    Yardstick(
        "Shortcut: accuracy on test digits that are marked as the training digits were",
        SHORTCUT,
        "result_believed_accuracy",
        "%",
        NONE,
        "A test set of the same origin shows nothing of the shortcut.",
        chance=GUESSING,
    ),
    Yardstick(
        "Shortcut: share of the map in the mark",
        SHORTCUT,
        "result_share_in_mark",
        "%",
        NONE,
        "Positive part of integrated gradients, 20 marked test digits.",
        chance=FLAT,
    ),
    Yardstick(
        "One digit in ten of the others marked: marked class, mark taken away",
        TENTH,
        "result_clean_accuracy",
        "%",
        NONE,
        "",
        chance=GUESSING,
    ),
    Yardstick(
        "One digit in ten of the others marked: share of the map in the mark",
        TENTH,
        "result_share_in_mark",
        "%",
        NONE,
        "",
        chance=FLAT,
    ),
    Yardstick(
        "Cured (every digit marked): marked class, mark taken away",
        CURED,
        "result_clean_accuracy",
        "%",
        NONE,
        "",
        chance=GUESSING,
    ),
    Yardstick("Cured: share of the map in the mark", CURED, "result_share_in_mark", "%", NONE, "", chance=FLAT),
    Yardstick(
        "Photos: completeness gap of integrated gradients, as here",
        "",
        "gap",
        "%",
        "5 % with 20 to 300 steps (Sundararajan et al. 2017)",
        "The line is cut finer where the sum does not add up.",
        file=OF_PHOTOS,
        of="photos",
        chance=NO_SCORE,
    ),
    Yardstick(
        "Photos: the same with 50 Gauss–Legendre steps",
        "",
        "gap_50",
        "%",
        "5 % with 20 to 300 steps",
        "Captum's default.",
        file=OF_PHOTOS,
        of="photos",
        chance=NO_SCORE,
    ),
    Yardstick(
        "Photos: steps that it took",
        "",
        "steps",
        "steps",
        "20 to 300",
        "",
        file=OF_PHOTOS,
        of="photos",
        digits=0,
        chance=NO_SCORE,
    ),
    Yardstick(
        "Cat: R² of LIME, 200 samples", LIME, "result_fit", "%", NONE, "The same photo, five seeds.", chance=MEAN
    ),
    *_faithful("integrated_gradients", "integrated gradients", "Hidden with black; see the picture alone."),
    *_faithful("input_x_gradient", "input × gradient"),
    *_faithful("occlusion", "occlusion"),
    *_faithful("grad_cam", "Grad-CAM"),
    *_faithful("guided_backprop", "guided backprop"),
    *_faithful("saliency", "saliency"),
    *_faithful("random", "random order", "The first control."),
    *_faithful("input_only", "picture alone (its ink), no network", "The second control."),
    *(
        Yardstick(
            title, sweep, f"result_{column}", "%", ALAIN if column.startswith("digit") else NONE, "", chance=chance
        )
        for title, sweep, column, chance in PROBED
    ),
    Yardstick(
        "Selectivity of the probe for the digit, on the last hidden layer",
        PROBE,
        "result_digit_selectivity_dense_1",
        "points",
        NONE,
        "Control: a random answer for each of 100 groups of similar digits.",
        chance=NO_TASK,
    ),
    Yardstick(
        "Selectivity of the probe for the slant, on the last hidden layer",
        PROBE,
        "result_trait_selectivity_dense_1",
        "points",
        NONE,
        "",
        chance=NO_TASK,
    ),
    *(
        Yardstick(title, CONCEPTS, f"result_{column}", "%", NONE, "", where={"concept": concept}, chance=chance)
        for title, concept, column, chance in TESTED
    ),
    *(
        Yardstick(title, "", column, "%", NONE, "", file=OF_WALKS, of="draws", chance=GUESSING)
        for title, column in WALKED
    ),
    Yardstick(
        "Digits, accuracy once the output layer was destroyed",
        "",
        "guessed",
        "%",
        NONE,
        "The network guesses.",
        file=OF_RANDOMISED,
        of="draws",
        chance=GUESSING,
    ),
    *_destroyed(
        "saliency", "saliency", f"passes the test ({ADEBAYO})", "It has no sign: signed and absolute are the same."
    ),
    *_destroyed(
        "integrated_gradients",
        "integrated gradients",
        f"the input dominates on sparse pictures ({ADEBAYO})",
        "In absolute maps the black background is zero whatever the network is, and that alone correlates.",
    ),
    *_destroyed(
        "guided_backprop",
        "guided backprop",
        f"fails: invariant to the higher layers ({ADEBAYO})",
        "With all layers destroyed, the picture alone correlates more with the first map.",
    ),
    *_destroyed("grad_cam", "Grad-CAM", f"passes the test ({ADEBAYO})"),
    Yardstick(
        "Breast cancer, LIME: agreement of the top five of two seeds, 500 samples",
        "",
        "jaccard_500",
        "",
        NONE,
        "Jaccard index, eight seeds, five test patients.",
        file=OF_TABLES,
        of="patients",
        digits=2,
        chance=TWO_SETS,
    ),
    Yardstick(
        "The same, 5,000 samples (the package's default)",
        "",
        "jaccard_5000",
        "",
        NONE,
        "",
        file=OF_TABLES,
        of="patients",
        digits=2,
        chance=TWO_SETS,
    ),
    Yardstick(
        "The same, 500 samples, kernel width 1 instead of 4.1",
        "",
        "jaccard_narrow",
        "",
        NONE,
        "Few samples are near enough to count: hardly above chance.",
        file=OF_TABLES,
        of="patients",
        digits=2,
        chance=TWO_SETS,
    ),
    Yardstick(
        "R² with 5,000 samples", "", "r2_5000", "", NONE, "", file=OF_TABLES, of="patients", digits=2, chance=MEAN
    ),
    Yardstick(
        "R² with kernel width 1", "", "r2_narrow", "", NONE, "", file=OF_TABLES, of="patients", digits=2, chance=MEAN
    ),
)


def measured_tables(folder: Path) -> None:
    """What no sweep measures: averages over test digits, photos, and patients. A table that is there stays."""
    tables = {
        OF_DIGITS: digit_rows,
        OF_RANDOMISED: randomised_rows,
        OF_PHOTOS: photo_rows,
        OF_TABLES: patient_rows,
        OF_WALKS: walked_rows,
    }
    make_tables(folder, tables)
