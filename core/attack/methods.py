"""The attacks: how a change is found, and the knobs that each of them brings."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from core.settings import Frozen, knob

LEVELS = 255  # steps from black to white in a saved picture: the unit of every ε
NO_GOAL = dict.fromkeys(("goal", "wish", "wish_digit"), "Measurements and defences always want any wrong answer.")
OTHERS = "This method works on pictures of its own: many test digits, or all shipped photos."

DEFENCES = {"bits": "fewer grey levels", "smooth": "smoothing", "jpeg": "JPEG", "resize": "random resize and pad"}


def epsilon_knob(default: float = 8) -> float:
    return knob(
        default,
        "Size of change",
        "The largest change of a pixel, of 255 levels (in L2 the root mean square). Use 1 to 16 for "
        "photos, 25 to 77 for digits.",
        symbol="ε",
        unit="/ 255",
        ge=0,
        le=128,
        step=0.5,
    )


def norm_knob() -> str:
    return knob(
        "inf",
        "Norm",
        "In L∞ no pixel may change by more than ε. In L2 the root mean square over all pixels is at most ε.",
        names={"inf": "L∞", "2": "L2"},
    )


def steps_knob(default: int, most: int = 100) -> int:
    return knob(default, "Steps", "The number of gradient steps.", ge=1, le=most, step=1)


def stride_knob() -> float:
    return knob(20, "Step size", "The size of one step, as a share of ε.", symbol="α", unit="%", ge=1, le=100, step=1)


def momentum_knob() -> float:
    return knob(1.0, "Momentum", "How much of the earlier gradients is kept.", symbol="μ", ge=0, le=2, step=0.05)


def access_knob() -> str:
    return knob(
        "white",
        "Attacker knows",
        "Whose gradients the attack uses: those of the network (white box), or of other digit classifiers (black box).",
        names={"white": "the network", "black": "only other networks"},
    )


def strength_knob() -> int:
    return knob(3, "Strength", "How much the defence changes the picture: 1 is weak, 5 is strong.", ge=1, le=5, step=1)


class Technique(Frozen):
    """What every method says of itself.

    TITLE: its name. VERB: on the button that starts it. SHOWS: what its run is looked at as: the attacked pictures
    themselves, or a curve, a matrix, a defence, scores, a training.
    """

    TITLE: ClassVar[str]
    VERB: ClassVar[str] = "Attack"
    SHOWS: ClassVar[str] = "pictures"

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Knobs that change nothing with this method, each with the reason. chosen: all knobs, flat."""
        return {}


class Experiment(Technique):
    """A measurement, or a defence: it asks for any wrong answer, on pictures of its own."""

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        return NO_GOAL | dict.fromkeys(("photo", "upload", "digit", "number", "drawing"), OTHERS)


class Bounded(Technique):
    """What all attacks within a ball of radius ε share."""

    norm: Literal["inf", "2"] = norm_knob()
    epsilon: float = epsilon_knob()


class Noise(Bounded):
    """No attack: random noise of the same size, the control."""

    TITLE: ClassVar[str] = "Control: random noise"
    name: Literal["noise"] = "noise"


class FGSM(Bounded):
    """One step along the sign of the gradient."""

    TITLE: ClassVar[str] = "FGSM"
    name: Literal["fgsm"] = "fgsm"
    access: Literal["white", "black"] = access_knob()


class IFGSM(Bounded):
    """Many small steps along the sign of the gradient."""

    TITLE: ClassVar[str] = "I-FGSM"
    name: Literal["ifgsm"] = "ifgsm"
    steps: int = steps_knob(10)
    stride: float = stride_knob()
    access: Literal["white", "black"] = access_knob()


class PGD(Bounded):
    """Many small steps from a random start, and again from another."""

    TITLE: ClassVar[str] = "PGD"
    name: Literal["pgd"] = "pgd"
    steps: int = steps_knob(10)
    stride: float = stride_knob()
    restarts: int = knob(
        1, "Restarts", "The number of random starts. For each picture the best try counts.", ge=1, le=20, step=1
    )
    access: Literal["white", "black"] = access_knob()


