"""Settings of the transfer learning lab: a source with labels, a target without, and a method that bridges them."""

import math
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from core.settings import COIN, Chance, Frozen, Metric, Scene, Settings, knob

STEPS = 800
ROUND = 8  # a round of self-training takes an eighth of the first phase's steps
MOST_GRANTED = 50


def _lam(default: float, high: float, help: str) -> float:
    return knob(default, "Weight", help, symbol="λ", ge=0.01, le=high, log=True)


class _Target(Frozen):
    """KEEPS_STROKES: each of its digits is one of MNIST's, with the stroke in the same place."""

    KEEPS_STROKES: ClassVar[bool] = False


class Coloured(_Target):
    """Digits over patches of photos, in the manner of MNIST-M: |patch − digit| (Ganin et al. 2016, section 5.2.4)."""

    name: Literal["coloured"] = "coloured"
    KEEPS_STROKES: ClassVar[bool] = True


class Scanned(_Target):
    """The 8 × 8 digits of scikit-learn and MNIST: other writers, another scanner, sixteen levels of ink."""

    name: Literal["scanned"] = "scanned"
    direction: Literal["to_mnist", "from_mnist"] = knob(
        "to_mnist",
        "Direction",
        "From the digits with labels to those without.",
        names={"to_mnist": "8 × 8 → MNIST", "from_mnist": "MNIST → 8 × 8"},
    )


class Rotated(_Target):
    """The same digits, turned."""

    name: Literal["rotated"] = "rotated"
    angle: int = knob(45, "Angle", "How far the digits of the target are turned.", unit="°", ge=0, le=180, step=5)


class Inverted(_Target):
    """The same digits, their ink turned to paper: at half strength nothing is left to see."""

    name: Literal["inverted"] = "inverted"
    KEEPS_STROKES: ClassVar[bool] = True
    inversion: int = knob(
        100, "Inversion", "0 % is the digit, 100 % its negative, 50 % an even grey.", unit="%", ge=0, le=100, step=5
    )


class Blurred(_Target):
    """The same digits, out of focus."""

    name: Literal["blurred"] = "blurred"
    KEEPS_STROKES: ClassVar[bool] = True
    blur: float = knob(2.0, "Blur", "Standard deviation of the Gaussian blur.", unit="px", ge=0, le=5, step=0.25)


class Moons(_Target):
    """Two half moons in the plane, turned about their middle: small enough to draw the border itself."""

    name: Literal["moons"] = "moons"
    turn: int = knob(35, "Turn", "How far the target's moons are turned.", unit="°", ge=0, le=90, step=5)


Target = Coloured | Scanned | Rotated | Inverted | Blurred | Moons


class _Method(Frozen):
    """BOUND: it stands below or above all others, as "lower" or "upper" bound. ALIGNS: it makes the clouds of both domains
    alike. SOURCE_FIRST: its first phase learns from the source alone."""

    BOUND: ClassVar[str] = ""
    ALIGNS: ClassVar[bool] = False
    SOURCE_FIRST: ClassVar[bool] = False


class SourceOnly(_Method):
    """Learn the source, hope for the target: the lower bound."""

    name: Literal["source"] = "source"
    BOUND: ClassVar[str] = "lower"


class DaNN(_Method):
    """Features by which no domain classifier can tell the two apart: DANN (Ganin et al. 2016; Ajakan et al. 2014), which the
    lecture writes DaNN. In the literature DaNN is another method, with MMD (Ghifary et al. 2014)."""

    name: Literal["dann"] = "dann"
    ALIGNS: ClassVar[bool] = True
    lam: float = _lam(1.0, 10, "How strongly the features are trained against the domain classifier.")
    schedule: Literal["rising", "constant"] = knob(
        "rising",
        "Schedule of λ",
        "λ rises from 0 during training, or it is the same all the time.",
        names={"rising": "rising (paper)", "constant": "constant"},
    )
    gamma: float = knob(
        10.0,
        "Speed of the rise",
        "How fast λ rises. A constant λ ignores it.",
        symbol="γ",
        ge=1,
        le=50,
        step=1,
        fine=True,
    )


class MMD(_Method):
    """Draw the means of both clouds together in the space of several Gaussian kernels (Long et al. 2015)."""

    name: Literal["mmd"] = "mmd"
    ALIGNS: ClassVar[bool] = True
    lam: float = _lam(10.0, 100, "Weight of the distance between the clouds.")
    kernels: int = knob(
        5, "Kernels", "Number of Gaussian kernels, each with another width.", ge=1, le=9, step=2, fine=True
    )


