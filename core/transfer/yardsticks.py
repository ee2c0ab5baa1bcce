"""The figures of the transfer learning lab beside published ones. `python -m core yardsticks transfer` makes the tables."""

from pathlib import Path

from core.yardsticks import Yardstick

METHODS = "--method source dann mmd coral adda adabn selftrain finetune target"
RAW = "--pixels raw --method source dann"
SHARED = "--method dann --statistics shared"
PAIRS = "--target scanned --direction {} --method source dann mmd coral adabn selftrain target"
SHIFTED = "--target rotated --angle 25 --rare 5 100 --method source dann"
SHIFT_SEEN = "--target rotated --angle 25 --rare 5 --method source"
MOONS_WEAK = "--target moons --steps 600 --method dann --lam 1"
MOONS = "--target moons --steps 600 --method dann --lam 3"
MOONS_SOURCE = "--target moons --steps 600 --method source"
SHARES = "--target shares --steps 150 --method source dann bbse"
RETRAINED = "--target shares --steps 150 --method bbse --correct training"
TENT = "--target rotated --steps 400 --method tent --tent-rate 0.02 0.5"
SMALL_BATCHES = "--target rotated --steps 400 --method tent --tent-batch 8"
PARTIAL = "--target rotated --angle 25 --held 5 --steps 400 --method source dann pada"
UNSEEN = "--target unseen --steps 400 --sources 1 5 --method source"
UNSEEN_DRO = "--target unseen --steps 400 --method dro"
DRAWINGS = "--target drawings --seen-as grey outlines --steps 400 --method source dann"
DRAWINGS_KNOWN = "--target drawings --steps 400 --method target"
HOMEWORK = "none in this set-up (the homework's pair, photos and doodles, is another)"
TARGET = "result_target"
ONE_ANSWER = "36 (always 0)"
GUESS, COIN = "10 (guessing)", "50 (guessing)"  # test parts are balanced
CIFAR = "none in this set-up (CIFAR-10-C, the authors' repository: errors of 43.5, 20.4 and 18.6 %)"
GANIN = "Ganin et al. 2016, table 2, MNIST → MNIST-M"
OURS = "Our own set, 4,000 digits. "
TZENG = "Tzeng et al. 2017, USPS and MNIST"
OTHER = "Another pair of collections: scikit-learn's 1,797 digits of 8 × 8 instead of USPS. "


def _colour(method: str, title: str, published: str, why: str = "", sweep: str = METHODS) -> Yardstick:
    return Yardstick(
        f"Digits → digits in colour: {title}",
        sweep,
        TARGET,
        "%",
        published,
        OURS + why,
        where={"method": method},
        chance=GUESS,
    )


def _pair(direction: str, method: str, title: str, published: str, why: str = "") -> Yardstick:
    arrow = {"to_mnist": "8 × 8 → MNIST", "from_mnist": "MNIST → 8 × 8"}[direction]
    return Yardstick(
        f"{arrow}: {title}",
        PAIRS.format(direction),
        TARGET,
        "%",
        published,
        OTHER + why,
        where={"method": method},
        chance=GUESS,
    )


def _shifted(method: str, rare: int, title: str, why: str) -> Yardstick:
    return Yardstick(
        f"Turned by 25°, {title}",
        SHIFTED,
        TARGET,
        "%",
        "none in this set-up",
        why,
        where={"method": method, "rare": str(rare)},
        chance=GUESS,
    )


def _shares(
    title: str, why: str, method: str = "bbse", sweep: str = SHARES, column: str = TARGET, chance: str = ONE_ANSWER
) -> Yardstick:
    return Yardstick(
        f"Other class shares: {title}",
        sweep,
        column,
        "%",
        "none in this set-up",
        why,
        where={"method": method},
        chance=chance,
    )


def _tent(title: str, why: str, column: str = TARGET, rate: str = "0.02", sweep: str = TENT) -> Yardstick:
    where = {"tent_rate": rate} if sweep == TENT else {}
    return Yardstick(f"Turned by 45°, at test time: {title}", sweep, column, "%", CIFAR, why, where=where, chance=GUESS)


def _partial(title: str, method: str, why: str, column: str = TARGET, chance: str = GUESS) -> Yardstick:
    name = f"Turned by 25°, 0–4 alone in the target: {title}"
    return Yardstick(name, PARTIAL, column, "%", "none in this set-up", why, where={"method": method}, chance=chance)


