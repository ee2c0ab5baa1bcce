"""What all training processes share: they are forked from a process that has imported this.

Forked, a process trains a fifth of a second after it was asked for, and the memory of all that is here exists once. Nothing
here may start a thread: a fork copies none.
"""

import torch

from core import labs
from core.data import digits

torch.optim.SGD([torch.zeros(1)], lr=0.1)  # the first optimizer of a process makes torch import its compiler
digits.load()
for lab in labs.LABS.values():
    lab.train  # noqa: B018  imports the lab's code
