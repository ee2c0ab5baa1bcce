#!/usr/bin/env bash
# Captum 0.9.0 with numpy 2: loading a concept activation vector that Captum itself saved warns; with warnings as errors it fails.
#
# CAV.load allows the name numpy.core.multiarray for its restricted unpickling, and looking that name up is what numpy 2 deprecates.
# Nothing in the file is old: it was written a moment before. Under “python -W error”, as many test suites run, the load raises.
# So: keep the vectors of TCAV in a format of your own, or filter this warning around CAV.load.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 captum==0.9.0 numpy==2.4.6
"$home/bin/python" - <<'PY'
import tempfile
import warnings

import captum
import numpy
import torch
from captum.concept import Concept
from captum.concept._core.cav import CAV

print("captum", captum.__version__, "numpy", numpy.__version__)
pair = [Concept(0, "a", None), Concept(1, "b", None)]
with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    CAV.create_cav_dir_if_missing(folder, "model")
    CAV(pair, "layer", {"weights": torch.ones(2, 3), "classes": [0, 1]}, folder, "model").save()
    saved = len([w for w in seen if "numpy.core" in str(w.message)])
    CAV.load(folder, "model", pair, "layer")
    loaded = [w for w in seen if "numpy.core" in str(w.message)][saved:]
print(f"save: {saved} warnings of numpy.core, load: {len(loaded)}:", loaded and str(loaded[0].message)[:80])
assert saved == 0 and loaded and loaded[0].category is DeprecationWarning
PY
