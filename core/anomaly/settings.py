"""Settings of the anomaly detection lab: what is normal, what is hidden among it, and a detector."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from core.anomaly.data_settings import REACH as REACH
from core.anomaly.data_settings import Damaged, Data, Faces, Oddities, OneClass, Plane, Tumours, classes_of
from core.settings import COIN, Chance, Frozen, Metric, Repeated, Scene, knob, titles


class Detection(Frozen):
    """What is known of a method whatever its knobs are.

    TITLE: what it is called. SHORT: the same where there is little room. FAMILY: as Ruff et al. 2021, figure 1, group them, with
    what looks at a density of its own. TAUGHT: whether it is one of the four that the lecture teaches. EXPECTS: of one that
    expects something in the place of an example, what that is.
    """

    TITLE: ClassVar[str]
    FAMILY: ClassVar[Literal["classifier", "reconstruction", "distance", "density", "boundary"]]
    SHORT: ClassVar[str]
    TAUGHT: ClassVar[bool] = False
    EXPECTS: ClassVar[str] = "As it is rebuilt."

    @property
    def at_once(self) -> bool:
        """Whether it needs no training here: it is no network, or one of the shelf, which has learned elsewhere."""
        return not isinstance(self, _Trained) or bool(getattr(self, "network", ""))


class _Trained(Detection):
    """What every detector has that is a network."""

    steps: int = knob(1500, "Steps", "Training steps of the network.", ge=20, le=4000, step=20)
    learning_rate: float = knob(
        0.001, "Learning rate", "Highest learning rate of Adam.", symbol="η", ge=0.00001, le=0.1, log=True, fine=True
    )
    batch: Literal[16, 32, 64, 128] = knob(32, "Batch size", "Normal examples in one step.", fine=True)


def _bottleneck(default: int) -> int:
    return knob(
        default,
        "Bottleneck",
        "How many numbers the code has. “Convolutions alone” uses a multiple of 49.",
        symbol="d",
        ge=1,
        le=1568,
        log=True,
    )


def _net() -> str:
    return knob(
        "dense",
        "Network",
        "Layers of encoder and decoder. With convolutions alone, the code is still a picture.",
        names={"dense": "dense", "conv": "convolutions + dense", "local": "convolutions alone"},
    )


def _hidden() -> int:
    return knob(
        128, "Neurons", "Neurons of the dense layer on each side of the code.", ge=8, le=512, log=True, fine=True
    )


def _smooth() -> float:
    return knob(
        0,
        "Blur of the error",
        "Blurs the error map of a picture. A stroke that is only one pixel off then counts little.",
        symbol="s",
        unit="px",
        ge=0,
        le=3,
        step=0.25,
    )


class PCA(Detection):
    """Distance to the plane of the largest components: what they cannot rebuild."""

    FAMILY = "reconstruction"
    SHORT = "PCA"
    TAUGHT = True

    name: Literal["pca"] = "pca"
    TITLE: ClassVar[str] = "PCA reconstruction"
    components: int = knob(
        30, "Components", "How many principal components are kept.", symbol="k", ge=1, le=300, log=True
    )
    smooth: float = _smooth()


class KMeans(Detection):
    """Distance to the nearest of k centres."""

    FAMILY = "distance"
    SHORT = "k-means"
    TAUGHT = True
    EXPECTS = "The nearest of its centres."

    name: Literal["kmeans"] = "kmeans"
    TITLE: ClassVar[str] = "k-means distance"
    centres: int = knob(20, "Centres", "Number of cluster centres.", symbol="k", ge=1, le=100, step=1)


class Confidence(_Trained):
    """How unsure a classifier is: of the normal classes where there are several, of four turns of the picture where not
    (Hendrycks, Gimpel 2017; Golan, El-Yaniv 2018)."""

    FAMILY = "classifier"
    SHORT = "classifier"
    TAUGHT = True

    name: Literal["confidence"] = "confidence"
    TITLE: ClassVar[str] = "Classifier confidence"
    unsure: Literal["softmax", "entropy", "energy"] = knob(
        "softmax",
        "Doubt measure",
        "How the classifier's doubt is measured.",
        names={"softmax": "largest probability", "entropy": "entropy", "energy": "energy of the logits"},
    )
    temperature: float = knob(
        1.0,
        "Temperature",
        "Divides the logits. A higher T makes the probabilities more alike.",
        symbol="T",
        ge=0.1,
        le=100,
        log=True,
    )
    layers: Literal["conv", "dense"] = knob(
        "conv",
        "Layers",
        "Convolutions with batch normalization, or dense layers without it.",
        names={"conv": "convolutions", "dense": "dense layers"},
    )
    network: str = knob(
        "",
        "Classifier",
        "Learned here from the normal examples, or a digit classifier of any lab, asked as it is.",
        source="digit classifier",
        names={"": "learned here"},
        pattern=r"^([a-z0-9-]{1,80}(/[a-z0-9_]{1,40})?)?$",
        form="empty, or the name of a stored run, and of a network in it after a slash",
    )
    lam: float = knob(
        0.5,
        "Weight of oddities",
        "How strongly the classifier is taught to be unsure of known oddities.",
        symbol="λ",
        ge=0,
        le=5,
        step=0.1,
    )
    steps: int = knob(300, "Steps", "Training steps of the network.", ge=20, le=4000, step=20)
    learning_rate: float = knob(
        0.002, "Learning rate", "Highest learning rate of Adam.", symbol="η", ge=0.00001, le=0.1, log=True, fine=True
    )
    batch: Literal[16, 32, 64, 128] = knob(64, "Batch size", "Normal examples in one step.", fine=True)


class AutoEncoder(_Trained):
    """Squeeze every example through a bottleneck and rebuild it: what was never seen is rebuilt badly."""

    FAMILY = "reconstruction"
    SHORT = "autoencoder"
    TAUGHT = True

    name: Literal["autoencoder"] = "autoencoder"
    TITLE: ClassVar[str] = "Autoencoder"
    net: Literal["dense", "conv", "local"] = _net()
    bottleneck: int = _bottleneck(32)
    hidden: int = _hidden()
    smooth: float = _smooth()


class Denoising(AutoEncoder):
    """The same, but the network sees noise on every example and must give it back clean (Vincent et al. 2008)."""

    SHORT = "denoising"
    TAUGHT = False

    name: Literal["denoising"] = "denoising"
    TITLE: ClassVar[str] = "Denoising autoencoder"
    noise: float = knob(
        0.5,
        "Noise",
        "Standard deviation of the noise in training. From black to white is 1.",
        symbol="σ",
        ge=0,
        le=2,
        step=0.1,
    )


class Variational(AutoEncoder):
    """An autoencoder whose code is a small cloud, kept near the origin (Kingma, Welling 2014)."""

    SHORT = "variational"
    TAUGHT = False

    name: Literal["vae"] = "vae"
    TITLE: ClassVar[str] = "Variational (VAE)"
    weight: float = knob(
        1.0,
        "KL weight",
        "How strongly the codes are pressed towards one normal distribution.",
        symbol="β",
        ge=0.01,
        le=100,
        log=True,
    )
    judge: Literal["error", "elbo"] = knob(
        "error",
        "Score",
        "The score is the reconstruction error, or the whole bound (ELBO).",
        names={"error": "error", "elbo": "error + KL (ELBO)"},
    )


class SVDD(_Trained):
    """Deep SVDD: press all normal examples onto one point (Ruff et al. 2018)."""

    FAMILY = "boundary"
    SHORT = "SVDD"

    name: Literal["svdd"] = "svdd"
    TITLE: ClassVar[str] = "Deep SVDD"
    objective: Literal["one", "soft"] = knob(
        "one",
        "Objective",
        "All examples near the centre, or most of them within a sphere.",
        names={"one": "one class", "soft": "soft boundary"},
    )
    outside: float = knob(
        0.1,
        "Outlier share",
        "Share of the examples that may lie outside the sphere (soft boundary only).",
        symbol="ν",
        ge=0.01,
        le=0.5,
        step=0.01,
        fine=True,
    )
    dimensions: int = knob(
        32,
        "Dimensions",
        "Dimensions of the space in which the examples are pressed together.",
        ge=2,
        le=128,
        log=True,
        fine=True,
    )
    steps: int = knob(100, "Steps", "Training steps of the network.", ge=20, le=4000, step=20)
    batch: Literal[16, 32, 64, 128] = knob(64, "Batch size", "Normal examples in one step.", fine=True)


class KNN(Detection):
    """Distance to the nearest normal examples."""

    FAMILY = "distance"
    SHORT = "neighbours"
    EXPECTS = "The nearest normal example."

    name: Literal["knn"] = "knn"
    TITLE: ClassVar[str] = "Nearest neighbours"
    neighbours: int = knob(
        5, "Neighbours", "The score is the mean distance to so many neighbours.", symbol="k", ge=1, le=50, step=1
    )


class LOF(Detection):
    """Local outlier factor: how thin it is here, against how thin it is around the neighbours (Breunig et al. 2000)."""

    FAMILY = "density"
    SHORT = "LOF"

    name: Literal["lof"] = "lof"
    TITLE: ClassVar[str] = "Local outlier factor"
    neighbours: int = knob(
        20, "Neighbours", "How many neighbours the density is compared with.", symbol="k", ge=1, le=50, step=1
    )


class Forest(Detection):
    """Isolation forest: what a few random cuts set apart is odd (Liu et al. 2008)."""

    FAMILY = "distance"
    SHORT = "forest"

    name: Literal["forest"] = "forest"
    TITLE: ClassVar[str] = "Isolation forest"
    trees: int = knob(100, "Trees", "Number of random trees.", ge=10, le=300, step=10)
    cuts: Literal["components", "values"] = knob(
        "components",
        "Cuts along",
        "Random cuts along principal components, or along the values themselves.",
        names={"components": "components", "values": "values"},
    )


class OneClassSVM(Detection):
    """One-class SVM: the smallest region in a kernel's space that holds most of them (Schölkopf et al. 2001)."""

    FAMILY = "boundary"
    SHORT = "SVM"

    name: Literal["ocsvm"] = "ocsvm"
    TITLE: ClassVar[str] = "One-class SVM"
    outside: float = knob(
        0.1,
        "Outlier share",
        "Share of the examples that may lie outside the region.",
        symbol="ν",
        ge=0.01,
        le=0.5,
        step=0.01,
    )
    width: float = knob(
        1.0,
        "Sharpness",
        "A sharper kernel draws a tighter border. 1 fits the variance of the data.",
        symbol="γ",
        ge=0.01,
        le=100,
        log=True,
    )


