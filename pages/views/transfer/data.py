"""Numbers behind the views of the transfer learning page, computed once and shared by all visitors."""

from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.runs import About, RunError, table
from core.settings import flatten, union_members
from core.statistics import rank_correlation
from core.transfer import pictures
from core.transfer.settings import TransferSettings
from pages.parts import digit, shown
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer.domains import tests

TARGET = ("target", "direction", "angle", "inversion", "blur", "turn")
TRAINING = ("pixels", "steps", "batch", "learning_rate", "seed")
WORLD = (*TARGET, "rare", *TRAINING)
INK = 0.5
ASKED = 200  # test pictures of which the maps are measured


def world(about: About) -> tuple[Any, ...]:
    """What two runs must share to be held against one another: both domains, the steps, the seed."""
    return tuple(about.settings.get(name) for name in WORLD)


def rivals(about: About) -> list[About]:
    """Every stored run on the same two domains that ended, this one included; of those with equal settings only one."""
    found = [each for each in runs.listing("transfer")[0] if "target" in each.summary and world(each) == world(about)]
    first: dict[str, About] = {}
    for each in sorted(found, key=lambda each: each.id != about.id):
        first.setdefault(repr(sorted(each.settings.items())), each)
    return [each for each in found if each in first.values()]


def of_method(settings: dict[str, Any], attribute: str) -> Any:
    """A class attribute of the method of flat settings; None where it is not named or not known here."""
    return getattr(union_members(TransferSettings.model_fields["method"]).get(settings.get("method")), attribute, None)


def source_only(settings: dict[str, Any]) -> bool:
    """Whether flat settings are of a run that learned from the source and nothing else."""
    return of_method(settings, "BOUND") == "lower" and not settings.get("granted")


def before(current: Shown) -> tuple[str, str] | None:
    """(run id, "model") of a stored source-only run on the same target with the same training, a shipped one first, then
    the newest; None when there is none, or when the run shown is source-only itself.

    How rare some target classes are, and how many labels are granted, may differ: source-only learns from neither.
    """
    flat = current.run.about.settings if current.run else flatten(current.settings) if current.settings else {}
    if source_only(flat):
        return None
    wanted = [flat.get(name) for name in (*TARGET, *TRAINING)]
    for about in runs.listing("transfer")[0]:
        same = [about.settings.get(name) for name in (*TARGET, *TRAINING)] == wanted
        if same and source_only(about.settings) and "model" in about.models and about.id != current.id:
            return about.id, "model"
    return None


def earlier(current: Shown) -> tuple[str, str] | None:
    """The network to hold the run's own against: `before`, or else what the run kept of a first phase on the source."""
    own = current.run is not None and "before" in current.run.models and shown.stored(current.id)
    own = own and of_method(current.run.about.settings, "SOURCE_FIRST")
    return before(current) or ((current.id, "before") if own else None)


def method_name(about: About) -> str:
    """How a run's method is called on the page, with what tells two runs of one method apart."""
    chosen, field = about.settings, TransferSettings.model_fields["method"]
    usual = {name: knob.default for name, knob in union_members(field)[chosen["method"]].model_fields.items()}
    name = _(field.json_schema_extra["names"][chosen["method"]])
    return ", ".join([name, *_always(chosen), *_unusual(chosen, usual)])


def _always(chosen: dict[str, Any]) -> list[str]:
    """The knobs of a method that its name always carries."""
    frozen = {"none": _("nothing"), "first": _("first layer"), "convolutions": _("convolutions")}
    frozen["features"] = _("all but the last layer")
    words = {
        "lam": lambda value: f"λ = {value:g}",
        "shots": _("{} labels per class").format,
        "encoder_rate": _("rate {:g}").format,
        "start": {"dann": _("from DaNN"), "source": _("from source only")}.get,
        "frozen": lambda value: _("{} frozen").format(frozen[value]),
    }
    return [say(chosen[name]) for name, say in words.items() if name in chosen]


def _unusual(chosen: dict[str, Any], usual: dict[str, Any]) -> list[str]:
    """Those that are told only where they are not as the method has them."""
    words = {
        "schedule": {"rising": _("rising"), "constant": _("constant")}.get,
        "gamma": lambda value: f"γ = {value:g}",
        "kernels": _("{} kernels").format,
        "rounds": _("{} rounds").format,
        "statistics": {"shared": _("shared statistics"), "own": _("own statistics")}.get,
        "granted": _("{} granted per class").format,
    }
    usual = usual | {"statistics": "own", "granted": 0}
    return [say(chosen[name]) for name, say in words.items() if chosen.get(name, usual.get(name)) != usual.get(name)]


