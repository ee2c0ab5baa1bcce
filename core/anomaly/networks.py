"""Detectors that are networks: what each learns from a batch of normals, and how it scores."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.anomaly import by_hand, models
from core.anomaly import settings as s
from core.anomaly.datasets import Dataset
from core.anomaly.detector import Detector, Rebuilds
from core.loop import fresh, seeded
from core.nets import MLP
from core.subject.models import digit_net

CONV, DENSE = (16, 32), (64,)  # of the classifiers
NEAR_ZERO = (
    0.1  # a centre's coordinate may not be nearer to zero (Ruff et al.'s own program): zero weights would reach it
)


class Network(Detector):
    """x, y: what batches are drawn from. learned: the parameters. loss: of a batch, by the indices of its examples, to be made small."""

    def __init__(self, method, seed: int):
        super().__init__(method, seed)
        self.generator = seeded(seed + 1)  # of what a detector itself draws: noise, clouds

    def begin(self, dataset: Dataset) -> None:
        """A fresh network for these data."""
        self.x, self.y = dataset.train_x, dataset.train_y
        self.net = fresh(self.network, self.seed, dataset)
        self.learned = list(self.net.parameters())

    def network(self, dataset: Dataset) -> nn.Module:
        raise NotImplementedError

    def learning(self) -> nn.Module:
        """The network in training mode; of a small one even setting it costs as much as a layer."""
        return self.net if self.net.training else self.net.train()

    def asked(self) -> nn.Module:
        """The network in evaluation mode."""
        return self.net.eval() if self.net.training else self.net

    def loss(self, index: Tensor) -> Tensor:
        raise NotImplementedError

    def backward(self, index: Tensor) -> Tensor:
        """The loss of a batch, whose gradient then lies in the parameters' `grad`."""
        for parameter in self.learned:
            parameter.grad = None
        loss = self.loss(index)
        loss.backward()
        return loss.detach()


# ---- autoencoders ----


class AutoEncoder(Network, Rebuilds):
    """‖x − x̂‖² of what comes through the bottleneck."""

    variational = False

    def network(self, dataset: Dataset) -> nn.Module:
        method = self.method
        return models.AutoEncoder(
            tuple(dataset.train_x.shape[1:]), method.net, method.bottleneck, method.hidden, self.variational
        )

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """What it sees of a batch, and what it must give back."""
        x = self.x.index_select(0, index)
        return x, x

    def loss(self, index: Tensor) -> Tensor:
        seen, x = self.batch(index)
        return squared_error(x, self.learning()(seen)).mean()

    def backward(self, index: Tensor) -> Tensor:
        if self.method.net != "dense" or self.variational:
            return super().backward(index)
        return by_hand.backward(self.learned, *self.batch(index), self.net.bounded)

    def rebuild(self, x: Tensor) -> Tensor:
        return self.asked()(x)


class Denoising(AutoEncoder):
    """It sees x with Gaussian noise and must give back x."""

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        x = self.x.index_select(0, index)
        return noisy(x, self.method.noise, self.generator), x


class Variational(AutoEncoder):
    """‖x − x̂‖² + β KL, both summed over what an example has, so that neither swamps the other."""

    variational = True

    def loss(self, index: Tensor) -> Tensor:
        x = self.x[index]
        mean, log_var = self.learning().cloud(x)
        code = mean + (log_var / 2).exp() * torch.randn(mean.shape, generator=self.generator)
        return (squared_error(x, self.net.decoder(code)) + self.method.weight * divergence(mean, log_var)).mean()

    def score(self, x: Tensor) -> Tensor:
        """From the middle of each cloud: drawing from it would give the same example another score each time."""
        error = super().score(x)
        return (
            error if self.method.judge == "error" else error + self.method.weight * divergence(*self.asked().cloud(x))
        )


def squared_error(x: Tensor, rebuilt: Tensor) -> Tensor:
    """Σ (x − x̂)² over everything that an example has: (N,)."""
    return F.mse_loss(rebuilt, x, reduction="none").flatten(1).sum(1)  # the square in one pass


