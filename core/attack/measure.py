"""The formulas of the lab beside the functions that compute them, and what a shipped run carries besides."""

from typing import Any

from core.attack import curve, defences, detect, gradient, minimal, pixel, training, transfer, universal
from core.attack.settings import FORMULAS
from core.runs import Run
from core.settings import Formula


def examine(run: Run) -> dict[str, Any]:
    """Nothing: a run of this lab already holds all that the page draws."""
    return {}


THEORY = (
    Formula("FGSM", FORMULAS["fgsm"], gradient.fgsm),
    Formula("I-FGSM", FORMULAS["ifgsm"], gradient.ifgsm),
    Formula("PGD", FORMULAS["pgd"], gradient.pgd),
    Formula("MI-FGSM", FORMULAS["mifgsm"], gradient.mifgsm),
    Formula("DIM", FORMULAS["dim"], gradient.dim),
    Formula("DeepFool", FORMULAS["deepfool"], minimal.deepfool),
    Formula("Carlini–Wagner", FORMULAS["cw"], minimal.carlini_wagner),
    Formula("Few pixels", FORMULAS["one_pixel"], pixel.few_pixels),
    Formula("Universal change", FORMULAS["universal"], universal.universal),
    Formula("Robust accuracy", FORMULAS["curve"], curve.curve),
    Formula("Transfer", FORMULAS["transfer"], transfer.transfer),
    Formula("BPDA and EOT", FORMULAS["defend"], defences.Knowing),
    Formula("Feature squeezing", FORMULAS["detect"], detect.detect),
    Formula("Adversarial training", FORMULAS["training"], training.train_robust),
)
