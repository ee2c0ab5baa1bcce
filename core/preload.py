"""What all training processes share: they are forked from a process that has imported this.

Forked, a process is there within a third of a second, and what is here is in memory once. It is what takes longest: torch, and
its compiler, which the first optimizer of a process imports. Nothing here may start a thread: a fork copies none.
"""

from core import unused

unused.hide()

import torch  # noqa: E402  after what it shall not find

torch.optim.SGD([torch.zeros(1)], lr=0.1)
