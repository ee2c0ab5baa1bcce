"""The whole data set as a layer sees it: one vector for each picture, drawn in the plane."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.functional import pad

from core.attribution.filters import activations


def features(net: nn.Module, layer: nn.Module, x: Tensor) -> Tensor:
    """What a layer says of pictures x (N, C, H, W), as vectors (N, D): each filter's mean over its map."""
    return activations(net, x, layer).mean((2, 3))


@threadpool_limits.wrap(limits=1)  # two threads that wait for one another are ten times slower on a busy machine
def pca(features: Tensor) -> tuple[np.ndarray, tuple[float, float]]:
    """The two directions in which the vectors (N, D) differ most: coordinates (N, 2), and the share of the variance of
    each, from 0 to 1 (Pearson 1901)."""
    found = PCA(2, svd_solver="full")
    with np.errstate(invalid="ignore"):  # vectors that are all the same have no variance to share
        places = found.fit_transform(_wide(features))
    shares = np.nan_to_num(found.explained_variance_ratio_)
    return places, (float(shares[0]), float(shares[1]))


@threadpool_limits.wrap(limits=1)
def tsne(features: Tensor, seed: int = 0, perplexity: float = 30) -> np.ndarray:
    """Neighbours of the vectors (N, D) kept together, (N, 2): t-SNE (van der Maaten, Hinton 2008), started from PCA.

    perplexity: about how many neighbours each point has; fewer where there are too few points. Distances between
    groups mean nothing. The same features and seed give the same places.
    """
    most = max(1.0, (len(features) - 1) / 3)
    vectors = _wide(features)
    start = "pca" if np.ptp(vectors, 0).any() else "random"  # vectors that are all the same have no PCA
    return TSNE(2, init=start, random_state=seed, perplexity=min(perplexity, most), n_jobs=1).fit_transform(vectors)


def _wide(features: Tensor) -> np.ndarray:
    """As an array with at least two columns, also for a layer that was pruned to one filter."""
    return pad(features, (0, max(0, 2 - features.shape[1]))).double().numpy()
