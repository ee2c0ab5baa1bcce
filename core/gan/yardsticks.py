"""The figures of the GAN lab beside published ones. `python -m core yardsticks gan` makes the tables."""

from pathlib import Path

from core.gan import rivals
from core.gan.settings import SCENES, Plane
from core.yardsticks import Yardstick

RING = "--world plane --shape ring --spread 0.01 --seeds 10"
VANILLA = f"{RING} --decay false --beta 0.5 0.7 0.8"
REMEDIES = f"{RING} --r1 0.1 --pack 1 2"
LOSSES = "--world digits --method nonsaturating saturating ls wgan gp hinge --seeds 5"
MODES, STRICT = "result_modes", "result_modes_strict"
PACGAN = "PacGAN, Lin et al. 2018, table 1, ten runs, ± standard error"
THEIRS = ("Theirs: G 4 × 400, D 3 × 200 maxout, 400,000 steps. Ours: 2 × 128 both, 3,000 steps in about ten seconds. ")
LUCIC = "Lucic et al. 2018: FID {} on all of MNIST with Inception's features, which cannot be compared"
NAMES = {"nonsaturating": ("non-saturating", "6.8 ± 0.5"), "saturating": ("saturating", "9.8 ± 0.9"), "ls": ("least squares", "7.8 ± 0.6"),
         "wgan": ("Wasserstein, clipped", "6.7 ± 0.4"), "gp": ("Wasserstein, gradient penalty", "20.3 ± 5.0"), "hinge": ("hinge", "")}

WHY = {"saturating": "As it is written the game hardly teaches G: D is soon sure of the fakes.",
       "wgan": "Clipped weights make a simple critic."}


def _digits(method: str, column: str, title: str, unit: str, published: str = "none in this set-up", why: str = "") -> Yardstick:
    return Yardstick(f"Digits, {NAMES[method][0]}: {title}", LOSSES, f"result_{column}", unit, published, why, where={"method": method})


YARDSTICKS = (
    *(Yardstick(f"Ring of 8, plain GAN, momentum of {beta}: modes with one good sample", VANILLA, MODES, "of 8",
                f"6.3 ± 0.5 ({PACGAN})" if beta == "0.8" else "none in this set-up", why, where={"beta": beta}) for beta, why in (
        ("0.8", THEIRS + "Spread, momentum and rates that never fall are theirs. Coverage is that of the last step, and it jumps."),
        ("0.7", ""), ("0.5", "Momentum alone decides how well a plain GAN covers the ring."))),
    Yardstick("Ring of 8, plain GAN, momentum of 0.5: modes with a quarter of their fair share", VANILLA, STRICT, "of 8",
              "none in this set-up", "The lenient rule counts a mode for a single sample of a thousand.", where={"beta": "0.5"}),
    Yardstick("Ring of 8, R1: modes with one good sample", REMEDIES, MODES, "of 8", "none in this set-up", "", where={"pack": "1"}),
    Yardstick("Ring of 8, R1: modes with a quarter of their fair share", REMEDIES, STRICT, "of 8", "none in this set-up", "",
              where={"pack": "1"}),
    Yardstick("Ring of 8, R1 and packs of 2: modes with one good sample", REMEDIES, MODES, "of 8", f"7.9 ± 0.1 (PacGAN2; {PACGAN})", THEIRS,
              where={"pack": "2"}),
    Yardstick("Ring of 8, R1 and packs of 2: modes with a quarter of their fair share", REMEDIES, STRICT, "of 8", "none in this set-up", "",
              where={"pack": "2"}),
    *(_digits(method, "frechet", "Fréchet classifier distance", "", LUCIC.format(fid) if fid else "none in this set-up",
              "In the 256 features of our classifier, 1,000 fakes against 1,000 test digits; 4,000 digits learned in 2,400 steps. "
              + WHY.get(method, ""))
      for method, (_, fid) in NAMES.items()),
    *(_digits(method, "precision", "precision", "%") for method in NAMES),
    *(_digits(method, "recall", "recall", "%") for method in NAMES),
    *(_digits(method, "confidence", "mean confidence of the classifier", "%") for method in NAMES),
    *(_digits(method, "smallest_class", "share of the rarest class", "%") for method in NAMES),
    Yardstick("Digits, two halves of real ones: Fréchet classifier distance", LOSSES, "result_floor", "", "none in this set-up",
              "The floor: 1,000 training digits against the 1,000 test digits; each seed draws others.",
              where={"method": "nonsaturating"}),
)


RIVALS_OF = list(dict.fromkeys([rivals.plain(scene.settings.world) for scene in SCENES] + [Plane(spread=0.01)]))


def measured_tables(folder: Path) -> None:
    """What noise and other real data reach. A table that is there stays."""
    if not (folder / rivals.TABLE).is_file():
        rivals.write_table(folder / rivals.TABLE, RIVALS_OF)
