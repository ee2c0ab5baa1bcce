"""The base of every lab's settings: one field declares default, bounds, unit, help and formula symbol.

From these fields, and nowhere else, come the widget, its help, the URL parameter, the command-line flag, the
message for a bad value, and the generated tests that try bad values. A choice that brings knobs of its own is a
discriminated union on the field `name`: method = "distill" brings T, α and β.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, ClassVar, Literal, Self, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

S = TypeVar("S", bound=BaseModel)
MOST_NAMED = 5  # unknown names that one sentence quotes
ASCENDING = "|".join(
    str(first) + "".join(f"{more}?" for more in range(first + 1, 10)) for first in range(10)
)  # digits, none twice


class BadSettings(ValueError):
    """One clear sentence for each wrong value: what is wrong and what is accepted. names: the knobs that are wrong."""

    def __init__(self, sentences: list[str], names: set[str] = frozenset()):
        super().__init__(" ".join(sentences))
        self.sentences, self.names = sentences, names


def knob(
    default: Any,
    label: str,
    help: str,
    *,
    unit: str = "",
    symbol: str = "",
    step: float | None = None,
    log: bool = False,
    names: Mapping[Any, str] | None = None,
    source: str = "",
    form: str = "",
    fine: bool = False,
    **bounds: Any,
) -> Any:
    """Declares one setting.

    label: its name on the page. help: one sentence. unit: shown after the value. symbol: its letter in the formula.
    step: distance of neighbouring slider positions. log: the slider is logarithmic. names: how the choices are called.
    source: the choices are runs of this kind in the store. form: what a text must look like, in words. bounds: ge and
    le of a number, pattern and max_length of a text, as in pydantic.
    """
    extra = {
        "unit": unit,
        "symbol": symbol,
        "step": step,
        "log": log,
        "names": dict(names or {}),
        "source": source,
        "form": form,
        "fine": fine,
    }
    return Field(default, title=label, description=help, json_schema_extra=extra, **bounds)


class Frozen(BaseModel):
    """Settings never change, unknown names are refused, defaults are checked like any other value."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


class Settings(Frozen):
    """What every lab's run has. A lab adds its own fields and its METRICS; TURNABLE knobs may be turned while it runs."""

    TURNABLE: ClassVar[tuple[str, ...]] = ()
    ALIASES: ClassVar[
        Mapping[str, str]
    ] = {}  # what a setting was called once → its name; old links, flags and runs go on

    seed: int = knob(
        0,
        "Seed",
        "Random numbers start here: the same settings with the same seed give the same run.",
        ge=0,
        le=9999,
        step=1,
        fine=True,
    )

    @property
    def verb(self) -> str:
        """What the button says that starts such a run."""
        return "Train"

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> Mapping[str, str]:
        """Knobs that change nothing beside the other choices, name → why in a sentence. chosen: flat, as the knobs stand."""
        return {}


class Repeated(Settings):
    """Settings of a lab of which some runs train several seeds at once; `idle` says of the others why they do not."""

    seeds: Literal[1, 5] = knob(
        1,
        "Seeds at once",
        "How many networks learn side by side, each from a seed of its own, from the chosen seed on. Numbers are their means "
        "with the standard deviation; pictures and networks are those of the first.",
        fine=True,
    )

    @property
    def together(self) -> int:
        """How many seeds learn side by side."""
        return 1 if "seeds" in self.idle(flatten(self)) else self.seeds

    def each(self) -> list[Self]:
        """The settings of every one of them alone."""
        return [self.model_copy(update={"seed": self.seed + i, "seeds": 1}) for i in range(self.together)]


@dataclass(frozen=True)
class Chance:
    """What a trivial rival reaches in a score.

    value: in the metric's unit; a function of the run's settings where it depends on them (None: these settings have none).
    who: the rival, as the page names it: “guessing”, “uniform noise”, “a random order” …
    """

    value: float | Callable[[Any], float | None]
    who: str = "guessing"

    def of(self, settings: "Settings") -> float | None:
        """The rival's value for a run with these settings."""
        return self.value(settings) if callable(self.value) else self.value


TEN_DIGITS = Chance(10.0)  # accuracy over ten equally frequent classes
COIN = Chance(50.0)  # AUROC of random scores, and accuracy over two equally frequent classes
UNDECLARED = Chance(float("nan"), "")
SCORED = ("%", "points")  # units of numbers that look like a score, so that each has to say what chance is


SPREAD = "_sd"  # after a metric's name: its standard deviation over the seeds that learn side by side in one run


