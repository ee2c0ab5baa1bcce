"""Detectors that need no network: the lecture's PCA and k-means, and those that look at neighbours, cuts or densities."""

import math

import numpy as np
import torch
from sklearn import config_context
from sklearn.cluster import KMeans as Lloyd
from sklearn.mixture import GaussianMixture
from sklearn.svm import OneClassSVM as SupportVectors
from sklearn.tree import ExtraTreeRegressor
from sklearn.utils.random import sample_without_replacement
from torch import Tensor

from core.anomaly.detector import Detector, Rebuilds, distances_to_others, square_distances

GRID = torch.logspace(
    -2, 2, 41
)  # bandwidths that KDE tries, in units of the root mean square distance to the mean per dimension
TRIED, LEARNED = (
    250,
    0.8,
)  # of the normals: so many say which bandwidth suits; so large a share says how much components leave over
SEEN = 256  # examples that a tree of the forest cuts at most
HIGHEST = np.iinfo(np.int32).max  # seeds of trees are below it
TINY = 1e-12
DENSEST = 1e-10  # is added to a reach, as scikit-learn does: k equal examples are very dense and not infinitely so


def principal(x: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Mean (D,) and the first principal components (k, D) of x (N, D), k at most one less than either of its sides."""
    mean = x.mean(0)
    _, _, v = torch.linalg.svd(x - mean, full_matrices=False)
    return mean, v[: max(1, min(count, x.shape[1] - 1, len(x) - 1))]


def projected(x: Tensor, mean: Tensor, components: Tensor) -> Tensor:
    """The nearest point of the components' plane: mean + V Vᵀ (x − mean), for x (N, D)."""
    return mean + (x - mean) @ components.T @ components


def nearest_mean(x: Tensor, normal: Tensor, k: int) -> Tensor:
    """Mean distance of x (N, D) to its k nearest of the normal examples (M, D): (N,) (Angiulli, Pizzuti 2002)."""
    return mean_of_smallest(square_distances(x, normal), min(k, len(normal)))


def mean_of_smallest(square: Tensor, k: int) -> Tensor:
    """Mean of the k smallest distances in each row of squared ones (N, M): (N,)."""
    return square.topk(k, largest=False).values.clamp(min=TINY).sqrt().mean(1)


def nearest_centre(x: Tensor, centres: Tensor) -> Tensor:
    """Distance of x (N, D) to the nearest centre (k, D): (N,)."""
    return square_distances(x, centres).amin(1).clamp(min=TINY).sqrt()


class PCA(Rebuilds):
    """‖x − x̂‖², x̂ the projection onto the first k principal components."""

    def fit(self, x: Tensor) -> None:
        self.mean, self.components = principal(x.flatten(1), self.method.components)

    def rebuild(self, x: Tensor) -> Tensor:
        return projected(x.flatten(1), self.mean, self.components).view(x.shape)


class KMeans(Detector):
    """Distance to the nearest of k centres, which Lloyd's algorithm finds from three starts."""

    def fit(self, x: Tensor) -> None:
        found = Lloyd(min(self.method.centres, len(x)), n_init=3, random_state=self.seed).fit(x.flatten(1).numpy())
        self.centres = torch.from_numpy(found.cluster_centers_).float()

    def score(self, x: Tensor) -> Tensor:
        return nearest_centre(x.flatten(1), self.centres)

    def expects(self, x: Tensor) -> Tensor:
        return self.centres[square_distances(x.flatten(1), self.centres).argmin(1)].view(x.shape)


class KNN(Detector):
    """Mean distance to the k nearest normal examples."""

    def fit(self, x: Tensor) -> None:
        self.normal = x.flatten(1)

    def score(self, x: Tensor) -> Tensor:
        return nearest_mean(x.flatten(1), self.normal, self.method.neighbours)

    def learned_scores(self, x: Tensor) -> Tensor:
        """Among all the others: nobody is its own neighbour."""
        return mean_of_smallest(distances_to_others(self.normal), min(self.method.neighbours, len(self.normal) - 1))

    def expects(self, x: Tensor) -> Tensor:
        return self.normal[square_distances(x.flatten(1), self.normal).argmin(1)].view(x.shape)


class LOF(Detector):
    """Local outlier factor: how dense it is around each of the k nearest normals, against how dense it is here (Breunig et al. 2000)."""

    gradients = False

    def fit(self, x: Tensor) -> None:
        self.normal = x.flatten(1)
        distance, near = self._nearest(distances_to_others(self.normal))
        self.reach = distance.amax(1)  # of each normal to its k-th neighbour
        self.density = self._density(distance, near)
        self.learned = self.density[near].mean(1) / self.density

    def score(self, x: Tensor) -> Tensor:
        """Mean density of the neighbours over one's own (equation 7)."""
        distance, near = self._nearest(square_distances(x.flatten(1), self.normal))
        return self.density[near].mean(1) / self._density(distance, near)

    def learned_scores(self, x: Tensor) -> Tensor:
        """Among all the others: nobody is its own neighbour."""
        return self.learned

    def _nearest(self, square: Tensor) -> tuple[Tensor, Tensor]:
        """Distances (N, k) of the k nearest, and which they are, from squared ones (N, M)."""
        k = min(self.method.neighbours, len(self.normal) - 1)
        near = torch.from_numpy(np.argpartition(square.numpy(), k - 1)[:, :k])  # twice as fast as topk of twenty
        return square.gather(1, near).clamp(min=TINY).sqrt(), near

    def _density(self, distance: Tensor, near: Tensor) -> Tensor:
        """1 over the mean reach (N,): nobody is nearer to a normal than that one's k-th neighbour is (equations 5 and 6)."""
        return 1 / (torch.maximum(distance, self.reach[near]).mean(1) + DENSEST)


class Forest(Detector):
    """Isolation forest of scikit-learn's random trees, along the components that hold 95 % of the variance or along the values."""

    gradients = False

    def fit(self, x: Tensor) -> None:
        flat = x.flatten(1)
        self.mean, self.components = flat.mean(0), None
        if self.method.cuts == "components":
            _, sizes, v = torch.linalg.svd(flat - self.mean, full_matrices=False)
            share = sizes.square().cumsum(0) / sizes.square().sum()
            self.components = v[: int((share < 0.95).sum()) + 1]
        along = self._along(x)
        self.trees = grown(along, self.method.trees, self.seed)
        self.depths = [
            tree.compute_node_depths() - 1 + unsuccessful(tree.n_node_samples) for tree in self.trees
        ]  # of each node, with what is still to be cut there
        self.usual = float(unsuccessful(np.array([min(SEEN, len(x))]))[0])

    def score(self, x: Tensor) -> Tensor:
        """2^(−mean depth / usual depth): s in Liu et al. 2008, equation 2."""
        along = self._along(x)
        depth = sum(depths[tree.apply(along)] for tree, depths in zip(self.trees, self.depths, strict=True))
        return torch.from_numpy(2 ** (-depth / (len(self.trees) * self.usual))).float()

    def _along(self, x: Tensor):
        flat = x.flatten(1)
        return (flat if self.components is None else (flat - self.mean) @ self.components.T).numpy()


@config_context(assume_finite=True, skip_parameter_validation=True)
def grown(x: np.ndarray, trees: int, seed: int) -> list:
    """scikit-learn's trees that cut x (N, D) at random until each of SEEN examples is alone, or many cuts deep.

    They are those that scikit-learn's IsolationForest grows from this seed. It takes more than twice as long: for each tree it looks
    through all of its own settings again.
    """
    draw, found = np.random.RandomState(seed), []
    target = draw.uniform(size=len(x))  # no two alike, or a tree of scikit-learn would stop cutting
    draw.seed(seed)
    for start in draw.randint(HIGHEST, size=trees):
        draw.seed(start)
        cuts = draw.randint(HIGHEST)
        draw.seed(start)
        sample_without_replacement(x.shape[1], x.shape[1], random_state=draw)  # of the columns: all, in whatever order
        seen = sample_without_replacement(len(x), min(SEEN, len(x)), random_state=draw)
        depth = math.ceil(math.log2(max(len(seen), 2)))
        tree = ExtraTreeRegressor(max_features=1, max_depth=depth, random_state=cuts)
        found.append(tree.fit(x[seen], target[seen], check_input=False).tree_)
    return found


def unsuccessful(n: np.ndarray) -> np.ndarray:
    """c(n): the mean length of an unsuccessful search in a binary search tree of n examples (Liu et al. 2008, equation 1)."""
    many = np.maximum(n, 3)  # of fewer it is told below
    c = 2 * (np.log(many - 1) + np.euler_gamma) - 2 * (many - 1) / many
    return np.select([n <= 1, n == 2], [0.0, 1.0], c)


class OneClassSVM(Detector):
    """ρ − Σ_i α_i k(x_i, x) with a Gaussian kernel; scikit-learn finds α and ρ."""

    def fit(self, x: Tensor) -> None:
        flat = x.flatten(1)
        self.gamma = self.method.width / (flat.shape[1] * float(flat.var(correction=0).clamp(min=TINY)))
        found = SupportVectors(nu=self.method.outside, gamma=self.gamma).fit(flat.numpy())
        self.vectors, self.alpha = (
            torch.from_numpy(part).float() for part in (found.support_vectors_, found.dual_coef_[0])
        )
        self.rho = float(-found.intercept_[0])

    def score(self, x: Tensor) -> Tensor:
        """Above zero: outside of the region."""
        return self.rho - torch.exp(-self.gamma * square_distances(x.flatten(1), self.vectors)) @ self.alpha


class Mixture(Detector):
    """−log density: Gaussians along the first components, and one variance for all that is left over.

    The second part is probabilistic PCA's (Tipping, Bishop 1999, equation 8): without it a density within the components
    knows nothing of what they cannot express, which is where most anomalies differ.
    """

    def fit(self, x: Tensor) -> None:
        flat = x.flatten(1)
        self.mean, self.components = principal(flat, self.method.along)
        along = (flat - self.mean) @ self.components.T
        scale = float(along.var(0).mean())
        found = GaussianMixture(min(self.method.gaussians, len(x)), reg_covar=1e-3 * scale, random_state=self.seed).fit(
            along.numpy()
        )
        self.log_shares = torch.from_numpy(found.weights_).log().float()
        self.means, self.factors = (
            torch.from_numpy(part).float() for part in (found.means_, found.precisions_cholesky_)
        )
        self.dimensions = flat.shape[1] - len(self.components)
        self.variance = self._variance(flat)

    def _variance(self, flat: Tensor) -> float:
        """Mean square, per dimension, of what components of most examples leave over of the others: of examples that
        chose the components themselves less is left over than of fresh ones."""
        most = min(round(LEARNED * len(flat)), len(flat) - 1)
        rest = flat[most:] - projected(flat[most:], *principal(flat[:most], self.method.along))
        return float(rest.square().sum(1).mean()) / self.dimensions + TINY

    def score(self, x: Tensor) -> Tensor:
        """Clouds along the components by the factors of their precisions; then what is left over, as one wide cloud."""
        flat = x.flatten(1)
        along = (flat - self.mean) @ self.components.T
        z = torch.einsum("nkd,kde->nke", along.unsqueeze(1) - self.means, self.factors)
        log_factor = self.factors.diagonal(dim1=1, dim2=2).log().sum(1) - along.shape[1] / 2 * math.log(2 * math.pi)
        score = -(self.log_shares + log_factor - z.square().sum(2) / 2).logsumexp(1)
        if not self.method.rest:
            return score
        rest = self._left_over(flat) / self.variance + self.dimensions * math.log(2 * math.pi * self.variance)
        return score + rest / 2

    def _left_over(self, flat: Tensor) -> Tensor:
        """Squared length (N,) of what the components cannot express."""
        return (flat - projected(flat, self.mean, self.components)).square().sum(1)


class KDE(Detector):
    """−log density of Gaussian hills over all normal examples. The bandwidth is the knob's times the one under which examples
    are most likely that are left out, each in its turn."""

    def fit(self, x: Tensor) -> None:
        self.normal = x.flatten(1)
        spread = (self.normal - self.normal.mean(0)).square().mean().sqrt()
        grid, square = (GRID * spread).clamp(min=1e-4), distances_to_others(self.normal, TRIED)
        surprise = torch.stack([-log_density(square, h, self.normal.shape[1]).mean() for h in grid])
        self.bandwidth = self.method.bandwidth * float(grid[surprise.argmin()])

    def score(self, x: Tensor) -> Tensor:
        return -log_density(square_distances(x.flatten(1), self.normal), self.bandwidth, self.normal.shape[1])

    def learned_scores(self, x: Tensor) -> Tensor:
        """By the hills of all the others: nobody stands on its own. log_density divides by M, of which M − 1 are left."""
        others = distances_to_others(self.normal)
        return -log_density(others, self.bandwidth, self.normal.shape[1]) - math.log(len(others) / (len(others) - 1))


def log_density(square: Tensor, bandwidth: float | Tensor, dimensions: int) -> Tensor:
    """log (1/M) Σ_j N(x; x_j, h²) from squared distances (N, M): (N,)."""
    log_norm = dimensions * math.log(float(bandwidth) * math.sqrt(2 * math.pi)) + math.log(square.shape[1])
    return (-square / (2 * bandwidth**2)).logsumexp(1) - log_norm
