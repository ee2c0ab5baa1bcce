"""The picture on the home page: how many held-out words each kind of network says wrong."""

from core import runs
from core.runs import RunError
from pages.shared import drawing
from pages.shared.words import _

SHOWN = ("seq2seq-look-back", "seq2seq-say-it", "seq2seq-one-vector", "seq2seq-transformer")


def card() -> str:
    """SVG of bars: words that are said without a mistake; a run that is not there is left out."""
    names = dict(
        zip(
            SHOWN,
            (_("half a minute"), _("attention, long"), _("one vector, long"), _("transformer, long")),
        )
    )
    rows = []
    for run_id in SHOWN:
        try:
            wrong = runs.load(run_id).about.summary["wer"]
        except (RunError, KeyError):
            continue
        rows.append((names[run_id], "after" if rows else "before", 1 - wrong / 100, f"{100 - wrong:.0f} %"))
    return drawing.bars(rows, _("Held-out words said without a mistake"))