class CORAL(_Method):
    """Make the covariances of both clouds alike (Sun, Saenko 2016)."""

    name: Literal["coral"] = "coral"
    ALIGNS: ClassVar[bool] = True
    lam: float = _lam(100.0, 10_000, "Weight of the distance between the covariances.")


class ADDA(_Method):
    """First learn the source; then teach a second encoder to make the domain classifier take target for source
    (Tzeng et al. 2017)."""

    name: Literal["adda"] = "adda"
    ALIGNS: ClassVar[bool] = True
    SOURCE_FIRST: ClassVar[bool] = True
    encoder_rate: float = knob(
        0.0005,
        "Encoder learning rate",
        "Learning rate of the target's encoder. If it is too high, classes may be swapped.",
        ge=0.00001,
        le=0.01,
        log=True,
    )


class AdaBN(_Method):
    """Learn the source; then measure BatchNorm's means and variances on the target (Li et al. 2016)."""

    name: Literal["adabn"] = "adabn"
    ALIGNS: ClassVar[bool] = True


class SelfTraining(_Method):
    """Take the surest answers of each class on the target as labels and learn from them; then again (after Zou et al. 2018)."""

    name: Literal["selftrain"] = "selftrain"
    ALIGNS: ClassVar[bool] = True
    start: Literal["dann", "source"] = knob(
        "dann",
        "Start",
        "The method whose network gives the first labels.",
        names={"dann": "DaNN", "source": "source only"},
    )
    rounds: int = knob(
        6,
        "Rounds",
        "The first round learns from the surest 90 % of the answers of each class, the last from all.",
        ge=1,
        le=10,
        step=1,
    )


class FineTune(_Method):
    """Learn the source; then go on with the few target labels that are granted."""

    name: Literal["finetune"] = "finetune"
    SOURCE_FIRST: ClassVar[bool] = True
    shots: int = knob(
        5,
        "Labels",
        "Labelled target examples for the fine-tuning.",
        symbol="k",
        unit="per class",
        ge=1,
        le=MOST_GRANTED,
        step=1,
    )
    frozen: Literal["none", "first", "convolutions", "features"] = knob(
        "none",
        "Frozen layers",
        "These layers keep what they learned on the source.",
        names={
            "none": "nothing",
            "first": "first layer",
            "convolutions": "all convolutions",
            "features": "all but the last layer",
        },
    )


class OnTarget(_Method):
    """Train on the target with all its labels: the upper bound that nobody has in practice."""

    name: Literal["target"] = "target"
    BOUND: ClassVar[str] = "upper"


Method = SourceOnly | DaNN | MMD | CORAL | ADDA | AdaBN | SelfTraining | FineTune | OnTarget


class TransferSettings(Settings):
    """What a run of the transfer learning lab needs."""

    target: Target = Field(
        Coloured(),
        discriminator="name",
        title="Target",
        description="The domain without labels, where the classifier must work.",
        json_schema_extra={
            "names": {
                "coloured": "digits in colour",
                "scanned": "8 × 8 digits and MNIST",
                "rotated": "turned digits",
                "inverted": "inverted digits",
                "blurred": "blurred digits",
                "moons": "two moons",
            }
        },
    )
    method: Method = Field(
        DaNN(),
        discriminator="name",
        title="Method",
        description="How the network is adapted to the target.",
        json_schema_extra={
            "names": {
                "source": "Source only",
                "dann": "DaNN",
                "mmd": "MMD",
                "coral": "Deep CORAL",
                "adda": "ADDA",
                "adabn": "AdaBN",
                "selftrain": "Self-training",
                "finetune": "Fine-tuning",
                "target": "Trained on the target",
            }
        },
    )
    granted: int = knob(
        0,
        "Extra labels",
        "Target labels that any method may learn from. Fine-tuning has its own knob, Labels.",
        unit="per class",
        ge=0,
        le=MOST_GRANTED,
        step=1,
    )
    rare: int = knob(
        100,
        "Target digits 5–9",
        "How many of them (or of the second moon) the target's training part keeps. "
        "Below 100 % there is label shift; the test part stays balanced.",
        unit="%",
        ge=5,
        le=100,
        step=5,
    )
    pixels: Literal["standardised", "raw"] = knob(
        "standardised",
        "Pixel values",
        "Each picture is scaled to mean 0 and standard deviation 1, or left as it is.",
        fine=True,
        names={"standardised": "standardised", "raw": "raw"},
    )
    statistics: Literal["own", "shared"] = knob(
        "own",
        "BatchNorm statistics",
        "Each domain has its own means and variances, or both share them. This matters only to "
        "methods that train on both domains.",
        fine=True,
        names={"own": "each domain its own", "shared": "shared"},
    )
    steps: int = knob(
        STEPS,
        "Steps",
        "Training steps. ADDA and fine-tuning then take as many again, each round of self-training an eighth of them.",
        ge=50,
        le=2000,
        step=50,
    )
    batch: Literal[16, 32, 64] = knob(
        32, "Batch size", "Examples of each domain in one step.", unit="of each", fine=True
    )
    learning_rate: float = knob(
        0.002, "Learning rate", "Highest learning rate of Adam.", symbol="η", ge=0.00001, le=0.1, log=True, fine=True
    )

    @model_validator(mode="after")
    def _fits(self) -> "TransferSettings":
        if self.target.name == "moons" and self.method.name == "adabn":
            raise ValueError(
                "AdaBN measures the statistics of BatchNorm, and the small network for the two moons has none; choose "
                "another method, or digits"
            )
        return self