def _unseen(title: str, why: str, sweep: str = UNSEEN, **where: str) -> Yardstick:
    return Yardstick(
        f"An unseen angle: {title}", sweep, TARGET, "%", "none in this set-up", why, where=where, chance=GUESS
    )


def _drawings(title: str, why: str, sweep: str = DRAWINGS, **where: str) -> Yardstick:
    return Yardstick(f"Pictures → line drawings: {title}", sweep, TARGET, "%", HOMEWORK, why, where=where, chance=GUESS)


YARDSTICKS = (
    _colour(
        "source",
        "source only",
        f"52.3 % ({GANIN}); reproductions from 27 to 57 %",
        "Each picture standardised; with raw pixels see below.",
    ),
    _colour(
        "dann",
        "DaNN",
        f"76.7 % ({GANIN}); reproductions from 72 to 94 %",
        "Own BatchNorm statistics for each domain: 15 points more than shared ones, see below.",
    ),
    _colour("target", "trained on the target", f"95.96 % ({GANIN})", "Fewer digits lower the ceiling."),
    _colour("mmd", "MMD", "none in this set-up", "On two layers."),
    _colour("coral", "Deep CORAL", "none in this set-up", "Only covariances, from 32 digits at a time."),
    _colour(
        "adda",
        "ADDA",
        "none in this set-up (SVHN → MNIST: 76.0 %, Tzeng et al. 2017)",
        "Starts from AdaBN's statistics.",
    ),
    _colour("adabn", "AdaBN", "none in this set-up", "What the statistics alone bring."),
    _colour(
        "selftrain",
        "self-training after DaNN",
        "none in this set-up",
        "The highest mean of all methods without target labels.",
    ),
    _colour(
        "finetune",
        "fine-tuning, 5 labels per class",
        "none in this set-up",
        "With 50 labels it stays below DaNN with 4,000 unlabelled pictures.",
    ),
    _colour(
        "source",
        "source only, raw pixels",
        "27 to 57 % (as above)",
        "The pictures keep their own brightness and contrast.",
        RAW,
    ),
    _colour("dann", "DaNN, raw pixels", f"76.7 % ({GANIN})", "DaNN does not need the standardisation.", RAW),
    _colour("dann", "DaNN, shared BatchNorm statistics", f"76.7 % ({GANIN})", "One pass for both domains.", SHARED),
    Yardstick(
        "Digits → digits in colour: proxy A-distance, DaNN",
        METHODS,
        "result_a_distance",
        "",
        "none in this set-up",
        "Of 2, by a fresh linear probe.",
        where={"method": "dann"},
        digits=2,
        chance="0 (guessing)",
    ),
    Yardstick(
        "Digits → digits in colour: proxy A-distance, source only",
        METHODS,
        "result_a_distance",
        "",
        "none in this set-up",
        "Of 2, by a fresh linear probe.",
        where={"method": "source"},
        digits=2,
        chance="0 (guessing)",
    ),
    _pair("to_mnist", "source", "source only", "49 and 62 % (two reproductions, USPS → MNIST)"),
    _pair("to_mnist", "adabn", "AdaBN", "none in this set-up"),
    _pair("to_mnist", "dann", "DaNN", "90 and 96 % (the same two)", "Aligned, but not class by class: see the scene."),
    _pair("to_mnist", "mmd", "MMD", "none in this set-up"),
    _pair("to_mnist", "coral", "Deep CORAL", "none in this set-up"),
    _pair(
        "to_mnist",
        "selftrain",
        "self-training after DaNN",
        "none in this set-up",
        "It starts from DaNN's answers, right and wrong.",
    ),
    _pair("to_mnist", "target", "trained on the target", "none in this set-up"),
    _pair("from_mnist", "source", "source only", f"75.2 % ({TZENG}, MNIST → USPS); others 40 to 87 %"),
    _pair("from_mnist", "adabn", "AdaBN", "none in this set-up"),
    _pair(
        "from_mnist",
        "dann",
        "DaNN",
        "76 and 88 % (two reproductions, MNIST → USPS)",
        "AdaBN alone closes most of the gap; DaNN is below it.",
    ),
    _pair("from_mnist", "mmd", "MMD", "none in this set-up"),
    _pair("from_mnist", "coral", "Deep CORAL", "none in this set-up"),
    _pair("from_mnist", "selftrain", "self-training after DaNN", "none in this set-up"),
    _pair("from_mnist", "target", "trained on the target", "none in this set-up"),
    _shifted("source", 5, "5–9 rare in the target: source only", "It never sees the target's class shares."),
    _shifted(
        "dann",
        5,
        "5–9 rare in the target: DaNN",
        "Alignment makes the class shares alike, and they are not: ten points below source only.",
    ),
    _shifted(
        "source",
        100,
        "balanced: source only",
        "The same network as with rare digits: source only never sees the target.",
    ),
    _shifted("dann", 100, "balanced: DaNN", "With equal class shares it does no harm, and here no good."),
    Yardstick(
        "Turned by 25°, 5–9 rare in the target: their share of the answers, source only",
        SHIFT_SEEN,
        "result_rare_answered",
        "%",
        "none in this set-up",
        "Of the unlabelled training pictures. The true share is 4.8 %.",
        chance="50 (their share in the source)",
    ),
    Yardstick(
        "The same share, corrected by black-box shift estimation",
        SHIFT_SEEN,
        "result_rare_estimated",
        "%",
        "none in this set-up",
        "It assumes that a class looks as it does in the source; here the digits are turned.",
        chance="50 (no shift)",
    ),
    _shares("source only", "Each class counts as often as it comes in the target.", "source"),
    _shares("answers corrected by black-box shift estimation", "The same network: only its last bias changes."),
    _shares(
        "new training with the estimated weights", "The paper's way. Rare classes have little weight.", sweep=RETRAINED
    ),
    _shares("DaNN", "It makes the class shares alike, and they are not.", "dann"),
    _shares(
        "how far the answers are off",
        "Share of the pictures that would have to change class (total variation).",
        column="result_off_answered",
        chance="44 (equal shares)",
    ),
    _shares(
        "how far the estimate is off",
        "After the mistakes on the source's test part are undone.",
        column="result_off_estimated",
        chance="44 (equal shares)",
    ),
    _tent("unadapted", "The network as the source left it.", "result_unadapted"),
    _tent("statistics of the batch alone", "100 pictures at once.", "result_still"),
    _tent("TENT", "100 batches of 100 pictures, each once."),
    _tent("TENT, rate 0.5", "The entropy falls further, the accuracy with it.", rate="0.5"),
    _tent(
        "statistics of the batch alone, batches of 8",
        "Eight pictures tell little.",
        "result_still",
        sweep=SMALL_BATCHES,
    ),
    _tent("TENT, batches of 8", "It builds on these statistics.", sweep=SMALL_BATCHES),
    _partial("source only", "source", "It never sees the target."),
    _partial("DaNN", "dann", "The source's cloud also holds 5 to 9."),
    _partial("PADA", "pada", "The source's 5 to 9 lose most of their weight."),
    _partial(
        "DaNN's answers of absent classes",
        "dann",
        "The right share is 0.",
        "result_absent",
        "50 (their share in the source)",
    ),
    _unseen("trained on upright digits", "4,000 pictures of one angle.", sources="1"),
    _unseen("trained on five angles", "4,000 pictures, 800 of each angle.", sources="5"),
    _unseen("Group DRO on five angles", "The worst source weighs most.", sweep=UNSEEN_DRO),
    _drawings(
        "source only, in grey", "447 objects; none of the test part was learned from.", seen_as="grey", method="source"
    ),
    _drawings("DaNN, in grey", "Better than source only in every seed.", seen_as="grey", method="dann"),
    _drawings("source only, as outlines", "Edges that Canny's detector finds.", seen_as="outlines", method="source"),
    _drawings("DaNN, as outlines", "Both together.", seen_as="outlines", method="dann"),
    _drawings("trained on the target", "Few objects: the ceiling is low.", DRAWINGS_KNOWN),
    Yardstick(
        "Moons turned by 35°: source only",
        MOONS_SOURCE,
        TARGET,
        "%",
        "none in this set-up",
        "600 points, 32 – 32 neurons.",
        chance=COIN,
    ),
    Yardstick(
        "Moons turned by 35°: DaNN, λ = 3",
        MOONS,
        TARGET,
        "%",
        "close to 100 % (Ganin et al. 2016, figure 2, as a picture)",
        "Their figure has λ = 6 and 300 points.",
        chance=COIN,
    ),
    Yardstick(
        "Moons turned by 35°: DaNN, λ = 1",
        MOONS_WEAK,
        TARGET,
        "%",
        "none in this set-up",
        "Below source only in four of five seeds.",
        chance=COIN,
    ),
)


def measured_tables(folder: Path) -> None:
    """Every table of this lab comes from a sweep."""
