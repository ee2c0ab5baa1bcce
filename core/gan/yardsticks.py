"""The figures of the GAN lab beside published ones. `python -m core yardsticks gan` makes the tables."""

from pathlib import Path
from typing import Any

from core.gan import clouds, rivals
from core.gan.settings import LEFT_ALONE, SCENES, Digits, Plane
from core.yardsticks import Yardstick, read

TIGHT, WIDE = Plane(spread=0.01), Plane(shape="grid", spread=0.03)
RING = "--data plane --shape ring --spread 0.01 --seeds 10"
VANILLA = f"{RING} --decay false --beta 0.5 0.7 0.8"
REMEDIES = f"{RING} --r1 0.1 --pack 1 2"
CURES = "--data plane --shape grid --spread 0.03 --g-rate 0.004 --d-rate 0.004 --beta 0.9 0.0 --r1 0.0 0.05"
PACKS = "--data plane --shape grid --spread 0.03 --g-rate 0.004 --d-rate 0.004 --beta 0.9 --pack 4"
GONE = "--data plane --d-rate 0.002 --g-rate 0.00003 --steps 1500 --critic-steps 5 --method saturating nonsaturating"
LOSSES = "--data digits --method nonsaturating saturating ls wgan gp hinge --seeds 5"
SLIDE = "--data clouds --players both --steps 400 --method saturating nonsaturating gp"
MEASURE = "--data clouds --players d --distance 0.2 0.4 1.0 --method nonsaturating gp"
TOLD = "--data digits --d-told True False --channels 16 --g-rate 0.001 --d-rate 0.0007 --steps 1000"
PAIRLESS = "--data sets --method ls --cycle 0.0 10.0"
NONE = "none in this set-up"
GOOD, MODES, STRICT = "result_good", "result_modes", "result_modes_strict"
PACGAN = "PacGAN, Lin et al. 2018, table 1, ten runs, ± standard error"
THEIRS = "Theirs: G 4 × 400, D 3 × 200 maxout, 400,000 steps. Ours: 2 × 128 both, 3,000 steps in about ten seconds. "
LUCIC = "Lucic et al. 2018: FID {} on all of MNIST with Inception's features, which cannot be compared"
NAMES = {
    "nonsaturating": ("non-saturating", "6.8 ± 0.5"),
    "saturating": ("saturating", "9.8 ± 0.9"),
    "ls": ("least squares", "7.8 ± 0.6"),
    "wgan": ("Wasserstein, clipped", "6.7 ± 0.4"),
    "gp": ("Wasserstein, gradient penalty", "20.3 ± 5.0"),
    "hinge": ("hinge", ""),
}
WHY = {"saturating": "As it is written the game hardly teaches G: D is soon sure of the fakes."}
JUDGED_BY_NOISE = [scene.settings.data for scene in SCENES if scene.settings.data.name != "sets"]
RIVALS_OF = list(dict.fromkeys([rivals.plain(data) for data in JUDGED_BY_NOISE] + [Plane(spread=0.01)]))


def _noise(world: Any, score: str, unit: str = "%") -> str:
    """What the better kind of noise reaches, from the stored table."""
    rows = [row for row in read("gan", rivals.TABLE) if rivals.key(rivals.plain(world)).items() <= row.items()]
    return f"{rivals.noise(world)[score]:.1f} {unit} (noise)" if rows else ""


def _spots(
    title: str, world: Any, sweep: str, where: dict[str, str], published: dict[str, str], why: str = ""
) -> tuple[Yardstick, ...]:
    """The share of good points, spots with a fair share of them, and spots with one good point. published: column → figure."""
    of = f"of {25 if world.shape == 'grid' else 8}"
    rows = (
        ("good points", GOOD, "%", "good"),
        ("spots with a quarter of their fair share", STRICT, of, "modes_strict"),
        ("spots with one good point", MODES, of, "modes"),
    )
    return tuple(
        Yardstick(
            f"{title}: {what}",
            sweep,
            column,
            unit,
            published.get(column, NONE),
            why if column == GOOD else "",
            where=where,
            chance=_noise(world, score, unit),
        )
        for what, column, unit, score in rows
    )


def _slid(method: str) -> Yardstick:
    return Yardstick(
        f"Two clouds, 400 steps of G, {NAMES[method][0]}: distance left of 1",
        SLIDE,
        "result_apart",
        "",
        NONE,
        "Plain gradient descent with a rate of 0.01: a step is as long as the push says.",
        where={"method": method},
        digits=2,
    )


def _found(method: str, measure: str, distance: float) -> Yardstick:
    """What a D that learned finds of the exact value."""
    exact = (clouds.js if measure == "js" else clouds.w1)(clouds.Place(distance))
    what, unit = ("JS divergence", "nats") if measure == "js" else ("Wasserstein distance", "")
    return Yardstick(
        f"Two clouds at a distance of {distance:g}: {what} as D has it",
        MEASURE,
        f"result_{measure}_seen",
        unit,
        f"exact: {exact:.3f}",
        "D learns alone, 2,000 steps; 200 real points and 200 fakes that it did not learn from.",
        where={"method": method, "distance": str(distance)},
        digits=3,
    )


