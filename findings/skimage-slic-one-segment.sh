#!/usr/bin/env bash
# scikit-image 0.26.0: slic cuts a chessboard into one single segment, although 20 (or 30) are asked for.
#
# The board has 64 fields of 28 × 28 pixels, black and white: nothing is easier to cut. n_segments=20 and 30 give 1 segment,
# 50 gives 52. The reason: each field becomes a connected piece of its own, and with the default enforce_connectivity=True
# every piece smaller than half of the wished mean size (min_size_factor=0.5) is joined to a neighbour; here that is every
# piece, so all of them end in one. No warning is given. What builds on superpixels (LIME, SHAP) then has one feature.
# So: count the segments; with few of them use min_size_factor=0, enforce_connectivity=False, or a regular grid.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check scikit-image==0.26.0 numpy==2.4.6
"$home/bin/python" - <<'PY'
from importlib.metadata import version

import numpy as np
from skimage.segmentation import slic

fields = (np.indices((224, 224)) // 28).sum(0) % 2
board = np.repeat(fields[..., None].astype(float), 3, axis=2)


def segments(asked, **more):
    return len(np.unique(slic(board, n_segments=asked, start_label=0, **more)))


print("scikit-image", version("scikit-image"))
default = {asked: segments(asked) for asked in (10, 20, 30, 50)}
loose = {asked: segments(asked, enforce_connectivity=False) for asked in (10, 20, 30, 50)}
small = {asked: segments(asked, min_size_factor=0) for asked in (10, 20, 30, 50)}
print("asked: segments, by default             ", default)
print("asked: segments, enforce_connectivity=False", loose)
print("asked: segments, min_size_factor=0      ", small)
assert default[20] == default[30] == 1, "slic leaves more than one segment of a chessboard now"
assert loose[20] > 5 and small[20] > 20 and default[50] > 20
PY
