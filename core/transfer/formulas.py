"""What the page measures on a finished run, and the lab's formulas."""

from typing import Any

from core.runs import Run
from core.settings import Formula
from core.transfer import adda, dann, dro, judge, match, models, pada, selftrain, shift, tent


def examine(run: Run) -> dict[str, Any]:
    """A shipped run carries all that the page shows in its own pictures."""
    return {}


THEORY = (
    Formula(
        "Gradient reversal",
        r"R_\lambda(h) = h, \qquad \frac{\partial R_\lambda}{\partial h} = -\lambda\, I",
        dann.reversal,
    ),
    Formula("λ over time", r"\lambda(p) = \frac{2}{1 + e^{-\gamma p}} - 1", dann.rising),
    Formula(
        "The domain classifier's loss",
        r"L_d = -\frac{1}{N} \sum_i \left[d_i \log G_d(h_i) + (1 - d_i) \log (1 - G_d(h_i))\right]",
        dann.domain_loss,
    ),
    Formula(
        "MMD with several kernels",
        r"\widehat{\mathrm{MMD}}^2 = \frac{1}{n(n-1)} \sum_{i \ne j} k(s_i, s_j) + "
        r"\frac{1}{m(m-1)} \sum_{i \ne j} k(t_i, t_j) - \frac{2}{nm} \sum_{i,j} k(s_i, t_j)",
        match.mmd,
    ),
    Formula("Deep CORAL", r"\frac{1}{4 d^2} \lVert C_S - C_T \rVert_F^2", match.coral),
    Formula(
        "ADDA: to pass for the source", r"L = -\frac{1}{M} \sum_j \log\left(1 - G_d(h^T_j)\right)", adda.passing_loss
    ),
    Formula(
        "AdaBN", r"\mu_T = \mathbb{E}_{x \sim T}[a], \quad \sigma_T^2 = \mathrm{Var}_{x \sim T}[a]", models.refresh
    ),
    Formula(
        "Self-training: whom to believe",
        r"\hat y_j = \arg\max_c p_{jc}, \quad \text{believed: of each answer } c \text{ the } "
        r"\text{share with the largest } p_{jc}",
        selftrain.believed,
    ),
    Formula(
        "Black-box shift estimation",
        r"\hat q = M^{-\top} \mu, \qquad M_{ij} = p(\hat y = j \mid y = i), \quad \mu_j = q(\hat y = j)",
        judge.label_shares,
    ),
    Formula(
        "Answers corrected for label shift",
        r"q(y \mid x) = \frac{w_y\, p(y \mid x)}{\sum_c w_c\, p(c \mid x)}, \qquad w_y = \frac{q(y)}{p(y)}",
        shift.corrected,
    ),
    Formula(
        "TENT: the entropy of a batch",
        r"L = -\frac{1}{B} \sum_j \sum_c p_{jc} \log p_{jc}, \quad p_j = \mathrm{softmax}(\text{logits}_j)",
        tent.entropy,
    ),
    Formula(
        "PADA: the weights of the classes",
        r"\gamma = \frac{\bar p}{\max_c \bar p_c}, \qquad \bar p = \frac{1}{n} \sum_j p(y \mid x^T_j)",
        pada.class_weights,
    ),
    Formula(
        "Group DRO: the weights of the sources",
        r"q_d := \frac{q_d\, e^{\eta L_d}}{\sum_k q_k\, e^{\eta L_k}}, \qquad L = \sum_d q_d L_d",
        dro.risen,
    ),
    Formula("A fresh probe, and the proxy A-distance", r"\hat d_A = 2\,(1 - 2 \epsilon)", judge.a_distance),
    Formula("Entropy of the answers", r"H = -\frac{1}{N} \sum_j \sum_c p_{jc} \log p_{jc}", judge.entropy),
    Formula(
        "Mutual information",
        r"I = H\!\left(\tfrac{1}{N} \sum_j p_j\right) - \frac{1}{N} \sum_j H(p_j)",
        judge.information,
    ),
    Formula(
        "Soft neighbourhood density",
        r"S = \frac{1}{N} \sum_j H\!\left(\mathrm{softmax}_{k \ne j}\, "
        r"\frac{\langle \hat p_j, \hat p_k \rangle}{\tau}\right)",
        judge.snd,
    ),
)
