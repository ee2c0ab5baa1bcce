"""What both domains look like: ten test pictures of each, and what the run's network says to those of the target."""

from functools import lru_cache

from core.transfer import analysis
from core.transfer.settings import Target, TransferSettings, labelled
from pages.parts import digit, figures, rasters
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import N_, _

ALT = N_("Ten test digits of the source, and ten of the target with the network's answers")
KINDS = (  # of drawings.npz
    N_("face"),
    N_("person"),
    N_("hand"),
    N_("animal"),
    N_("fruit"),
    N_("clothes"),
    N_("building"),
    N_("vehicle"),
    N_("clock"),
    N_("heart"),
)


def names(settings: TransferSettings | None, count: int = 10) -> list[str]:
    """What the classes are called: digits by their number, objects by their kind."""
    if settings is not None and settings.target.name == "drawings":
        return [_(kind) for kind in KINDS[:count]]
    return [str(which) for which in range(count)]


def strip(current: Shown) -> figures.Figure:
    """A row of test digits of each domain, from the settings alone; once the run has ended, with the network's answers."""
    source, target = analysis.digits.ten_of_each(current.settings.target, current.settings.held)
    held = len(target.images)
    said = ask(analysis.digits.answers, current) if current.run else []
    right = [answer == which for which, answer in enumerate(said)] or [True] * held
    called = names(current.settings)
    marks = [called[answer] + ("" if fine else " ✗") for answer, fine in zip(said, right)] or [" "] * held
    figure = rasters.gallery(
        source.images + target.images,
        10,
        [_("source, a {}").format(which) for which in called] + _names(current.settings, said)[:held],
        120,
        titles=[" "] * 10 + marks,
        inks=[figures.INK] * 10 + [figures.INK if fine else figures.COLOURS["danger"] for fine in right],
        rows=[
            "<br>".join([figures.inked(_("source"), "before"), _("with labels")]),
            "<br>".join([figures.inked(_("target"), "after"), _note(current.settings)]),
        ],
    )
    return figures.restyled(figure, margin={"t": 2, "b": 8})


def _names(settings: TransferSettings, said: list[int]) -> list[str]:
    """What stands on each digit of the target on hover."""
    called = names(settings)
    found = [_("target, a {}").format(which) for which in called]
    if settings.rare < 100:
        rare = _("{}, rare: {} % of the training pictures")
        found[5:] = [rare.format(name, settings.rare) for name in found[5:]]
    answered = _("{}: the network says {}")
    return [answered.format(name, called[answer]) for name, answer in zip(found, said)] or found


def _note(settings: TransferSettings) -> str:
    """How many of the target's labels are used."""
    if settings.method.BOUND == "upper":
        return _("with all labels")
    each = labelled(settings)
    return _("{} labels a class").format(each) if each else _("no labels")


def tests(current: Shown) -> dict[str, digit.Tests]:
    """The test pictures of both domains for the Explain tab; of other things there are none."""
    if current.settings is None:
        return digit.mnist()
    return (
        {}
        if not current.settings.target.OF_DIGITS
        else dict(zip((_("Source"), _("Target")), _tests(current.settings.target, current.settings.held)))
    )


def of_target(current: Shown) -> dict[str, digit.Tests]:
    """The target's alone, by their name on the page."""
    name, found = list(tests(current).items())[-1]
    return {name: found}


@lru_cache(maxsize=4)
def _tests(target: Target, held: int) -> list[digit.Tests]:
    return [digit.as_tests(data, shipped) for data, shipped in analysis.digits.both_domains(target, held)]
