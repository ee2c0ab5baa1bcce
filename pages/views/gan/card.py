"""The picture on the home page: which remedies cure a collapsed G, by a score that noise cannot win."""

from core import runs
from core.gan import rivals
from core.runs import RunError
from pages.shared import drawing
from pages.shared.words import _

SHOWN = ("gan-mode-collapse-and-its-cure", "gan-collapse-pack", "gan-collapse-r1", "gan-collapse-momentum", "gan-collapse-cured")
SPOTS = 25  # of the grid


def card() -> str:
    """SVG of bars: spots with a fair share of good points, below them those of noise; a run that is not there is left out."""
    names = dict(zip(SHOWN, (_("plain GAN"), _("packs of 4"), _("R1"), _("no momentum"), _("both of these"))))
    rows, noise = [], None
    for run_id in SHOWN:
        try:
            run = runs.load(run_id)
            met = run.about.summary["modes_strict"]
        except (RunError, KeyError):
            continue
        rows.append((names[run_id], "after" if rows else "danger", met / SPOTS, _("{:.0f} of 25").format(met)))
        noise = noise or rivals.noise(run.settings.world)["modes_strict"]
    rows += [(_("noise"), "control", noise / SPOTS, _("{:.0f} of 25").format(noise))] if noise else []
    return drawing.bars(rows, _("Spots of a grid with a fair share of good points"))