@dataclass(frozen=True)
class Metric:
    """How a number that a run reports is called and drawn.

    role: its place in the colour grammar: before (source, real, teacher), after (target, fake, student), danger,
    control (the honest comparison) or neutral; task1 … task10 for the tasks of a stream, whole for what sums up the
    others. chart: metrics of the same chart share one picture. log: its scale. top: what is larger may run out of the picture.
    chance: what a trivial rival reaches; every number in “%” or “points” says it, or says None because it is no score.
    front: whether it may stand among the few numbers below the picture, a function of the run's settings where it depends on
    them; not where a trivial rival always wins. What is no score stands there only where such a function says so.
    """

    label: str
    unit: str = ""
    role: str = "after"
    chart: str = "accuracy"
    log: bool = False
    top: float | None = None
    front: bool | Callable[[Any], bool] = True
    chance: Chance | None = UNDECLARED

    def __post_init__(self) -> None:
        if self.unit in SCORED and self.chance is UNDECLARED:
            raise TypeError(
                f"“{self.label}” is a number in {self.unit}: say what chance is, or that it is no score (chance=None)."
            )

    @property
    def stands(self) -> bool:
        """Whether it belongs among the few numbers below the picture at all."""
        return self.unit in SCORED or callable(self.front)

    def leads(self, settings: "Settings | None") -> bool:
        """Whether it may stand among the few numbers below the picture of a run; settings: None where they are not known."""
        return bool(self.front) if settings is None or not callable(self.front) else self.front(settings)


@dataclass(frozen=True)
class Scene:
    """A named preset; its title, question and answer stand in the lab's lecture text under the same slug.

    knobs: the three to six settings that it is about, by their flat names, in the order in which a page shows them.
    more: it stands under “More scenes”, not in the line of the three to five that a lecture begins with.
    """

    slug: str
    settings: Settings
    knobs: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True)
class Formula:
    """A formula of the lecture beside the function that computes it; a test holds the two together."""

    title: str
    latex: str
    function: Callable[..., Any]


def flat_fields(model: type[BaseModel], chosen: Mapping[str, Any] = {}) -> Iterator[tuple[str, FieldInfo]]:
    """Every knob of `model` as (name, field), those of the chosen member of each union after the union itself."""
    for name, field in model.model_fields.items():
        yield name, field
        if members := union_members(field):
            choice = _text(chosen.get(name, default_of(field)))
            member = members.get(choice, next(iter(members.values())))
            for inner, inner_field in member.model_fields.items():
                if inner != "name":
                    yield inner, inner_field


