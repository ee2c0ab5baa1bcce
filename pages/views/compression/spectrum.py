"""The stage of low-rank factors: the singular values of every layer, and how many of them are kept."""

from core.compression.analysis import spectra as analysis
from pages.parts import figures
from pages.parts.figures import Figure, Line
from pages.parts.shown import Shown
from pages.parts.words import _, translate


def values(current: Shown) -> tuple[Figure, str]:
    """A curve for each layer: all singular values faint, those that are kept strong."""
    found, lines = analysis.spectra(current), []
    for i, layer in enumerate(found):
        many, role = len(layer.before), f"task{i + 1}"
        kept = _("{}: rank {} of {}").format(translate(layer.name), layer.rank or many, many)
        lines.append(Line("", role, range(1, many + 1), layer.before, faint=True))
        lines.append(Line(kept, role, range(1, len(layer.now) + 1), layer.now))
    x, y = _("number of the singular value; dotted: before"), _("singular value, largest before = 1")
    figure = figures.curves(lines, x, y, 320, log_x=True)
    ranks = ", ".join(str(layer.rank or len(layer.before)) for layer in found)
    return figure, _("Singular values of all layers; ranks {}").format(ranks)
