"""The picture on the home page: real points, and what G makes of noise."""

from core import runs
from core.runs import RunError
from pages.shared import drawing
from pages.shared.words import _

SHOWN = (  # shipped runs on the grid of 25
    "gan-mode-collapse-and-its-cure",
    "gan-collapse-pack",
    "gan-collapse-r1",
    "gan-collapse-momentum",
    "gan-collapse-cured",
)


def card() -> str:
    """SVG of bars: how many of 25 modes are covered; a run that is not there is left out."""
    names = dict(zip(SHOWN, (_("plain GAN"), _("packed by 4"), _("R1"), _("less momentum"), _("all three"))))
    rows = []
    for run_id in SHOWN:
        try:
            met = runs.load(run_id).about.summary["modes"]
        except (RunError, KeyError):
            continue
        rows.append((names[run_id], "after" if rows else "danger", met / 25, _("{:.0f} of 25").format(met)))
    return drawing.bars(rows, _("Modes of the grid that fakes cover"))
