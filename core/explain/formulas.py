"""The formulas of the lab beside the functions that compute them, and what a shipped run carries besides."""

from typing import Any

from core.attribution import lime_image, trust
from core.attribution.methods import METHODS
from core.attribution.settings import CaptumLime, Lime
from core.explain import counterfactual, excite, probe, tcav
from core.runs import Run
from core.settings import Formula
from core.statistics import rank_correlation


def examine(run: Run) -> dict[str, Any]:
    """Nothing: a run of this lab already holds all that the page draws."""
    return {}


THEORY = (
    # Captum's LIME differs from LIME in its distance only, and LIME is its regression
    *(Formula(m.title, m.formula, ask) for m, ask in METHODS.items() if m not in (Lime, CaptumLime)),
    Formula(Lime.title, Lime.formula, lime_image.fitted),
    Formula(
        "Activation maximisation",
        r"x^* = \arg\max_{x} f(x), \quad x = \mathrm{sigmoid}\left(\mathcal{F}^{-1}"
        r"\left(\frac{z}{|\nu|^k}\right)\right)",
        excite.paint,
    ),
    Formula(
        "Linear probe",
        r"\hat{y} = \arg\max_c\,(W h + b)_c, \quad \min_{W, b} \frac{1}{n} \sum_i -\log \mathrm{softmax}(W h_i + b)_{y_i}"
        r" + \frac{\lambda}{2n} \lVert W \rVert^2",
        probe.read,
    ),
    Formula(
        "Selectivity",
        r"\mathrm{accuracy}(h \to y) - \mathrm{accuracy}(h \to \tilde{y}), \quad \tilde{y} = \mathrm{random}(\mathrm{type}(x))",
        probe.control_task,
    ),
    Formula(
        "Concept activation vector",
        r"v = \frac{X^\top a}{\lVert X^\top a \rVert}, \quad a = \left(X X^\top + \lambda I\right)^{-1} y",
        tcav.separator,
    ),
    Formula(
        "TCAV score",
        r"\frac{1}{|X_c|} \left|\{x \in X_c : \nabla_h f_c(h(x)) \cdot v > 0\}\right|",
        tcav.score,
    ),
    Formula(
        "Counterfactual",
        r"\min_z\ -\log p_c(g(z)) + \lambda \lVert z - z_0 \rVert^2",
        counterfactual.toward,
    ),
    Formula(
        "Generator as a prior",
        r"z_0 = \arg\min_z \frac{1}{784} \lVert g(z) - x \rVert^2 + \mu \lVert z \rVert^2",
        counterfactual.nearest,
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
        rank_correlation,
    ),
)
