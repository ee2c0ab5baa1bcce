"""The picture on the home page: what each way to bridge the domains gets right of the target."""

from core import runs
from core.runs import RunError
from pages.shared import drawing
from pages.shared.words import _

SHOWN = {  # shipped run → its role in the colour grammar
    "transfer-it-worked-in-the-lab": "danger",
    "transfer-adabn": "after",
    "transfer-dann": "after",
    "transfer-selftrain": "after",
    "transfer-target": "control",
}


def card() -> str:
    """SVG of bars: target accuracy of the shipped runs on the digits in colour; a run that is not there is left out."""
    names = {
        "source": _("source only"),
        "adabn": "AdaBN",
        "dann": "DaNN",
        "selftrain": _("self-training"),
        "target": _("with labels"),
    }
    rows = []
    for run_id, role in SHOWN.items():
        try:
            about = runs.load(run_id).about
        except RunError:
            continue
        right = about.summary["target"]
        rows.append((names[about.settings["method"]], role, right / 100, f"{right:.1f} %"))
    return drawing.bars(rows, _("learned on MNIST, asked about digits in colour"))
