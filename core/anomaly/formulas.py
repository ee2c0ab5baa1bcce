"""What the page measures on a finished run, and the lab's formulas."""

from typing import Any

from core.anomaly import calibration, decide, nearest, networks, ranking
from core.anomaly.detector import blurred
from core.runs import Run
from core.settings import Formula


def examine(run: Run) -> dict[str, Any]:
    """A shipped run carries all that the page shows in its own pictures."""
    return {}


THEORY = (
    Formula(
        "Classifier confidence",
        r"1 - \max_c p_c, \qquad -\sum_c p_c \log p_c, \qquad -T \log \sum_c e^{z_c / T}, \qquad "
        r"p = \mathrm{softmax}(z / T)",
        networks.unsure,
    ),
    Formula(
        "Outlier exposure",
        r"\mathcal{L} = -\log p_y(x) + \lambda \left( -\frac{1}{k} \sum_{c=1}^{k} \log p_c(x_{\text{odd}}) \right)",
        networks.exposure,
    ),
    Formula(
        "Calibration error",
        r"\mathrm{ECE} = \sum_m \frac{|B_m|}{N} \left| \mathrm{right}(B_m) - \mathrm{sure}(B_m) \right|",
        calibration.calibration_error,
    ),
    Formula(
        "Temperature scaling",
        r"T = \arg\min_T\; -\sum_i \log p_{y_i}(x_i), \quad p = \mathrm{softmax}(z / T), \qquad "
        r"\frac{\partial}{\partial (1/T)} = \sum_i \left(\sum_c p_c z_c - z_{y_i}\right)",
        calibration.fitted_temperature,
    ),
    Formula(
        "Autoencoder",
        r"s(x) = \lVert x - \hat x \rVert^2, \qquad \hat x = \mathrm{decode}(\mathrm{encode}(x))",
        networks.squared_error,
    ),
    Formula("k-means distance", r"s(x) = \min_k \lVert x - \mu_k \rVert", nearest.nearest_centre),
    Formula(
        "PCA reconstruction",
        r"\hat x = \mu + V V^\top (x - \mu), \qquad s(x) = \lVert x - \hat x \rVert^2",
        nearest.projected,
    ),
    Formula(
        "Principal components",
        r"X - \mu = U \Sigma V^\top, \quad \text{the first } k \text{ columns of } V",
        nearest.principal,
    ),
    Formula("Blur of the error", r"s(x) = \lVert G_\sigma * (x - \hat x) \rVert^2", blurred),
    Formula(
        "Denoising autoencoder",
        r"\min_\theta\; \lVert x - \mathrm{rebuild}_\theta(x + \sigma \varepsilon) \rVert^2, \quad "
        r"\varepsilon \sim \mathcal{N}(0, I)",
        networks.noisy,
    ),
    Formula(
        "Variational autoencoder",
        r"\lVert x - \hat x \rVert^2 + \beta\, \mathrm{KL}, \qquad \mathrm{KL} = \tfrac{1}{2} \sum_i "
        r"\left(\mu_i^2 + \sigma_i^2 - 1 - \log \sigma_i^2\right)",
        networks.divergence,
    ),
    Formula("Deep SVDD: the centre", r"c = \frac{1}{n} \sum_i \phi(x_i), \qquad |c_j| \ge 0.1", networks.centre),
    Formula(
        "Deep SVDD: the soft boundary",
        r"R^2 + \frac{1}{\nu n} \sum_i \max\left(0, \lVert \phi(x_i) - c \rVert^2 - R^2\right)",
        networks.soft_boundary,
    ),
    Formula(
        "Nearest neighbours", r"s(x) = \frac{1}{k} \sum_{j \in N_k(x)} \lVert x - x_j \rVert", nearest.nearest_mean
    ),
    Formula(
        "Local outlier factor",
        r"\mathrm{LOF}_k(x) = \frac{1}{k} \sum_{j \in N_k(x)} \frac{\mathrm{lrd}(x_j)}{\mathrm{lrd}(x)}",
        nearest.LOF.score,
    ),
    Formula("Isolation forest", r"s(x) = 2^{-\mathbb{E}[h(x)] / c(n)}", nearest.Forest.score),
    Formula(
        "One-class SVM", r"s(x) = \rho - \sum_i \alpha_i e^{-\gamma \lVert x - x_i \rVert^2}", nearest.OneClassSVM.score
    ),
    Formula(
        "Gaussian mixture, and the rest",
        r"s(x) = -\log \sum_k \pi_k\, \mathcal{N}(V^\top(x - \mu);\, m_k, \Sigma_k) "
        r"- \log \mathcal{N}\left(x - \hat x;\, 0, \sigma^2 I\right)",
        nearest.Mixture.score,
    ),
    Formula("Kernel density", r"s(x) = -\log \frac{1}{n} \sum_i \mathcal{N}(x;\, x_i, h^2 I)", nearest.log_density),
    Formula(
        "AUROC",
        r"P(s_{\text{anomaly}} > s_{\text{normal}}) + \tfrac{1}{2} P(s_{\text{anomaly}} = s_{\text{normal}})",
        decide.auroc,
    ),
    Formula(
        "Precision and prevalence",
        r"\sum_n (R_n - R_{n-1})\, P_n, \qquad "
        r"P = \frac{\pi\, \mathrm{TPR}}{\pi\, \mathrm{TPR} + (1 - \pi)\, \mathrm{FPR}}",
        decide.average_precision,
    ),
    Formula(
        "The two cost tables",
        r"C(\lambda) = c_{\text{miss}} \cdot \text{missed} + c_{\text{alarm}} \cdot \text{false alarms}",
        decide.cost,
    ),
    Formula(
        "Friedman's test",
        r"\chi^2 = \frac{12 N}{k (k + 1)} \left( \sum_j R_j^2 - \frac{k (k + 1)^2}{4} \right)",
        ranking.friedman,
    ),
    Formula(
        "Critical difference",
        r"\mathrm{CD} = q_\alpha \sqrt{\frac{k (k + 1)}{6 N}}",
        ranking.critical_difference,
    ),
    Formula("Conformal p-value", r"p(x) = \frac{1 + \#\{j : s(x_j) \ge s(x)\}}{n + 1}", decide.p_values),
    Formula("Threshold of a promise", r"\text{alarm} \iff p(x) \le \alpha", decide.conformal_threshold),
)
