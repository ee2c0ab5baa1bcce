#!/usr/bin/env bash
# PyTorch 2.13.0: the first optimizer of a process imports torch.compile's whole front end, though nothing is compiled.
#
# `import torch` leaves torch._dynamo out. The first torch.optim.SGD([parameter]) imports it with hundreds of further modules
# (sympy among them), because add_param_group is marked as not to be compiled and the mark is resolved when it is first called.
# On two cores that takes about as long as importing torch, and some 75 MB. Whoever starts a process for each training pays it
# every time, inside the first step that is timed; torch.optim alone, imported, does not bring it. So: make one optimizer while
# a process warms up, or fork from a process that has.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$home/bin/python" - <<'PY'
import sys
import time

begin = time.perf_counter()
import torch
import torch.optim

imported = time.perf_counter() - begin
print("torch", torch.__version__)
before, there = len(sys.modules), "torch._dynamo" in sys.modules
parameter = torch.zeros(1, requires_grad=True)
times = []
for _ in range(2):
    begin = time.perf_counter()
    torch.optim.SGD([parameter], lr=0.1)
    times.append(time.perf_counter() - begin)
more = len(sys.modules) - before
print(f"import torch: {imported:.2f} s; first optimizer: {times[0]:.2f} s and {more} modules; second: {times[1]:.5f} s")
assert not there, "torch._dynamo comes with torch now"
assert "torch._dynamo" in sys.modules and more > 200, "the first optimizer no longer imports the compiler"
PY
