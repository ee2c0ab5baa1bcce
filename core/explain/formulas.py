"""The formulas of the lab beside the functions that compute them, and what a shipped run carries besides."""

from typing import Any

from core.attribution import backprop, gradients, lime_image, perturbation, trust
from core.attribution.settings import FORMULAS
from core.explain import excite
from core.runs import Run
from core.settings import Formula


def examine(run: Run) -> dict[str, Any]:
    """Nothing: a run of this lab already holds all that the page draws."""
    return {}


THEORY = (
    Formula("Saliency", FORMULAS["saliency"], gradients.saliency),
    Formula("SmoothGrad", FORMULAS["smoothgrad"], gradients.smoothgrad),
    Formula("Input × gradient", FORMULAS["input_x_gradient"], gradients.input_x_gradient),
    Formula("Integrated gradients", FORMULAS["integrated_gradients"], gradients.integrated_gradients),
    Formula("GradientSHAP", FORMULAS["gradient_shap"], gradients.gradient_shap),
    Formula("DeepLIFT", FORMULAS["deeplift"], backprop.deeplift),
    Formula("Guided backprop", FORMULAS["guided_backprop"], backprop.guided_backprop),
    Formula("Grad-CAM", FORMULAS["grad_cam"], backprop.grad_cam),
    Formula("Guided Grad-CAM", FORMULAS["guided_grad_cam"], backprop.guided_grad_cam),
    Formula("Occlusion", FORMULAS["occlusion"], perturbation.occlusion),
    Formula("Feature ablation", FORMULAS["feature_ablation"], perturbation.feature_ablation),
    Formula("KernelSHAP", FORMULAS["kernel_shap"], perturbation.kernel_shap),
    Formula("LIME", FORMULAS["lime"], lime_image.fitted),
    Formula(
        "Activation maximisation",
        r"x^* = \arg\max_{x} f(x), \quad x = \mathrm{sigmoid}\left(\mathcal{F}^{-1}"
        r"\left(\frac{z}{|\nu|^k}\right)\right)",
        excite.paint,
    ),
    Formula(
        "Deletion and insertion",
        r"\mathrm{AUC} = \int_0^1 p_c\left(x \text{ without its top } s\right) ds",
        trust.curve,
    ),
    Formula(
        "Infidelity", r"\mathbb{E}_I\left[\left(I^\top \Phi - (f_c(x) - f_c(x - I))\right)^2\right]", trust.infidelity
    ),
    Formula(
        "Sensitivity",
        r"\max_{\lVert \varepsilon \rVert_\infty \le r} \frac{\lVert \Phi(x + \varepsilon) - \Phi(x) "
        r"\rVert}{\lVert \Phi(x) \rVert}",
        trust.sensitivity,
    ),
    Formula(
        "Randomisation test",
        r"\rho = \mathrm{corr}\left(\mathrm{rank}(M_{\text{trained}}),\ "
        r"\mathrm{rank}(M_{\text{destroyed}})\right)",
        trust.rank_correlation,
    ),
)
