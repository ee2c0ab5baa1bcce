#!/usr/bin/env bash
# scikit-learn 1.9.1: KernelDensity with its default tolerances (atol=0, rtol=0) is not exact where the bandwidth is small.
#
# On 8x8 digits scaled to [0, 1] (1,000 to fit, 300 to score) with bandwidth 0.1 half of the log densities are wrong by
# more than 1 %, the worst by 192 nats; with bandwidth 0.2 one in nine. Nothing warns. With one leaf for all points
# (leaf_size >= n) the same call agrees with the sum over all points to 13 digits.
# So: a small bandwidth in many dimensions needs leaf_size >= n, or the sum by logsumexp.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$home/bin/python" - <<'PY'
import numpy as np
import sklearn
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.datasets import load_digits
from sklearn.neighbors import KernelDensity

print("scikit-learn", sklearn.__version__)
points = load_digits().data / 16
fit, asked = points[:1000], points[1000:1300]
wrong = {}
for h in (0.1, 0.2):
    n, d = fit.shape
    exact = logsumexp(-0.5 * (cdist(asked, fit) / h) ** 2, axis=1) - np.log(n) - d * np.log(h * np.sqrt(2 * np.pi))
    for leaf in (40, 2000):  # 40 is the default
        error = np.abs(KernelDensity(bandwidth=h, leaf_size=leaf).fit(fit).score_samples(asked) - exact)
        wrong[h, leaf] = np.mean(error > 0.01 * np.abs(exact))
        print(f"bandwidth {h}, leaf_size {leaf}: largest error {error.max():.3g} nats, off by more than 1 %: {wrong[h, leaf]:.0%}")
assert wrong[0.1, 40] > 0.3 and wrong[0.2, 40] > 0.05, "the default has become exact"
assert wrong[0.1, 2000] == wrong[0.2, 2000] == 0, "one leaf is no longer exact"
PY
