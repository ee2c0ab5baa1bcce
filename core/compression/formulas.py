"""The lab's formulas, and what a shipped run carries besides its training."""

from core.compression import bitstream, distill, exits, factor, huffman, lottery, models, quantize, slimmable, slimming
from core.compression.analysis.curves import curves_of
from core.runs import Run
from core.settings import Formula


def examine(run: Run) -> dict[str, dict]:
    """What a shipped run carries besides its training: every curve of `core.compression.analysis.curves`, of every
    digit classifier in it."""
    return {"curves": {model: curves_of(run.net(model)) for model in run.about.models}}


THEORY = (
    Formula(
        "Softmax with temperature", r"S_i = \frac{\exp(V_i/T)}{\sum_j \exp(V_j/T)}", distill.softmax_with_temperature
    ),
    Formula(
        "Distillation loss",
        r"L = \alpha\, T^2\, \mathrm{KL}\!\left(S^{\text{teacher}} \,\|\, "
        r"S^{\text{student}}\right) + \beta\, \mathrm{CE}(y, V)",
        distill.distillation_loss,
    ),
    Formula(
        "Why T²: the gradient for large T",
        r"T^2\, \frac{\partial\, \mathrm{KL}}{\partial V_i} \;\to\; \frac{1}{10\,N}"
        r"\left[(V_i - \bar V) - (V^{\text{teacher}}_i - \bar V^{\text{teacher}})\right]",
        distill.logit_matching_gradient,
    ),
    Formula(
        "Bias of a class that was left out",
        r"\Delta b = \ln\frac{1/10}{9/10} - \ln\frac{\bar p}{1 - \bar p}",
        distill.prior_correction,
    ),
    Formula(
        "Slimming: a penalty on every scale", r"L' = L + \lambda \sum_{\gamma} |\gamma|", slimming.sparsity_penalty
    ),
    Formula(
        "Cost of a separable convolution",
        r"\frac{k^2 M P + M N P}{k^2 M N P} = \frac{1}{N} + \frac{1}{k^2}",
        models.separable_cost_ratio,
    ),
    Formula(
        "Even grid",
        r"\hat w = s \cdot \mathrm{clip}\!\left(\mathrm{round}(w/s),\ \pm(2^{b-1}-1)\right),\quad "
        r"s = \frac{\max|w|}{2^{b-1}-1}",
        quantize.uniform,
    ),
    Formula("k-means objective", r"\sum_{w} \min_k\, (w - c_k)^2", quantize.kmeans_objective),
    Formula("Length of Huffman's code", r"H \le \sum_i p_i\, l_i < H + 1", huffman.average_length),
    Formula(
        "Compression rate",
        r"r = \frac{4 \cdot \text{parameters}}{\text{bytes of the stream}}",
        bitstream.compression_rate,
    ),
    Formula("Share of one round", r"p = 1 - (1 - s)^{1/R}", lottery.round_share),
    Formula("Signs alone", r"w' = \sigma \cdot \mathrm{sign}(w_0)", lottery.signs_only),
    Formula(
        "Loss of all exits",
        r"L = w \sum_{e\,\text{early}} \mathrm{CE}(y, V_e) + \mathrm{CE}(y, V_{\text{last}})",
        exits.joint_loss,
    ),
    Formula("Multiply–adds of early exits", r"\bar C = \sum_e \frac{n_e}{n}\, C_e", exits.mean_macs),
    Formula("Loss of all widths", r"L = \sum_{w} \mathrm{CE}(y, V_w)", slimmable.loss_of_widths),
    Formula("Best matrix of a rank", r"W_r = \sum_{i=1}^{r} \sigma_i\, u_i v_i^{\top}", factor.truncated),
    Formula(
        "Numbers in two factors",
        r"r\,(m + n) \;<\; m\,n \quad\text{for}\quad r < \frac{m\,n}{m + n}",
        factor.factored_cost,
    ),
)