@st.cache_data(max_entries=64, show_spinner=False)
def targets(run_id: str) -> tuple[list[int], list[float]]:
    """Accuracy on the target in percent, of the pictures that a look asks, against training steps."""
    steps, columns = table(runs.load(run_id).events)
    found = {step: value for step, value in zip(steps, columns["target"]) if value is not None}
    return list(found), list(found.values())


def summary_of(run_id: str) -> dict[str, Any]:
    """What a stored run measured at its end; nothing when it has been deleted meanwhile."""
    try:
        return runs.load(run_id).about.summary
    except RunError:
        return {}


def target_tests(current: Shown) -> dict[str, digit.Tests]:
    """The target's test pictures alone, by their name on the page."""
    name, found = list(tests(current).items())[-1]
    return {name: found}


def ends(settings: Any) -> Any:
    """The two domains of a run's settings; the test parts are whole. `core.transfer.domains.Pair`, shared."""
    from core.transfer import domains

    return domains.domains(settings.target)


@st.cache_data(max_entries=32, show_spinner=False)
def answers(run_id: str, model: str, part: str, _settings: Any) -> np.ndarray:
    """Probabilities (N, classes) of a stored network on the target's "test" part, or on the "train" part as the run had it."""
    from core import nets
    from core.transfer import domains

    target = ends(_settings).target if part == "test" else domains.pair(_settings).target
    x = target.test_x if part == "test" else target.train_x
    return nets.predict(runs.load(run_id).net(model), x).softmax(1).numpy().copy()


def confusion(run_id: str, model: str, settings: Any) -> np.ndarray | None:
    """(classes, classes) counts on the target's test part, rows true: as a run stored it, or counted now."""
    stored = pictures.CONFUSION.all(runs.load(run_id).events) if model == "model" else []
    if stored:
        return np.array(stored[-1].array)
    import torch

    from core import loop

    said = torch.from_numpy(answers(run_id, model, "test", settings))
    return loop.confusion(ends(settings).target.test_y, said.argmax(1), said.shape[1])


@st.cache_data(max_entries=32, show_spinner=False)
def label_shift(run_id: str, model: str, _settings: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Shares in percent of each class (classes,) among a network's answers to the target's training pictures, and what black-box
    shift estimation makes of them (None where it cannot)."""
    from core.loop import confusion as counted
    from core.nets import predict
    from core.transfer import judge

    said, source = answers(run_id, model, "train", _settings), ends(_settings).source
    on_source = predict(runs.load(run_id).net(model), source.test_x).argmax(1)
    answered = np.bincount(said.argmax(1), minlength=said.shape[1]) / len(said)
    shares = judge.label_shares(counted(source.test_y, on_source, said.shape[1]), answered)
    return 100 * answered, None if shares is None else 100 * shares


def spearman(a: np.ndarray, b: np.ndarray) -> float | None:
    """Rank correlation in [−1, 1]; None of fewer than three pairs, or where one side never changes."""
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return rank_correlation(a, b)


@st.cache_data(max_entries=32, show_spinner=False)
def on_stroke(run_id: str, model: str, _settings: Any) -> tuple[np.ndarray, float]:
    """Share in percent of a network's map that lies on the digit's stroke, of each of 200 test pictures (200,), and the share
    of all pixels that the strokes cover.

    Only for targets that keep the strokes: there the digit of the same number in MNIST's test part is known. See `_gradients`.
    """
    import torch

    from core.data import digits

    each = torch.stack([torch.nonzero(digits.load().test_y == c).flatten()[: ASKED // 10] for c in range(10)]).flatten()
    ink = (digits.load().test_x[each] > INK).squeeze(1)
    values = _gradients(runs.load(run_id).net(model), ends(_settings).target.test_x[each], _settings.target.name)
    whole = values.sum((1, 2)).clamp(min=1e-12)
    return (100 * (values * ink).sum((1, 2)) / whole).numpy().copy(), 100 * float(ink.float().mean())


def _gradients(net: Any, x: Any, target: str) -> Any:
    """|input × gradient| of each picture's first answer, colours summed: x (N, C, H, W) to (N, H, W).

    Of inverted digits the gradient alone: their strokes are black, where the product is zero whatever the network does.
    """
    x = x.clone().requires_grad_(True)
    logits = net.requires_grad_(False)(x)
    logits.max(1).values.sum().backward()
    values = x.grad if target == "inverted" else x.detach() * x.grad
    return values.sum(1).abs()
