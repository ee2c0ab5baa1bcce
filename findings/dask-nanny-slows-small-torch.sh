#!/usr/bin/env bash
# distributed 2026.8.0 with torch 2.13.0: a worker under Dask's nanny trains a small network markedly slower.
#
# The nanny puts MALLOC_TRIM_THRESHOLD_=65536 into its workers' environment, so that glibc gives memory back early.
# A small network allocates and frees some hundred kilobytes at every step; with the low threshold each free returns the
# pages to the kernel, and each allocation faults them in again. The same script in a plain process with and without
# that one variable shows the difference: 1.15 to 1.84 times the CPU time in five pairs on a shared machine.
# So: take the variable out of distributed.nanny.pre-spawn-environ before starting workers that train.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check distributed==2026.8.0 torch==2.13.0 numpy==2.4.6
cat > "$home/train.py" <<'PY'
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
optimizer = torch.optim.Adam(net.parameters())
x, y = torch.rand(256, 784), torch.randint(10, (256,))
for step in range(420):
    if step == 20:
        begin = time.process_time()
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()
print(time.process_time() - begin)
PY
"$home/bin/python" - "$home/train.py" <<'PY'
import os
import subprocess
import sys
from statistics import median

import dask
import distributed
import torch

print("distributed", distributed.__version__, "torch", torch.__version__)
environ = dask.config.get("distributed.nanny.pre-spawn-environ")
print("what the nanny sets:", environ)
assert str(environ["MALLOC_TRIM_THRESHOLD_"]) == "65536", "the nanny no longer sets it"


def seconds(more):
    clean = {name: value for name, value in os.environ.items() if name != "MALLOC_TRIM_THRESHOLD_"}
    return float(subprocess.run([sys.executable, sys.argv[1]], env=clean | more, check=True, capture_output=True).stdout)


ratios = []
for _ in range(5):  # in turns, so that a noisy machine is noisy for both
    plain, trimmed = seconds({}), seconds({"MALLOC_TRIM_THRESHOLD_": "65536"})
    ratios.append(trimmed / plain)
    print(f"400 steps, CPU time: {plain:.2f} s as it is, {trimmed:.2f} s with the variable, {ratios[-1]:.2f} times")
assert median(ratios) > 1.2, "the variable no longer costs anything"
PY