class APGD(Bounded):
    """PGD that chooses the length of its steps by itself, and starts again from the best point so far."""

    TITLE: ClassVar[str] = "APGD"
    name: Literal["apgd"] = "apgd"
    loss: Literal["ce", "dlr"] = knob(
        "ce",
        "Loss",
        "What the attack raises: the cross entropy, or the DLR loss, which does not change when all logits grow.",
        names={"ce": "cross entropy", "dlr": "DLR"},
    )
    steps: int = steps_knob(20)
    restarts: int = knob(
        1, "Restarts", "The number of random starts. For each picture the best try counts.", ge=1, le=20, step=1
    )


class MIFGSM(Bounded):
    """Steps along a running sum of the gradients."""

    TITLE: ClassVar[str] = "MI-FGSM"
    name: Literal["mifgsm"] = "mifgsm"
    steps: int = steps_knob(10)
    stride: float = stride_knob()
    momentum: float = momentum_knob()
    access: Literal["white", "black"] = access_knob()


class DIM(Bounded):
    """Momentum, and each gradient taken of the picture resized at random."""

    TITLE: ClassVar[str] = "DIM"
    name: Literal["dim"] = "dim"
    steps: int = steps_knob(10)
    stride: float = stride_knob()
    momentum: float = momentum_knob()
    often: float = knob(
        50,
        "Resize rate",
        "How often the gradient is taken of a resized picture.",
        symbol="p",
        unit="%",
        ge=0,
        le=100,
        step=5,
    )
    access: Literal["white", "black"] = access_knob()


class DeepFool(Technique):
    """Step by step across the nearest of the linearised borders."""

    TITLE: ClassVar[str] = "DeepFool"
    name: Literal["deepfool"] = "deepfool"
    steps: int = steps_knob(50)
    overshoot: float = knob(
        5,
        "Overshoot",
        "How far the sum of all steps goes beyond the border.",
        symbol="η",
        unit="%",
        ge=0,
        le=50,
        step=1,
    )


class CW(Technique):
    """The smallest change in L2, with a margin of confidence."""

    TITLE: ClassVar[str] = "Carlini–Wagner"
    name: Literal["cw"] = "cw"
    confidence: float = knob(
        0, "Confidence", "By how much the wrong logit must be above the right one.", symbol="κ", ge=0, le=20, step=0.5
    )
    searches: int = knob(
        5, "Search steps", "Steps of a binary search for c, the weight of the attack.", symbol="c", ge=1, le=9, step=1
    )
    steps: int = steps_knob(100, most=300)
    learning_rate: float = knob(
        0.05, "Learning rate", "The learning rate of Adam.", ge=0.001, le=0.5, log=True, fine=True
    )


class OnePixel(Technique):
    """Few pixels, any colour: found by evolution, without a gradient."""

    TITLE: ClassVar[str] = "Few pixels"
    name: Literal["one_pixel"] = "one_pixel"
    pixels: int = knob(1, "Pixels", "How many pixels may change.", ge=1, le=10, step=1)
    population: int = knob(100, "Population", "The number of candidates in each generation.", ge=20, le=400, step=10)
    generations: int = knob(40, "Generations", "Generations of differential evolution.", ge=1, le=100, step=1)


class Square(Technique):
    """Squares of colour at random places, kept where the answer gets worse: only scores are asked, never a gradient."""

    TITLE: ClassVar[str] = "Square attack"
    name: Literal["square"] = "square"
    epsilon: float = epsilon_knob(38)
    queries: int = knob(
        1000,
        "Queries",
        "How often the network is asked about each picture, at most.",
        ge=10,
        le=5000,
        step=10,
        log=True,
    )
    behind: Literal["none", *DEFENCES] = knob(
        "none",
        "Defence in front",
        "What happens to a picture before the network sees it. The attack sees only the scores behind it.",
        names={"none": "none"} | DEFENCES,
    )
    strength: int = strength_knob()

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        return {"strength": "There is no defence in front."} if chosen.get("behind") == "none" else {}


class Universal(Bounded):
    """One change for all pictures, learned from others than those it is tried on."""

    TITLE: ClassVar[str] = "Universal"
    name: Literal["universal"] = "universal"
    rounds: int = knob(10, "Epochs", "Passes over the pictures that the change is learned from.", ge=1, le=20, step=1)


class Patch(Technique):
    """One small picture that brings the wanted answer wherever it is laid on any picture."""

    TITLE: ClassVar[str] = "Patch"
    name: Literal["patch"] = "patch"
    size: float = knob(
        40, "Patch size", "The side of the patch, in percent of the picture's side.", unit="%", ge=10, le=60, step=5
    )
    steps: int = steps_knob(100, most=400)
