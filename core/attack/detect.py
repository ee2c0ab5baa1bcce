"""Detection: tell attacked pictures from clean ones by what the network says, and an attack that hides from the detector.

A detector that was only tried on attacks which do not know it says nothing (Carlini, Wagner 2017, "Adversarial examples
are not easily detected"); one that calls every unusual picture an attack is no detector either, so noise is the control.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.attack import pictures
from core.attack import settings as s
from core.attack.alarm import FALSE_ALARMS, alarm
from core.attack.ball import LEVELS, Ball, saved
from core.attack.defences import StraightThrough, fewer_greys, median, percent, right
from core.attack.gradient import pgd
from core.attack.models import Aim, Victims, ask
from core.attack.notes import note
from core.events import Event, Finished, Metrics, Started, Warned
from core.loop import seeded
from core.verdict import Verdict, verdict

GREYS, WINDOW = 2, (2, 2)  # one bit, and the median of four: what Xu et al. join for MNIST
STEEPNESS = 16  # of the soft step that an attacker who knows takes for the hard one, going backward
STRIDE = 0.3  # of ε; with shorter steps the soft step hides fewer attacks
MOST = 2  # no score is larger: two distributions differ by 2 at most
BLINDED = 30  # points of detection that the attacker's ignorance is worth: from here on it is a warning


class Detector(nn.Module):
    """A network that also says how suspicious a digit looks.

    "squeeze": joint feature squeezing (Xu, Evans, Qi 2018, joint detection), s = max over the squeezers g of ‖p(x) − p(g(x))‖₁.
    "confidence": s = 1 − max p(x) (Hendrycks, Gimpel 2017, section 2). p: the probabilities.
    """

    def __init__(self, net: nn.Module, kind: str):
        super().__init__()
        self.net, self.kind = net, kind

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 1, 28, 28) in [0, 1]. Returns, side by side, the logits, their mean over the digit and what the squeezers make
        of it, and the score: (N, 2 · classes + 1). All of it has gradients that are worth following.
        """
        views = [self.net(view) for view in [x, *(squeezed(x) if self.kind == "squeeze" else [])]]
        said = [logits.softmax(1) for logits in views]
        if self.kind == "squeeze":
            score = torch.stack([(said[0] - other).abs().sum(1) for other in said[1:]]).amax(0)
        else:
            score = 1 - said[0].amax(1)
        return torch.cat([views[0], sum(views) / len(views), score[:, None]], 1)

    def score(self, x: Tensor) -> Tensor:
        """How suspicious the digits (N, 1, 28, 28) look, (N,) from 0 to 2."""
        return ask(self, x)[:, -1]


def squeezed(x: Tensor) -> list[Tensor]:
    """x behind each squeezer, one bit and the median. Going backward one bit counts as a soft step at one half.

    Of all approximations that BPDA (Athalye, Carlini, Wagner 2018, section 4.1.1) may take, the soft step spends a change
    that is measured in L2 on the pixels that can still tip over.
    """
    soft = torch.sigmoid(STEEPNESS * (x - 0.5))
    return [StraightThrough.apply(soft, fewer_greys(x, GREYS)), median(x, *WINDOW)]


class Hidden(Aim):
    """The aim of an attacker who knows the detector, on a `Detector`'s outputs.

    It fools the digit and its squeezed versions alike (raises the loss of the mean logits), so that they agree; and of all
    steps it keeps a wrong answer, the one that looks least suspicious. He et al. (2017, "Adversarial example defenses:
    ensembles of weak defenses are not strong") broke feature squeezing with the score as a penalty; here a penalty stands
    like a wall between the right answer and the wrong one, and five digits of a hundred get across.
    """

    def loss(self, outputs: Tensor) -> Tensor:
        """outputs: (N, 2 · classes + 1). Returns (N,)."""
        return super().loss(outputs[:, :-1].chunk(2, 1)[1])

    def lead(self, outputs: Tensor) -> Tensor:
        """Positive where the network is wrong, and then the larger the less suspicious: (N,)."""
        lead = super().lead(outputs[:, :-1].chunk(2, 1)[0])
        return torch.where(lead > 0, 1 + MOST - outputs[:, -1], lead)

    def only(self, index: Tensor) -> "Hidden":
        """The aim for some of the pictures."""
        return Hidden(self.label[index], self.targeted)


