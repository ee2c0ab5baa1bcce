"""The picture on the home page: which remedies cure a collapsed G, by a score that noise cannot win."""

from core import runs
from core.gan import rivals
from core.runs import RunError
from pages.shared import drawing
from pages.shared.words import _

SHOWN = ("gan-mode-collapse-and-its-cure", "gan-collapse-pack", "gan-collapse-r1", "gan-collapse-momentum", "gan-collapse-cured")


def card() -> str:
    """SVG of bars: the share of good points, below them that of noise; a run that is not there is left out."""
    names = dict(zip(SHOWN, (_("plain GAN"), _("packs of 4"), _("R1"), _("no momentum"), _("both of these"))))
    rows, noise = [], None
    for run_id in SHOWN:
        try:
            run = runs.load(run_id)
            good = run.about.summary["good"]
        except (RunError, KeyError):
            continue
        rows.append((names[run_id], "after" if rows else "danger", good / 100, _("{:.0f} %").format(good)))
        noise = noise or rivals.noise(run.settings.world)["good"]
    rows += [(_("noise"), "control", noise / 100, _("{:.0f} %").format(noise))] if noise else []
    return drawing.bars(rows, _("Points of G that are good"))
