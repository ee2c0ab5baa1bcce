"""The picture on the home page: how many held-out words each kind of network says without a mistake."""

from core import runs
from core.runs import RunError
from core.seq2seq import trivial
from pages.shared import drawing
from pages.shared.words import _

SHOWN = {  # shipped run → its role in the colour grammar
    "seq2seq-look-back": "control",
    "seq2seq-one-vector": "before",
    "seq2seq-say-it": "after",
    "seq2seq-transformer": "neutral",
}


def card() -> str:
    """SVG of bars: held-out words that are said without a mistake, first by a rule without a network; a run that is not there is left
    out."""
    names = {
        "seq2seq-look-back": _("short training"),
        "seq2seq-one-vector": _("one vector"),
        "seq2seq-say-it": _("attention"),
        "seq2seq-transformer": _("transformer"),
    }
    rule = 1 - trivial.MEASURED["words"][1] / 100  # one sound for each letter
    rows = [(_("fixed rule"), "danger", rule, f"{100 * rule:.0f} %")]
    for run_id, role in SHOWN.items():
        try:
            right = 100 - runs.load(run_id).about.summary["wer"]
        except (RunError, KeyError):
            continue
        rows.append((names[run_id], role, right / 100, f"{right:.0f} %"))
    return drawing.bars(rows, _("Held-out words said without a mistake"))
