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
    Formula(
        "BPDA", r"\nabla_x L(f(g(x)), y) \approx \left.\nabla_z L(f(z), y)\right|_{z = g(x)}", defences.Knowing.squeeze
    ),
    Formula("EOT", r"\nabla_x\, L\left(\mathbb{E}_{g}\, f(g(x)),\ y\right)", defences.Knowing.forward),
    Formula("Feature squeezing", FORMULAS["detect"], detect.detect),
    Formula("Adversarial training", FORMULAS["training"], training.train_robust),
)