def _asked(told: bool) -> Yardstick:
    return Yardstick(
        "Digits, G and D are told the digit: read as asked" if told else "Digits, only G is told: read as asked",
        TOLD,
        "result_asked",
        "%",
        NONE,
        "1,000 steps." if told else "1,000 steps. D takes any digit for real, so G need not draw the one asked for.",
        where={"d_told": str(told)},
        chance="10 % (guessing)",
    )


def _pairless(cycle: float) -> tuple[Yardstick, ...]:
    """How many digits keep their class either way, and how near what G makes comes to the other set."""
    title, where = f"Two sets without pairs, λ = {cycle:g}", {"cycle": str(cycle)}
    why = "500 test digits; the classifier reads them once the change is undone."
    left = [f"{share} % (left as they are)" for share in LEFT_ALONE["both"]]
    of_G, of_F = f"{title}: class kept by G", f"{title}: class kept by F"
    return (
        Yardstick(of_G, PAIRLESS, "result_kept", "%", NONE, why, where=where, chance=left[0]),
        Yardstick(of_F, PAIRLESS, "result_kept_back", "%", NONE, why, where=where, chance=left[1]),
        Yardstick(f"{title}: Fréchet distance of G's digits", PAIRLESS, "result_distance", "", NONE, why, where=where),
    )


def _digits(method: str, column: str, title: str, unit: str, published: str = NONE, why: str = "") -> Yardstick:
    return Yardstick(
        f"Digits, {NAMES[method][0]}: {title}",
        LOSSES,
        f"result_{column}",
        unit,
        published,
        why,
        where={"method": method},
        chance=_noise(Digits(), column, unit),
    )


YARDSTICKS = (
    *(
        each
        for beta, published, why in (
            (
                "0.8",
                {GOOD: f"98.2 ± 0.2 % ({PACGAN})", MODES: f"6.3 ± 0.5 ({PACGAN})"},
                THEIRS
                + "Spread, momentum and rates that never fall are theirs. It is measured at the last step, and it jumps.",
            ),
            ("0.7", {}, ""),
            ("0.5", {}, ""),
        )
        for each in _spots(f"Ring of 8, plain GAN, momentum of {beta}", TIGHT, VANILLA, {"beta": beta}, published, why)
    ),
    *_spots("Ring of 8, R1", TIGHT, REMEDIES, {"pack": "1"}, {}, "Momentum of 0.5; the rates fall."),
    *_spots(
        "Ring of 8, R1 and packs of 2",
        TIGHT,
        REMEDIES,
        {"pack": "2"},
        {GOOD: f"95.6 ± 2.0 % (PacGAN2; {PACGAN})", MODES: f"7.9 ± 0.1 (PacGAN2; {PACGAN})"},
        THEIRS + "Ours has R1 and rates that fall; theirs has neither.",
    ),
    *(
        each
        for title, sweep, where in (
            ("plain GAN, momentum of 0.9", CURES, {"beta": "0.9", "r1": "0.0"}),
            ("packs of 4", PACKS, {}),
            ("R1", CURES, {"beta": "0.9", "r1": "0.05"}),
            ("momentum of 0", CURES, {"beta": "0.0", "r1": "0.0"}),
            ("R1 and momentum of 0", CURES, {"beta": "0.0", "r1": "0.05"}),
        )
        for each in _spots(f"Grid of 25, {title}", WIDE, sweep, where, {})
    ),
    *(
        each
        for method in ("saturating", "nonsaturating")
        for each in _spots(f"Ring of 8, D far ahead, {NAMES[method][0]}", Plane(), GONE, {"method": method}, {})[:2]
    ),
    *(_asked(told) for told in (True, False)),
    *(each for cycle in (10.0, 0.0) for each in _pairless(cycle)),
    Yardstick(
        "Two sets without pairs, left as they are: Fréchet distance",
        PAIRLESS,
        "result_left_distance",
        "",
        NONE,
        "Upright digits that nobody has translated. The floor, other digits of the second set, is under Look inside.",
        where={"cycle": "10.0"},
    ),
    *(_slid(method) for method in ("saturating", "nonsaturating", "gp")),
    *(_found("nonsaturating", "js", distance) for distance in (0.2, 0.4, 1.0)),
    *(_found("gp", "w1", distance) for distance in (0.2, 0.4, 1.0)),
    *(
        _digits(
            method,
            "frechet",
            "Fréchet classifier distance",
            "",
            LUCIC.format(fid) if fid else NONE,
            "In the 256 features of our classifier, 1,000 fakes against 1,000 test digits; 4,000 digits learned in 2,400 steps. "
            + WHY.get(method, ""),
        )
        for method, (_, fid) in NAMES.items()
    ),
    *(
        _digits(method, column, title, "%")
        for column, title in (
            ("coverage", "coverage"),
            ("recall", "recall"),
            ("precision", "precision"),
            ("smallest_class", "share of the rarest class"),
            ("confidence", "mean confidence of the classifier"),
        )
        for method in NAMES
    ),
    Yardstick(
        "Digits, other real ones: Fréchet classifier distance",
        LOSSES,
        "result_floor",
        "",
        NONE,
        "The floor: 1,000 training digits against the 1,000 test digits; each seed draws others.",
        where={"method": "nonsaturating"},
    ),
)


def measured_tables(folder: Path) -> None:
    """What noise and other real data reach. A table that is there stays."""
    if not (folder / rivals.TABLE).is_file():
        rivals.write_table(folder / rivals.TABLE, RIVALS_OF)