def phases(settings: TransferSettings) -> list[int]:
    """Steps of each phase of a run; each has an optimizer of its own."""
    match settings.method:
        case ADDA() | FineTune():
            return [settings.steps, settings.steps]
        case SelfTraining(rounds=rounds):
            return [settings.steps] + [settings.steps // ROUND] * rounds
        case _:
            return [settings.steps]


def labelled(settings: TransferSettings) -> int:
    """How many target labels of each class a method may learn from, all of them for the upper bound apart."""
    return settings.granted + getattr(settings.method, "shots", 0)


def _classes(settings: TransferSettings) -> int:
    """How many there are to tell apart; every test part holds them equally often."""
    return 2 if settings.target.name == "moons" else 10


GUESSING = Chance(lambda settings: 100 / _classes(settings))
EVEN = Chance(lambda settings: math.log(_classes(settings)), "the same probability for every class")
METRICS = {  # a look asks a sample of each test part: monitor.EACH pictures at most
    "source": Metric("Source", "%", role="before", chance=GUESSING),
    "target": Metric("Target", "%", chance=GUESSING),
    "domain": Metric("Domain classifier", "%", role="neutral", chance=COIN),
    "probe": Metric("Fresh probe", "%", role="danger", chance=COIN),
    "lam": Metric("λ(p)", role="neutral", chart="λ"),
    "loss": Metric("Classification loss", role="after", chart="loss"),
    "domain_loss": Metric("Domain classifier loss", role="neutral", chart="loss", chance=Chance(math.log(2))),
    "passing_loss": Metric("Target encoder loss", role="danger", chart="loss"),
    "distance": Metric("λ × distance of the clouds", role="danger", chart="loss"),
    "entropy": Metric("Entropy of the answers", "nats", chart="", chance=EVEN),
    "information": Metric("Mutual information", "nats", chart="", chance=Chance(0.0, "one answer for every picture")),
    "snd": Metric("Soft neighbourhood density", "nats", chart=""),
}

SCENES = (
    Scene("it-worked-in-the-lab", TransferSettings(method=SourceOnly()), ("target", "method", "pixels", "steps")),
    Scene("dann", TransferSettings(), ("target", "method", "lam", "statistics", "schedule")),
    Scene("is-it-working", TransferSettings(target=Scanned()), ("target", "method", "direction", "lam", "granted")),
    Scene(
        "when-alignment-hurts",
        TransferSettings(target=Rotated(angle=25), rare=5),
        ("target", "method", "rare", "angle", "lam"),
    ),
    Scene(
        "two-moons",
        TransferSettings(target=Moons(), method=DaNN(lam=3), steps=600),
        ("target", "method", "lam", "turn", "granted", "steps"),
    ),
)

SHIPPED = {f"transfer-{scene.slug}": scene.settings for scene in SCENES}
SHIPPED |= {
    f"transfer-{method.name}": TransferSettings(method=method)
    for method in (MMD(), CORAL(), ADDA(), AdaBN(), SelfTraining(), OnTarget())
}
SHIPPED |= {
    f"transfer-turned-{method.name}": TransferSettings(target=Rotated(angle=25), rare=5, method=method)
    for method in (SourceOnly(), OnTarget())
}
SHIPPED["transfer-scanned-source"] = TransferSettings(target=Scanned(), method=SourceOnly())
SHIPPED["transfer-finetune"] = TransferSettings(method=FineTune())
