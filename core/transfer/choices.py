"""What a run may choose: the targets and the methods, each with the knobs that it brings."""

from typing import ClassVar, Literal

from core.settings import Frozen, knob

MOST_GRANTED = 50


def _lam(default: float, high: float, help: str) -> float:
    return knob(default, "Weight", help, symbol="λ", ge=0.01, le=high, log=True)


class _Target(Frozen):
    """KEEPS_STROKES: each of its digits is one of MNIST's, with the stroke in the same place. OF_DIGITS: both domains are of
    digits, so that other labs can open the network."""

    KEEPS_STROKES: ClassVar[bool] = False
    OF_DIGITS: ClassVar[bool] = True


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
    OF_DIGITS: ClassVar[bool] = False
    turn: int = knob(35, "Turn", "How far the target's moons are turned.", unit="°", ge=0, le=90, step=5)


class Shares(_Target):
    """The same kind of noisy digits in both domains, but some classes are frequent in the target and others rare: label shift
    and nothing else. No digit is in both domains. The target's accuracy counts each class as often as it comes."""

    name: Literal["shares"] = "shares"
    imbalance: int = knob(
        50,
        "Imbalance",
        "How many 0s come in the target for each 9. From 0 to 9 the classes become rarer, each by the same factor.",
        unit="×",
        ge=1,
        le=100,
        step=1,
    )
    noise: float = knob(
        1.0,
        "Noise",
        "Standard deviation of the noise on the pixels of both domains. It makes one digit look like another.",
        ge=0,
        le=2,
        step=0.1,
    )

    def shares(self, held: int = 10) -> list[float]:
        """How frequent each of the first `held` classes is in a target that holds no others; together 1."""
        weights = [self.imbalance ** (-which / 9) for which in range(held)]
        return [weight / sum(weights) for weight in weights]


class Unseen(_Target):
    """Several source domains, each of digits turned by another angle, and a target turned by an angle that none of them has:
    domain generalisation, as long as the method does not look at the target. The angles are those of Rotated MNIST
    (Gulrajani, Lopez-Paz 2021)."""

    name: Literal["unseen"] = "unseen"
    ANGLES: ClassVar[tuple[int, ...]] = (0, 15, 30, 45, 60, 75)
    unseen: int = knob(
        75,
        "Unseen angle",
        "How far the digits of the target are turned. No source domain has this angle.",
        unit="°",
        ge=0,
        le=75,
        step=15,
    )
    sources: int = knob(
        5,
        "Source domains",
        "How many angles the source has, from 0° up in steps of 15°. The digits are divided among them: the source has as many "
        "pictures with one angle as with five.",
        ge=1,
        le=5,
        step=1,
    )

    def known(self) -> list[int]:
        """The angles of the source domains."""
        return [angle for angle in self.ANGLES if angle != self.unseen][: self.sources]


class Drawings(_Target):
    """Ten kinds of objects instead of digits: from flat pictures (Twemoji) to line drawings by other hands (OpenMoji). The pair
    of the lecture's homework is like it, photos and doodles; its hint is to show the source as outlines."""

    name: Literal["drawings"] = "drawings"
    OF_DIGITS: ClassVar[bool] = False
    seen_as: Literal["grey", "outlines"] = knob(
        "grey",
        "Source pictures",
        "The pictures with labels in grey, or their outlines, which an edge detector (Canny) computes.",
        names={"grey": "in grey", "outlines": "as outlines"},
    )


Target = Coloured | Scanned | Rotated | Inverted | Blurred | Moons | Shares | Unseen | Drawings


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


class PADA(DaNN):
    """DaNN for a target that holds only some of the source's classes: those that are seldom answered there lose their weight in
    the source (Cao et al. 2018)."""

    name: Literal["pada"] = "pada"


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


class BBSE(_Method):
    """Learn the source; estimate from the answers how frequent each class is in the target; correct for it
    (Lipton, Wang, Smola 2018)."""

    name: Literal["bbse"] = "bbse"
    SOURCE_FIRST: ClassVar[bool] = True
    correct: Literal["answers", "training"] = knob(
        "answers",
        "Correction",
        "The answers are multiplied by the ratio of the class shares, or a new network learns with these ratios as weights, "
        "as in the paper.",
        names={"answers": "of the answers", "training": "by new training"},
    )


class Tent(_Method):
    """Learn the source. Then, in use, let each batch of the target make the answers surer: BatchNorm takes its statistics from the
    batch, and only its scales and shifts learn (Wang et al. 2021)."""

    name: Literal["tent"] = "tent"
    SOURCE_FIRST: ClassVar[bool] = True
    tent_batch: int = knob(
        100,
        "Test batch",
        "How many pictures of the target come at once. The mean and variance of a small batch are rough.",
        ge=4,
        le=200,
        step=4,
    )
    tent_steps: int = knob(
        100,
        "Test batches",
        "How many batches come. Each moves the scales and shifts once.",
        ge=10,
        le=400,
        step=10,
    )
    tent_rate: float = knob(
        0.02,
        "Test-time learning rate",
        "Highest learning rate of the scales and shifts. If it is too high, the network gives one answer to everything.",
        ge=0.0001,
        le=1,
        log=True,
    )


class GroupDRO(_Method):
    """Of several source domains, give the one that fares worst more weight (Sagawa et al. 2020). With one source it is source only."""

    name: Literal["dro"] = "dro"
    eta: float = knob(
        0.01,
        "Step of the weights",
        "How fast the weight of a source domain rises with its loss. Near 0 all keep the same weight.",
        symbol="η",
        ge=0.0001,
        le=1,
        log=True,
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


Method = (
    SourceOnly | DaNN | PADA | MMD | CORAL | ADDA | AdaBN | SelfTraining | BBSE | Tent | GroupDRO | FineTune | OnTarget
)
