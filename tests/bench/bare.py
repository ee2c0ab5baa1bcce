"""The limit of a training: the lab's own generator consumed in a plain process, with nothing around it.

One line on standard input is one training: lab and settings as JSON. One line comes back: wall and CPU seconds.
"""

import json
import sys
import time

import torch

from core import labs
from core.settings import build

torch.set_num_threads(1)  # as in the workers
for line in sys.stdin:
    lab, flat = json.loads(line)
    settings = build(labs.of(lab).settings, flat)
    wall, cpu = time.perf_counter(), time.process_time()
    for _event in labs.of(lab).train(settings):
        pass
    print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]), flush=True)
