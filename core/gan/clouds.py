"""Two round clouds of the plane, whose densities are known: what the best D measures of them, and what the best critic does.

p: the real points, normal around the origin. q: the fakes, normal around another place. Everything here is exact up to the
squares of a grid, or of the points that are given; nothing is trained. Logarithms are natural, divergences are in nats.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

FINE = 6  # squares of the grid in a standard deviation of the narrower cloud
FAR = 6  # standard deviations around each middle that the grid reaches
DRAWN = 150  # points of each cloud whose cheapest way is searched
DISTANCES = 21  # of a curve


@dataclass(frozen=True)
class Place:
    """Where the fakes lie. distance: of the two middles. angle: in degrees. width, spread: standard deviations of fakes and of
    real points. Lengths are in units of the plane."""

    distance: float
    angle: float = 0.0
    width: float = 0.1
    spread: float = 0.1

    @property
    def middle(self) -> np.ndarray:
        """Of the fakes: (2,)."""
        turn = np.deg2rad(self.angle)
        return self.distance * np.array([np.cos(turn), np.sin(turn)])


def log_density(x: np.ndarray, middle: np.ndarray, sigma: float) -> np.ndarray:
    """log of the density of a round normal cloud at points (..., 2)."""
    return -((x - middle) ** 2).sum(-1) / (2 * sigma**2) - np.log(2 * np.pi * sigma**2)


def score(place: Place, x: np.ndarray) -> np.ndarray:
    """The raw score of the best D, log p − log q: D* is its sigmoid (Goodfellow et al. 2014, proposition 1). x: points (..., 2)."""
    return log_density(x, np.zeros(2), place.spread) - log_density(x, place.middle, place.width)


def value_of_best_d(p: np.ndarray, q: np.ndarray, area: float) -> float:
    """V(G, D*) = E log D*(x) + E log(1 − D*(G(z))), what the best D reaches in the game, in nats: 2 JS(p, q) − log 4
    (Goodfellow et al. 2014, section 4.1, theorem 1). p, q: densities on squares of this area."""
    both = p + q
    return area * float(_times_log(p, p, both).sum() + _times_log(q, q, both).sum())


def jensen_shannon(p: np.ndarray, q: np.ndarray, area: float) -> float:
    """½ KL(p ‖ m) + ½ KL(q ‖ m) with m = ½(p + q), in nats: 0 where both are equal, log 2 where they share no place
    (Lin 1991). p, q: densities on squares of this area."""
    middle = (p + q) / 2
    return 0.5 * area * float(_times_log(p, p, middle).sum() + _times_log(q, q, middle).sum())


def _times_log(weight: np.ndarray, above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """weight · log(above / below), 0 where nothing lies."""
    ratio = np.divide(above, below, out=np.ones_like(above), where=weight > 0)
    return weight * np.log(ratio)


def densities(place: Place) -> tuple[np.ndarray, np.ndarray, float]:
    """(p, q, area of a square) on a grid that holds both clouds. Turned so that the fakes lie on the right: nothing measured
    depends on the direction."""
    reach, step = FAR * max(place.spread, place.width), min(place.spread, place.width) / FINE
    x, y = np.arange(-reach, place.distance + reach, step), np.arange(-reach, reach, step)
    points = np.stack(np.meshgrid(x, y), -1)
    at = np.array([place.distance, 0.0])
    p, q = log_density(points, np.zeros(2), place.spread), log_density(points, at, place.width)
    return np.exp(p), np.exp(q), step**2


@lru_cache(maxsize=512)
def js(place: Place) -> float:
    """The Jensen–Shannon divergence of the two clouds, in nats."""
    return jensen_shannon(*densities(place))


# ---- the cheapest way ----


@lru_cache(maxsize=1)
def drawn() -> np.ndarray:
    """Normal points (DRAWN, 2), as even as random ones never are (Halton), with mean 0: both clouds are made of them."""
    from scipy.stats import norm, qmc

    points = norm.ppf(qmc.Halton(2, scramble=False).random(DRAWN + 1)[1:])
    return points - points.mean(0)


def clouds(place: Place) -> tuple[np.ndarray, np.ndarray]:
    """Points of the real cloud and of the fakes, (DRAWN, 2) each."""
    return place.spread * drawn(), place.middle + place.width * drawn()


def wasserstein(real: np.ndarray, fake: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean way, in units of the plane, when every fake walks to a real point of its own and all ways together are as short
    as can be; and the partner of each fake (N,) (Arjovsky et al. 2017, equation 1). real, fake: (N, 2)."""
    from scipy.optimize import linear_sum_assignment

    ways = np.linalg.norm(fake[:, None] - real, axis=-1)
    rows, partner = linear_sum_assignment(ways)
    return float(ways[rows, partner].mean()), partner


@lru_cache(maxsize=512)
def w1(place: Place) -> float:
    """The Wasserstein distance of the two clouds, of their drawn points."""
    return wasserstein(*clouds(place))[0]


def critic(real: np.ndarray, fake: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """The best critic of the drawn points: nowhere steeper than 1, and as high above a fake's partner as the way is long, so
    that mean height of real points − mean height of fakes = W₁ (Kantorovich and Rubinstein; Arjovsky et al. 2017, equation 2).

    Heights at the points are shortest paths, with a way back of minus its length between partners; in between the lowest cone.
    real, fake: (N, 2). The critic takes points (..., 2).
    """
    __, partner = wasserstein(real, fake)
    points, n = np.concatenate([fake, real]), len(fake)
    steep = np.linalg.norm(points[:, None] - points, axis=-1)  # h(b) ≤ h(a) + ‖a − b‖
    steep[n + partner, np.arange(n)] *= -1  # h(fake) ≤ h(partner) − ‖…‖
    height, before = np.zeros(2 * n), None
    while before is None or np.abs(height - before).max() > 1e-12:
        before, height = height, (height[:, None] + steep).min(0)

    def at(x: np.ndarray) -> np.ndarray:
        x = np.asarray(x, float)
        ways = np.linalg.norm(x[..., None, :] - points, axis=-1)
        return (height + ways).min(-1)

    return at


# ---- where fakes are pushed ----


def pushes(place: Place) -> dict[str, np.ndarray]:
    """The push −∂L/∂x that each drawn fake gets, (DRAWN, 2), by the loss of G.

    saturating: −∂ log(1 − D*)/∂x = D* ∇s. nonsaturating: ∂ log D*/∂x = (1 − D*) ∇s, with s = log p − log q. wasserstein: the
    gradient of the best critic, of length 1 along the way to the partner (Gulrajani et al. 2017, proposition 1).
    """
    real, fake = clouds(place)
    slope = (fake - place.middle) / place.width**2 - fake / place.spread**2
    said = sigmoid(score(place, fake))[:, None]
    __, partner = wasserstein(real, fake)
    way = real[partner] - fake
    length = np.linalg.norm(way, axis=1, keepdims=True)
    unit = np.divide(way, length, out=np.zeros_like(way), where=length > 1e-9)
    return {"saturating": said * slope, "nonsaturating": (1 - said) * slope, "wasserstein": unit}


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e⁻ˣ), without overflow."""
    return np.exp(-np.logaddexp(0, -x))


def curves(place: Place) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distances from 0 to 1, and at each the Jensen–Shannon divergence and the Wasserstein distance of clouds as wide as these."""
    at = np.linspace(0, 1, DISTANCES)
    there = [Place(round(float(each), 4), 0.0, place.width, place.spread) for each in at]
    return at, np.array([js(each) for each in there]), np.array([w1(each) for each in there])
