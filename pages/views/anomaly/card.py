"""The picture on the home page: how well the lecture's four families tell a two from everything else."""

from core import runs
from core.runs import RunError
from pages.shared import drawing
from pages.shared.words import _

SHOWN = {  # shipped run → its role in the colour grammar
    "anomaly-copies-everything": "danger",
    "anomaly-kmeans": "after",
    "anomaly-autoencoder": "after",
    "anomaly-what-is-normal": "after",
    "anomaly-confidence": "after",
}


def card() -> str:
    """SVG of bars: AUROC of shipped runs for which a digit is normal; a run that is not there is left out."""
    names = {
        "anomaly-copies-everything": _("copies all"),
        "anomaly-kmeans": "k-means",
        "anomaly-autoencoder": _("autoencoder"),
        "anomaly-what-is-normal": "PCA",
        "anomaly-confidence": _("classifier"),
    }
    rows = []
    for run_id, role in SHOWN.items():
        try:
            found = runs.load(run_id).about.summary["auroc"]
        except (RunError, KeyError):
            continue
        rows.append((names[run_id], role, found / 100, f"{found:.1f} %"))
    return drawing.bars(rows, _("2 is normal, nine digits are not (AUROC; guessing: 50 %)"))
