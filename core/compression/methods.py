"""The methods of the compression lab: each with its own knobs.

Each also says what its networks are called (done), their place in the colour grammar (role), and which file of
core/compression/analysis looks into what it changes (analysis).

Bounds are chosen such that the most expensive allowed run ends within three minutes on one thread.
"""

from typing import ClassVar, Literal

from pydantic import model_validator

from core.settings import Frozen, knob


def _epochs(default: int, most: int, help: str = "Passes over the training digits.") -> int:
    return knob(default, "Epochs", help, ge=1, le=most, step=1)


def _sparsity() -> float:
    return knob(95, "Sparsity", "The share of weights that are zero at the end.", unit="%", ge=0, le=99.5, step=0.5)


def _rounds(default: int) -> int:
    return knob(
        default,
        "Rounds",
        "In how many rounds the sparsity rises. With 1 everything is pruned at once.",
        ge=1,
        le=10,
        step=1,
    )


def _learning_rate(default: float) -> float:
    return knob(
        default,
        "Learning rate",
        "The highest value of the one-cycle schedule. If it is too high, the network only guesses.",
        symbol="η",
        ge=0.001,
        le=10,
        log=True,
        fine=True,
    )


class Teacher(Frozen):
    """Train the large network that the other methods start from."""

    name: Literal["teacher"] = "teacher"
    TITLE: ClassVar[str] = "Train a teacher"
    done: ClassVar[str] = "teacher"
    role: ClassVar[str] = "before"
    analysis: ClassVar[str] = "soft_targets"
    epochs: int = _epochs(9, 20)
    learning_rate: float = _learning_rate(0.1)
    channels: int = knob(
        16,
        "Channels",
        "Channels of the first convolution. The second has twice, the third four times as many.",
        ge=4,
        le=24,
        step=2,
    )
    neurons: int = knob(
        256,
        "Neurons",
        "Neurons of the dense layer between the convolutions and the ten logits.",
        ge=16,
        le=512,
        step=16,
    )
    augment: bool = knob(
        True,
        "Augmentation",
        "Shift, turn and scale every training digit a little, differently in every epoch. "
        "The test digits stay as they are.",
    )


class Distill(Frozen):
    """Train a small student to repeat the teacher's soft answers (Hinton, Vinyals, Dean 2015)."""

    name: Literal["distill"] = "distill"
    TITLE: ClassVar[str] = "Knowledge distillation"
    done: ClassVar[str] = "distilled"
    role: ClassVar[str] = "after"
    analysis: ClassVar[str] = "soft_targets"
    temperature: float = knob(
        4.0,
        "Temperature",
        "Divides the logits before the softmax. A higher T gives softer answers.",
        symbol="T",
        ge=1,
        le=20,
        step=0.5,
    )
    alpha: float = knob(
        0.9,
        "Soft loss weight",
        "How much the student learns from the teacher's answers.",
        symbol="α",
        ge=0,
        le=1,
        step=0.05,
    )
    beta: float = knob(
        0.1, "Hard loss weight", "How much the student learns from the labels.", symbol="β", ge=0, le=1, step=0.05
    )
    student_channels: int = knob(
        6,
        "Student channels",
        "Channels of its first convolution. The second has twice, the third four times as many.",
        ge=2,
        le=16,
        step=1,
    )
    labels: float = knob(
        100,
        "Labels",
        "The share of training digits whose label is known. The soft loss needs no labels.",
        unit="%",
        ge=1,
        le=100,
        step=1,
    )
    omit: int = knob(
        -1,
        "Omitted digit",
        "The student never sees an image of this digit. At −1 it sees all digits.",
        ge=-1,
        le=9,
        step=1,
        names={-1: "none"},
    )
    epochs: int = _epochs(12, 40)
    learning_rate: float = _learning_rate(0.1)
    control: bool = knob(True, "Control", "Also train a twin of the student on the labels alone.", fine=True)

    @model_validator(mode="after")
    def _learns(self) -> "Distill":
        if self.alpha == 0 and self.beta == 0:
            raise ValueError("With α = 0 and β = 0 the student learns from nothing; raise one of the two")
        return self


