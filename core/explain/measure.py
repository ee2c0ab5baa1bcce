"""The formulas of the lab beside the functions that compute them, and what a shipped run carries besides."""

from typing import Any

from core.explain import excite, lime_image, painting, rules, slopes, trust
from core.runs import Run
from core.settings import Formula


def examine(run: Run) -> dict[str, Any]:
    """Nothing: a run of this lab already holds all that the page draws."""
    return {}


THEORY = (
    Formula("Saliency", r"M = \max_{\text{colours}} \left|\frac{\partial f_c}{\partial x}\right|", slopes.saliency),
    Formula("SmoothGrad", r"M = \frac{1}{n} \sum_{i=1}^{n} \frac{\partial f_c(x + \varepsilon_i)}{\partial x}, \quad "
            r"\varepsilon_i \sim \mathcal{N}(0, \sigma^2)", slopes.smoothgrad),
    Formula("Input × gradient", r"M = x \odot \frac{\partial f_c}{\partial x}", slopes.input_x_gradient),
    Formula("Integrated gradients", r"M = (x - x') \odot \int_0^1 \frac{\partial f_c(x' + \alpha (x - x'))}{\partial x}\, "
            r"d\alpha, \quad \sum_i M_i = f_c(x) - f_c(x')", slopes.integrated_gradients),
    Formula("GradientSHAP", r"M = \mathbb{E}_{x',\, \alpha}\left[(x - x') \odot \frac{\partial f_c(x' + \alpha (x - x'))}"
            r"{\partial x}\right]", slopes.gradient_shap),
    Formula("DeepLIFT", r"\sum_i M_i = f_c(x) - f_c(x'), \quad m_{\mathrm{ReLU}} = \frac{\mathrm{ReLU}(z) - "
            r"\mathrm{ReLU}(z')}{z - z'}", rules.deeplift),
    Formula("Guided backprop", r"R^{l} = \mathbb{1}[z^l > 0]\ \mathbb{1}[R^{l+1} > 0]\ R^{l+1}", rules.guided_backprop),
    Formula("Grad-CAM", r"M = \mathrm{ReLU}\left(\sum_k \alpha_k A^k\right), \quad \alpha_k = \frac{1}{Z} \sum_{i,j} "
            r"\frac{\partial f_c}{\partial A^k_{ij}}", rules.grad_cam),
    Formula("Guided Grad-CAM", r"M = M_{\text{guided}} \odot \uparrow M_{\text{Grad-CAM}}", rules.guided_grad_cam),
    Formula("Occlusion", r"M_i = \text{mean over windows } W \ni i \text{ of } f_c(x) - f_c(x_{W \leftarrow x'})",
            painting.occlusion),
    Formula("Feature ablation", r"M_i = f_c(x) - f_c(x_{S(i) \leftarrow x'})", painting.feature_ablation),
    Formula("KernelSHAP", r"\pi(z) = \frac{d - 1}{\binom{d}{|z|}\, |z|\, (d - |z|)}, \quad "
            r"\sum_j \phi_j = p_c(x) - p_c(x')", painting.kernel_shap),
    Formula("LIME", r"\min_w \sum_z \pi(z)\, \left(p_c(x_z) - w^\top z\right)^2 + \lVert w \rVert^2, \quad "
            r"\pi(z) = \sqrt{e^{-D(1, z)^2 / \sigma^2}}", lime_image.fitted),
    Formula("Activation maximisation", r"x^* = \arg\max_{x} f(x), \quad x = \mathrm{sigmoid}\left(\mathcal{F}^{-1}"
            r"\left(\frac{z}{|\nu|}\right)\right)", excite.paint),
    Formula("Deletion and insertion", r"\mathrm{AUC} = \int_0^1 p_c\left(x \text{ without its top } s\right) ds", trust.curve),
    Formula("Infidelity", r"\mathbb{E}_I\left[\left(I^\top \Phi - (f_c(x) - f_c(x - I))\right)^2\right]", trust.infidelity),
    Formula("Sensitivity", r"\max_{\lVert \varepsilon \rVert_\infty \le r} \frac{\lVert \Phi(x + \varepsilon) - \Phi(x) "
            r"\rVert}{\lVert \Phi(x) \rVert}", trust.sensitivity),
    Formula("Randomisation test", r"\rho = \mathrm{corr}\left(\mathrm{rank}(M_{\text{trained}}),\ "
            r"\mathrm{rank}(M_{\text{destroyed}})\right)", trust.rank_correlation),
)
