#!/usr/bin/env bash
# Avalanche 0.6.0: Synaptic Intelligence, on a CPU, learns exactly what fine-tuning learns: every importance stays 0.
#
# What the plugin notes of the weights before a step are .detach().cpu().flatten() of them: on a GPU a copy, on a CPU a view. The
# step then moves both, the difference “weights after − weights before” is 0, and so is every path integral. No error, no warning:
# a comparison made on a CPU shows SI no better than no method at all. The same strategy with a copy there remembers.
# So: on a CPU let extract_weights keep flatten().clone(), or look at the importance before believing a table.
# Avalanche imports torchvision, of which nothing is needed here: empty classes stand in for it and for what would send logs away.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 psutil==7.2.2 scikit-learn==1.9.1 \
  matplotlib==3.11.2 tqdm==4.70.1 dill==0.4.1 tensorboard==2.21.0
"$home/bin/pip" install --quiet --disable-pip-version-check --no-deps avalanche-lib==0.6.0 qpsolvers==4.13.0 torchmetrics==1.9.0 \
  lightning-utilities==0.15.3
"$home/bin/python" -W ignore - <<'PY'
import importlib.abc
import importlib.machinery
import sys
import types


class Any(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class Empty(metaclass=Any):
    def __init__(self, *given, **named):
        pass


class Module(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Empty,), {})


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torchvision", "GPUtil", "pytorchcv", "wandb", "gdown"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Module(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Finder())
import avalanche
import torch
from avalanche.benchmarks import benchmark_from_datasets
from avalanche.benchmarks.utils import as_classification_dataset
from avalanche.training.plugins import SynapticIntelligencePlugin
from avalanche.training.supervised import Naive, SynapticIntelligence
from torch import nn
from torch.utils.data import TensorDataset


class Points(TensorDataset):
    def __init__(self, x, y):
        super().__init__(x, y)
        self.targets = y.tolist()


def task(turn):
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(1000, 20, generator=draw)
    return x.roll(turn, 1), (x[:, :3].sum(1) > 0).long()


def learn(strategy, **knobs):
    """The weights after two tasks, how much of the first is still known, and the largest importance."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 2))
    data = [as_classification_dataset(Points(*task(turn))) for turn in (0, 7)]
    learner = strategy(
        model=net,
        optimizer=torch.optim.SGD(net.parameters(), 0.1),
        criterion=nn.CrossEntropyLoss(),
        train_mb_size=50,
        train_epochs=10,
        evaluator=None,
        **knobs,
    )
    for experience in benchmark_from_datasets(train=data).train_stream:
        learner.train(experience, num_workers=0)
    x, y = task(0)
    kept = (net(x).argmax(1) == y).float().mean().item()
    plugin = next((each for each in learner.plugins if isinstance(each, SynapticIntelligencePlugin)), None)
    largest = max(float(each.data.abs().max()) for each in plugin.ewc_data[1].values()) if plugin else 0.0
    return torch.cat([p.detach().flatten() for p in net.parameters()]), kept, largest


print("avalanche", avalanche.__version__, "torch", torch.__version__)
naive, kept, _ = learn(Naive)
print(f"fine-tuning: {100 * kept:.1f} % of the first task right")
as_it_comes, kept_si, largest = learn(SynapticIntelligence, si_lambda=5000.0)
print(f"SI as it comes: {100 * kept_si:.1f} %, largest importance {largest}")


def copied(model, target, excluded):
    for name, weights in SynapticIntelligencePlugin.allowed_parameters(model, excluded):
        target[name].data = weights.detach().flatten().clone()


SynapticIntelligencePlugin.extract_weights = staticmethod(copied)
mended, kept_mended, largest_mended = learn(SynapticIntelligence, si_lambda=5000.0)
print(f"SI with a copy: {100 * kept_mended:.1f} %, largest importance {largest_mended:.3g}")
assert largest == 0 and torch.equal(naive, as_it_comes)
assert largest_mended > 0 and kept_mended > kept
PY
