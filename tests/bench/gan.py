"""How many steps of G a second: ours, and the usual DCGAN loop with a DataLoader at the same networks and batch."""

import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from core.data import digits
from core.gan import models, train
from core.gan.settings import Digits, GanSettings

SETTINGS = GanSettings(data=Digits(conditional=False))
STEPS, WARM = 100, 10


class Pictures(Dataset):
    """8-bit pictures, each made a tensor in [−1, 1] when it is asked for, as torchvision's ToTensor and Normalize do."""

    def __init__(self):
        data = digits.load()
        self.pictures, self.labels = (255 * data.train_x).byte().numpy(), data.train_y.tolist()

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        x = torch.from_numpy(self.pictures[i].astype(np.float32)).div(255)
        return (x - 0.5) / 0.5, self.labels[i]


def ours() -> float:
    """CPU seconds of STEPS steps as a run makes them, without its looks."""
    duel = train.begin(SETTINGS)
    for step in range(STEPS + WARM):
        if step == WARM:
            begun = time.process_time()
        train.set_rates(duel, SETTINGS, 1)
        real, fake, y = train.examples(duel, SETTINGS, teaches_G=True)
        train.D_learns(duel, SETTINGS, real, fake.detach(), y)
        train.G_learns(duel, SETTINGS, fake, y)
    return time.process_time() - begun


def usual() -> float:
    """CPU seconds of STEPS steps of the loop that most DCGAN programs have."""
    world = SETTINGS.data
    G, D = (net.to(memory_format=torch.contiguous_format) for net in models.players(SETTINGS))
    loader = DataLoader(Pictures(), world.batch, shuffle=True, drop_last=True)
    adam_G, adam_D = (
        torch.optim.Adam(net.parameters(), rate, betas=(0.5, 0.999))
        for net, rate in ((G, world.g_rate), (D, world.d_rate))
    )
    loss, step = nn.BCEWithLogitsLoss(), 0
    while True:
        for x, _ in loader:
            if step == WARM:
                begun = time.process_time()
            D.zero_grad()
            real = D(x)
            lost_real = loss(real, torch.ones_like(real))
            lost_real.backward()
            z = torch.zeros(len(x), models.PLACES["digits"])
            z[:, : world.latent] = torch.randn(len(x), world.latent)
            fake = G(z)
            judged = D(fake.detach())
            lost_fake = loss(judged, torch.zeros_like(judged))
            lost_fake.backward()
            adam_D.step()
            G.zero_grad()
            judged = D(fake)
            lost = loss(judged, torch.ones_like(judged))
            lost.backward()
            adam_G.step()
            (lost_real + lost_fake).item(), lost.item(), real.mean().item(), judged.mean().item()
            step += 1
            if step == STEPS + WARM:
                return time.process_time() - begun


def compare(rounds: int) -> tuple[list[float], list[float]]:
    """(ours, the usual loop's) CPU seconds, taking turns."""
    pairs = [(ours(), usual()) for _ in range(rounds)]
    return [a for a, _ in pairs], [b for _, b in pairs]


if __name__ == "__main__":
    mine, theirs = compare(5)
    for a, b in zip(mine, theirs):
        print(f"ours {STEPS / a:.1f} steps/s, the usual loop {STEPS / b:.1f} steps/s: {b / a:.2f} ×")
