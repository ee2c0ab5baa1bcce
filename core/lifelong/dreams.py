"""Generative replay: no old digit is kept; a small generator learns beside the network and dreams the old ones up."""

import copy
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.events import Event
from core.lifelong import pictures
from core.lifelong.method import Context, Finetune
from core.lifelong.tasks import SIDE, Task
from core.loop import fresh, steps_of

HIDDEN = 200  # neurons of the encoder, and of the decoder
BATCH = 64  # digits in one step of the generator
SHOWN, LOOKS = 21, 4  # dreams in the picture, and how often in a task they are drawn anew


class VAE(nn.Module):
    """A variational autoencoder of dense layers (Kingma, Welling 2014): 784 – 200 – z – 200 – 784."""

    def __init__(self, latent: int):
        super().__init__()
        pixels = SIDE * SIDE
        self.latent = latent
        self.encoder = nn.Sequential(nn.Linear(pixels, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, pixels))

    def loss(self, x: Tensor, noise: Tensor) -> Tensor:
        """Minus the ELBO of digits x (N, 1, 28, 28), in nats per digit; noise (N, latent) is standard normal."""
        mean, log_var = self.encoder(x.flatten(1)).chunk(2, 1)
        logits = self.decoder(mean + (log_var / 2).exp() * noise)
        return negative_elbo(logits, x.flatten(1), mean, log_var)

    @torch.no_grad()
    def dream(self, z: Tensor) -> Tensor:
        """Digits (N, 1, 28, 28) in [0, 1] for z (N, latent)."""
        return self.decoder(z).sigmoid().view(-1, 1, SIDE, SIDE)


def negative_elbo(logits: Tensor, x: Tensor, mean: Tensor, log_var: Tensor) -> Tensor:
    """−log p(x|z) + KL(N(μ, σ²) ‖ N(0, 1)), mean over digits, in nats (Kingma, Welling 2014, equation 3).

    logits, x: (N, pixels), each pixel a grey value in [0, 1] that counts as a probability. mean, log_var: (N, latent).
    """
    rebuilt = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    divergence = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum()
    return (rebuilt + divergence) / len(x)


def replayed_loss(new: Tensor, old: Tensor, share: float) -> Tensor:
    """(1 − s) L_new + s L_dreams (Shin et al. 2017, equation 1, where r = 1 − s)."""
    return (1 - share) * new + share * old


class Dreams(Finetune):
    """The old generator draws digits, the old network labels them, and both go on into the next task (Shin et al. 2017).

    The paper's generator is a GAN; here it is a VAE. Generator and network go on from where they were, and copies of
    both, made when a task begins, supply what is replayed.
    """

    def __init__(self, context: Context):
        super().__init__(context)
        self.method = context.settings.method
        self.share = self.method.replayed / 100
        self.generator = fresh(VAE, context.settings.seed, self.method.latent)
        self.optimizer: torch.optim.Optimizer | None = None
        self.old: VAE | None = None
        self.solver: Tensor | None = None  # θ when this task began
        self.theta = torch.zeros(0)
        self.groups: list[tuple[slice, slice]] = []  # outputs that compete for dreams: in the old network, and now
        self.fixed = self.noise(SHOWN)  # the same codes are drawn through the whole run
        self.done, self.steps, self.drawn = 0, 1, -1
        self.task = context.tasks[0]

    def noise(self, size: int) -> Tensor:
        return torch.randn(size, self.method.latent, generator=self.context.generator)

    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        settings, context = self.context.settings, self.context
        self.steps = steps_of(len(task.train_y), settings.batch, settings.epochs)
        self.task, self.theta, self.done, self.drawn = task, theta.detach(), 0, 0 if task.number else -1
        self.optimizer = torch.optim.Adam(self.generator.parameters(), 0.001, fused=True)
        if task.number:
            self.old, self.solver = copy.deepcopy(self.generator).requires_grad_(False), theta.detach().clone()
            pairs = [
                (context.active(old, task.number - 1), context.active(old, task.number))
                for old in context.tasks[: task.number]
            ]
            self.groups = [pair for i, pair in enumerate(pairs) if pair not in pairs[:i]]
        return theta

    def loss(self, theta: Tensor, x: Tensor, y: Tensor, task: Task) -> Tensor:
        new = super().loss(theta, x, y, task)
        if self.old is None or self.share == 0:
            return new
        dreams = self.old.dream(self.noise(len(y)))
        with torch.no_grad():
            said = self.logits(self.solver, dreams)
        z = self.logits(theta, dreams)
        terms = [F.cross_entropy(z[:, now], said[:, old].argmax(1) + old.start - now.start) for old, now in self.groups]
        return replayed_loss(new, sum(terms) / len(terms), self.share)

    def after_step(
        self, before: Tensor, gradient: Tensor, after: Tensor, batch: tuple[Tensor, Tensor], task: Task
    ) -> None:
        """The generator's steps are spread evenly over those of the network; nobody replays the last task."""
        self.theta = after
        self.done += 1
        if task.number < len(self.context.tasks) - 1:
            every = self.method.generator_steps
            for _ in range(every * self.done // self.steps - every * (self.done - 1) // self.steps):
                self.learn(task)

    def learn(self, task: Task) -> None:
        """One step of the generator, on digits of this task and dreams of the older ones, as many of every task."""
        generator = self.context.generator
        real = -(-BATCH // (task.number + 1))
        x = task.train_x[torch.randint(len(task.train_y), (real,), generator=generator)]
        if self.old is not None:
            x = torch.cat([x, self.old.dream(self.noise(BATCH - real))])
        self.optimizer.zero_grad()
        self.generator.loss(x, self.noise(BATCH)).backward()
        self.optimizer.step()

    def kept(self) -> list[Tensor]:
        """The generator, and the old network while a new task is learned."""
        return [*self.generator.parameters(), *([self.solver] if self.solver is not None else [])]

    @torch.no_grad()
    def seen(self, step: int) -> Iterator[Event]:
        look = LOOKS * self.done // self.steps
        if look != self.drawn:
            self.drawn = look
            dreams = self.generator.dream(self.fixed)
            labels = self.logits(self.theta, dreams)[:, : self.context.active(self.task, self.task.number).stop].argmax(
                1
            )
            yield pictures.DREAMS.at(step, (255 * dreams[:, 0]).round().byte().numpy())
            yield pictures.LABELS.at(step, labels.numpy().astype("int16"))
