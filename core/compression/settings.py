"""Settings of the compression lab: one method, each with its own knobs, all starting from the same teacher."""

from pydantic import Field

from core.compression.methods import (
    Deep,
    Distill,
    Exits,
    LowRank,
    Prune,
    Quantize,
    Redesign,
    Slim,
    Slimmable,
    Teacher,
    Ticket,
)
from core.settings import TEN_DIGITS, Metric, Scene, Settings, knob, titles

SHIPPED_TEACHER = "compression-teacher"

Method = Teacher | Distill | Slim | Prune | Redesign | Quantize | Deep | Ticket | Exits | Slimmable | LowRank


class CompressionSettings(Settings):
    """What a run of the compression lab needs."""

    teacher: str = knob(
        SHIPPED_TEACHER,
        "Teacher",
        "The run whose network the methods start from. A new teacher and a redesigned network start from scratch.",
        source="teacher",
        fine=True,
        pattern=r"^[a-z0-9-]{1,80}$",
        form="the name of a stored run: a–z, 0–9 and hyphens",
    )
    method: Method = Field(
        Distill(),
        discriminator="name",
        title="Method",
        description="How the network is made smaller.",
        json_schema_extra={"names": titles(Method)},
    )


METRICS = {
    "accuracy": Metric("Test accuracy", "%", chance=TEN_DIGITS),
    "teacher_accuracy": Metric("Teacher", "%", role="before", chance=TEN_DIGITS),
    "control_accuracy": Metric("Control", "%", role="control", chance=TEN_DIGITS),
    "signs_accuracy": Metric("Signs only", "%", role="neutral", chance=TEN_DIGITS),
    "dense_accuracy": Metric("Before pruning", "%", role="before", chance=TEN_DIGITS),
    "narrow_accuracy": Metric("Quarter width", "%", role="neutral", chance=TEN_DIGITS),
    "narrow_control": Metric("Quarter width alone", "%", role="danger", chance=TEN_DIGITS),
    "work": Metric("Multiply–adds used", "%", role="after", chart="work", chance=None),
    "exit1_accuracy": Metric("First exit alone", "%", role="danger", chance=TEN_DIGITS),
    "exit2_accuracy": Metric("Second exit alone", "%", role="neutral", chance=TEN_DIGITS, front=False),
    "exit3_accuracy": Metric("Last exit alone", "%", role="before", chance=TEN_DIGITS, front=False),
    "batch_accuracy": Metric("Training batch accuracy", "%", role="neutral", chance=TEN_DIGITS),
    "loss": Metric("Loss", chart="loss", log=True),
    "loss_soft": Metric("Soft loss (× T²)", role="before", chart="loss", log=True),
    "loss_hard": Metric("Hard loss", role="neutral", chart="loss", log=True),
    "control_loss": Metric("Control loss", role="control", chart="loss", log=True),
    "omitted_accuracy": Metric("Omitted digit", "%", role="danger", chart="omitted digit", chance=TEN_DIGITS),
    "omitted_control": Metric("Omitted digit, control", "%", role="control", chart="omitted digit", chance=TEN_DIGITS),
    "gamma_sum": Metric("Sum of |γ|", role="neutral", chart="γ"),
    "gamma_small": Metric("|γ| below 0.05", "%", role="after", chart="γ", chance=None),
    "sparsity": Metric("Weights that are zero", "%", role="neutral", chart="sparsity", chance=None),
    "bytes": Metric("Size", "bytes", role="after", chart="size", log=True),
}

SCENES = (
    Scene(
        "soft-targets",
        CompressionSettings(method=Distill(labels=5)),
        knobs=("method", "labels", "temperature", "alpha", "beta", "student_channels"),
    ),
    Scene(
        "never-saw-a-three",
        CompressionSettings(method=Distill(omit=3, temperature=8)),
        knobs=("method", "omit", "temperature", "alpha", "beta", "student_channels"),
    ),
    Scene(
        "thin-by-gamma",
        CompressionSettings(method=Slim()),
        knobs=("method", "lam", "ratio", "threshold", "sparse_epochs", "tune_epochs"),
    ),
    Scene(
        "two-bits",
        CompressionSettings(method=Quantize()),
        knobs=("method", "bits", "scheme", "granularity", "tune_epochs"),
    ),
    Scene(
        "deep-compression",
        CompressionSettings(method=Deep()),
        knobs=("method", "sparsity", "bits", "rounds", "share_epochs"),
    ),
    Scene(
        "lottery-ticket",
        CompressionSettings(method=Ticket()),
        knobs=("method", "sparsity", "rounds", "epochs", "rewind"),
        more=True,
    ),
    Scene(
        "leave-early",
        CompressionSettings(method=Exits()),
        knobs=("method", "confidence", "exit_weight", "channels", "epochs"),
        more=True,
    ),
    Scene(
        "one-network-any-width",
        CompressionSettings(method=Slimmable()),
        knobs=("method", "norms", "channels", "epochs"),
        more=True,
    ),
)

SHIPPED = {SHIPPED_TEACHER: CompressionSettings(method=Teacher())}
SHIPPED |= {f"compression-{scene.slug}": scene.settings for scene in SCENES}
