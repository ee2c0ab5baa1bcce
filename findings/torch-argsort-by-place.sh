#!/usr/bin/env bash
# PyTorch 2.13.0: argsort refuses the call that its own signature describes, with a sentence that cannot be.
#
# The documentation gives argsort(input, dim=-1, descending=False, *, stable=False). Given by place, as written there, dim and
# stable do not go together: torch.argsort(x, -1, True, stable=True) raises “argsort() takes from 2 to 1 positional arguments
# but 3 were given”. Without stable the same call works. The reason: there are two overloads, and in the one with stable, stable
# comes first and everything after it may be given by name only. So: write dim=-1, descending=True, stable=True.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$home/bin/python" - <<'PY'
import torch

x = torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 1.0]])
print("torch", torch.__version__)
print("documented:", torch.argsort.__doc__.strip().splitlines()[0])


def refused(call):
    try:
        call()
    except TypeError as error:
        return str(error).splitlines()[0]
    return ""


by_place = refused(lambda: torch.argsort(x, -1, True, stable=True))
print("torch.argsort(x, -1, True, stable=True):", by_place)
print("torch.argsort(x, -1, True):", torch.argsort(x, -1, True).shape)
print("torch.argsort(x, dim=-1, descending=True, stable=True):", torch.argsort(x, dim=-1, descending=True, stable=True).tolist())
assert "descending=False, *, stable=False" in torch.argsort.__doc__, "the documentation says something else now"
assert "from 2 to 1 positional arguments" in by_place, "the documented call works now, or is refused in other words"
assert torch.argsort(x, dim=-1, descending=True, stable=True).tolist() == [[1, 2, 0], [0, 1, 2]]
PY
