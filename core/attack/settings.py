"""Settings of the adversarial attack lab: what is attacked, how, towards which answer, and how the network defends itself.

A run is one attack: on one picture, or on many digits at once. Five methods are experiments of their own: robust
accuracy against ε, the transfer matrix, a defence with and without an attacker who knows it, detection, and adversarial
training.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field

from core.attack.metrics import METRICS as METRICS
from core.data.imagenet import names
from core.settings import Frozen, Scene, Settings, knob, titles
from core.subject.settings import SUBJECT_NAMES, Digit, Drawing, Photo, Upload, network

LEVELS = 255  # steps from black to white in a saved picture: the unit of every ε
# digit classifiers of different make from which the black-box attacker borrows gradients
SURROGATES = {
    "compression-teacher/model": "CNN 16-32-64, dense 256",
    "compression-soft-targets/model": "CNN 6-12-24",
    "compression-thin-by-gamma/control": "CNN 11-20-32, dense 41",
    "lifelong-joint/model": "MLP 100-100",
    "lifelong-progressive/model": "MLP 100-100, one of five columns",
}
PANDA = 388  # the number of the giant panda among ImageNet's classes
NO_GOAL = dict.fromkeys(("goal", "wish", "wish_digit"), "Measurements and defences always want any wrong answer.")
OTHERS = "This method works on pictures of its own: many test digits, or all shipped photos."


class Digits(Frozen):
    """Many test digits at once, as many of each class, and a digit classifier of the shelf."""

    TITLE: ClassVar[str] = "many digits"
    name: Literal["digits"] = "digits"
    count: int = knob(
        200, "Test digits", "How many digits are attacked, as many of each class.", ge=10, le=1000, step=10
    )
    network: str = network()


Subject = Photo | Digit | Digits | Upload | Drawing


class Away(Frozen):
    """Any wrong answer will do."""

    TITLE: ClassVar[str] = "any wrong answer"
    name: Literal["away"] = "away"


class Least(Frozen):
    """The answer that is least likely for the network."""

    TITLE: ClassVar[str] = "the least likely"
    name: Literal["least"] = "least"


class ToThing(Frozen):
    """An answer of one's choice, of the photo network's thousand."""

    TITLE: ClassVar[str] = "a thing of my choice"
    name: Literal["thing"] = "thing"
    wish: int = knob(
        PANDA,
        "Wanted answer",
        "The answer that the attack wants. For a digit classifier the last digit of the class number counts.",
        ge=0,
        le=999,
        step=1,
        names=dict(enumerate(names())),
    )


class ToDigit(Frozen):
    """An answer of one's choice, of the ten digits."""

    TITLE: ClassVar[str] = "a digit of my choice"
    name: Literal["number"] = "number"
    wish_digit: int = knob(
        8,
        "Wanted answer",
        "The answer that the attack wants. For the photo network it is the class with this number.",
        ge=0,
        le=9,
        step=1,
    )


Goal = Away | Least | ToThing | ToDigit


def _epsilon(default: float = 8) -> float:
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


def _norm() -> str:
    return knob(
        "inf",
        "Norm",
        "In L∞ no pixel may change by more than ε. In L2 the root mean square over all pixels is at most ε.",
        names={"inf": "L∞", "2": "L2"},
    )


def _steps(default: int, most: int = 100) -> int:
    return knob(default, "Steps", "The number of gradient steps.", ge=1, le=most, step=1)


def _stride() -> float:
    return knob(20, "Step size", "The size of one step, as a share of ε.", symbol="α", unit="%", ge=1, le=100, step=1)


def _momentum() -> float:
    return knob(1.0, "Momentum", "How much of the earlier gradients is kept.", symbol="μ", ge=0, le=2, step=0.05)


def _access() -> str:
    return knob(
        "white",
        "Attacker knows",
        "Whose gradients the attack uses: those of the network (white box), or of other digit classifiers (black box).",
        names={"white": "the network", "black": "only other networks"},
    )


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

    norm: Literal["inf", "2"] = _norm()
    epsilon: float = _epsilon()


