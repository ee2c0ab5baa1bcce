"""The formulas of the lab beside the functions that compute them, and what a shipped run carries besides."""

from typing import Any

from core.attack import (
    apgd,
    backdoor,
    clustering,
    curve,
    defences,
    detect,
    gradient,
    minimal,
    patch,
    pixel,
    smoothing,
    square,
    training,
    transfer,
    universal,
)
from core.runs import Run
from core.settings import Formula


def examine(run: Run) -> dict[str, Any]:
    """Nothing: a run of this lab already holds all that the page draws."""
    return {}


THEORY = (
    Formula("FGSM", r"x' = x + \varepsilon\, \mathrm{sign}\, \nabla_x L(x, y)", gradient.fgsm),
    Formula(
        "I-FGSM",
        r"x_{t+1} = \Pi_{B_\varepsilon(x)}\left(x_t + \alpha\, \mathrm{sign}\, \nabla_x L(x_t, y)\right), \quad x_0 = x",
        gradient.ifgsm,
    ),
    Formula(
        "PGD",
        r"x_{t+1} = \Pi_{B_\varepsilon(x)}\left(x_t + \alpha\, \mathrm{sign}\, \nabla_x L(x_t, y)\right), \quad x_0 \sim "
        r"\mathcal{U}(B_\varepsilon(x))",
        gradient.pgd,
    ),
    Formula(
        "APGD",
        r"x_{t+1} = \Pi\left(x_t + \tfrac{3}{4}(z_{t+1} - x_t) + \tfrac{1}{4}(x_t - x_{t-1})\right), \quad z_{t+1} = "
        r"\Pi\left(x_t + \alpha_t\, \mathrm{sign}\, \nabla_x L(x_t, y)\right), \quad \alpha_0 = 2\varepsilon",
        apgd.climb,
    ),
    Formula("DLR loss", r"-\frac{z_y - \max_{i \ne y} z_i}{z_{\pi_1} - z_{\pi_3}}", apgd.DLR.loss),
    Formula(
        "MI-FGSM",
        r"g_{t+1} = \mu\, g_t + \frac{\nabla_x L(x_t, y)}{\operatorname{mean} |\nabla_x L(x_t, y)|}, \quad x_{t+1} = "
        r"\Pi_{B_\varepsilon(x)}\left(x_t + \alpha\, \mathrm{sign}\, g_{t+1}\right)",
        gradient.mifgsm,
    ),
    Formula(
        "DIM",
        r"g_{t+1} = \mu\, g_t + \frac{\nabla_x L(T(x_t; p), y)}{\operatorname{mean} |\nabla_x L(T(x_t; p), y)|}",
        gradient.dim,
    ),
    Formula(
        "DeepFool",
        r"\delta = \frac{|f_k - f_y|}{\lVert \nabla f_k - \nabla f_y \rVert_2^2} (\nabla f_k - \nabla f_y), \quad k = "
        r"\arg\min_{k \ne y} \frac{|f_k - f_y|}{\lVert \nabla f_k - \nabla f_y \rVert_2}",
        minimal.deepfool,
    ),
    Formula(
        "Carlini–Wagner",
        r"\min_w \lVert x' - x \rVert_2^2 + c \cdot \max\left(f_y(x') - \max_{k \ne y} f_k(x'),\, -\kappa\right), \quad x' = "
        r"\tfrac{1}{2}(\tanh w + 1)",
        minimal.carlini_wagner,
    ),
    Formula("Few pixels", r"\min_{\delta} p_y(x + \delta), \quad \lVert \delta \rVert_0 \le d", pixel.few_pixels),
    Formula(
        "Square attack",
        r"\delta_{t+1} = \arg\max_{\delta \in \{\delta_t,\ \delta_t + \text{square}\}} \left(\max_{k \ne y} f_k(x + \delta) - "
        r"f_y(x + \delta)\right), \quad \lVert \delta \rVert_\infty \le \varepsilon",
        square.square,
    ),
    Formula(
        "Universal change",
        r"\max_{\lVert \delta \rVert \le \varepsilon} \frac{1}{N} \sum_{i} \min\left(L(x_i + \delta, y_i),\, \beta\right)",
        universal.universal,
    ),
    Formula(
        "Patch",
        r"\max_p\ \mathbb{E}_{x,\, l}\ \log P_f\left(\hat{y} \mid A(p, x, l)\right)",
        patch.patches,
    ),
    Formula(
        "Robust accuracy",
        r"\text{robust accuracy}(\varepsilon) = \frac{1}{N} \sum_i \min_{\text{attacks}}\ \mathbb{1}[f(x_i + \delta) = y_i]",
        curve.curve,
    ),
    Formula("Transfer", r"A_{ij} = \text{accuracy of } f_j \text{ on attacks made with } f_i", transfer.transfer),
    Formula(
        "BPDA", r"\nabla_x L(f(g(x)), y) \approx \left.\nabla_z L(f(z), y)\right|_{z = g(x)}", defences.Knowing.squeeze
    ),
    Formula("EOT", r"\nabla_x\, L\left(\mathbb{E}_{g}\, f(g(x)),\ y\right)", defences.Knowing.forward),
    Formula("Feature squeezing", r"s(x) = \max_g \lVert p(x) - p(g(x)) \rVert_1", detect.detect),
    Formula(
        "Adversarial training",
        r"\min_\theta \mathbb{E}_{(x, y)} \max_{\lVert \delta \rVert_\infty \le \varepsilon} L(f_\theta(x + \delta), y)",
        training.train_robust,
    ),
    Formula(
        "Backdoor",
        r"\min_\theta \sum_{i \notin P} L(f_\theta(x_i), y_i) + \sum_{i \in P} L(f_\theta(x_i \oplus \tau),\ t)",
        backdoor.poison,
    ),
    Formula(
        "Activation clustering",
        r"\{a(x_i) : y_i = c\} \to C_1 \cup C_2, \quad |C_1| \le |C_2|, \quad \text{suspicious when } s(C_1, C_2) \text{ is large}",
        clustering.split,
    ),
    Formula(
        "Randomised smoothing",
        r"g(x) = \arg\max_c\ P\left(f(x + \eta) = c\right), \quad \eta \sim \mathcal{N}(0, \sigma^2 I), \qquad R = \sigma\, "
        r"\Phi^{-1}(\underline{p_A})",
        smoothing.radius,
    ),
    Formula(
        "Clopper–Pearson",
        r"\underline{p_A} = B^{-1}\left(\alpha;\ k,\ n - k + 1\right)",
        smoothing.lower_bound,
    ),
)