class Slim(Frozen):
    """Remove neurons whose BatchNorm scale γ was driven to zero (Network Slimming, Liu et al. 2017)."""

    name: Literal["slim"] = "slim"
    TITLE: ClassVar[str] = "Neuron pruning"
    done: ClassVar[str] = "neurons pruned"
    role: ClassVar[str] = "neutral"
    analysis: ClassVar[str] = "neurons"
    lam: float = knob(
        0.04,
        "Sparsity strength",
        "The weight of the sum of all |γ| in the loss.",
        symbol="λ",
        ge=0.0001,
        le=0.1,
        log=True,
    )
    ratio: float = knob(
        72, "Pruned share", "The share of all channels and neurons that is removed.", unit="%", ge=0, le=95, step=1
    )
    threshold: Literal["relative", "absolute"] = knob(
        "relative",
        "Threshold on",
        "What the threshold applies to: |γ| divided by the largest in its layer, or |γ| itself.",
        names={"relative": "|γ| within its layer", "absolute": "|γ| itself"},
    )
    sparse_epochs: int = knob(5, "Sparse epochs", "Epochs with the penalty on γ, before pruning.", ge=0, le=12, step=1)
    tune_epochs: int = knob(6, "Fine-tuning epochs", "Epochs of the small network after pruning.", ge=0, le=12, step=1)
    learning_rate: float = _learning_rate(0.05)
    control: bool = knob(
        True, "Control", "Also train the same small shape from scratch, for as many epochs.", fine=True
    )


class Prune(Frozen):
    """Remove single weights by magnitude, in rounds with fine-tuning in between (Han et al. 2015)."""

    name: Literal["prune"] = "prune"
    TITLE: ClassVar[str] = "Weight pruning"
    done: ClassVar[str] = "weights pruned"
    role: ClassVar[str] = "neutral"
    analysis: ClassVar[str] = "weights"
    sparsity: float = _sparsity()
    scope: Literal["global", "layer"] = knob(
        "global",
        "Scope",
        "One threshold for all layers together, or the same share in each layer.",
        names={"global": "all layers together", "layer": "each layer"},
    )
    rounds: int = _rounds(4)
    tune_epochs: int = knob(2, "Epochs per round", "Epochs of fine-tuning after each round.", ge=0, le=5, step=1)
    learning_rate: float = _learning_rate(0.05)


class Redesign(Frozen):
    """Train a cheaper architecture from scratch: depthwise and 1×1 instead of full convolutions (MobileNet 2017)."""

    name: Literal["redesign"] = "redesign"
    TITLE: ClassVar[str] = "Architecture redesign"
    done: ClassVar[str] = "redesigned"
    role: ClassVar[str] = "control"
    analysis: ClassVar[str] = "redesign"
    architecture: Literal["separable", "standard"] = knob(
        "separable",
        "Convolution",
        "The kind of every convolution after the first.",
        names={"separable": "depthwise separable", "standard": "standard"},
    )
    channels: int = knob(
        16,
        "Channels",
        "Channels of the first convolution. The second has twice, the third four times as many.",
        ge=4,
        le=24,
        step=2,
    )
    kernel: Literal[3, 5] = knob(3, "Kernel", "The side of the convolution's window.", unit="pixels", symbol="k")
    epochs: int = _epochs(8, 20)
    learning_rate: float = _learning_rate(0.1)
    control: bool = knob(True, "Control", "Also train standard convolutions of the same widths.", fine=True)


class Quantize(Frozen):
    """Round the weights to few values and fine-tune the rounded network."""

    name: Literal["quantize"] = "quantize"
    TITLE: ClassVar[str] = "Quantization"
    done: ClassVar[str] = "quantized"
    role: ClassVar[str] = "danger"
    analysis: ClassVar[str] = "bits"
    bits: int = knob(
        2,
        "Bits per weight",
        "A weight with b bits has at most 2 to the power of b values.",
        symbol="b",
        ge=1,
        le=8,
        step=1,
    )
    scheme: Literal["uniform", "shared"] = knob(
        "uniform",
        "Values",
        "Which values a weight may have: an even grid, or shared values found by k-means.",
        names={"uniform": "even grid", "shared": "k-means codebook"},
    )
    granularity: Literal["tensor", "channel"] = knob(
        "channel",
        "Scale",
        "One grid for the whole layer, or one for each output channel. A k-means codebook is always per layer.",
        names={"tensor": "per layer", "channel": "per channel"},
    )
    tune_epochs: int = knob(
        4, "Fine-tuning epochs", "Epochs with rounded weights. 0 only rounds them.", ge=0, le=20, step=1
    )
    learning_rate: float = _learning_rate(0.02)


class Deep(Frozen):
    """Prune, share weights, code them with Huffman's code (Deep Compression, Han, Mao, Dally 2016)."""

    name: Literal["deep"] = "deep"
    TITLE: ClassVar[str] = "Deep Compression"
    done: ClassVar[str] = "Deep Compression"
    role: ClassVar[str] = "danger"
    analysis: ClassVar[str] = "deep_compression"
    sparsity: float = knob(92, "Sparsity", "The share of weights that are zero.", unit="%", ge=50, le=99, step=0.5)
    rounds: int = knob(3, "Rounds", "In how many rounds the sparsity rises.", ge=1, le=8, step=1)
    tune_epochs: int = knob(
        3, "Epochs per round", "Epochs of fine-tuning after each round of pruning.", ge=0, le=5, step=1
    )
    bits: int = knob(
        5,
        "Bits per weight",
        "The codebook of a layer has 2 to the power of b values, zero among them.",
        symbol="b",
        ge=2,
        le=8,
        step=1,
    )
    share_epochs: int = knob(
        2,
        "Codebook epochs",
        "Epochs that move the shared values. The weights stay with their value.",
        ge=0,
        le=10,
        step=1,
    )
    index_bits: int = knob(
        5, "Index bits", "Bits for the gap to the next weight. A longer gap takes filler zeros.", ge=2, le=8, step=1
    )
    learning_rate: float = _learning_rate(0.05)


