"""The lab's formulas, and what a shipped run carries besides its training."""

from typing import Any

from core.lifelong import dreams, expand, icarl, importance, lwf, orders, packnet, penalties, rehearsal, scores
from core.lifelong.analysis.landscape import measure
from core.record import Record
from core.runs import Run
from core.settings import Formula


def examine(run: Run) -> dict[str, Any]:
    """What a shipped run carries besides its training: the landscape, as plain lists."""
    found = measure(Record(run.about.id, run.settings, list(run.events), run))
    return {"landscape": found.plain() if found else {}}


THEORY = (
    Formula(
        "The loss of the lecture",
        r"L(\theta) = L_B(\theta) + \frac{\lambda}{2} \sum_i \Omega_i\, (\theta_i - \theta^*_{A,i})^2",
        penalties.penalized_loss,
    ),
    Formula(
        "EWC: exact diagonal Fisher",
        r"F_i = \frac{1}{N} \sum_n \sum_c p(c|x_n) "
        r"\left(\frac{\partial \log p(c|x_n)}{\partial \theta_i}\right)^2",
        importance.fisher,
    ),
    Formula("Online EWC: one running Fisher", r"\Omega \leftarrow \gamma\, \Omega + F", penalties.OnlineEWC.merged),
    Formula(
        "MAS: sensitivity of the answer",
        r"\Omega_i = \frac{1}{N} \sum_n "
        r"\left|\frac{\partial \lVert f(x_n) \rVert^2}{\partial \theta_i}\right|",
        importance.mas,
    ),
    Formula(
        "SI: path integral",
        r"\Omega_i = \frac{\max\left(0,\ -\sum_t g_i(t)\, \Delta\theta_i(t)\right)}"
        r"{(\Delta_i)^2 + \xi}",
        importance.path_integral,
    ),
    Formula(
        "RWalk: score of the path",
        r"s_i = \frac{\Delta L_i}{\frac{1}{2} F_i\, \Delta\theta_i^2 + \epsilon}",
        importance.path_score,
    ),
    Formula(
        "SCP: random projections",
        r"\Omega_i = \frac{1}{L} \sum_l \left(\frac{\partial\, \xi_l \cdot \bar f}"
        r"{\partial \theta_i}\right)^2",
        importance.scp,
    ),
    Formula(
        "A-GEM: the turned gradient",
        r"\tilde g = g - \frac{g^\top g_{\mathrm{ref}}}{g_{\mathrm{ref}}^\top "
        r"g_{\mathrm{ref}}}\, g_{\mathrm{ref}} \quad \text{if } g^\top g_{\mathrm{ref}} < 0",
        rehearsal.agem_projection,
    ),
    Formula(
        "GEM: the dual problem",
        r"\min_{v \ge \gamma} \tfrac{1}{2} v^\top G G^\top v + (G g)^\top v, \quad "
        r"\tilde g = G^\top v + g",
        rehearsal.solve_dual,
    ),
    Formula(
        "iCaRL: the nearest mean",
        r"y^* = \arg\min_c \lVert \varphi(x) - \mu_c \rVert",
        icarl.nearest_mean,
    ),
    Formula(
        "iCaRL: herding",
        r"p_k = \arg\min_x \left\lVert \mu - \frac{1}{k} \Big(\varphi(x) + \sum_{j<k} \varphi(p_j)\Big) \right\rVert",
        icarl.herding,
    ),
    Formula(
        "Generative replay: the mixed loss",
        r"L = (1 - s)\, L_{\text{new}} + s\, \mathbb{E}_z\!\left[\ell\big(S(G(z)),\ S^{\text{old}}(G(z))\big)\right]",
        dreams.replayed_loss,
    ),
    Formula(
        "Generative replay: the generator's loss",
        r"-\mathrm{ELBO} = -\mathbb{E}_{q(z|x)} \log p(x|z) + \mathrm{KL}\!\left(q(z|x) \,\|\, N(0, 1)\right)",
        dreams.negative_elbo,
    ),
    Formula(
        "LwF: the old network's answers",
        r"\lambda\, T^2\, \mathrm{KL}\!\left(\mathrm{softmax}(z^{\text{old}}/T) \,\|\, "
        r"\mathrm{softmax}(z/T)\right)",
        lwf.soft_loss,
    ),
    Formula(
        "Progressive columns: growth",
        r"P_K = K\, P_{\text{own}} + \frac{K (K - 1)}{2}\, P_{\text{lateral}}",
        expand.parameters_of,
    ),
    Formula("PackNet: what each task keeps", r"s_k = (1 - p)\, p^{\,k-1}", packnet.share_of_task),
    Formula("Average accuracy", r"\mathrm{ACC} = \frac{1}{T} \sum_{j} A_{T,j}", scores.average_accuracy),
    Formula(
        "Order of tasks: F of the orders",
        r"F = \frac{\frac{S}{O-1} \sum_o (\bar a_o - \bar a)^2}{\frac{1}{O} \sum_o s_o^2}",
        orders.f_value,
    ),
    Formula(
        "Forgetting (Chaudhry 2018)",
        r"F = \frac{1}{T-1} \sum_{j<T} \left(\max_{l<T} A_{l,j} - A_{T,j}\right)",
        scores.forgetting,
    ),
    Formula(
        "Backward transfer (Lopez-Paz 2017)",
        r"\mathrm{BWT} = \frac{1}{T-1} \sum_{j<T} (A_{T,j} - A_{j,j})",
        scores.backward_transfer,
    ),
    Formula(
        "Forward transfer (Lopez-Paz 2017)",
        r"\mathrm{FWT} = \frac{1}{T-1} \sum_{j>1} (A_{j-1,j} - b_j)",
        scores.forward_transfer,
    ),
)
