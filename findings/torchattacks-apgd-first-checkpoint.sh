#!/usr/bin/env bash
# torchattacks 3.5.1, APGD: at the first checkpoint the first step is not held against the start but against an empty row.
#
# check_oscillation counts the steps since the last checkpoint at which the loss rose. At the first one that includes step 0, whose
# predecessor is looked up at row −1 of loss_steps: the last row, which is still zero, and not the loss of the start. With the cross
# entropy, which is above zero, step 0 always counts as a rise, also where the loss fell. With the DLR loss, which is below zero while
# the answer is right, it never counts, also where the loss rose, so steps are halved earlier than in the paper's condition 1
# (Croce, Hein 2020, section 3.1). The difference is one step of the first period.
# So: two implementations of APGD that agree on everything else may part at the first checkpoint; compare them with this in mind.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 requests tqdm
"$home/bin/pip" install --quiet --disable-pip-version-check --no-deps torchattacks==3.5.1
"$home/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
import torch
import torchattacks

print("torchattacks", version("torchattacks"))
firsts = []


class Watched(torchattacks.APGD):
    def check_oscillation(self, x, j, k, *more, **named):
        if j == k - 1:  # the first checkpoint: steps 0 … k − 1
            firsts.append((x[0].copy(), x[j - k].copy(), k))
        return super().check_oscillation(x, j, k, *more, **named)


torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10)).eval()
x = torch.rand(50, 1, 8, 8)
y = net(x).argmax(1)  # every answer is right
for loss in ("ce", "dlr"):
    Watched(net, eps=0.05, steps=20, loss=loss)(x, y)
for loss, (step0, before, k) in zip(("ce", "dlr"), firsts):
    rises = int((step0 > before).sum())
    print(f"{loss}: at the first checkpoint ({k} steps) step 0 is held against {np.unique(before)}: {rises} of 50 count as a rise")
(_, before_ce, _), (dlr, before_dlr, _) = firsts
assert not before_ce.any() and not before_dlr.any(), "the row before the first is the last one, not yet written"
assert (firsts[0][0] > before_ce).all(), "with the cross entropy every first step is a rise"
assert not (dlr[dlr < 0] > 0).any() and (dlr < 0).sum() > 25, "with DLR none is, while the answer is right"
PY