class Mixture(Detection):
    """A mixture of Gaussians along the first components, and one width for all that they leave over."""

    FAMILY = "density"
    SHORT = "mixture"

    name: Literal["mixture"] = "mixture"
    TITLE: ClassVar[str] = "Gaussian mixture"
    gaussians: int = knob(3, "Gaussians", "Number of Gaussians in the mixture.", symbol="k", ge=1, le=10, step=1)
    along: int = knob(
        20, "Components", "Number of principal components in which the Gaussians are fitted.", ge=1, le=60, step=1
    )
    rest: bool = knob(
        True, "Count the rest", "What the components leave over counts, too. Without it most anomalies are missed."
    )


class KDE(Detection):
    """Kernel density: a small hill over every normal example; odd is where it is low (Rosenblatt 1956; Parzen 1962)."""

    FAMILY = "density"
    SHORT = "density"

    name: Literal["kde"] = "kde"
    TITLE: ClassVar[str] = "Kernel density"
    bandwidth: float = knob(
        1.0,
        "Bandwidth",
        "Width of the hill over each normal example. 1 is the width that fits the data best.",
        symbol="h",
        ge=0.1,
        le=10,
        log=True,
    )


Method = (
    PCA
    | KMeans
    | Confidence
    | AutoEncoder
    | Denoising
    | Variational
    | SVDD
    | KNN
    | LOF
    | Forest
    | OneClassSVM
    | Mixture
    | KDE
)


