"""The figures of the transfer learning lab beside published ones. `python -m core yardsticks transfer` makes the tables."""

from pathlib import Path

from core.yardsticks import Yardstick

METHODS = "--method source dann mmd coral adda adabn selftrain finetune target"
RAW = "--pixels raw --method source dann"
SHARED = "--method dann --statistics shared"
PAIRS = "--target scanned --direction {} --method source dann mmd coral adabn selftrain target"
SHIFTED = "--target rotated --angle 25 --rare 5 100 --method source dann"
MOONS = "--target moons --steps 600 --method dann --lam 3"
MOONS_SOURCE = "--target moons --steps 600 --method source"
TARGET = "result_target"
GANIN = "Ganin et al. 2016, MNIST → MNIST-M"
OURS = "Our own set, 4,000 digits. "
TZENG = "Tzeng et al. 2017, USPS and MNIST"
OTHER = "Another pair of collections: scikit-learn's 1,797 digits of 8 × 8 instead of USPS. "


def _colour(method: str, title: str, published: str, why: str = "", sweep: str = METHODS) -> Yardstick:
    return Yardstick(f"Digits → digits in colour: {title}", sweep, TARGET, "%", published, OURS + why, where={"method": method})


def _pair(direction: str, method: str, title: str, published: str, why: str = "") -> Yardstick:
    arrow = {"to_mnist": "8 × 8 → MNIST", "from_mnist": "MNIST → 8 × 8"}[direction]
    return Yardstick(f"{arrow}: {title}", PAIRS.format(direction), TARGET, "%", published, OTHER + why, where={"method": method})


def _shifted(method: str, rare: int, title: str, why: str) -> Yardstick:
    return Yardstick(f"Turned by 25°, {title}", SHIFTED, TARGET, "%", "none in this set-up", why,
                     where={"method": method, "rare": str(rare)})


YARDSTICKS = (
    _colour("source", "source only", f"52.3 % ({GANIN}); reproductions from 27 to 57 %",
            "Each picture standardised; with raw pixels see below."),
    _colour("dann", "DaNN", f"76.7 % ({GANIN}); reproductions from 72 to 93 %",
            "Own BatchNorm statistics for each domain (15 points, see below), pooling before BatchNorm (about 8), Adam with β₁ = 0.5."),
    _colour("target", "trained on the target", "97.2 % (MNIST-M, a reproduction of 60,000 digits)", "Fewer digits lower the ceiling."),
    _colour("mmd", "MMD", "none in this set-up", "On two layers; on the last alone it stays near AdaBN."),
    _colour("coral", "Deep CORAL", "none in this set-up", "Only covariances, from 32 digits at a time."),
    _colour("adda", "ADDA", "none in this set-up (SVHN → MNIST: 76.0 %, Tzeng et al. 2017)", "Starts from AdaBN's statistics."),
    _colour("adabn", "AdaBN", "none in this set-up", "What the statistics alone bring."),
    _colour("selftrain", "self-training after DaNN", "none in this set-up", "Over five seeds the best without labels."),
    _colour("finetune", "fine-tuning, 5 labels per class", "none in this set-up", "Fifty labels: less than 4,000 pictures without any."),
    _colour("source", "source only, raw pixels", "27 to 57 % (as above)", "Nothing evens out the brightness.", RAW),
    _colour("dann", "DaNN, raw pixels", f"76.7 % ({GANIN})", "DaNN does not need the standardisation.", RAW),
    _colour("dann", "DaNN, shared BatchNorm statistics", f"76.7 % ({GANIN})", "One pass for both domains.", SHARED),
    Yardstick("Digits → digits in colour: proxy A-distance, DaNN", METHODS, "result_a_distance", "", "none in this set-up",
              "Of 2, by a fresh linear probe.", where={"method": "dann"}, digits=2),
    Yardstick("Digits → digits in colour: proxy A-distance, source only", METHODS, "result_a_distance", "", "none in this set-up",
              "Of 2, by a fresh linear probe.", where={"method": "source"}, digits=2),
    _pair("to_mnist", "source", "source only", "49 and 62 % (two reproductions, USPS → MNIST)"),
    _pair("to_mnist", "adabn", "AdaBN", "none in this set-up"),
    _pair("to_mnist", "dann", "DaNN", "90 and 96 % (the same two)",
          "Aligned, but not class by class: see the scene. 1,297 digits of 8 × 8 say little of how MNIST's are written."),
    _pair("to_mnist", "mmd", "MMD", "none in this set-up"),
    _pair("to_mnist", "coral", "Deep CORAL", "none in this set-up"),
    _pair("to_mnist", "selftrain", "self-training after DaNN", "none in this set-up", "It starts from what DaNN has swapped."),
    _pair("to_mnist", "target", "trained on the target", "none in this set-up"),
    _pair("from_mnist", "source", "source only", f"75.2 % ({TZENG}, MNIST → USPS); others 40 to 87 %"),
    _pair("from_mnist", "adabn", "AdaBN", "none in this set-up"),
    _pair("from_mnist", "dann", "DaNN", "76 and 88 % (two reproductions, MNIST → USPS)",
          "AdaBN alone closes most of the gap, and the game takes some of it back."),
    _pair("from_mnist", "mmd", "MMD", "none in this set-up"),
    _pair("from_mnist", "coral", "Deep CORAL", "none in this set-up"),
    _pair("from_mnist", "selftrain", "self-training after DaNN", "none in this set-up"),
    _pair("from_mnist", "target", "trained on the target", "none in this set-up"),
    _shifted("source", 5, "5–9 rare in the target: source only", "It never saw the target's proportions."),
    _shifted("dann", 5, "5–9 rare in the target: DaNN", "Alignment makes the proportions alike, and they are not: ten points."),
    _shifted("source", 100, "balanced: source only", "The same network as with rare digits: the test is the same."),
    _shifted("dann", 100, "balanced: DaNN", "Where its assumption holds it does no harm, and here no good."),
    Yardstick("Moons turned by 35°: source only", MOONS_SOURCE, TARGET, "%", "none in this set-up", "600 points, 32 – 32 neurons."),
    Yardstick("Moons turned by 35°: DaNN, λ = 3", MOONS, TARGET, "%", "close to 100 % (Ganin et al. 2016, figure 2, as a picture)",
              "With λ = 1 it often comes together the wrong way round."),
)


def measured_tables(folder: Path) -> None:
    """Every table of this lab comes from a sweep."""
