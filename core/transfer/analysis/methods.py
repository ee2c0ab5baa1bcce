"""All methods on the same two domains, between the two bounds: source only, and trained on the target."""

from collections.abc import Sequence

from core import runs
from core.record import Record
from core.runs import About
from core.transfer.analysis.comparison import method_of, source_only, upper_bound
from core.verdict import Verdict, verdict

MOST = 10  # runs that are chosen at first
GAP = 1.0  # points of accuracy between the bounds, below which there is none to close

ALWAYS = {  # the knobs of a method that its name always carries
    "lam": "λ = {}",
    "shots": "{} labels per class",
    "encoder_rate": "rate {}",
    "start": "from {}",
    "frozen": "{} frozen",
}
UNUSUAL = {  # those that it carries only where they are not as the method has them
    "schedule": "{}",
    "gamma": "γ = {}",
    "kernels": "{} kernels",
    "rounds": "{} rounds",
    "correct": "{}",
    "tent_batch": "batches of {}",
    "tent_steps": "{} batches",
    "tent_rate": "rate {}",
    "eta": "η = {}",
    "statistics": "{} statistics",
    "granted": "{} granted per class",
}

Bounds = tuple[float | None, float | None]  # target accuracy of the lower and of the upper bound in percent


def first_of_each(found: Sequence[About], own: str) -> list[str]:
    """The ids of one run of each method, and of the one that is shown."""
    kinds: dict[str, str] = {}
    for about in found:
        kinds.setdefault(about.settings["method"], about.id)
    return [about.id for about in found if about.id in (own, *kinds.values())][:MOST]


def carried(about: About) -> dict[str, str]:
    """The knobs that a run's name carries, beside its method: name → the words around its value."""
    method, settings = method_of(about.settings), about.settings
    usual = {name: knob.default for name, knob in method.model_fields.items()} if method else {}
    usual |= {"statistics": "own", "granted": 0}
    turned = [name for name in UNUSUAL if settings.get(name, usual.get(name)) != usual.get(name)]
    return {name: ALWAYS[name] for name in ALWAYS if name in settings} | {name: UNUSUAL[name] for name in turned}


def targets(run_id: str) -> tuple[list[int], list[float]]:
    """Steps, and the accuracy in percent on the target, of the pictures that an evaluation asks. Raises RunError when the run
    is gone."""
    run = runs.load(run_id)
    return Record(run_id, None, list(run.events), run).series("target")


def bounds(found: Sequence[About]) -> Bounds:
    """None where the run of a bound is missing."""
    lower = next((about.summary["target"] for about in found if source_only(about.settings)), None)
    upper = next((about.summary["target"] for about in found if upper_bound(about.settings)), None)
    return lower, upper


def closed(target: float, within: Bounds) -> float | None:
    """Share of the gap between the bounds that is closed, in percent; None without both, or without a gap."""
    lower, upper = within
    if lower is None or upper is None or upper - lower < GAP:
        return None
    return 100 * (target - lower) / (upper - lower)


def about_bounds(within: Bounds) -> list[Verdict]:
    """Why the share of the gap is not known; nothing where it is."""
    lower, upper = within
    if lower is None:
        return [verdict("no-bounds" if upper is None else "no-lower-bound")]
    if upper is None:
        return [verdict("no-upper-bound")]
    return [verdict("no-gap", least=GAP)] if upper - lower < GAP else []
