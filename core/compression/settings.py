"""Settings of the compression lab: one method, each with its own knobs, all starting from the same teacher.

Bounds are chosen such that the most expensive allowed run ends within three minutes on one thread.
"""

from typing import Literal

from pydantic import Field, model_validator

from core.settings import TEN_DIGITS, Frozen, Metric, Scene, Settings, knob

SHIPPED_TEACHER = "compression-teacher"


def _epochs(default: int, most: int, help: str = "Passes over the training digits.") -> int:
    return knob(default, "Epochs", help, ge=1, le=most, step=1)


def _learning_rate(default: float) -> float:
    return knob(default, "Learning rate", "Highest value of the one-cycle schedule. Too high, and the network ends at guessing, or the "
                "loss is no number any more.",
                symbol="η", ge=0.001, le=10, log=True, fine=True)


class Teacher(Frozen):
    """Train the large network that the other methods start from."""

    name: Literal["teacher"] = "teacher"
    epochs: int = _epochs(9, 20)
    learning_rate: float = _learning_rate(0.1)
    channels: int = knob(16, "Channels", "Of the first convolution; the second has twice, the third four times as "
                         "many.", ge=4, le=24, step=2)
    neurons: int = knob(256, "Neurons", "Of the dense layer between the convolutions and the ten logits.",
                        ge=16, le=512, step=16)
    augment: bool = knob(True, "Augment", "Shift, turn and scale every training digit a little, differently in every epoch. The test "
                         "digits stay as they are, so the loss and the accuracy while training are of harder digits.")


class Distill(Frozen):
    """Train a small student to repeat the teacher's soft answers (Hinton, Vinyals, Dean 2015)."""

    name: Literal["distill"] = "distill"
    temperature: float = knob(4.0, "Temperature", "Divides the logits before the softmax: a higher T gives softer answers. At "
                              "α = 0 it has no effect.",
                              symbol="T", ge=1, le=20, step=0.5)
    alpha: float = knob(0.9, "Weight of the soft loss", "How much the student learns from the teacher's answers.",
                        symbol="α", ge=0, le=1, step=0.05)
    beta: float = knob(0.1, "Weight of the hard loss", "How much the student learns from the labels.",
                       symbol="β", ge=0, le=1, step=0.05)
    student_channels: int = knob(6, "Student channels", "Of its first convolution; the second has twice, the third "
                                 "four times as many, and no dense layer follows.", ge=2, le=16, step=1)
    labels: float = knob(100, "Labels", "Share of the training digits whose label is known; the soft loss needs none.",
                         unit="%", ge=1, le=100, step=1)
    omit: int = knob(-1, "Omitted digit", "The student never sees an image of this digit (−1: it sees all).",
                     ge=-1, le=9, step=1, names={-1: "none"})
    epochs: int = _epochs(12, 40)
    learning_rate: float = _learning_rate(0.1)
    control: bool = knob(True, "Control", "Train a twin of the student beside it, on the hard labels alone.", fine=True)

    @model_validator(mode="after")
    def _learns(self) -> "Distill":
        if self.alpha == 0 and self.beta == 0:
            raise ValueError("With α = 0 and β = 0 the student learns from nothing; raise one of the two")
        return self


class Slim(Frozen):
    """Remove neurons whose BatchNorm scale γ was driven to zero (Network Slimming, Liu et al. 2017)."""

    name: Literal["slim"] = "slim"
    lam: float = knob(0.04, "Sparsity strength", "Weight of the sum of all |γ| in the loss.",
                      symbol="λ", ge=0.0001, le=0.1, log=True)
    ratio: float = knob(72, "Pruned share", "Share of all channels and neurons that is removed.", unit="%",
                        ge=0, le=95, step=1)
    threshold: Literal["relative", "absolute"] = knob(
        "relative", "Compare", "What one threshold applies to: |γ| as a share of its layer's largest, or |γ| itself, "
        "as in the paper.", names={"relative": "|γ| within its layer", "absolute": "|γ| itself"})
    sparse_epochs: int = knob(5, "Sparse epochs", "Passes with the penalty on γ, before pruning.", ge=0, le=12, step=1)
    tune_epochs: int = knob(6, "Fine-tuning epochs", "Passes of the small network after pruning.", ge=0, le=12, step=1)
    learning_rate: float = _learning_rate(0.05)
    control: bool = knob(True, "Control", "Then train the same small shape from scratch, for as many epochs in all.", fine=True)


class Prune(Frozen):
    """Remove single weights by magnitude, in rounds with fine-tuning in between (Han et al. 2015)."""

    name: Literal["prune"] = "prune"
    sparsity: float = knob(95, "Sparsity", "Share of the weights that are zero at the end.", unit="%", ge=0, le=99.5,
                           step=0.5)
    scope: Literal["global", "layer"] = knob("global", "Scope", "One threshold for all layers, or the same share of "
                                             "each.", names={"global": "all layers together", "layer": "each layer"})
    rounds: int = knob(4, "Rounds", "Steps in which the sparsity rises; 1 prunes all at once.", ge=1, le=10, step=1)
    tune_epochs: int = knob(2, "Epochs per round", "Passes of fine-tuning after each round.", ge=0, le=5, step=1)
    learning_rate: float = _learning_rate(0.05)


