"""What trivial rivals reach in every score, and what real data reach: beside these two a score says how good fakes are.

even: every number of an example is drawn evenly from [−1, 1]: points all over the square, pictures of grey noise.
shaped: what the simplest model of the data gives: points of one Gaussian with the mean and covariance of real points; pictures
whose every pixel comes from another training picture. real: other real examples.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from statistics import mean
from typing import Any

from core import yardsticks
from core.gan.settings import JUDGED

RIVALS = ("even", "shaped", "real")
TABLE = "rivals.csv"  # of the worlds that scenes and yardsticks have, so that no page must measure them
DRAWS = {"plane": 20, "clouds": 20, "digits": 5}  # in the table
QUICK = 2  # for a world that is not in it, while a visitor waits
KEY = ("name", "shape", "spread", "drawing", "digits")  # what of a world decides what its real examples are
SMALLER_IS_BETTER = ("frechet",)


def noise(world: Any) -> dict[str, float]:
    """What the better kind of noise reaches in each score. world: the settings of a world."""
    even, shaped = (of(world)[rival] for rival in ("even", "shaped"))
    return {name: (min if name in SMALLER_IS_BETTER else max)(value, shaped[name]) for name, value in even.items()}


def of(world: Any) -> dict[str, dict[str, float]]:
    """rival → score → its mean over some draws, named and measured as in a run's summary. world: the settings of a world."""
    return _of(plain(world))


def plain(world: Any) -> Any:
    """The same world with every knob that its real examples do not depend on at its default."""
    return type(world)(**{name: getattr(world, name) for name in KEY[1:] if hasattr(world, name)})


@lru_cache(maxsize=16)
def _of(world: Any) -> dict[str, dict[str, float]]:
    rows = [row for row in yardsticks.read("gan", TABLE) if key(world).items() <= row.items()] or list(
        rows_of(world, QUICK)
    )
    names = [name for name in rows[0] if name.startswith("result_") and rows[0][name] != ""]
    return {
        rival: {
            name.removeprefix("result_"): mean(float(row[name]) for row in rows if row["rival"] == rival)
            for name in names
        }
        for rival in RIVALS
    }


def key(world: Any) -> dict[str, str]:
    """The columns of the table that say which world a row is of."""
    return {f"world_{name}": str(getattr(world, name, "")) for name in KEY}


def write_table(file: Path, worlds: list[Any]) -> None:
    """The table of these worlds."""
    with file.open("w", newline="") as stream:
        yardsticks.write([row for world in worlds for row in rows_of(world, DRAWS[world.name])], stream)


def rows_of(world: Any, draws: int) -> Iterator[dict[str, Any]]:
    """A row for each rival and draw."""
    from core.gan import worlds
    from core.loop import seeded

    there = worlds.DigitData(world) if world.name == "digits" else worlds.PlaneData(world)
    for seed in range(draws):
        random = seeded(seed)
        known = there.test_x if world.name == "digits" else there.sample(JUDGED, random)[0]
        for rival in RIVALS:
            found = scores(there, known, drawn(there, rival, random))
            yield (
                key(world)
                | {"rival": rival, "seed": seed, "state": "finished"}
                | {f"result_{k}": v for k, v in found.items()}
            )


def drawn(there: Any, rival: str, random: Any) -> Any:
    """JUDGED examples of a rival: (JUDGED, ...)."""
    import torch

    real = there.sample(JUDGED, random)[0]
    if rival == "even":
        return 2 * torch.rand(real.shape, generator=random) - 1
    if rival == "real" and real.dim() == 2:
        return real
    if rival == "real":
        return there.x[torch.randperm(len(there.x), generator=random)[:JUDGED]]  # none twice
    if real.dim() == 2:
        root = torch.linalg.cholesky(torch.cov(real.T))
        return real.mean(0) + torch.randn(real.shape, generator=random) @ root.T
    flat = there.x.flatten(1)
    source = torch.randint(len(flat), (JUDGED, flat.shape[1]), generator=random)
    return flat.gather(0, source).view_as(real)


def scores(there: Any, real: Any, made: Any, said: Any = None) -> dict[str, float]:
    """Every score of `made` held against real examples of a world, in percent but for distances and numbers of kinds.

    said: what the judge reads in pictures (N, 10), where it has been asked already.
    """
    from core.gan import quality, worlds

    if isinstance(there, worlds.DigitData):
        said = quality.answers(made) if said is None else said
        return quality.against(*(quality.features(x) for x in (real, made))) | quality.of_classes(said, there.classes)
    found = quality.against(real, made)
    if there.modes is None:
        return found
    met = quality.modes_met(made, there.modes, there.plane.spread)
    return found | {
        "good": met.good,
        "strict": met.strict,
        "lenient": met.covered,
        "modes": met.covered * len(there.modes) / 100,
        "modes_strict": met.strict * len(there.modes) / 100,
    }