class Ticket(Frozen):
    """Prune a dense network in rounds and rewind what is left to its first weights (Frankle, Carbin 2019)."""

    name: Literal["ticket"] = "ticket"
    TITLE: ClassVar[str] = "Lottery ticket"
    done: ClassVar[str] = "winning ticket"
    role: ClassVar[str] = "neutral"
    analysis: ClassVar[str] = "ticket"
    sparsity: float = _sparsity()
    rounds: int = _rounds(6)
    epochs: int = _epochs(3, 10, "Passes over the training digits in each round, and again at the end.")
    rewind: Literal["initial", "early", "trained"] = knob(
        "initial",
        "Rewind to",
        "Which weights the rest goes back to after each round. Without rewinding it goes on from the trained ones.",
        names={"initial": "initial weights", "early": "after the first epoch", "trained": "no rewinding"},
    )
    learning_rate: float = knob(
        0.0012,
        "Learning rate",
        "The step size of Adam; it stays the same. If it is too high, the network only guesses.",
        symbol="η",
        ge=0.0001,
        le=0.1,
        log=True,
        fine=True,
    )


class Exits(Frozen):
    """A classifier after each block: a digit that is sure early leaves early (BranchyNet, Teerapittayanon et al. 2016)."""

    name: Literal["exits"] = "exits"
    TITLE: ClassVar[str] = "Early exits"
    done: ClassVar[str] = "early exits"
    role: ClassVar[str] = "neutral"
    analysis: ClassVar[str] = "exits"
    confidence: float = knob(
        95,
        "Exit confidence",
        "A digit leaves at the first exit whose highest probability is at least this.",
        unit="%",
        symbol="τ",
        ge=50,
        le=99.9,
        step=0.1,
    )
    exit_weight: float = knob(
        0.5,
        "Weight of early exits",
        "The weight of each early exit's loss. The last exit's loss has the weight 1.",
        symbol="w",
        ge=0.05,
        le=2,
        step=0.05,
    )
    channels: int = knob(
        8,
        "Channels",
        "Channels of the first convolution. The second has twice, the third four times as many.",
        ge=4,
        le=16,
        step=2,
    )
    epochs: int = _epochs(8, 20)
    learning_rate: float = _learning_rate(0.1)
    control: bool = knob(True, "Control", "Also train the same network without early exits.", fine=True)


class LowRank(Frozen):
    """Replace every weight matrix by a product of two thin ones, from its singular values (Denton et al. 2014)."""

    name: Literal["lowrank"] = "lowrank"
    TITLE: ClassVar[str] = "Low-rank factors"
    done: ClassVar[str] = "low rank"
    role: ClassVar[str] = "danger"
    analysis: ClassVar[str] = "rank"
    energy: float = knob(
        50,
        "Energy kept",
        "The share of the sum of squared singular values that each layer keeps. It decides the rank.",
        unit="%",
        symbol="E",
        ge=10,
        le=100,
        step=1,
    )
    tune_epochs: int = knob(
        5, "Fine-tuning epochs", "Epochs in which both factors of every layer are trained.", ge=0, le=12, step=1
    )
    learning_rate: float = _learning_rate(0.05)


class Slimmable(Frozen):
    """Train one network that also works at a quarter, a half and three quarters of its width (Yu et al. 2019)."""

    name: Literal["slimmable"] = "slimmable"
    TITLE: ClassVar[str] = "Slimmable network"
    done: ClassVar[str] = "slimmable"
    role: ClassVar[str] = "after"
    analysis: ClassVar[str] = "widths"
    norms: Literal["switchable", "shared"] = knob(
        "switchable",
        "BatchNorm",
        "Each width has BatchNorms of its own, or all widths share them.",
        names={"switchable": "one for each width", "shared": "shared by all widths"},
    )
    channels: int = knob(
        8,
        "Channels",
        "Channels of the first convolution. The second has twice, the third four times as many.",
        ge=4,
        le=12,
        step=4,
    )
    epochs: int = _epochs(5, 15)
    learning_rate: float = _learning_rate(0.05)
    control: bool = knob(True, "Control", "Also train a network of each width alone.", fine=True)
