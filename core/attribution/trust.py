"""How far to trust a map: what the network says when the pixels it names are hidden, and what two measures say.

Every figure stands beside that of maps made without any network (`controls`): on dark digits the picture itself scores
as well as most methods, so a figure alone says nothing. Randomness comes from the seed; PyTorch's own is left alone.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from captum.metrics import infidelity as captum_infidelity
from captum.metrics import sensitivity_max
from skimage.color import rgb2gray
from skimage.filters import gaussian, sobel
from torch import Tensor, nn

from core.attribution.inputs import baseline
from core.loop import seeded
from core.statistics import area, rank_correlation
from core.subject.models import Subject

__all__ = [
    "agreement",
    "area",
    "controls",
    "curve",
    "examine",
    "gradient",
    "infidelity",
    "input_only",
    "ranks",
    "sensitivity",
    "squares",
    "unpredicted",
]

NOISE = 0.2  # standard deviation of infidelity's noise, as a share of the range from black to white
SQUARE = 0.2, 0.5  # side of the squares that infidelity paints over, as a share of the picture's
RADIUS = 0.02  # of the ball around the picture that `sensitivity` looks into: the largest change of any pixel
EDGE_BLUR = 2  # pixels of a photo: an edge map as soft as the maps of the methods
FAINT = 1 / 255  # a difference from the baseline below this is none: one step of an 8-bit picture


def ranks(order_map: np.ndarray, seed: int = 0) -> np.ndarray:
    """The place of each pixel by descending map, from 0: (H, W) int. Equal values stand in a random order.

    Without the shuffle a flat map, or the black background of a digit, would go row by row from the top.
    """
    shuffled = np.random.default_rng(seed).permutation(order_map.size)
    order = shuffled[np.argsort(-order_map.ravel()[shuffled], kind="stable")]
    places = np.empty(order_map.size, dtype=np.int64)
    places[order] = np.arange(order_map.size)
    return places.reshape(order_map.shape)


@torch.inference_mode()
def curve(
    net: nn.Module,
    x: Tensor,
    target: int,
    order_map: np.ndarray,
    hidden: Tensor,
    insert: bool,
    points: int = 20,
    batch: int = 16,
    seed: int = 0,
) -> np.ndarray:
    """Probability of class `target` at the shares 0, 1/points … 1 of pixels, (points + 1,) in [0, 1].

    x, hidden: (C, H, W). order_map: (H, W); its highest pixels go first. Deletion replaces that share of x by
    `hidden`; insertion restores it into `hidden` (Petsiuk et al. 2018, “RISE”, causal metric). Costs points + 1
    forward passes, `batch` pictures at a time.
    """
    places = torch.from_numpy(ranks(order_map, seed))
    taken = torch.round(torch.linspace(0, places.numel(), points + 1)).long()
    before, after = (hidden, x) if insert else (x, hidden)
    parts = [torch.where(places < many.view(-1, 1, 1, 1), after, before) for many in taken.split(batch)]
    return torch.cat([net(part).softmax(1)[:, target] for part in parts]).numpy().copy()


def controls(map: np.ndarray, x: Tensor, seed: int) -> dict[str, np.ndarray]:
    """Two orders that know nothing of the network: "random", and "input only". x: (C, H, W); maps (H, W).

    On a digit, random is any order of the pixels. On a photo it is the map itself, moved round its edges by a quarter to
    three quarters of the side: single pixels gone here and there are a noise that upsets that network more than whole
    patches do, so the control has the grain of the map. Input only is the ink of a digit, |x − black|, and the softened
    edges of a photo (Sobel's filter on its luminance).
    """
    rng, (height, width) = np.random.default_rng(seed), map.shape
    if x.shape[0] == 1:
        return {"random": rng.random((height, width)), "input only": input_only(x)}
    moved = np.roll(map, (rng.integers(height // 4, 3 * height // 4), rng.integers(width // 4, 3 * width // 4)), (0, 1))
    return {"random": moved, "input only": input_only(x)}


def input_only(x: Tensor) -> np.ndarray:
    """What stands out in the picture x (C, H, W) by itself, (H, W): ink of a digit, edges of a photo."""
    if x.shape[0] == 1:
        return x[0].abs().numpy().copy()
    return gaussian(sobel(rgb2gray(x.numpy(), channel_axis=0)), EDGE_BLUR)


def examine(
    subject: Subject, target: int, map: np.ndarray, hide: str, seed: int, points: int = 16
) -> Iterator[tuple[str, bool, np.ndarray]]:
    """The six curves one after the other: (whose map, insertion?, curve), deletion before insertion.

    Whose map: "map", "random", "input only". hide: a kind of `core.attribution.inputs.baseline`. Each curve costs
    points + 1 forward passes, all six 6 · (points + 1): 102 by default.
    """
    hidden = baseline(subject.x, hide)
    for name, order in ({"map": map} | controls(map, subject.x, seed)).items():
        for insert in (False, True):
            yield name, insert, curve(subject.net, subject.x, target, order, hidden, insert, points, seed=seed)


def agreement(maps: dict[str, np.ndarray]) -> tuple[list[str], np.ndarray]:
    """The names, and the rank correlation of every two maps (n, n). The maps must be of one size."""
    each = list(maps.values())
    return list(maps), np.array([[rank_correlation(a, b) for b in each] for a in each])


def infidelity(
    subject: Subject,
    target: int,
    map: np.ndarray,
    seed: int = 0,
    samples: int = 64,
    hidden: Tensor | None = None,
    reference: Tensor | None = None,
    fitted: bool = False,
) -> float:
    """Mean of (I · map − (f(x) − f(x − I)))² over disturbances I, in squared logits (Yeh et al. 2019, infidelity).

    I is Gaussian noise with standard deviation 0.2, the same in all colours; or, with a
    picture `hidden` (C, H, W), what painting a random square with it takes away (there: “square removal”). For photos
    take squares: noise in single pixels upsets that network in a way that no map foresees.
    reference: the baseline x′ (C, H, W) of a map that holds x − x′ as a factor (integrated gradients, input ×
    gradient, DeepLIFT, occlusion); see `gradient`. fitted: the map is scaled by the one number that suits it best, as
    the authors' own code does, for maps without a unit (Grad-CAM); a map turned upside down then fits as well.
    Costs samples forward passes, and one more for every sixteen.
    """
    x = subject.x.unsqueeze(0)
    local = map if reference is None else gradient(map, subject.x, reference)
    # the map is a sum over colours: spread evenly over them, I · map is what it promises for a grey I
    spread = torch.from_numpy(np.array(local, dtype=np.float32)).expand_as(x) / x.shape[1]
    generator = seeded(seed)

    def disturbed(pictures: Tensor) -> tuple[Tensor, Tensor]:
        if hidden is None:
            change = NOISE * torch.randn(len(pictures), 1, *x.shape[2:], generator=generator).expand_as(pictures)
        else:
            change = squares(len(pictures), x.shape[-1], generator) * (pictures - hidden)
        return change, pictures - change

    with torch.no_grad():
        found = captum_infidelity(
            subject.net,
            disturbed,
            x,
            spread,
            target=target,
            n_perturb_samples=samples,
            max_examples_per_batch=16,
            normalize=fitted,
        )
    return max(found.item(), 0.0)  # a fitted map may miss zero by rounding


def squares(count: int, side: int, generator: torch.Generator) -> Tensor:
    """Random squares, a fifth to a half of the picture wide: (count, 1, side, side) of 0 and 1.

    Their centres are anywhere and the edge cuts them off: squares that must fit in would hardly ever hide a corner.
    """
    low, high = SQUARE
    width = ((low + (high - low) * torch.rand(count, 1, generator=generator)) * side).round()
    top, left = (torch.rand(2, count, 1, generator=generator) * side - width / 2).ceil()
    line = torch.arange(side)
    down, across = ((line >= start) & (line < start + width) for start in (top, left))
    return (down[:, None, :, None] & across[:, None, None, :]).float()


def unpredicted(
    subject: Subject,
    target: int,
    map: np.ndarray,
    seed: int = 0,
    samples: int = 64,
    hidden: Tensor | None = None,
    reference: Tensor | None = None,
) -> float:
    """Share in percent of the logit's changes that the map, scaled to fit best, does not foresee.

    The `infidelity` of the fitted map over that of an empty map, on the same disturbances: 0 for a linear network and
    its gradient, 100 for a map that has nothing to do with the network; to compare methods and pictures. Twice the cost.
    """
    changes = infidelity(subject, target, np.zeros_like(map), seed, samples, hidden)
    if changes == 0:
        return 0.0
    return 100 * infidelity(subject, target, map, seed, samples, hidden, reference, fitted=True) / changes


def gradient(map: np.ndarray, x: Tensor, reference: Tensor) -> np.ndarray:
    """A map (H, W) that holds (x − x′) as a factor, without it; 0 where the picture hardly differs from x′.

    x, reference: (C, H, W). The difference is averaged over the colours.
    """
    difference = (x - reference).mean(0).numpy()
    far = np.abs(difference) >= FAINT
    return np.where(far, map / np.where(far, difference, 1), 0)


def sensitivity(
    x: Tensor, explain: Callable[[Tensor], np.ndarray], seed: int = 0, samples: int = 10, radius: float = RADIUS
) -> float:
    """How far the map moves when the picture hardly does: max ‖map(x + ε) − map(x)‖ / ‖map(x)‖, |ε| ≤ radius
    (Yeh et al. 2019, max-sensitivity; the division is Captum's, so that maps of any unit compare).

    x: (C, H, W). explain: the map (H, W) of a picture (C, H, W). It is asked samples + 1 times. 0 for a constant map.
    """
    generator = seeded(seed)

    def nearby(pictures: Tensor) -> Tensor:
        return pictures + radius * (2 * torch.rand(pictures.shape, generator=generator) - 1)

    def maps(pictures: Tensor | tuple[Tensor, ...]) -> tuple[Tensor]:
        each = pictures[0] if isinstance(pictures, tuple) else pictures
        with torch.enable_grad():  # Captum's measure switches it off, and most maps are gradients
            return (torch.stack([torch.from_numpy(np.array(explain(picture), dtype=np.float32)) for picture in each]),)

    return sensitivity_max(maps, x.unsqueeze(0), perturb_func=nearby, n_perturb_samples=samples).item()