class AnomalySettings(Repeated):
    """What a run of the anomaly detection lab needs."""

    data: Data = Field(
        OneClass(),
        discriminator="name",
        title="Dataset",
        description="What is normal, and what is not.",
        json_schema_extra={"names": titles(Data)},
    )
    method: Method = Field(
        PCA(),
        discriminator="name",
        title="Detector",
        description="What gives the anomaly score. A higher score is more anomalous.",
        json_schema_extra={"names": titles(Method)},
    )
    contamination: int = knob(
        0,
        "Hidden anomalies",
        "Share of the training examples that are anomalies, learned as normal.",
        unit="%",
        ge=0,
        le=30,
        step=1,
    )

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Knobs that change nothing beside the other choices, name → why in a sentence. chosen: flat, as the knobs stand."""
        found = {}
        if chosen.get("method") != "confidence" or chosen.get("network"):
            found |= dict.fromkeys(("known", "kind"), "Only a classifier that learns here is shown them.")
        if chosen.get("data") != "oddities" or not chosen.get("known"):
            found |= {"lam": "No oddity is known here."}
        if chosen.get("data") == "plane":
            found |= {"layers": "Of points of the plane every network is dense."}
        if chosen.get("network"):
            elsewhere = ("layers", "lam", "steps", "learning_rate", "batch")
            found |= dict.fromkeys(elsewhere, "This classifier has learned elsewhere.")
        if chosen.get("network") or "steps" not in chosen:
            found["seeds"] = "This detector needs no training here."
        elif chosen.get("data") not in ("plane", "tumours") and "dense" not in (
            chosen.get("net"),
            chosen.get("layers"),
        ):
            found["seeds"] = "Only dense networks learn side by side: convolutions fill a processor alone."
        return {name: why for name, why in found.items() if name in chosen}

    @model_validator(mode="after")
    def _fits(self) -> "AnomalySettings":
        flat = self.data.name in ("tumours", "plane")
        if flat and getattr(self.method, "net", "dense") != "dense":
            raise ValueError("convolutions need pictures, and these data are none; choose the dense network")
        if getattr(self.method, "network", "") and not isinstance(self.data, OneClass | Damaged | Oddities):
            raise ValueError(
                "a digit classifier is asked about digits, and these data are none; "
                "choose digits, or a classifier that is learned here"
            )
        if isinstance(self.method, Confidence) and flat and not classes_of(self.data) > 1:
            raise ValueError(
                "a classifier needs two normal classes to tell apart, or a picture to turn, and these data have neither; "
                "choose two moons, three spots, or another detector"
            )
        return self


def share_of_anomalies(settings: AnomalySettings) -> float:
    """Of the tested examples, in %: the average precision of a random order."""
    match settings.data:
        case OneClass(normal=normal):
            return 100 - 10.0 * len(normal)  # of each digit equally many are tested
        case Faces():
            return 100 * 60 / 90
        case Tumours():
            return 100 * 64 / 171
        case Oddities():
            return 100 * 500 / 1300
        case _:
            return 50.0


def by_the_mean(settings: AnomalySettings) -> float:
    """AUROC in % of the distance to the mean of what is learned, on the same data."""
    from core.anomaly import trivial

    return trivial.auroc(settings)


def by_one_map(settings: AnomalySettings) -> float | None:
    """AUROC in % of the pixels by the mean normal picture, one map for all; None where nothing is damaged."""
    from core.anomaly import trivial

    return trivial.where(settings)


def at_random(settings: AnomalySettings) -> float:
    """Of 100 normals a classifier that guesses gives so many their own class, or their own one of four turns."""
    many = classes_of(settings.data)
    return 100 / (many if many > 1 else 4)


MEAN, RANDOM = Chance(by_the_mean, "distance to the mean"), "random"
BASE_RATE = Chance(0.0, "1 / k to every class")  # it is as sure as it is right, and knows nothing
METRICS = {
    "auroc": Metric("AUROC", "%", chart="AUROC", chance=MEAN),
    "only": Metric("AUROC", "%", chart="", chance=MEAN),
    "on_known": Metric("AUROC, known kind", "%", role="neutral", chart="AUROC", chance=COIN),
    "on_unseen": Metric("AUROC, unseen kinds", "%", role="before", chart="AUROC", chance=COIN),
    "right": Metric("Right among normals", "%", role="before", chart="confidence", chance=Chance(at_random)),
    "precision": Metric("Average precision", "%", chart="", chance=Chance(share_of_anomalies, RANDOM)),
    "missed": Metric("False alarms at 95 % found", "%", role="danger", chart="", chance=Chance(95.0, RANDOM)),
    "where": Metric("Pixel AUROC", "%", chart="", chance=Chance(by_one_map, "mean picture")),
    "ece": Metric("Calibration error", "%", role="danger", chart="calibration", front=False, chance=BASE_RATE),
    "fitted_ece": Metric("With fitted T", "%", role="after", chart="calibration", front=False, chance=BASE_RATE),
    "sure": Metric("Mean confidence", "%", role="danger", chart="confidence", front=False, chance=None),
    "fitted": Metric("Fitted temperature", chart="", front=False),
    "error": Metric("Learned normals", role="control", chart="mean error", log=True),
    "held_error": Metric("Held-out normals", role="before", chart="mean error", log=True),
    "odd_error": Metric("Anomalies", role="danger", chart="mean error", log=True),
    "score": Metric("Learned normals", role="control", chart="mean score"),
    "held_score": Metric("Held-out normals", role="before", chart="mean score"),
    "odd_score": Metric("Anomalies", role="danger", chart="mean score"),
}

SCENES = (
    Scene("what-is-normal", AnomalySettings(), ("data", "method", "normal", "components", "smooth", "contamination")),
    Scene(
        "copies-everything",
        AnomalySettings(method=AutoEncoder(net="local", bottleneck=1568, steps=1000, learning_rate=0.003)),
        ("data", "method", "net", "bottleneck", "normal", "steps"),
    ),
    Scene(
        "two-costs",
        AnomalySettings(data=Tumours(), method=KMeans(centres=10)),
        ("data", "method", "centres", "contamination"),
    ),
    Scene(
        "find-the-damage",
        AnomalySettings(data=Damaged(), method=Denoising(net="conv", bottleneck=64, learning_rate=0.003)),
        ("data", "method", "damage", "size", "smooth", "noise"),
    ),
    Scene(
        "sure-of-nothing",
        AnomalySettings(data=Plane(), method=Confidence()),
        ("data", "method", "unsure", "shape", "temperature"),
    ),
    Scene(
        "how-sure-is-sure",
        AnomalySettings(data=OneClass(normal="012345678"), method=Confidence(layers="dense", steps=1000)),
        ("data", "method", "temperature", "layers", "network", "steps"),
        more=True,
    ),
    Scene(
        "a-few-known-oddities",
        AnomalySettings(data=Oddities(), method=Confidence(layers="dense", steps=600)),
        ("data", "method", "known", "kind", "lam", "layers"),
        more=True,
    ),
)

# all that are held against one another in the first scene's world, and the autoencoder at ever wider bottlenecks
METHODS = (
    KMeans(),
    KNN(),
    LOF(),
    Forest(),
    OneClassSVM(),
    Mixture(),
    KDE(),
    Confidence(),
    AutoEncoder(),
    Denoising(),
    Variational(),
    SVDD(),
)
SHIPPED = {f"anomaly-{scene.slug}": scene.settings for scene in SCENES}
SHIPPED |= {f"anomaly-{method.name}": AnomalySettings(method=method) for method in METHODS}
SHIPPED |= {f"anomaly-code-{d}": AnomalySettings(method=AutoEncoder(bottleneck=d)) for d in (2, 8, 128, 512)}
SHIPPED |= {
    f"anomaly-local-{d}": AnomalySettings(
        method=AutoEncoder(net="local", bottleneck=d, steps=1000, learning_rate=0.003)
    )
    for d in (49, 196, 784)
}
SHIPPED["anomaly-nine-digits"] = AnomalySettings(
    data=OneClass(normal="012345678"), method=Confidence()
)  # a digit classifier, too
SHIPPED["anomaly-no-known-oddity"] = AnomalySettings(
    data=Oddities(known=0), method=Confidence(layers="dense", steps=600)
)
SHIPPED["anomaly-damage-pca"] = AnomalySettings(data=Damaged())
