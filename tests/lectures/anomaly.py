"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

from functools import cache

import torch

from core import yardsticks
from core.anomaly import calibration, datasets, detectors, ranking, trivial
from core.anomaly.analysis import trust
from core.anomaly.by_kind import KINDS
from core.anomaly.settings import Confidence, Damaged, Oddities, Tumours
from core.anomaly.yardsticks import AUROC, DAMAGED_CONV, NAMES, ONE_CLASS, WIDE
from core.yardsticks import Result, Yardstick
from tests.lectures.claims import Near, claim, run, summary, sweep, table

ONE_DIGIT = "One digit is normal, mean of ten: "
LEFT_OUT = "One digit is left out, nine are normal, mean of ten: "
MEAN = "distance to the mean (trivial rival)"
SETTING, LECTURE = (
    "a setting of the scene",
    "the lecture's own example; 4·1 + 1·100, 3·1 + 6·100, 4·100 + 1·1, 3·100 + 6·1",
)
HOMEWORK = "homework 8 of ML 2021 Spring: slide 18 (public baselines .64046, .75719), slide 21 (parameters), notebook cell 22 (layers)"
GUESS = "what a random order has"
VERDICT, PROMISE = "by definition", "the promise of the analyses: core.anomaly.analysis.scores.PROMISE"
TEST = "how many there are in the test part"


def of_file(file: str, column: str, **where: str) -> Result:
    """Mean and sd over the seeds of a table of `core.anomaly.measured`."""
    result = yardsticks.measured("anomaly", Yardstick("", "", column, "", "", "", where=where, file=file))
    assert result.seeds, f"no such rows in {file}"
    return result


def digit(name: str):
    return lambda: of_file("digits-against-twos.csv", "auroc", digit=name).mean


def oddity(shown: str, kind: str):
    return lambda: of_file("known-oddities.csv", kind, shown=shown).mean


def gain(known: bool) -> float:
    """By how many points the AUROC of the shown kind is above that where none was shown, seed by seed; or of all other kinds."""
    rows = yardsticks.read("anomaly", "known-oddities.csv")
    none = {row["seed"]: row for row in rows if row["shown"] == "none"}
    gains = [
        float(row[kind]) - float(none[row["seed"]][kind])
        for row in rows
        if row["shown"] != "none"
        for kind in KINDS
        if (kind == row["shown"]) is known
    ]
    return sum(gains) / len(gains)


def patients(column: str, name: str, sd: bool = False):
    def found() -> float:
        result = of_file("two-costs.csv", column, table=f"table {name}")
        return result.sd if sd else result.mean

    return found


def damage(column: str, kind: str = "all"):
    return lambda: of_file("kinds-of-damage.csv", column, kind=kind).mean


def mean(title: str):
    return lambda: table("anomaly", title).mean


def sd(title: str):
    return lambda: table("anomaly", title).sd


def promised(method: str):
    return mean(f"False alarms where 10 % were promised, ten digits: {NAMES[method]}, threshold from learned normals")


@cache
def two_costs(name: str) -> dict[str, str]:
    """The row of the shipped run's seed."""
    rows = yardsticks.read("anomaly", "two-costs.csv")
    return next(row for row in rows if (row["seed"], row["table"]) == ("0", f"table {name}"))


@cache
def right_on_the_moons() -> float:
    """Of 100 new normal points how many the shipped classifier gives their own moon."""
    detector = detectors.of(run("anomaly-sure-of-nothing"))
    dataset = datasets.dataset_of(run("anomaly-sure-of-nothing").settings)
    with torch.inference_mode():
        says = detector.logits(dataset.test_x)[0].argmax(1)
    return 100 * float((says == dataset.test_y)[~dataset.test_is_anomaly].float().mean())


def twos() -> Near:
    """Of PCA with every seed; the choice rounds it."""
    return Near(sweep("anomaly", ONE_CLASS, AUROC, normal="2", method="pca", contamination="0").mean, 3)