class Noise(Bounded):
    """No attack: random noise of the same size, the control."""

    TITLE: ClassVar[str] = "Control: random noise"
    name: Literal["noise"] = "noise"


class FGSM(Bounded):
    """One step along the sign of the gradient."""

    TITLE: ClassVar[str] = "FGSM"
    name: Literal["fgsm"] = "fgsm"
    access: Literal["white", "black"] = _access()


class IFGSM(Bounded):
    """Many small steps along the sign of the gradient."""

    TITLE: ClassVar[str] = "I-FGSM"
    name: Literal["ifgsm"] = "ifgsm"
    steps: int = _steps(10)
    stride: float = _stride()
    access: Literal["white", "black"] = _access()


class PGD(Bounded):
    """Many small steps from a random start, and again from another."""

    TITLE: ClassVar[str] = "PGD"
    name: Literal["pgd"] = "pgd"
    steps: int = _steps(10)
    stride: float = _stride()
    restarts: int = knob(
        1, "Restarts", "The number of random starts. For each picture the best try counts.", ge=1, le=20, step=1
    )
    access: Literal["white", "black"] = _access()


class MIFGSM(Bounded):
    """Steps along a running sum of the gradients."""

    TITLE: ClassVar[str] = "MI-FGSM"
    name: Literal["mifgsm"] = "mifgsm"
    steps: int = _steps(10)
    stride: float = _stride()
    momentum: float = _momentum()
    access: Literal["white", "black"] = _access()


class DIM(Bounded):
    """Momentum, and each gradient taken of the picture resized at random."""

    TITLE: ClassVar[str] = "DIM"
    name: Literal["dim"] = "dim"
    steps: int = _steps(10)
    stride: float = _stride()
    momentum: float = _momentum()
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
    access: Literal["white", "black"] = _access()


class DeepFool(Technique):
    """Step by step across the nearest of the linearised borders."""

    TITLE: ClassVar[str] = "DeepFool"
    name: Literal["deepfool"] = "deepfool"
    steps: int = _steps(50)
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
    steps: int = _steps(100, most=300)
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


class Universal(Bounded):
    """One change for all pictures, learned from others than those it is tried on."""

    TITLE: ClassVar[str] = "Universal"
    name: Literal["universal"] = "universal"
    rounds: int = knob(10, "Epochs", "Passes over the pictures that the change is learned from.", ge=1, le=20, step=1)


class Curve(Experiment):
    """Robust accuracy against ε, for several attacks and for noise."""

    TITLE: ClassVar[str] = "Robust accuracy"
    VERB: ClassVar[str] = "Measure"
    SHOWS: ClassVar[str] = "curve"
    name: Literal["curve"] = "curve"
    norm: Literal["inf", "2"] = _norm()
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
    epsilon: float = _epsilon(51)
    steps: int = _steps(10, most=40)

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
    defence: Literal["bits", "smooth", "jpeg", "resize"] = knob(
        "smooth",
        "Defence",
        "What happens to a picture before the network sees it.",
        names={"bits": "fewer grey levels", "smooth": "smoothing", "jpeg": "JPEG", "resize": "random resize and pad"},
    )
    strength: int = knob(
        3, "Strength", "How much the defence changes the picture: 1 is weak, 5 is strong.", ge=1, le=5, step=1
    )
    epsilon: float = _epsilon(38)
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
    epsilon: float = _epsilon(20)
    steps: int = _steps(20, most=40)


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
    epsilon: float = _epsilon(76.5)
    steps: int = knob(2, "Steps", "Steps of PGD on every batch. FGSM has one step.", ge=1, le=7, step=1)
    epochs: int = knob(8, "Epochs", "Passes over the training digits.", ge=1, le=24, step=1)
    learning_rate: float = knob(
        0.3,
        "Learning rate",
        "The highest value of the one-cycle schedule.",
        symbol="η",
        ge=0.001,
        le=1,
        log=True,
        fine=True,
    )
    width: int = knob(
        8,
        "Channels",
        "Channels of the first convolution. The second has twice, the third four times as many.",
        ge=4,
        le=16,
        step=4,
        fine=True,
    )
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


