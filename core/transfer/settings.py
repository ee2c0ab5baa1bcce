"""Settings of the transfer learning lab: a source with labels, a target without, and a method that bridges them."""

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from core.settings import COIN, Chance, Metric, Repeated, Scene, knob
from core.transfer.choices import ADDA as ADDA
from core.transfer.choices import BBSE as BBSE
from core.transfer.choices import CORAL as CORAL
from core.transfer.choices import MMD as MMD
from core.transfer.choices import MOST_GRANTED
from core.transfer.choices import PADA as PADA
from core.transfer.choices import AdaBN as AdaBN
from core.transfer.choices import Blurred as Blurred
from core.transfer.choices import Coloured as Coloured
from core.transfer.choices import DaNN as DaNN
from core.transfer.choices import Drawings as Drawings
from core.transfer.choices import FineTune as FineTune
from core.transfer.choices import GroupDRO as GroupDRO
from core.transfer.choices import Inverted as Inverted
from core.transfer.choices import Method as Method
from core.transfer.choices import Moons as Moons
from core.transfer.choices import OnTarget as OnTarget
from core.transfer.choices import Rotated as Rotated
from core.transfer.choices import Scanned as Scanned
from core.transfer.choices import SelfTraining as SelfTraining
from core.transfer.choices import Shares as Shares
from core.transfer.choices import SourceOnly as SourceOnly
from core.transfer.choices import Target as Target
from core.transfer.choices import Tent as Tent
from core.transfer.choices import Unseen as Unseen

STEPS = 800
ROUND = 8  # a round of self-training takes an eighth of the first phase's steps


class TransferSettings(Repeated):
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
                "shares": "other class shares",
                "unseen": "an unseen angle",
                "drawings": "line drawings",
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
                "pada": "Weighted DaNN (PADA)",
                "mmd": "MMD",
                "coral": "Deep CORAL",
                "adda": "ADDA",
                "adabn": "AdaBN",
                "selftrain": "Self-training",
                "bbse": "Label shift correction",
                "tent": "TENT",
                "dro": "Group DRO",
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
    held: int = knob(
        10,
        "Target classes",
        "How many of the source's ten classes the target holds, in its test part as well: the digits from 0 up. "
        "The two moons ignore it.",
        ge=2,
        le=10,
        step=1,
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

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> Mapping[str, str]:
        if chosen.get("target") == "moons":
            return {}
        return {
            "seeds": "Only the small networks of two moons learn side by side: convolutions fill a processor alone."
        }

    @model_validator(mode="after")
    def _fits(self) -> "TransferSettings":
        if self.target.name == "moons" and self.method.name in ("adabn", "tent"):
            raise ValueError(
                "AdaBN and TENT need the statistics of BatchNorm, and the small network for the two moons has none; choose "
                "another method, or digits"
            )
        return self


def phases(settings: TransferSettings) -> list[int]:
    """Steps of each phase of a run; each has an optimizer of its own."""
    match settings.method:
        case ADDA() | FineTune() | BBSE(correct="training"):
            return [settings.steps, settings.steps]
        case Tent(tent_steps=more):
            return [settings.steps, more]
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


def most_frequent(settings: TransferSettings) -> float:
    """What one gets right, in percent, who always gives the answer that is right most often in the target."""
    return (
        100 * max(settings.target.shares(settings.held))
        if isinstance(settings.target, Shares)
        else 100 / _classes(settings)
    )


def about_shares(settings: TransferSettings) -> bool:
    """Whether a run is about how frequent the classes are in the target: it reports their shares at every evaluation."""
    missing = settings.held < 10 and settings.target.name != "moons"
    return isinstance(settings.target, Shares) or isinstance(settings.method, BBSE | PADA) or missing


GUESSING = Chance(lambda settings: 100 / _classes(settings))
ONE_ANSWER = Chance(most_frequent)
EVEN = Chance(lambda settings: math.log(_classes(settings)), "the same probability for every class")
METRICS = {  # a look asks a sample of each test part: monitor.EACH pictures at most
    "source": Metric("Source", "%", role="before", chance=GUESSING),
    "target": Metric("Target", "%", chance=ONE_ANSWER),
    "unadapted": Metric("Unadapted", "%", role="control", chance=ONE_ANSWER),
    "absent": Metric(
        "Absent classes",
        "%",
        role="control",
        chance=Chance(lambda s: 100 - 10 * s.held),
    ),
    "worst": Metric("Worst source domain", "%", role="neutral", chance=GUESSING),
    "still": Metric("Batch statistics", "%", role="neutral", chance=ONE_ANSWER),
    "domain": Metric("Domain classifier", "%", role="neutral", chance=COIN),
    "probe": Metric("Fresh probe", "%", role="danger", chance=COIN),
    "lam": Metric("λ(p)", role="neutral", chart="λ"),
    "loss": Metric("Classification loss", role="after", chart="loss"),
    "domain_loss": Metric("Domain classifier loss", role="neutral", chart="loss", chance=Chance(math.log(2))),
    "passing_loss": Metric("Target encoder loss", role="danger", chart="loss"),
    "entropy_loss": Metric("Entropy of a batch", role="danger", chart="loss"),
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
    Scene(
        "other-shares",
        TransferSettings(target=Shares(), method=BBSE(), steps=150),
        ("target", "method", "correct", "imbalance", "noise", "steps"),
        more=True,
    ),
    Scene(
        "at-test-time",
        TransferSettings(target=Rotated(), method=Tent(), steps=400),
        ("target", "method", "tent_batch", "tent_steps", "tent_rate", "angle"),
        more=True,
    ),
    Scene(
        "half-the-classes",
        TransferSettings(target=Rotated(angle=25), method=DaNN(), held=5, steps=400),
        ("target", "method", "held", "lam", "steps"),
        more=True,
    ),
    Scene(
        "never-seen",
        TransferSettings(target=Unseen(), method=SourceOnly(), steps=400),
        ("target", "method", "sources", "unseen", "steps"),
        more=True,
    ),
    Scene(
        "pictures-to-drawings",
        TransferSettings(target=Drawings(seen_as="outlines"), method=SourceOnly(), steps=400),
        ("target", "method", "seen_as", "steps"),
        more=True,
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
SHIPPED["transfer-never-seen-dro"] = TransferSettings(target=Unseen(), method=GroupDRO(), steps=400)
SHIPPED["transfer-half-the-classes-pada"] = TransferSettings(target=Rotated(angle=25), method=PADA(), held=5, steps=400)
SHIPPED["transfer-pictures-to-drawings-dann"] = TransferSettings(
    target=Drawings(seen_as="outlines"), method=DaNN(), steps=400
)
SHIPPED["transfer-finetune"] = TransferSettings(method=FineTune())