def tested(data, is_anomaly: bool):
    return lambda: float((datasets.pool(data).test_is_anomaly == is_anomaly).sum())


CLAIMS = [
    claim("every value from 1/{many} to 1 should", VERDICT, VERDICT),
    claim("± is one standard error. A random order has 50 %", GUESS),
    claim("95 % false alarms are what a random order has where 95 % are found", GUESS, GUESS),
    claim("100 ρ (Spearman)", VERDICT),
    claim("100 is the same order, 0 none in common", VERDICT, VERDICT),
    claim("A random map has an AUROC of 50 %", GUESS),
    claim("damaged digits; 50 % is chance", GUESS),
    claim("paired t-tests over these digits, at 5 % together", 100 * trust.CHANCE),
    # ---- what is normal
    claim("from 320 handwritten twos", lambda: run("anomaly-what-is-normal").events[0].facts["fit"]),
    claim("from the 30 directions", SETTING),
    claim("Then 100 new twos and 900 other digits come", TEST, TEST),
    claim(
        "- in 70 of 100 pairs\n- [x] in 90 of 100 pairs\n- in 99 of 100 pairs",
        "a guess",
        "of 100",
        twos,
        "of 100",
        "a guess",
        "of 100",
    ),
    claim("The AUROC is 89.6 % in this run", lambda: summary("anomaly-what-is-normal", "auroc")),
    claim(
        "A random order has 50 %, the distance to the mean two has 73 %",
        GUESS,
        lambda: trivial.auroc(run("anomaly-what-is-normal").settings),
    ),
    claim("most digits are told from twos in 94 to 98 of 100 pairs", digit("3"), digit("5"), "of 100"),
    claim(
        "sevens in 88, but ones in only 49 ± 4",
        digit("7"),
        digit("1"),
        lambda: of_file("digits-against-twos.csv", "auroc", digit="1").sd,
    ),
    claim(
        "this PCA reaches 95.2 ± 0.1 % without tuning; the distance to the mean has 86.6 %",
        mean(ONE_DIGIT + "PCA reconstruction"),
        sd(ONE_DIGIT + "PCA reconstruction"),
        mean(ONE_DIGIT + MEAN),
    ),
    claim(
        "Deep SVDD reports 94.8 %, learned from about 6,000 digits",
        "Ruff et al. 2018, table 1, as a reimplementation's README quotes its ten columns; their mean",
        "MNIST has 5,421 to 6,742 training pictures of a digit",
    ),
    # ---- copies everything
    claim("from the same 320 twos", lambda: run("anomaly-copies-everything").events[0].facts["fit"]),
    claim("into 32 numbers", lambda: run("anomaly-autoencoder").settings.method.bottleneck),
    claim("a code of 1,568 numbers", lambda: run("anomaly-copies-everything").settings.method.bottleneck),
    claim(
        "The AUROC of the narrow one is 89 %, that of the wide one 50 % in these runs, and 50 % is guessing",
        lambda: summary("anomaly-autoencoder", "auroc"),
        lambda: summary("anomaly-copies-everything", "auroc"),
        GUESS,
    ),
    claim(
        "a mean error of 2.2 instead of 20, but other digits with 2.5",
        lambda: summary("anomaly-copies-everything", "held_score"),
        lambda: summary("anomaly-autoencoder", "held_score"),
        lambda: summary("anomaly-copies-everything", "odd_score"),
    ),
    claim(
        "dense layers with 512 numbers reach 90.2 ± 0.5 % over five seeds",
        SETTING,
        lambda: sweep("anomaly", WIDE, AUROC, normal="2", bottleneck="512").mean,
        lambda: sweep("anomaly", WIDE, AUROC, normal="2", bottleneck="512").sd,
    ),
    claim("a code of 49 numbers have 52 % in the stored run", SETTING, lambda: summary("anomaly-local-49", "auroc")),
    claim(
        "In homework 8 of 2021, with 140,000 faces, a dense network with a code of 3 numbers and 3,176,419 parameters reached 64 %; "
        "convolutions alone, with a code of 3,072 numbers and 47,355 parameters, reached 76 %",
        *[HOMEWORK] * 9,
    ),
    # ---- two costs
    claim("gives 30 numbers for each tumour", lambda: run("anomaly-two-costs").events[0].facts["dimensions"]),
    claim("Then 107 new benign and 64 malignant tumours", tested(Tumours(), False), tested(Tumours(), True)),
    claim(
        "a false alarm costs 100 and a miss 1. In table B a miss costs 100 and a false alarm 1.",
        *["the lecture's tables"] * 4,
    ),
    claim("**A false alarm costs 100, a miss 1. How", *["the lecture's tables"] * 2),
    claim(
        "With these costs, table A, it finds 11 of 64 in this run",
        lambda: float(two_costs("A")["found"]),
        tested(Tumours(), True),
    ),
    claim(
        "Under B it finds all 64 and raises 66 false alarms",
        lambda: float(two_costs("B")["found"]),
        lambda: float(two_costs("B")["frightened"]),
    ),
    claim(
        "it finds 16 ± 4 under A and raises 65 ± 9 false alarms under B",
        patients("found", "A"),
        patients("found", "A", True),
        patients("frightened", "B"),
        patients("frightened", "B", True),
    ),
    claim("its AUROC of 94.9 % are the same", lambda: summary("anomaly-two-costs", "auroc")),
    claim("table B pays 75 ± 17 times as much", patients("times", "B"), patients("times", "B", True)),
    claim(
        "A's threshold costs 113 instead of 28 for 100 patients; never raising the alarm costs 37",
        patients("elsewhere", "A"),
        patients("cost", "A"),
        "of 100",
        patients("never", "A"),
    ),
    claim(
        "the distance to the mean benign tumour, a trivial rival, has an AUROC of 96.3 %",
        mean(f"Breast tumours, benign is normal: {MEAN}"),
    ),
    # ---- find the damage
    claim("a damaged square of 8 × 8 pixels", lambda: Damaged().size, lambda: Damaged().size),
    claim(
        "than intact ones in 82 ± 1 of 100 pairs; the distance to the mean digit has 49 %",
        lambda: sweep("anomaly", DAMAGED_CONV, AUROC).mean,
        lambda: sweep("anomaly", DAMAGED_CONV, AUROC).sd,
        "of 100",
        mean(f"Damaged digits: {MEAN}"),
    ),
    claim("the larger error in 91 of 100 pairs", lambda: sweep("anomaly", DAMAGED_CONV, "result_where").mean, "of 100"),
    claim("one map for all pictures, already has 82 %", damage("mean_map")),
    claim("the place tells nothing, and 78 of 100 pairs are right", damage("place"), "of 100"),
    claim("in 95 of 100 pairs with an intact picture", damage("picture", "noise"), "of 100"),
    claim("missing ink is found worst, in 66", damage("picture", "cut")),
    claim(
        "For the pixels of missing ink even the one map is better, 86 against 83",
        damage("mean_map", "cut"),
        damage("pixel", "cut"),
    ),
    # ---- sure of nothing
    claim("it is right for 97 of 100 new points", right_on_the_moons, TEST),
    claim("- about 95 %\n- about 75 %\n- 50 %, guessing", "a guess", "a guess", GUESS),
    claim(
        "The AUROC is 25 % in this run, 23 ± 4 % over five seeds. The distance to the mean point has 93 %",
        lambda: summary("anomaly-sure-of-nothing", "auroc"),
        mean("Two moons: classifier of the moons"),
        sd("Two moons: classifier of the moons"),
        mean(f"Two moons: {MEAN}"),
    ),
    claim(
        "it gets 93 ± 1 % (mean of ten, three seeds), where PCA gets 69 % and the distance to the mean 55 %",
        mean(LEFT_OUT + "classifier of nine digits"),
        sd(LEFT_OUT + "classifier of nine digits"),
        mean(LEFT_OUT + "PCA reconstruction"),
        mean(LEFT_OUT + MEAN),
    ),
    # ---- how sure is sure
    claim("learns nine digits from 1,000 examples", lambda: run("anomaly-how-sure-is-sure").events[0].facts["fit"]),
    claim(
        "**It is right for 90 of 100 new digits.",
        lambda: summary("anomaly-how-sure-is-sure", "right"),
        "of 100",
    ),
    claim(
        "- 80 %\n- 90 %, as it should be\n- [x] 97 %",
        "a guess",
        lambda: summary("anomaly-how-sure-is-sure", "right"),
        lambda: summary("anomaly-how-sure-is-sure", "sure"),
    ),
    claim(
        "it is 96.6 % sure and 89.8 % right; the calibration error is 7.0 %. With T = 2.3, fitted to 250 held-out digits, the error "
        "is 2.0 %",
        lambda: summary("anomaly-how-sure-is-sure", "sure"),
        lambda: summary("anomaly-how-sure-is-sure", "right"),
        lambda: summary("anomaly-how-sure-is-sure", "ece"),
        lambda: summary("anomaly-how-sure-is-sure", "fitted"),
        lambda: run("anomaly-how-sure-is-sure").events[0].facts["held"],
        lambda: summary("anomaly-how-sure-is-sure", "fitted_ece"),
    ),
    claim(
        "it falls from 6.0 ± 0.7 to 2.6 ± 0.4 %",
        mean("Nine digits, dense layers: calibration error"),
        sd("Nine digits, dense layers: calibration error"),
        mean("Nine digits, dense layers: calibration error with the fitted T"),
        sd("Nine digits, dense layers: calibration error with the fitted T"),
    ),
    claim(
        "its AUROC is 83.2 ± 1.5 % before and 83.1 ± 1.0 % after",
        mean("Nine digits, dense layers: AUROC of the left-out digit"),
        sd("Nine digits, dense layers: AUROC of the left-out digit"),
        mean("Nine digits, dense layers: AUROC of the left-out digit with the fitted T"),
        sd("Nine digits, dense layers: AUROC of the left-out digit with the fitted T"),
    ),
    claim(
        "less sure (95.1 %) than right (96.1 %)",
        mean("Nine digits, convolutions: mean confidence"),
        mean("Nine digits, convolutions: right answers"),
    ),
    claim("give every digit the probability 1/9, and the error is 0", VERDICT, VERDICT, VERDICT),
    claim("The loss is convex in 1 / T", VERDICT),
    claim("There are 15 bins", calibration.BINS),
    claim("% (at T = 1) to **{after:.1f} %**. It", VERDICT),
    claim("instead of {before:.1f} % (at T = 1). There", VERDICT),
    claim(
        "neither better nor worse, as far as chance lets one tell: AUROC {after:.1f} % with the fitted T, {before:.1f} % at T = 1",
        VERDICT,
    ),
    claim("it is better: AUROC **{after:.1f} %** with the fitted T, {before:.1f} % at T = 1", VERDICT),
    claim("it is worse: AUROC **{after:.1f} %** with the fitted T, {before:.1f} % at T = 1", VERDICT),
    # ---- a few known oddities
    claim(
        "learns the digits 0 to 7. It is also shown 20 nines and taught to be unsure of them. Then 800 normal digits come, and 500 "
        "oddities",
        "the normal digits",
        "the normal digits",
        lambda: run("anomaly-a-few-known-oddities").settings.data.known,
        tested(Oddities(), False),
        tested(Oddities(), True),
    ),
    claim("**It was shown 20 nines.", lambda: run("anomaly-a-few-known-oddities").settings.data.known),
    claim(
        "nines are found with an AUROC of 91.5 ± 0.2 % instead of 83.2 ± 2.9 %",
        oddity("nines", "nines"),
        lambda: of_file("known-oddities.csv", "nines", shown="nines").sd,
        oddity("none", "nines"),
        lambda: of_file("known-oddities.csv", "nines", shown="none").sd,
    ),
    claim(
        "Eights have 86.9 % instead of 86.4, patched digits 74.6 instead of 74.8, turned ones 82.3 instead of 82.0",
        oddity("nines", "eights"),
        oddity("none", "eights"),
        oddity("nines", "patched"),
        oddity("none", "patched"),
        oddity("nines", "turned"),
        oddity("none", "turned"),
    ),
    claim(
        "the known one gains 4.7 points on average, the other four 0.2",
        lambda: gain(True),
        lambda: gain(False),
    ),
    claim("91.4 % are right instead of 91.8 %", oddity("nines", "right"), oddity("none", "right")),
    claim("and not 20 of one", lambda: run("anomaly-a-few-known-oddities").settings.data.known),
    claim("The weight λ is 0.5, as in the paper", lambda: Confidence().lam),
    claim("read the digits 0 to 7, and reject", "the normal digits", "the normal digits"),
    claim("one-sided, at 5 % over all kinds together", "the level of decide.leads"),
    # ---- theory
    claim(
        "a blur of 1 px raises the AUROC from 95.2 to 96.5 %",
        SETTING,
        mean(ONE_DIGIT + "PCA reconstruction"),
        mean(ONE_DIGIT + "PCA, error blurred by 1 px"),
    ),
    claim("about 1 is normal", "Breunig et al. 2000, by the definition of LOF"),
    claim("a random order has 50 %. It judges", GUESS),
    claim(
        "one threshold misses 4 and gives 1 false alarm, another misses 3 and gives 6. With table A (miss 1, false alarm 100) they cost "
        "104 and 603, with table B (miss 100, false alarm 1) 401 and 306",
        *[LECTURE] * 12,
    ),
    claim(
        "PCA raises the alarm at 30 % of new normals instead of 10 %, nearest neighbours at 12 %",
        promised("pca"),
        "the promise",
        promised("knn"),
    ),
    claim("Rank the detectors on each data set, 1 for the best", VERDICT),
    claim("for all pairs together at 5 %. With", 100 * ranking.LEVEL),
    claim("has 57 data sets; its", "Han et al. 2022, title of section 1 and of the repository Minqi824/ADBench"),
    claim("(Nemenyi, 5 % for all pairs together)", 100 * ranking.LEVEL),
    # ---- verdicts
    claim("**1 of {whole:,} alarms is false**", VERDICT),
    claim("(95 % interval {low:.1f} to", "the level of the interval, a setting of the analysis"),
    claim("## verdict: threshold-mean\nA random order has 50 %.", GUESS),
    claim("## verdict: threshold-mean-no-better\nA random order has 50 %.", GUESS),
    claim("{b_least:,} for 100 examples", VERDICT),
    claim("no rate below 1 / {whole}", VERDICT),
    claim("the smallest p-value there is is 1 / {whole}", VERDICT),
    claim("order-alarms\nAt the threshold for 10 % false alarms (p ≤ 0.1)", PROMISE, PROMISE),
    claim("order-missed\nAt the threshold for 10 % false alarms (p ≤ 0.1)", PROMISE, PROMISE),
    claim("Guessing has 50 %.", GUESS),
    claim("at 10 % false alarms it raises the alarm", PROMISE),
    claim("at 10 % false alarms it raises no alarm", PROMISE),
    claim("Below 50 %: by this score", GUESS),
    claim("it raises the alarm at 10 %.", PROMISE),
    claim("no alarm at 10 %.", PROMISE),
    claim("Of 1,000 that come at", VERDICT),
    claim("Softmax: 1 − the largest probability", VERDICT),
    claim("Softmax: 1 − the probability of the turn", VERDICT),
    claim("a smooth step over the threshold of 10 % false alarms", PROMISE),
    claim("how far the score lies above the threshold of 10 % false alarms", PROMISE),
    claim("AUROC of its pixels; 50 % is chance", GUESS),
]