class Redesign(Frozen):
    """Train a cheaper architecture from scratch: depthwise and 1×1 instead of full convolutions (MobileNet 2017)."""

    name: Literal["redesign"] = "redesign"
    architecture: Literal["separable", "standard"] = knob(
        "separable", "Convolution", "How every convolution after the first mixes space and channels.",
        names={"separable": "depthwise separable", "standard": "standard"})
    channels: int = knob(16, "Channels", "Of the first convolution; the second has twice, the third four times as "
                         "many.", ge=4, le=24, step=2)
    kernel: Literal[3, 5] = knob(3, "Kernel", "Side of the convolution's window.", unit="pixels", symbol="k")
    epochs: int = _epochs(8, 20)
    learning_rate: float = _learning_rate(0.1)
    control: bool = knob(True, "Control", "Train the standard convolutions of the same widths beside it.", fine=True)


class Quantize(Frozen):
    """Round the weights to few values and fine-tune the rounded network."""

    name: Literal["quantize"] = "quantize"
    bits: int = knob(2, "Bits", "Per weight: 2 to the power of bits values at most.", unit="bits", symbol="b", ge=1,
                     le=8, step=1)
    scheme: Literal["uniform", "shared"] = knob(
        "uniform", "Values", "An even grid, or shared values found by k-means.",
        names={"uniform": "even grid", "shared": "k-means codebook"})
    granularity: Literal["tensor", "channel"] = knob(
        "channel", "Scale", "One even grid for the whole layer, or one for each output channel. A k-means codebook is always one per "
        "layer.",
        names={"tensor": "per layer", "channel": "per channel"})
    tune_epochs: int = knob(4, "Fine-tuning epochs", "Passes with rounded weights; 0 only rounds.", ge=0, le=20, step=1)
    learning_rate: float = _learning_rate(0.02)


class Deep(Frozen):
    """Prune, share weights, code them with Huffman's code (Deep Compression, Han, Mao, Dally 2016)."""

    name: Literal["deep"] = "deep"
    sparsity: float = knob(92, "Sparsity", "Share of the weights that are zero.", unit="%", ge=50, le=99, step=0.5)
    rounds: int = knob(3, "Rounds", "Steps in which the sparsity rises.", ge=1, le=8, step=1)
    tune_epochs: int = knob(3, "Epochs per round", "Passes of fine-tuning after each round of pruning.", ge=0, le=5,
                            step=1)
    bits: int = knob(5, "Bits", "Per shared weight: the codebook has 2 to the power of bits entries, zero among them.",
                     unit="bits", symbol="b", ge=2, le=8, step=1)
    share_epochs: int = knob(2, "Codebook epochs", "Passes that move the shared values, not who shares them.", ge=0,
                             le=10, step=1)
    index_bits: int = knob(5, "Index bits", "For the gap to the next weight; a longer gap takes filler zeros.",
                           unit="bits", ge=2, le=8, step=1)
    learning_rate: float = _learning_rate(0.05)


class CompressionSettings(Settings):
    """What a run of the compression lab needs."""

    teacher: str = knob(SHIPPED_TEACHER, "Teacher", "The run whose network the methods start from. A teacher and a redesigned "
                        "network start fresh.",
                        source="teacher", fine=True, pattern=r"^[a-z0-9-]{1,80}$",
                        form="the name of a stored run: a–z, 0–9 and hyphens")
    method: Teacher | Distill | Slim | Prune | Redesign | Quantize | Deep = Field(
        Distill(), discriminator="name", title="Method", description="Which way of compressing to train.",
        json_schema_extra={"names": {
            "teacher": "Train a teacher", "distill": "Knowledge distillation", "slim": "Neuron pruning",
            "prune": "Weight pruning", "redesign": "Architecture redesign", "quantize": "Quantization",
            "deep": "Deep Compression"}})


METRICS = {
    "accuracy": Metric("Test accuracy", "%", chance=TEN_DIGITS),
    "teacher_accuracy": Metric("Teacher", "%", role="before", chance=TEN_DIGITS),
    "control_accuracy": Metric("Control", "%", role="control", chance=TEN_DIGITS),
    "batch_accuracy": Metric("Accuracy on the training batch", "%", role="neutral", chance=TEN_DIGITS),
    "loss": Metric("Loss", chart="loss", log=True),
    "loss_soft": Metric("Soft loss (× T²)", role="before", chart="loss", log=True),
    "loss_hard": Metric("Hard loss", role="neutral", chart="loss", log=True),
    "control_loss": Metric("Loss of the control", role="control", chart="loss", log=True),
    "omitted_accuracy": Metric("Omitted digit", "%", role="danger", chart="omitted digit", chance=TEN_DIGITS),
    "omitted_control": Metric("Omitted digit, control", "%", role="control", chart="omitted digit", chance=TEN_DIGITS),
    "gamma_sum": Metric("Sum of |γ|", role="neutral", chart="γ"),
    "gamma_small": Metric("|γ| below 0.05", "%", role="after", chart="γ", chance=None),
    "sparsity": Metric("Weights that are zero", "%", role="neutral", chart="sparsity", chance=None),
    "bytes": Metric("Size", "bytes", role="after", chart="size", log=True),
}

SCENES = (
    Scene("soft-targets", CompressionSettings(method=Distill(labels=5))),
    Scene("never-saw-a-three", CompressionSettings(method=Distill(omit=3, temperature=8))),
    Scene("thin-by-gamma", CompressionSettings(method=Slim())),
    Scene("two-bits", CompressionSettings(method=Quantize())),
    Scene("deep-compression", CompressionSettings(method=Deep())),
)

SHIPPED = {SHIPPED_TEACHER: CompressionSettings(method=Teacher())}
SHIPPED |= {f"compression-{scene.slug}": scene.settings for scene in SCENES}
