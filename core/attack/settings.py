"""Settings of the adversarial attack lab: what is attacked, how, towards which answer, and how the network defends itself.

A run is one attack: on one picture, or on many digits at once. Other methods are experiments of their own: robust
accuracy against ε, the transfer matrix, a defence with and without an attacker who knows it, detection, adversarial
training, a backdoor, and randomised smoothing.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field

from core.attack.experiments import Backdoor, Curve, Defend, Detect, Smoothing, Training, Transfer
from core.attack.methods import (
    APGD,
    CW,
    DIM,
    FGSM,
    IFGSM,
    MIFGSM,
    PGD,
    DeepFool,
    Experiment,
    Noise,
    OnePixel,
    Patch,
    Square,
    Universal,
)
from core.attack.methods import LEVELS as LEVELS
from core.attack.methods import Bounded as Bounded
from core.attack.metrics import METRICS as METRICS
from core.data.imagenet import names
from core.settings import Frozen, Scene, Settings, knob, titles
from core.subject.settings import SUBJECT_NAMES, Digit, Drawing, Photo, Upload, network

# digit classifiers of different make from which the black-box attacker borrows gradients
SURROGATES = {
    "compression-teacher/model": "CNN 16-32-64, dense 256",
    "compression-soft-targets/model": "CNN 6-12-24",
    "compression-thin-by-gamma/control": "CNN 11-20-32, dense 41",
    "lifelong-joint/model": "MLP 100-100",
    "lifelong-progressive/model": "MLP 100-100, one of five columns",
}
PANDA = 388  # the number of the giant panda among ImageNet's classes


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


Method = (
    FGSM
    | IFGSM
    | PGD
    | APGD
    | MIFGSM
    | DIM
    | DeepFool
    | CW
    | OnePixel
    | Square
    | Universal
    | Patch
    | Noise
    | Curve
    | Transfer
    | Defend
    | Detect
    | Training
    | Backdoor
    | Smoothing
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
        digits_only = isinstance(self.method, Transfer | Detect | Training | Backdoor | Smoothing)
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
    Scene(
        "no-gradient-needed",
        AttackSettings(subject=Digits(count=100), method=Square(behind="bits"), goal=Away()),
        knobs=("method", "queries", "behind", "strength", "epsilon", "count"),
        more=True,
    ),
    Scene(
        "the-hidden-switch",
        AttackSettings(subject=Digit(), method=Backdoor(), goal=Away()),
        knobs=("method", "poisoned", "trigger", "place", "target", "epochs"),
        more=True,
    ),
    Scene(
        "move-the-patch",
        AttackSettings(subject=Digit(), method=Patch(steps=200), goal=ToDigit()),
        knobs=("method", "goal", "size", "steps", "wish_digit", "digit"),
        more=True,
    ),
    Scene(
        "a-promise",
        AttackSettings(subject=Digit(), method=Smoothing(), goal=Away()),
        knobs=("method", "sigma", "noisy", "draws", "certified", "epochs"),
        more=True,
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