def detect(method: s.Detect, victims: Victims, seed: int) -> Iterator[Event]:
    """PGD in L2, step by step, by an attacker who does not know the detector and one who does, beside noise of the same size.

    In L2, where feature squeezing was broken: in L∞ a digit, nearly black and white, hardly changes when squeezed to one
    bit as long as ε stays below one half, and there the detector holds.

    auc_noise, auc_blind, auc_knowing: area under the ROC curve against the clean digits, in %. Of the attacks only those
    count that fool the network; before the first that does there is no number. right: still right under the blind attack.
    """
    ball, x, y = Ball("2", method.epsilon / LEVELS), victims.x, victims.y
    detector, trial = Detector(victims.net, method.detector), Trial.of(victims, method.detector)
    noise = detector.score(saved(x, ball.noise(x, seeded(seed)), ball))
    yield Started(method.steps, {"axis": "steps of the attack", "count": len(x), "clean": percent(trial.was_right)})
    yield pictures.SCORE_CLEAN.at(0, trial.clean.numpy())
    yield pictures.SCORE_NOISE.at(0, noise.numpy())
    yield Metrics(0, {"auc_noise": auc(trial.clean, noise), "right": percent(trial.was_right)})
    attacks = zip(
        pgd(victims.net, x, Aim(y), ball, method.steps, STRIDE, 1, seeded(seed + 1)),
        pgd(detector, x, Hidden(y), ball, method.steps, STRIDE, 1, seeded(seed + 1)),
    )
    for step, attacked in enumerate(attacks, start=1):
        blind, knowing = (trial.judge(saved(x, a, ball)) for a in attacked)
        yield Metrics(step, {"auc_noise": auc(trial.clean, noise), "right": blind.right} | areas(trial, blind, knowing))
        for kind, found in ((pictures.SCORE_BLIND, blind), (pictures.SCORE_KNOWING, knowing)):
            if len(found.scores):
                yield kind.at(step, found.scores.numpy())
    yield from conclude(method.steps, trial, noise, blind, knowing)


@dataclass(frozen=True)
class Attacked:
    """What became of an attack: scores (n,) of the digits that fool the network, and the % of all that are still right."""

    scores: Tensor
    right: float


@dataclass(frozen=True)
class Trial:
    """The detector, the clean digits' scores (N,), where the network was right (N,), and the score that raises an alarm."""

    detector: Detector
    y: Tensor
    clean: Tensor
    was_right: Tensor
    threshold: float

    @classmethod
    def of(cls, victims: Victims, kind: str) -> "Trial":
        """The detector tuned on the clean digits: no more than 5 % of them score above the threshold."""
        detector = Detector(victims.net, kind)
        clean = detector.score(victims.x)
        threshold = alarm(clean.numpy())
        return cls(detector, victims.y, clean, right(victims.net, victims.x, victims.y), threshold)

    def judge(self, x: Tensor) -> Attacked:
        """x: (N, 1, 28, 28). An attack is a digit that was right and is wrong now."""
        still = right(self.detector.net, x, self.y)
        return Attacked(self.detector.score(x)[self.was_right & ~still], percent(still))

    def found(self, scores: Tensor) -> float:
        """The share in % of scores (n,) that raise an alarm; 0 when there are none."""
        return percent(scores > self.threshold) if len(scores) else 0.0

    def unseen(self, scores: Tensor) -> float:
        """Attacks that raise no alarm, in % of all digits."""
        return 100 * int((scores <= self.threshold).sum()) / len(self.y)


def auc(clean: Tensor, suspicious: Tensor) -> float:
    """Area under the ROC curve in %: how often a suspicious score beats a clean one, ties counting half (Mann, Whitney 1947)."""
    wins = (suspicious[:, None] > clean).double() + (suspicious[:, None] == clean).double() / 2
    return 100 * float(wins.mean())


def areas(trial: Trial, blind: Attacked, knowing: Attacked) -> dict[str, float]:
    """auc_blind and auc_knowing, where there is an attack that fools."""
    attacks = {"auc_blind": blind.scores, "auc_knowing": knowing.scores}
    return {name: auc(trial.clean, scores) for name, scores in attacks.items() if len(scores)}


def conclude(step: int, trial: Trial, noise: Tensor, blind: Attacked, knowing: Attacked) -> Iterator[Event]:
    """The warning, when only the attacker's ignorance helped, and the last event.

    In %: found_…: of the noisy digits and of the attacks that fool, those that raise an alarm when 5 % of the clean ones
    do; fooled_…: attacks that fool, of all digits; unseen_…: of all digits, those that fool and raise no alarm.
    """
    attacks = {"blind": blind.scores, "knowing": knowing.scores}
    found = {"auc_noise": auc(trial.clean, noise), "found_noise": trial.found(noise)} | areas(trial, blind, knowing)
    for name, scores in attacks.items():
        found |= {
            f"fooled_{name}": 100 * len(scores) / len(trial.y),
            f"found_{name}": trial.found(scores),
            f"unseen_{name}": trial.unseen(scores),
        }
    if found["unseen_knowing"] - found["unseen_blind"] >= BLINDED:
        yield Warned(
            step,
            "false_security",
            f"An attacker who knows the detector gets {found['unseen_knowing']:.0f} of every hundred "
            f"pictures past it, one who does not {found['unseen_blind']:.0f}.",
        )
    yield Finished(
        step,
        found
        | {
            "clean": percent(trial.was_right),
            "count": len(trial.y),
            "threshold": trial.threshold,
            "note": note(outcome(found)),
        },
    )


def outcome(found: dict[str, float]) -> list[Verdict]:
    """What the detector finds of the attacks that fool the network, and of noise."""
    if not found["fooled_blind"]:
        return [verdict("nothing-to-find")]
    return [
        verdict(
            "found",
            alarms=FALSE_ALARMS,
            blind=found["found_blind"],
            knowing=found["found_knowing"],
            unseen=found["unseen_knowing"],
        ),
        verdict("found-noise", noise=found["found_noise"]),
    ]
