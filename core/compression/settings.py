"""Settings of the compression lab: one method, each with its own knobs, all starting from the same teacher."""

from typing import Literal

from pydantic import Field

from core.settings import Frozen, Settings, knob


class Teacher(Frozen):
    """Train the large network that the other methods start from."""

    name: Literal["teacher"] = "teacher"
    epochs: int = knob(8, "Epochs", "Passes over the 4,000 training digits.", ge=1, le=20, step=1)


class Distill(Frozen):
    """Train a small student to repeat the teacher's soft answers."""

    name: Literal["distill"] = "distill"
    temperature: float = knob(4.0, "Temperature", "T divides the logits before the softmax: higher is softer.",
                              symbol="T", ge=1, le=20, step=0.5)


class CompressionSettings(Settings):
    """What a run of the compression lab needs."""

    method: Teacher | Distill = Field(Distill(), discriminator="name", title="Method",
                                      description="Which way of compressing to train.")
