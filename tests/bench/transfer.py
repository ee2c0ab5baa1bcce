"""How long a step of DaNN takes: ours, and the same network and method as a DataLoader and two forward passes."""

import copy
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

from core.adam import Adam, one_cycle
from core.nets import FLAT
from core.transfer import dann, models
from core.transfer.method import World
from core.transfer.settings import TransferSettings
from core.transfer.train import MEMORY


def ours(steps: int) -> float:
    """As a run does it, without its looks."""
    settings = TransferSettings()
    world = World(settings)
    method = dann.DaNN(world)
    learned = method.begin(0)
    optimizer = Adam(learned, MEMORY)
    started = time.process_time()
    for step, rate in enumerate(one_cycle(settings.learning_rate, steps)):
        loss = sum(method.losses(world.draw(), step / steps).values())
        for weights in learned:
            weights.grad = None
        loss.backward()
        optimizer.step(rate)
    return time.process_time() - started


class Pictures(Dataset):
    """Bytes as they lie in a file, made into a standardised picture when they are asked for."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor):
        self.pixels, self.labels = (x * 255).round().byte().permute(0, 2, 3, 1).numpy(), y.tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        x = torch.from_numpy(self.pixels[i]).permute(2, 0, 1).float() / 255
        return (x - x.mean()) / (x.std() + FLAT), self.labels[i]


def plain(steps: int) -> float:
    """The same network and loss as most programs write them: a loader of single pictures and a forward pass for each
    domain, PyTorch's own memory layout and optimizer."""
    settings = TransferSettings()
    world, size = World(settings), settings.batch
    net = copy.deepcopy(world.network()).to(memory_format=torch.contiguous_format).train()
    twin = models.twin(net).train()
    critic = models.critic(net)
    source, target = world.pair.source, world.pair.target
    loaders = [
        DataLoader(Pictures(part.train_x, part.train_y), size, shuffle=True, drop_last=True)
        for part in (source, target)
    ]
    optimizer = torch.optim.Adam([*net.parameters(), *critic.parameters()], settings.learning_rate, betas=(0.5, 0.999))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=max(steps, 10))
    done, started = 0, time.process_time()
    while done < steps:
        for (x_s, y), (x_t, _) in zip(*loaders):
            _step(net, twin, critic, optimizer, x_s, y, x_t, dann.rising(done / steps, 10))
            schedule.step()
            done += 1
            if done == steps:
                break
    return time.process_time() - started


def _step(net: nn.Module, twin: nn.Module, critic: nn.Module, optimizer, x_s, y, x_t, lam: float) -> None:
    (h_s, f_s), (h_t, _) = models.through(net, x_s), models.through(twin, x_t)
    loss = F.cross_entropy(net.head(f_s), y)
    for h, truth in ((h_s, 0.0), (h_t, 1.0)):
        guess = critic(dann.reversal(h, lam)).squeeze(1)
        loss = loss + F.binary_cross_entropy_with_logits(guess, torch.full_like(guess, truth)) / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def compare(rounds: int, steps: int = 60) -> tuple[list[float], list[float]]:
    """(ours, the plain program's) CPU seconds for `steps` steps, turns taken, on one thread."""
    torch.set_num_threads(1)
    ours(5), plain(5)
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(ours(steps))
        theirs.append(plain(steps))
    return mine, theirs


if __name__ == "__main__":
    mine, theirs = compare(3)
    print(mine, theirs, sum(theirs) / sum(mine))
