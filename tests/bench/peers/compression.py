"""Distillation, neuron pruning and the teacher: a run of the lab, and the program that most people would write for it.

Ours is the whole run with all that it shows on the way. Theirs has the same networks and first weights, batches, epochs, losses, SGD
with Nesterov momentum and one cycle of the rate; PyTorch's own memory layout; a data set of 8-bit pictures that makes each one a
tensor when it is asked for, as torchvision's does; and the test digits after every epoch. No worker processes: for pictures so small
they cost more than they bring.
"""

import copy
import math
import time
import warnings
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
import torch_pruning as tp
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from core.compression import models, shrink, slimming
from core.compression.loop import BATCH, start_network, test_accuracy
from core.compression.settings import SHIPPED_TEACHER, CompressionSettings, Distill, Slim, Teacher
from core.compression.train import train
from core.data import digits
from core.events import Finished
from core.loop import fresh, seeded
from core.nets import DigitNet
from tests.bench.peers.rows import Row

torch.set_num_threads(1)

DISTILL = Distill(epochs=6, control=False)
SLIM = Slim(ratio=50, sparse_epochs=2, tune_epochs=1, control=False)
TEACHER = Teacher(epochs=2)


class Pictures(Dataset):
    """Bytes as they lie in a file, each made a picture and then a tensor in [0, 1]: torchvision's MNIST with ToTensor.

    moved: a random affine change comes first.
    """

    def __init__(self, x: Tensor, y: Tensor, moved: bool = False):
        self.pixels, self.labels, self.moved = (255 * x[:, 0]).round().byte().numpy(), y.tolist(), moved

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        picture = Image.fromarray(self.pixels[i])
        if self.moved:
            picture = random_affine(picture)
        x = torch.from_numpy(np.array(picture, np.uint8, copy=True)).view(28, 28, 1).permute(2, 0, 1).contiguous()
        return x.float().div(255), self.labels[i]


def random_affine(picture: Image.Image, degrees: float = 10, pixels: float = 1, scale: float = 0.1) -> Image.Image:
    """What RandomAffine of torchvision does to a picture: draws an angle, a shift and a scale, then Pillow with the inverse matrix."""

    def draw(bound: float) -> float:
        return float(torch.empty(1).uniform_(-bound, bound).item())

    angle, right, down, zoom = math.radians(draw(degrees)), draw(pixels), draw(pixels), 1 + draw(scale)
    cos, sin, middle = math.cos(angle) / zoom, math.sin(angle) / zoom, 28 / 2
    matrix = [cos, sin, 0.0, -sin, cos, 0.0]
    matrix[2] = matrix[0] * (-middle - right) + matrix[1] * (-middle - down) + middle
    matrix[5] = matrix[3] * (-middle - right) + matrix[4] * (-middle - down) + middle
    return picture.transform((28, 28), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def loaders(moved: bool) -> tuple[DataLoader, DataLoader]:
    """Of the training digits and of the test digits."""
    data = digits.load()
    return (
        DataLoader(Pictures(data.train_x, data.train_y, moved), BATCH, shuffle=True),
        DataLoader(Pictures(data.test_x, data.test_y), 200),  # the size that is fastest here
    )


@torch.no_grad()
def tested(net: nn.Module, loader: DataLoader) -> float:
    """Accuracy in percent."""
    net.eval()
    right = sum(int((net(x).argmax(1) == y).sum()) for x, y in loader)
    return 100 * right / len(loader.dataset)


def fitted(
    net: nn.Module,
    epochs: int,
    rate: float,
    moved: bool,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    after_backward: Callable[[], None] = lambda: None,
) -> float:
    """The usual loop. loss_of: of pictures (N, 1, 28, 28) and labels (N,). Returns the test accuracy after the last epoch."""
    train_loader, test_loader = loaders(moved)
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=1e-4)
    steps = epochs * len(train_loader)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.25)
    found = 0.0
    for _ in range(epochs):
        net.train()
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = loss_of(x, y)
            loss.backward()
            after_backward()
            optimizer.step()
            schedule.step()
        found = tested(net, test_loader)
    return found


def plain(net: DigitNet) -> DigitNet:
    """A copy in PyTorch's own memory layout."""
    return copy.deepcopy(net).to(memory_format=torch.contiguous_format)


def run(method: Teacher | Distill, seed: int) -> tuple[float, float]:
    """(CPU seconds of the lab's whole run, test accuracy of its network in percent)."""
    started = time.process_time()
    *_, last = train(CompressionSettings(method=method, seed=seed))
    assert isinstance(last, Finished)
    return time.process_time() - started, last.summary["accuracy"]


def slimming_of_ours(seed: int) -> tuple[float, float]:
    """(CPU seconds, accuracy) of the phases of such a run, without the examinations between them that show what each did."""
    generator, net, beside = seeded(seed), start_network(SHIPPED_TEACHER), {}
    started = time.process_time()
    for _ in shrink.learn(net, SLIM.sparse_epochs, SLIM.learning_rate, generator, 0, beside, lam=SLIM.lam):
        pass
    small = models.slim(net, slimming.gamma_keep(net, SLIM.ratio))
    for _ in shrink.learn(small, SLIM.tune_epochs, SLIM.learning_rate, generator, 0, beside):
        pass
    return time.process_time() - started, test_accuracy(small)