def every_field(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Every knob of `model` by name, those of all members of its unions; the first to declare a name speaks for all."""
    fields = dict(model.model_fields)
    for field in model.model_fields.values():
        for member in union_members(field).values():
            fields |= {name: f for name, f in member.model_fields.items() if name not in fields and name != "name"}
    return fields


def union_members(field: FieldInfo) -> dict[str, type[BaseModel]]:
    """The members of a discriminated union by their name; empty for any other field."""
    if get_origin(field.annotation) not in (Union, UnionType):
        return {}
    return {get_args(member.model_fields["name"].annotation)[0]: member for member in get_args(field.annotation)}


def titles(union: Any) -> dict[str, str]:
    """What the members of a discriminated union are called, by their names: each says so itself, as its TITLE."""
    return {member.model_fields["name"].default: member.TITLE for member in get_args(union)}


def choices_of(field: FieldInfo) -> tuple[Any, ...]:
    """The allowed values of a choice, or of a discriminated union; empty for a number or a text."""
    if members := union_members(field):
        return tuple(members)
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def default_of(field: FieldInfo) -> Any:
    """The default as a plain value (for a union: the name of its default member)."""
    # not by get_default: it makes a copy of the whole default member
    default = field.default_factory() if field.default_factory else field.default
    return default.name if isinstance(default, BaseModel) else default


def extra(field: FieldInfo, name: str) -> Any:
    """What `knob` was told: unit, symbol, step, log, names, source or form."""
    return (field.json_schema_extra or {}).get(name)


def bounds_of(field: FieldInfo) -> tuple[float | None, float | None]:
    """The smallest and the largest allowed value, None where there is none."""
    low = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    return low, high


def flatten(settings: BaseModel) -> dict[str, Any]:
    """Settings as one flat dictionary of plain values, by the names that URL and command line use."""
    flat = {}
    for name, value in settings:
        if isinstance(value, BaseModel):
            flat[name] = value.name
            flat |= {inner: v for inner, v in value if inner != "name"}
        else:
            flat[name] = value
    return flat


def renamed(model: type[BaseModel], flat: Mapping[str, Any]) -> dict[str, Any]:
    """A flat dictionary with today's names of the settings; where both names are given, today's counts."""
    aliases = getattr(model, "ALIASES", {})
    return {aliases.get(name, name): value for name, value in flat.items() if aliases.get(name) not in flat}


def build(model: type[S], flat: Mapping[str, Any]) -> S:
    """Settings from a flat dictionary whose values may be text (from a URL, a form, a command line).

    Raises BadSettings with a sentence for every value that is unknown, unreadable or out of bounds.
    """
    flat = renamed(model, flat)
    known, anywhere = dict(flat_fields(model, flat)), set()
    values = {name: _choice(field, flat[name]) for name, field in known.items() if name in flat}
    nested: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if members := union_members(field):
            choice = values.get(name, default_of(field))
            if _text(choice) in members:
                inner = members[choice].model_fields
                nested[name] = {"name": choice} | {k: values[k] for k in inner if k != "name" and k in values}
            else:  # nobody can say which knobs this unknown choice would bring
                nested[name], anywhere = {"name": choice}, set(every_field(model))
        elif name in values:
            nested[name] = values[name]
    unknown = {name for name in flat if name not in known and name not in anywhere}
    strangers = _strangers([name for name in flat if name in unknown], known)
    try:
        settings = model.model_validate(nested)
    except ValidationError as error:
        wrong = error.errors()
        raise BadSettings(
            strangers + [_sentence(known, e) for e in wrong], unknown | {_knob(e) for e in wrong}
        ) from None
    if strangers:
        raise BadSettings(strangers, unknown)
    return settings


def base_of(start: BaseModel, given: Mapping[str, Any]) -> dict[str, Any]:
    """What other values are laid over: the settings `start`, flat; where `given` chooses another member of a union, with that
    member's defaults in place of the knobs of the one that leaves."""
    base = flatten(start)
    for union, field in type(start).model_fields.items():
        members = union_members(field)
        if members and (choice := str(given.get(union, base[union]))) != base[union] and choice in members:
            left, come = members[base[union]].model_fields, members[choice].model_fields
            base = {name: value for name, value in base.items() if name not in left} | {union: choice}
            base |= {name: default_of(inner) for name, inner in come.items() if name != "name"}
    return base


def laid_over(start: S, given: Mapping[str, Any]) -> S:
    """`start` with other values for some knobs. Raises BadSettings as `build` does."""
    return build(type(start), base_of(start, given) | given)


def _strangers(names: list[str], known: Mapping[str, FieldInfo]) -> list[str]:
    """One sentence about all names that are no setting, for the list of those that are is long; none when there are none."""
    quoted = ", ".join(f"“{_shown(name)}”" for name in names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    there = ", ".join(known)
    if len(names) > 1:
        return [f"{quoted} are not settings here; known are {there}."]
    return [f"{quoted} is not a setting here; known are {there}."] if names else []


def accepted(field: FieldInfo) -> str:
    """What a field accepts, in words: “a whole number from 1 to 20”."""
    if choices := choices_of(field):
        return f"one of {', '.join(str(c) for c in choices)}"
    if form := extra(field, "form"):
        return form
    low, high = bounds_of(field)
    kind = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[field.annotation]
    if low is None or high is None:
        return kind
    return (
        f"a whole number from {low:g} to {high:g}" if field.annotation is int else f"a number from {low:g} to {high:g}"
    )


def _choice(field: FieldInfo, value: Any) -> Any:
    """A choice given as text is the choice it spells (a URL says “3” for 3); anything else stays what it is."""
    return next((choice for choice in choices_of(field) if str(choice) == value), value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _shown(value: Any) -> str:
    """What somebody typed, fit to stand in a sentence: one line, printable, short."""
    return "".join(c if c.isprintable() else " " for c in str(value)[:40]).strip()


def _knob(error: Mapping[str, Any]) -> str:
    """The knob that pydantic complains of; empty when it is about several together."""
    place = error["loc"]  # (knob,), or (union, member, knob)
    return str(place[-1]) if len(place) in (1, 3) else ""


def _sentence(known: Mapping[str, FieldInfo], error: Mapping[str, Any]) -> str:
    name = _knob(error)
    if name not in known:
        return f"The settings do not fit together: {error['msg'].removeprefix('Value error, ').rstrip('.')}."
    field, value = known[name], error["input"]
    if union_members(field):
        value = value["name"]
    return f"“{_shown(value)}” does not fit {field.title} ({name}): it accepts {accepted(field)}."


def key(lab: str, settings: BaseModel, code: str) -> str:
    """A name that equal work shares: the lab and a hash of its settings and of the code version."""
    flat = {name: value + 0.0 if isinstance(value, float) else value for name, value in flatten(settings).items()}
    text = json.dumps([lab, flat, code], sort_keys=True)  # + 0.0 because −0.0 equals 0.0 but is written differently
    return f"{lab}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
