"""What the page measures on a shipped run, and the lab's formulas."""

from typing import Any

from core.runs import Run
from core.seq2seq import bleu, decode, edits, models, parallel, score, train, transformer
from core.seq2seq.tasks import dataset_of
from core.settings import Formula

BEAM, ALPHA = 5, 1.0  # of the beam search that shipped runs are judged by


def examine(run: Run) -> dict[str, Any]:
    """A shipped run carries what a beam of five gains on inputs no longer than those that were learned."""
    net, dataset = models.speller(run.models["network"]), dataset_of(run.settings.task)
    test = dataset.test.up_to(int(dataset.train.lengths.max()))
    verdict = score.judged(score.beamed(net, dataset, test, BEAM, ALPHA), test)
    return {"beam_per": score.per(verdict.edits, verdict.lengths), "beam_wer": score.wer(verdict.edits)}


THEORY = (
    Formula(
        "One output after the other",
        r"p(y \mid x) = \prod_t p(y_t \mid y_{<t}, x), \qquad y_0 = \langle\mathrm{BOS}\rangle",
        decode.speak,
    ),
    Formula(
        "One vector",
        r"v = W[\overrightarrow{h}_S; \overleftarrow{h}_1] + b, \qquad s_0 = \tanh v",
        models.Recurrent.begin,
    ),
    Formula("Loss", r"L = -\frac{1}{T} \sum_t \log p(y_t \mid y_{<t}, x)", train.token_loss),
    Formula("Additive score", r"e_i = v^\top \tanh(W s + U h_i)", models.additive),
    Formula("Multiplicative score", r"e_i = \frac{(W s)^\top (U h_i)}{\sqrt{A}}", models.multiplicative),
    Formula("Attention", r"a = \mathrm{softmax}(e), \qquad c = \sum_i a_i h_i", models.attend),
    Formula(
        "Copying",
        r"P(w) = p_\mathrm{gen} P_\mathrm{vocab}(w) + (1 - p_\mathrm{gen}) \sum_{i:\, x_i = w} a_i",
        models.pointed,
    ),
    Formula(
        "Guided attention",
        r"W_{nt} = 1 - \exp\left(-\frac{(n/N - t/T)^2}{2 g^2}\right), \qquad L_\mathrm{att} = \frac{1}{T} \sum_{n,t} a_{nt} W_{nt}",
        score.guided,
    ),
    Formula(
        "Heads of a transformer", r"\mathrm{softmax}\left(\frac{Q K^\top}{\sqrt{d}}\right) V", transformer.Heads.forward
    ),
    Formula("Scheduled sampling", r"\varepsilon_i = \frac{k}{k + \exp(i / k)}", train.teacher_share),
    Formula(
        "All at once",
        r"p(y \mid x) = p(T \mid x) \prod_{t=1}^{T} p(y_t \mid x, T)",
        parallel.Parallel.at_once,
    ),
    Formula("Greedy", r"\hat y_t = \arg\max_y\, p(y \mid \hat y_{<t}, x)", decode.likeliest),
    Formula("Sampling with temperature", r"p_i = \frac{\exp(V_i / T)}{\sum_j \exp(V_j / T)}", decode.tempered),
    Formula("Beam search", r"\log p(y_{\le t}) = \log p(y_{<t}) + \log p(y_t \mid y_{<t}, x)", decode.continued),
    Formula("Length normalisation", r"s(y) = \frac{\log p(y \mid x)}{|y|^\alpha}", decode.normalised),
    Formula(
        "Edit distance",
        r"d_{ij} = \min\left(d_{i-1,j} + 1,\; d_{i,j-1} + 1,\; d_{i-1,j-1} + [a_i \neq b_j]\right)",
        edits.distances,
    ),
    Formula("PER", r"\frac{\sum_n d_n}{\sum_n |y_n|}", score.per),
    Formula("Clipped precision", r"p_n = \frac{\sum_g \min(c(g), \max_r c_r(g))}{\sum_g c(g)}", bleu.clipped),
    Formula(
        "BLEU",
        r"\mathrm{BLEU} = \min(1, e^{1 - r/c}) \cdot \exp\left(\frac{1}{4} \sum_{n=1}^{4} \log p_n\right)",
        bleu.bleu,
    ),
    Formula("WER", r"\frac{1}{N} \sum_n [d_n > 0]", score.wer),
)