def passes(make: Callable[[], nn.Module], epochs: int) -> Callable[[], float]:
    """CPU seconds of that network's gradients for as many batches, without an optimizer, moved digits or tests."""

    def alone() -> float:
        net, data = make().train(), digits.load()
        x, y = data.train_x[:BATCH], data.train_y[:BATCH]
        started = time.process_time()
        for _ in range(epochs * math.ceil(len(data.train_y) / BATCH)):
            net.zero_grad()
            F.cross_entropy(net(x), y).backward()
        return time.process_time() - started

    return alone


def slimming_passes() -> float:
    """The same of both phases of slimming."""
    whole = start_network(SHIPPED_TEACHER)
    small = models.slim(whole, slimming.gamma_keep(whole, SLIM.ratio))
    return passes(lambda: whole, SLIM.sparse_epochs)() + passes(lambda: small, SLIM.tune_epochs)()


def usual_teacher(seed: int) -> tuple[float, float]:
    torch.manual_seed(seed)
    net = plain(fresh(models.teacher, seed, TEACHER.channels, TEACHER.neurons))
    started = time.process_time()
    found = fitted(net, TEACHER.epochs, TEACHER.learning_rate, True, lambda x, y: F.cross_entropy(net(x), y))
    return time.process_time() - started, found


def usual_distillation(seed: int) -> tuple[float, float]:
    """The teacher answers in every step, as in the tutorials."""
    torch.manual_seed(seed)
    teacher, T = plain(start_network(SHIPPED_TEACHER)).eval(), DISTILL.temperature
    net = plain(fresh(models.student, seed, DISTILL.student_channels))

    def loss_of(x: Tensor, y: Tensor) -> Tensor:
        with torch.no_grad():
            targets = F.softmax(teacher(x) / T, 1)
        logits = net(x)
        soft = T**2 * F.kl_div(F.log_softmax(logits / T, 1), targets, reduction="batchmean")
        return DISTILL.alpha * soft + DISTILL.beta * F.cross_entropy(logits, y)

    started = time.process_time()
    found = fitted(net, DISTILL.epochs, DISTILL.learning_rate, False, loss_of)
    return time.process_time() - started, found


def torch_pruning(seed: int) -> tuple[float, float]:
    """Sparse training, pruning and fine-tuning as in Torch-Pruning's README; |γ| is compared within its layer, as ours."""
    torch.manual_seed(seed)
    net = plain(start_network(SHIPPED_TEACHER)).train()

    def loss_of(x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(net(x), y)

    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pruner = tp.pruner.BNScalePruner(
            net,
            torch.rand(1, 1, 28, 28).expand(2, -1, -1, -1),
            tp.importance.BNScaleImportance(normalizer="max"),
            reg=SLIM.lam,
            global_pruning=True,
            pruning_ratio=SLIM.ratio / 100,
            max_pruning_ratio=0.95,  # of a layer: one channel at least is left
            ignored_layers=[net.head],
        )
        pruner.update_regularizer()
        fitted(net, SLIM.sparse_epochs, SLIM.learning_rate, True, loss_of, lambda: pruner.regularize(net))
        pruner.step()
    found = fitted(net, SLIM.tune_epochs, SLIM.learning_rate, True, loss_of)
    return time.process_time() - started, found


ACCURACY = "test accuracy, %"
LAYERS = (
    "The rest are moved digits, the optimizer and tests of 1,000 digits, which ours needs for its live picture. Both have the same "
    "convolutions, BatchNorm and pooling of PyTorch; channels_last and ReLU after the pooling are ours"
)
ROWS = [
    Row(
        f"distillation of a student, {DISTILL.epochs} epochs",
        "torch",
        lambda seed: run(DISTILL, seed),
        usual_distillation,
        ACCURACY,
        0.6,  # between seeds both vary by 0.1 to 0.5: half a point is what five of them can tell
    ),
    Row(
        f"slimming by {SLIM.ratio:g} %: {SLIM.sparse_epochs} sparse epochs, {SLIM.tune_epochs} of fine-tuning",
        "torch-pruning",
        slimming_of_ours,
        torch_pruning,
        ACCURACY,
        1.0,  # between seeds it varies by 0.6, as so few epochs leave it
        LAYERS,
        slimming_passes,
    ),
    Row(
        f"training the teacher, {TEACHER.epochs} epochs with moved digits",
        "torch",
        lambda seed: run(TEACHER, seed),
        usual_teacher,
        ACCURACY,
        0.6,
        LAYERS,
        passes(lambda: fresh(models.teacher, 0, TEACHER.channels, TEACHER.neurons), TEACHER.epochs),
    ),
]
