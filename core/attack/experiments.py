"""The experiments: what is measured, defended or trained instead of one attack, and the knobs that each of them brings."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from core.attack.methods import (
    DEFENCES,
    NO_GOAL,
    OTHERS,
    Experiment,
    epsilon_knob,
    norm_knob,
    steps_knob,
    strength_knob,
)
from core.settings import knob


def _epochs(default: int) -> int:
    return knob(default, "Epochs", "Passes over the training digits.", ge=1, le=24, step=1)


def _learning_rate(default: float) -> float:
    return knob(
        default,
        "Learning rate",
        "The highest value of the one-cycle schedule.",
        symbol="η",
        ge=0.001,
        le=1,
        log=True,
        fine=True,
    )


def _channels() -> int:
    return knob(
        8,
        "Channels",
        "Channels of the first convolution. The second has twice, the third four times as many.",
        ge=4,
        le=16,
        step=4,
        fine=True,
    )


class Curve(Experiment):
    """Robust accuracy against ε, for several attacks and for noise."""

    TITLE: ClassVar[str] = "Robust accuracy"
    VERB: ClassVar[str] = "Measure"
    SHOWS: ClassVar[str] = "curve"
    name: Literal["curve"] = "curve"
    norm: Literal["inf", "2"] = norm_knob()
    highest: float = knob(
        96, "Largest size", "The largest size of change on the curve.", symbol="ε", unit="/ 255", ge=4, le=128, step=4
    )
    steps: int = knob(
        20, "Steps", "Steps of PGD, with photos at most 6. MI-FGSM takes at most 10.", ge=1, le=40, step=1
    )


class Transfer(Experiment):
    """Made on one network, tried on another: every pair of the shelf, and all others together."""

    TITLE: ClassVar[str] = "Transfer of attacks"
    VERB: ClassVar[str] = "Measure"
    SHOWS: ClassVar[str] = "matrix"
    name: Literal["transfer"] = "transfer"
    with_attack: Literal["fgsm", "ifgsm", "pgd", "mifgsm", "dim"] = knob(
        "mifgsm",
        "Attack",
        "The attack that is tried on other networks.",
        names={"fgsm": "FGSM", "ifgsm": "I-FGSM", "pgd": "PGD", "mifgsm": "MI-FGSM", "dim": "DIM"},
    )
    epsilon: float = epsilon_knob(51)
    steps: int = steps_knob(10, most=40)

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        one_step = {"steps": "FGSM has one step."} if chosen.get("with_attack") == "fgsm" else {}
        return super().idle(chosen) | one_step


class Defend(Experiment):
    """A defence in front of the network, against an attacker who does not know it and one who does."""

    TITLE: ClassVar[str] = "Passive defence"
    VERB: ClassVar[str] = "Defend"
    SHOWS: ClassVar[str] = "defence"
    name: Literal["defend"] = "defend"
    defence: Literal[*DEFENCES] = knob(
        "smooth",
        "Defence",
        "What happens to a picture before the network sees it.",
        names=DEFENCES,
    )
    strength: int = strength_knob()
    epsilon: float = epsilon_knob(38)
    steps: int = knob(20, "Steps", "Steps of PGD, with photos at most 10.", ge=1, le=40, step=1)
    samples: int = knob(
        8, "Random draws", "How many draws of a random defence the attacker averages.", ge=1, le=20, step=1
    )

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        fixed = {} if chosen.get("defence") == "resize" else {"samples": "Only a random defence is drawn."}
        return super().idle(chosen) | fixed


class Detect(Experiment):
    """Tell attacked pictures from clean and from noisy ones, with and without an attacker who knows the detector; in L2."""

    TITLE: ClassVar[str] = "Detection"
    VERB: ClassVar[str] = "Detect"
    SHOWS: ClassVar[str] = "scores"
    name: Literal["detect"] = "detect"
    detector: Literal["squeeze", "confidence"] = knob(
        "squeeze",
        "Detector",
        "What raises the alarm: an answer that changes when the picture is squeezed, or low confidence.",
        names={"squeeze": "feature squeezing", "confidence": "low confidence"},
    )
    epsilon: float = epsilon_knob(20)
    steps: int = steps_knob(20, most=40)


class Training(Experiment):
    """Adversarial training: at every step the batch is attacked first, and the network learns from what comes out."""

    TITLE: ClassVar[str] = "Adversarial training"
    VERB: ClassVar[str] = "Train"
    SHOWS: ClassVar[str] = "training"
    name: Literal["training"] = "training"
    inner: Literal["pgd", "fgsm", "none"] = knob(
        "pgd", "Attack in training", "The attack on every batch.", names={"pgd": "PGD", "fgsm": "FGSM", "none": "none"}
    )
    begin: Literal["random", "digit"] = knob(
        "random",
        "Attack starts at",
        "The attack starts at a random point of the ball, or at the digit itself.",
        names={"random": "a random point", "digit": "the digit"},
    )
    epsilon: float = epsilon_knob(76.5)
    steps: int = knob(2, "Steps", "Steps of PGD on every batch. FGSM has one step.", ge=1, le=7, step=1)
    epochs: int = _epochs(8)
    learning_rate: float = _learning_rate(0.3)
    width: int = _channels()
    judged: int = knob(
        200,
        "Test digits",
        "The trained network meets the longest attack on so many digits.",
        ge=100,
        le=1000,
        step=100,
        fine=True,
    )

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        found = NO_GOAL | {
            "network": "Adversarial training trains a network of its own.",
            "count": "Adversarial training watches one digit.",
        }
        found |= {} if chosen.get("subject") == "digit" else {"photo": OTHERS, "upload": OTHERS}
        found |= {} if chosen.get("inner") == "pgd" else {"steps": "Only PGD has several steps."}
        return found | ({"begin": "Nobody attacks."} if chosen.get("inner") == "none" else {})


class Backdoor(Experiment):
    """Poisoned training digits: a small trigger and a wrong label, so that the network obeys the trigger later."""

    TITLE: ClassVar[str] = "Backdoor"
    VERB: ClassVar[str] = "Train"
    SHOWS: ClassVar[str] = "backdoor"
    name: Literal["backdoor"] = "backdoor"
    poisoned: float = knob(
        2,
        "Poisoned digits",
        "The share of the training digits that carry the trigger and the wrong label.",
        unit="%",
        ge=0,
        le=20,
        step=0.25,
    )
    trigger: int = knob(3, "Trigger size", "The side of the white square.", unit="pixels", ge=1, le=8, step=1)
    place: Literal["bottom", "top", "centre"] = knob(
        "bottom",
        "Trigger place",
        "Where the white square is.",
        names={"bottom": "bottom right", "top": "top left", "centre": "centre"},
    )
    target: int = knob(
        7, "Target answer", "The wrong label, and what the trigger shall make of any digit.", ge=0, le=9, step=1
    )
    epochs: int = _epochs(4)
    learning_rate: float = _learning_rate(0.1)
    width: int = _channels()

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        own = "A backdoor is trained into a network of its own."
        unused = {"network": own, "count": "All test digits are asked."}
        return super().idle(chosen) | unused


class Smoothing(Experiment):
    """A promise: within a radius that is computed nothing can change the answer that is most frequent under noise."""

    TITLE: ClassVar[str] = "Randomised smoothing"
    VERB: ClassVar[str] = "Certify"
    SHOWS: ClassVar[str] = "certificates"
    name: Literal["smoothing"] = "smoothing"
    sigma: float = knob(
        0.5,
        "Noise",
        "The standard deviation of the Gaussian noise on every pixel, where black is 0 and white is 1.",
        symbol="σ",
        ge=0.05,
        le=1.5,
        step=0.05,
    )
    noisy: bool = knob(True, "Trained with noise", "The network learns from digits with the same noise.")
    draws: int = knob(
        1000, "Draws", "How many noisy copies of each digit are asked.", symbol="n", ge=100, le=5000, step=100, log=True
    )
    certified: int = knob(100, "Test digits", "How many digits get a certificate.", ge=20, le=200, step=20)
    epochs: int = _epochs(4)
    learning_rate: float = _learning_rate(0.1)
    width: int = _channels()

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        own = "The network is trained for the promise."
        return super().idle(chosen) | {"network": own, "count": "The test digits are chosen below."}
