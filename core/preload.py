"""What all training processes share: they are forked from a process that has imported this.

Forked, a process is there within a third of a second, and what is here is in memory once. It is what takes longest, torch and
its compiler, which the first optimizer of a process imports, and all labs that need little more: a run of theirs begins at once,
also in a process that takes a dead one's place. Nothing here may start a thread: a fork copies none.
"""

from core import unused

unused.hide()

import torch  # noqa: E402  after what it shall not find

import core.worker  # noqa: E402, F401
from core import labs  # noqa: E402
from core.data import digits  # noqa: E402

LIGHT = "gan", "lifelong", "compression", "attack"  # 0.2 s together; each of the others half a second and more

torch.optim.SGD([torch.zeros(1)], lr=0.1)
digits.load()
for lab in LIGHT:
    labs.of(lab).prepare()
