"""What the page measures on a finished run, and the lab's formulas."""

from typing import Any

from core.gan import clouds, cycle, losses, models, quality, train
from core.runs import Run
from core.settings import Formula


def examine(run: Run) -> dict[str, Any]:
    """A shipped run carries all that the page shows in its own pictures."""
    return {}


THEORY = (
    Formula(
        "The duel", r"\max_D\; \mathbb{E}_x \log D(x) + \mathbb{E}_z \log\left(1 - D(G(z))\right)", losses.d_logistic
    ),
    Formula(
        "The equilibrium",
        r"D^*(x) = \frac{p(x)}{p(x) + q(x)}, \qquad p = q \;\Rightarrow\; D^* = \tfrac{1}{2}",
        losses.optimal_discriminator,
    ),
    Formula(
        "What the best D measures",
        r"V(G, D^*) = \mathbb{E}_x \log D^*(x) + \mathbb{E}_z \log\left(1 - D^*(G(z))\right) = 2\, \mathrm{JS}(p, q) - \log 4",
        clouds.value_of_best_d,
    ),
    Formula(
        "Jensen–Shannon divergence",
        r"\mathrm{JS}(p, q) = \tfrac{1}{2} \mathrm{KL}(p \,\Vert\, m) + \tfrac{1}{2} \mathrm{KL}(q \,\Vert\, m), \qquad "
        r"m = \tfrac{1}{2}(p + q)",
        clouds.jensen_shannon,
    ),
    Formula(
        "Saturating",
        r"\min_G\; \mathbb{E}_z \log\left(1 - D(G(z))\right), \qquad \text{gradient by the score: } -D(G(z))",
        losses.g_saturating,
    ),
    Formula(
        "Non-saturating",
        r"\min_G\; -\mathbb{E}_z \log D(G(z)), \qquad \text{gradient by the score: } -(1 - D(G(z)))",
        losses.g_nonsaturating,
    ),
    Formula(
        "Least squares: D",
        r"\tfrac{1}{2} \mathbb{E}_x (D(x) - 1)^2 + \tfrac{1}{2} \mathbb{E}_z D(G(z))^2",
        losses.d_least_squares,
    ),
    Formula("Least squares: G", r"\tfrac{1}{2} \mathbb{E}_z (D(G(z)) - 1)^2", losses.g_least_squares),
    Formula(
        "Wasserstein: the critic",
        r"\max_{\lVert D \rVert_L \le 1}\; \mathbb{E}_x D(x) - \mathbb{E}_z D(G(z))",
        losses.d_wasserstein,
    ),
    Formula(
        "Wasserstein distance",
        r"W_1 = \min_\pi \frac{1}{N} \sum_i \left\lVert y_i - x_{\pi(i)} \right\rVert",
        clouds.wasserstein,
    ),
    Formula(
        "The best critic",
        r"W_1 = \max_{\lVert h \rVert_L \le 1}\; \mathbb{E}_x h(x) - \mathbb{E}_z h(G(z))",
        clouds.critic,
    ),
    Formula(
        "The push on a fake",
        r"D^* \nabla s, \qquad (1 - D^*)\, \nabla s, \qquad \nabla h, \qquad s = \log p - \log q",
        clouds.pushes,
    ),
    Formula("Wasserstein: G", r"\min_G\; -\mathbb{E}_z D(G(z))", losses.g_wasserstein),
    Formula("Clipping", r"w \gets \max(-c, \min(c, w))", losses.clip_weights),
    Formula(
        "Gradient penalty",
        r"\lambda\, \mathbb{E}_{\hat x} \left(\lVert \nabla D(\hat x) \rVert - 1\right)^2, \qquad "
        r"\hat x = u x + (1 - u) G(z)",
        losses.gradient_penalty,
    ),
    Formula("R1", r"\frac{\gamma}{2}\, \mathbb{E}_x \lVert \nabla D(x) \rVert^2", losses.r1_penalty),
    Formula("Hinge", r"\mathbb{E}_x \max(0, 1 - D(x)) + \mathbb{E}_z \max(0, 1 + D(G(z)))", losses.d_hinge),
    Formula(
        "Spectral normalisation",
        r"\bar W = W / \sigma_1(W), \qquad \sigma_1(W) = \max_{\lVert x \rVert = 1} \lVert W x \rVert",
        models.DividedConvolution.forward,
    ),
    Formula("Packing", r"D(x_1, \ldots, x_m) \text{ against } D(G(z_1), \ldots, G(z_m))", models.packed),
    Formula("DCGAN: G", r"z \to 7 \times 7 \to 14 \times 14 \to 28 \times 28", models.DigitG.forward),
    Formula(
        "DCGAN: D",
        r"28 \times 28 \to 14 \times 14 \to 7 \times 7 \to h, \qquad "
        r"D = w^\top h + \tfrac{1}{10}\, y^\top V h",
        models.DigitD.forward,
    ),
    Formula(
        "Conditional GAN",
        r"\max_D\; \mathbb{E}_{x, y} \log D(x \mid y) + \mathbb{E}_{z, y} \log\left(1 - D(G(z \mid y) \mid y)\right)",
        train.scored,
    ),
    Formula(
        "There and back",
        r"\mathcal{L}_{\mathrm{cyc}} = \mathbb{E}_x \lVert F(G(x)) - x \rVert_1 + \mathbb{E}_y \lVert G(F(y)) - y \rVert_1",
        losses.cycle_loss,
    ),
    Formula(
        "CycleGAN",
        r"\min_{G, F}\; \mathcal{L}(G, D_Y) + \mathcal{L}(F, D_X) + \lambda\, \mathcal{L}_{\mathrm{cyc}}",
        cycle.translators_learn,
    ),
    Formula(
        "Modes covered",
        r"\#\{k : \exists i\; \lVert x_i - \mu_k \rVert < 3 \sigma\}, \qquad "
        r"\#\{k : n_k \ge N / 4K\}",
        quality.modes_met,
    ),
    Formula(
        "Precision, recall and coverage",
        r"\frac{1}{M} \sum_j 1\left[\exists i: d(y_j, x_i) \le r_i\right], \quad "
        r"\frac{1}{N} \sum_i 1\left[\exists j: d(x_i, y_j) \le r'_j\right], \quad "
        r"\frac{1}{N} \sum_i 1\left[\exists j: d(x_i, y_j) \le r_i\right]",
        quality.neighbourhoods,
    ),
    Formula(
        "Fréchet classifier distance",
        r"\lVert \mu_a - \mu_b \rVert^2 + \mathrm{tr}\left(\Sigma_a + \Sigma_b - "
        r"2 (\Sigma_a \Sigma_b)^{1/2}\right)",
        quality.frechet_of,
    ),
    Formula("Kinds in effect", r"\exp\left(-\sum_k p_k \log p_k\right)", quality.effective_number),
)