def noisy(x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """x + σ ε with ε from a standard normal distribution, in the shape of x (Vincent et al. 2008, section 2.3)."""
    return x + sigma * torch.randn(x.shape, generator=generator)


def divergence(mean: Tensor, log_var: Tensor) -> Tensor:
    """KL of N(μ, σ²) from N(0, 1), summed over the code: ½ Σ (μ² + σ² − 1 − log σ²), (N,) (Kingma, Welling 2014, appendix B)."""
    return (mean.square() + log_var.exp() - 1 - log_var).flatten(1).sum(1) / 2


# ---- Deep SVDD ----


class SVDD(Network):
    """Squared distance to a centre that was chosen before the first step; of the soft boundary less R²."""

    def network(self, dataset: Dataset) -> nn.Module:
        return models.Press(tuple(dataset.train_x.shape[1:]), self.method.dimensions)

    def begin(self, dataset: Dataset) -> None:
        super().begin(dataset)
        with torch.no_grad():
            self.net.centre.copy_(centre(self.asked().layers(self.x)))

    def loss(self, index: Tensor) -> Tensor:
        square = self.learning()(self.x[index])
        if self.method.objective == "one":
            return square.mean()
        self.net.radius.copy_(square.detach().quantile(1 - self.method.outside))
        return soft_boundary(square, self.net.radius, self.method.outside)

    def score(self, x: Tensor) -> Tensor:
        return self.asked()(x) - self.net.radius


def centre(features: Tensor) -> Tensor:
    """The mean of features (N, D), none of its coordinates near zero: (D,)."""
    mean = features.mean(0)
    return torch.where(mean.abs() < NEAR_ZERO, torch.where(mean < 0, -NEAR_ZERO, NEAR_ZERO), mean)


def soft_boundary(square: Tensor, radius: Tensor, outside: float) -> Tensor:
    """R² + 1/ν mean max(0, d² − R²) of squared distances (N,) (Ruff et al. 2018, equation 3)."""
    return radius + F.relu(square - radius).mean() / outside


# ---- classifier confidence ----


class Confidence(Network):
    """A classifier of the normal classes; where there is only one, of four turns of the picture; or one of the shelf.

    known: oddities (N, ...) that it is shown in order to be unsure of them, None where there are none.
    """

    known: Tensor | None = None

    def begin(self, dataset: Dataset) -> None:
        if self.method.network:
            self.net = digit_net(self.method.network)
            return
        super().begin(dataset)
        self.known, self.classes = dataset.known_x, len(self.y.unique())
        if self.turning:
            turns = four_turns(self.x)
            self.y = torch.arange(models.TURNS).repeat_interleave(len(self.x))
            self.x = turns.flatten(0, 1)

    def network(self, dataset: Dataset) -> nn.Module:
        if not dataset.pictures:
            return models.PlaneNet(int(dataset.train_y.max()) + 1)
        turned = len(dataset.train_y.unique()) == 1
        if self.method.layers == "dense":
            return (models.TurnedDense if turned else MLP)()
        return (models.Turned if turned else models.DigitNet)(conv=CONV, dense=DENSE, pool_first=True)

    def loss(self, index: Tensor) -> Tensor:
        x, y, n = self.x[index], self.y[index], len(index)
        if self.known is None or not len(self.known):
            return F.cross_entropy(self.learning()(x), y)
        shown = self.known[torch.randint(len(self.known), (n // 2,), generator=self.generator)]
        logits = self.learning()(torch.cat([x, shown]))
        return F.cross_entropy(logits[:n], y) + self.method.lam * exposure(logits[n:], self.classes)

    def score(self, x: Tensor) -> Tensor:
        return unsure(self.logits(x), self.method.unsure, self.method.temperature, self.turning).float()

    def logits(self, x: Tensor) -> Tensor:
        """(turns, N, classes): of the example as it is, and where turns are learned of its four turns."""
        net = self.asked()
        return torch.stack([net(turn) for turn in (four_turns(x) if self.turning else x.unsqueeze(0))])

    def answers(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (M, classes) and what would be right (M,): the classes y (N,) of x, or of each of its turns which one it is."""
        return answers(self.logits(x), y, self.turning)

    def held_out(self, dataset: Dataset) -> tuple[Tensor, Tensor]:
        """Normals (M, ...) and their classes (M,) that it has not learned: those held out. A network of another lab may have learned
        these; of it every second normal of the test part."""
        if not self.method.network:
            return dataset.calibration_x, dataset.calibration_y
        places = torch.nonzero(~dataset.test_is_anomaly).flatten()[::2]
        return dataset.test_x[places], dataset.test_y[places]

    def judged(self, dataset: Dataset) -> Tensor:
        """Places (M,) in the test part of all normals that are not among these."""
        places = torch.nonzero(~dataset.test_is_anomaly).flatten()
        return places[1::2] if self.method.network else places

    @property
    def turning(self) -> bool:
        return isinstance(self.net, models.Turned | models.TurnedDense)


def exposure(logits: Tensor, classes: int) -> Tensor:
    """−1 / k Σ_c log p_c, mean over known oddities: cross entropy of the uniform distribution over the first k classes with
    softmax of logits (N, ≥ k) (Hendrycks, Mazeika, Dietterich 2019)."""
    return -logits.log_softmax(1)[:, :classes].mean()


def four_turns(x: Tensor) -> Tensor:
    """Pictures (N, C, H, W) as they are and turned by 90, 180 and 270 degrees: (4, N, C, H, W)."""
    return torch.stack([torch.rot90(x, turn, (2, 3)) for turn in range(models.TURNS)])


def answers(logits: Tensor, y: Tensor, turned: bool) -> tuple[Tensor, Tensor]:
    """Of logits (turns, N, classes) those of all answers (M, classes), and what would be right (M,): y (N,), or the turn."""
    return logits.flatten(0, 1), torch.arange(len(logits)).repeat_interleave(logits.shape[1]) if turned else y


def unsure(logits: Tensor, kind: str, temperature: float, turned: bool = False) -> Tensor:
    """How unsure a classifier is, mean over turns of logits (turns, N, classes): (N,), in double precision.

    softmax: 1 − max p (Hendrycks, Gimpel 2017, section 2); of turned pictures 1 − p of the turn that was made (Golan,
    El-Yaniv 2018, section 4). entropy: −Σ p log p. energy: −T log Σ exp(z / T) (Liu et al. 2020, equation 3).
    """
    z = logits.double() / temperature
    log_p = z.log_softmax(2)
    match kind:
        case "energy":
            found = -temperature * z.logsumexp(2)
        case "entropy":
            found = -(log_p.exp() * log_p).sum(2)
        case "softmax":  # as the sum of all the others: 1 − p would be rounded to 0
            own = (
                torch.arange(len(z)).view(-1, 1, 1).expand(-1, z.shape[1], 1)
                if turned
                else log_p.argmax(2, keepdim=True)
            )
            found = log_p.exp().scatter(2, own, 0).sum(2)
    return found.mean(0)


NETWORKS = {
    s.AutoEncoder: AutoEncoder,
    s.Denoising: Denoising,
    s.Variational: Variational,
    s.SVDD: SVDD,
    s.Confidence: Confidence,
}