Method = (
    FGSM
    | IFGSM
    | PGD
    | MIFGSM
    | DIM
    | DeepFool
    | CW
    | OnePixel
    | Universal
    | Noise
    | Curve
    | Transfer
    | Defend
    | Detect
    | Training
)

BY_NAME = {member.model_fields["name"].default: member for member in get_args(Method)}
EXPERIMENTS = tuple(member for member in get_args(Method) if issubclass(member, Experiment))


class AttackSettings(Settings):
    """What a run of the adversarial attack lab needs."""

    ALIASES: ClassVar[Mapping[str, str]] = {"rate": "learning_rate"}

    subject: Subject = Field(
        Photo(),
        discriminator="name",
        title="Picture",
        description="What is attacked. Photos and digits each have their own networks.",
        json_schema_extra={"names": SUBJECT_NAMES | {"digits": Digits.TITLE}},
    )
    method: Method = Field(
        PGD(),
        discriminator="name",
        title="Method",
        description="How the change is found, or what is measured.",
        json_schema_extra={"names": titles(Method)},
    )
    goal: Goal = Field(
        ToThing(),
        discriminator="name",
        title="Goal",
        description="Which wrong answer the attack wants.",
        json_schema_extra={"names": titles(Goal)},
    )

    @property
    def verb(self) -> str:
        return self.method.VERB

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Knobs that change nothing with these choices (flat), each with the reason."""
        return method.idle(chosen) if (method := BY_NAME.get(chosen.get("method"))) else {}

    @property
    def asks_photos(self) -> bool:
        """Whether the run asks the photo network; some experiments always ask digit classifiers."""
        digits_only = isinstance(self.method, Transfer | Detect | Training)
        return isinstance(self.subject, Photo | Upload) and not digits_only


SCENES = (
    Scene("a-panda-that-is-not", AttackSettings(), knobs=("subject", "method", "goal", "epsilon", "wish", "steps")),
    Scene(
        "one-pixel",
        AttackSettings(subject=Digit(digit=1, number=80), method=OnePixel(), goal=Away()),
        knobs=("subject", "method", "pixels", "digit", "number"),
    ),
    Scene(
        "the-defence-that-was-not",
        AttackSettings(subject=Digits(), method=Defend(), goal=Away()),
        knobs=("method", "defence", "strength", "epsilon", "steps"),
    ),
    Scene(
        "training-on-the-enemy",
        AttackSettings(subject=Digit(), method=Training(), goal=Away()),
        knobs=("method", "inner", "begin", "epsilon", "steps", "learning_rate"),
    ),
)

ROBUST = "attack-robust/model"
SHIPPED = {f"attack-{scene.slug}": scene.settings for scene in SCENES}
SHIPPED |= {  # the trained networks first, since others ask them
    "attack-robust": AttackSettings(subject=Digit(), method=Training(epochs=20, width=16, judged=1000), goal=Away()),
    "attack-overfitted": AttackSettings(
        subject=Digit(), method=Training(inner="fgsm", begin="digit", learning_rate=0.02), goal=Away()
    ),
    "attack-curve": AttackSettings(subject=Digits(), method=Curve(), goal=Away()),
    "attack-curve-length": AttackSettings(subject=Digits(), method=Curve(norm="2", highest=48), goal=Away()),
    "attack-curve-trained": AttackSettings(
        subject=Digits(network="attack-training-on-the-enemy/model"), method=Curve(highest=128), goal=Away()
    ),
    "attack-curve-robust": AttackSettings(subject=Digits(network=ROBUST), method=Curve(highest=128), goal=Away()),
    "attack-curve-photos": AttackSettings(method=Curve(highest=16), goal=Away()),
    "attack-transfer": AttackSettings(subject=Digits(network=ROBUST), method=Transfer(), goal=Away()),
    "attack-detect": AttackSettings(subject=Digits(), method=Detect(), goal=Away()),
    "attack-universal": AttackSettings(subject=Digit(digit=4, number=2), method=Universal(epsilon=76.5), goal=Away()),
}
