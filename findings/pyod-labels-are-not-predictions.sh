#!/usr/bin/env bash
# PyOD 3.6.7: after fit(X), labels_ and predict(X) disagree on the very same points, for neighbour-based detectors.
#
# labels_ leaves a training point out of its own neighbours; predict(X) does not know that it was trained on X, so each point
# is its own nearest neighbour at distance 0. On 1,000 digits with a contamination of 10 %: k-NN with k = 1 labels 99 points
# and predicts none, with k = 5 it labels 100 and predicts 76. Isolation forest gives the same both ways.
# So: count false alarms on training data by labels_ and decision_scores_, and never by predict or decision_function.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check pyod==3.6.7 scikit-learn==1.9.1 numpy==2.4.6 numba==0.68.1
"$home/bin/python" -W ignore - <<'PY'
import pyod
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from sklearn.datasets import load_digits

print("pyod", pyod.__version__)
points = load_digits().data[:1000]
seen = {}
for name, detector in {"k-NN, k = 1": KNN(n_neighbors=1), "k-NN, k = 5": KNN(n_neighbors=5), "forest": IForest(random_state=0)}.items():
    detector.fit(points)
    seen[name] = int(detector.labels_.sum()), int(detector.predict(points).sum())
    print(f"{name}: labels_ has {seen[name][0]} outliers, predict on the same points {seen[name][1]}")
assert seen["k-NN, k = 1"][0] > 80 and seen["k-NN, k = 1"][1] == 0
assert seen["k-NN, k = 5"][0] > 90 and seen["k-NN, k = 5"][1] < 90
assert seen["forest"][0] == seen["forest"][1]
PY
