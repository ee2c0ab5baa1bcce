"""One example to ask detectors about: out of the test part, a point of the plane, or what a visitor brings."""

import hashlib

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from core.anomaly.analysis.scores import PROMISE, Scores
from core.anomaly.decide import p_values
from core.data import faces, pictures

SIDE = 25  # pixels that the lab's faces have on each side


def by_outcome(scores: Scores, promise: float = PROMISE) -> dict[str, np.ndarray]:
    """Places in the test part in four groups, by what each is and whether it raises the alarm; in each the most telling first:
    of those that raise it the oddest, of those that do not the most normal."""
    raised = p_values(scores.test, scores.calibration) <= promise
    order = np.argsort(-scores.test, kind="stable")
    loud, quiet = order[raised[order]], order[~raised[order]][::-1]
    return {
        "found": loud[scores.is_anomaly[loud]],
        "missed": quiet[scores.is_anomaly[quiet]],
        "alarms": loud[~scores.is_anomaly[loud]],
        "passed": quiet[~scores.is_anomaly[quiet]],
    }


def point(x: float, y: float) -> Tensor:
    """A point of the plane: (2,)."""
    return torch.tensor([x, y])


def face(photo: Image.Image) -> Tensor:
    """The middle square of a photo as the lab's faces are: grey, 25 × 25 pixels, then in the frame of the digits: (1, 28, 28)."""
    square = ImageOps.fit(photo, (SIDE, SIDE), Image.Resampling.BICUBIC).convert("L")
    return faces.fitted(np.asarray(square, np.float32)[None] / 255)[0]


def brought(content: bytes, name: str, is_face: bool) -> Tensor:
    """A picture that a visitor brings, the content of a file, as the lab's faces or digits are: (1, 28, 28). Raises BadPicture."""
    return face(pictures.read(content, name)) if is_face else pictures.unpack_digit(pictures.digit_from(content))


def fingerprint(x: Tensor) -> str:
    """The same for equal examples, and for no others."""
    return hashlib.sha256(x.numpy().tobytes()).hexdigest()
