"""Settings to widgets and URL. Everything shown here is declared in the lab's settings fields, nothing is repeated.

Widget keys are "<lab>/<name>"; URL parameters are the bare names, only those that differ from the default.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st
from pydantic.fields import FieldInfo

from core.settings import (
    BadSettings,
    Scene,
    Settings,
    base_of,
    bounds_of,
    build,
    choices_of,
    default_of,
    extra,
    flat_fields,
    flatten,
    laid_over,
    renamed,
    union_members,
)
from pages.parts import own
from pages.parts.state import LabState
from pages.parts.words import _, translate, translated, width, with_unit

GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "epsilon": "ε", "eta": "η", "lambda": "λ", "mu": "μ", "sigma": "σ"}
RESERVED = ("scene", "run", "tab", "view", "compare", "sweep", "lesson", "step", "present", "lecturer", "lang")
TRACKING = (
    "utm_",
    "mc_",
    "mtm_",
    "pk_",
    "matomo_",
    "hsa_",
    "_hs",
    "__hs",
    "_ga",
    "_gl",
    "oly_",
    "vero_",
    "stm_",
    "li_fat",
    "fb_",
    "ga_",
)
TRACKERS = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid igsh igshid twclid ttclid yclid ysclid rdt_cid epik sccid wickedid mkt_tok "
    "ref ref_src ref_url referrer source si s_kwcid srsltid irclickid cvid ocid trk share_id spm".split()
)
OWN = {
    "photo": own.photo,
    "drawing": own.digit,
    "digits": own.digits,
    "typed": own.typed,
}  # settings that the visitor makes
LONGEST = 1500  # letters of a value in the address; a photo is longer, and only its run's own address shows it
MANY = 60  # named numbers that still fit on a slider
AT_ONCE = 6  # knobs in the open
# letters that the names of two, three or four choices may have together to stand side by side in the column of knobs
BESIDE = {2: 22, 3: 22, 4: 18}


def key(lab: str, name: str) -> str:
    return f"{lab}/{name}"


def fill(lab: str, settings: Settings) -> None:
    """Puts settings into the widgets; call it before they are drawn (in a callback, or on the first run)."""
    state, flat = st.session_state, flatten(settings)
    before = {name: state[key(lab, name)] for name in flat if key(lab, name) in state}
    LabState(lab).stale = {name: (old, flat[name]) for name, old in before.items() if old != flat[name]}
    for name, value in flat.items():
        state[key(lab, name)] = value


def _fresh(lab: str, scene: Scene) -> None:
    """A knob that stood in the open and now lies in the closed drawer is on no page of the browser, which goes on to send the value
    that it had before the last `fill`: the new one stays until the drawer was open."""
    for name, (old, new) in LabState(lab).stale.items():
        if name not in scene.knobs and st.session_state.get(key(lab, name)) == old:
            st.session_state[key(lab, name)] = new


def read(lab: str, model: type[Settings]) -> Settings:
    """The settings that the widgets show now."""
    flat: dict[str, Any] = {}
    chosen = {name: st.session_state.get(key(lab, name), default_of(f)) for name, f in model.model_fields.items()}
    for name, field in flat_fields(model, chosen):
        value = st.session_state.get(key(lab, name))
        flat[name] = default_of(field) if value is None else clean(value)
    return build(model, flat)


def clean(value: Any) -> Any:
    """A slider counts steps, and 0.05 + 2 · 0.05 is 0.15000000000000002: another run than 0.15, for the same knob."""
    return float(f"{value:.10g}") if isinstance(value, float) else value


def from_url(model: type[Settings], start: Settings) -> tuple[Settings, list[str]]:
    """`start` changed by the URL's parameters, and a sentence for each parameter that does not fit (it is left out)."""
    given = {name: st.query_params[name] for name in st.query_params if name not in RESERVED and not tracks(name)}
    given = renamed(model, given)
    complaints: list[str] = []
    while given:  # leave out what does not fit, so that the rest still counts
        try:
            return laid_over(start, given), complaints
        except BadSettings as error:
            complaints += [s for s in error.sentences if s not in complaints]
            if not error.names & given.keys():
                break
            given = {name: value for name, value in given.items() if name not in error.names}
    return start, complaints


def tracks(name: str) -> bool:
    """Whether a parameter was hung on the link by a site that follows its readers: no setting was meant."""
    return name.lower() in TRACKERS or name.lower().startswith(TRACKING)


def to_url(settings: Settings, start: Settings, **more: str | None) -> dict[str, str]:
    """The URL parameters that reproduce `settings`, as `from_url` reads them on top of `start` (the scene): what differs.

    more: further parameters (scene, run), left out when None.
    """
    flat = flatten(settings)
    base = base_of(start, flat)
    changed = {n: f"{v:.10g}" if isinstance(v, float) else str(v) for n, v in flat.items() if v != base.get(n)}
    changed = {n: text for n, text in changed.items() if len(text) <= LONGEST}
    method = {n: str(flat[n]) for n in _unions(type(settings)) if flat[n] != flatten(start)[n]}
    return {name: value for name, value in more.items() if value} | method | changed


def with_long(settings: Settings, run: Settings | None) -> Settings:
    """The settings with what is too long for an address, such as a photo, taken from the run that the address names."""
    flat = flatten(settings)
    long = {n: v for n, v in flatten(run).items() if n in flat and len(str(v)) > LONGEST} if run else {}
    return build(type(settings), flat | long)


def _unions(model: type[Settings]) -> list[str]:
    return [name for name, field in model.model_fields.items() if union_members(field)]


def draw(lab: str, model: type[Settings], scene: Scene, stored: Callable[[str], Mapping[str, str]]) -> Settings:
    """The knobs that the scene is about, and in a drawer all others. stored: the runs of a kind to choose from, id → name."""
    _fresh(lab, scene)
    chosen = {
        name: st.session_state.get(key(lab, name), default_of(field)) for name, field in model.model_fields.items()
    }
    fields, idle = dict(flat_fields(model, chosen)), _idle(lab, model)
    main = _main(fields, scene)

    def place(name: str) -> None:
        more = {"on_change": _forget_inner, "args": (lab, fields[name])} if union_members(fields[name]) else {}
        widget(lab, name, fields[name], _stored(fields[name], stored), idle.get(name, ""), **more)

    with st.container(key="knobs-switch"):  # on a phone, where the knobs are closed at first
        st.toggle(_("Knobs"), key=f"{lab}/drawer")
    with st.container(key="knobs", gap="xsmall"):
        for name in main:
            place(name)
        with st.container(horizontal=True, gap="xsmall"):
            look = {"icon": ":material/tune:", "type": "tertiary", "key": f"{lab}/more", "on_change": "rerun"}
            drawer = st.popover(_("More knobs"), **look)
            with drawer, st.container(key="drawer", gap="xsmall"):
                for name in fields:
                    if name not in main:
                        _remind(key(lab, name))
                        place(name)
            st.button(
                _("Scene's knobs"),
                icon=":material/undo:",
                type="tertiary",
                key=f"{lab}/undo",
                disabled=_as_the_scene(lab, fields, scene),
                on_click=fill,
                args=(lab, scene.settings),
                help=_("Sets all knobs back to the scene's."),
            )
    if drawer.open:
        LabState(lab).stale = {}  # the browser has them all now
    return read(lab, model)


def _remind(where: str) -> None:
    """Sends a knob's value with every run: while the drawer is closed the browser has no widget that could have kept it."""
    if where in st.session_state:
        st.session_state[where] = st.session_state[where]


def _main(fields: Mapping[str, FieldInfo], scene: Scene) -> list[str]:
    """The knobs that stand in the open: the scene's, then those that another choice has brought with it, of these first what the
    visitor makes: without the photo an own photo cannot be attacked."""
    known = flatten(scene.settings)
    brought = [name for name in fields if name not in known and not extra(fields[name], "fine")]
    made = [name for name in brought if extra(fields[name], "source") in OWN]
    wanted = [name for name in scene.knobs if name in fields]
    return list(dict.fromkeys((*wanted, *made, *brought)))[: max(AT_ONCE, len(wanted) + len(made))]


def _as_the_scene(lab: str, fields: Mapping[str, FieldInfo], scene: Scene) -> bool:
    flat = flatten(scene.settings)
    return all(
        name in flat and clean(st.session_state.get(key(lab, name), flat[name])) == flat[name] for name in fields
    )


def _idle(lab: str, model: type[Settings]) -> Mapping[str, str]:
    """Which knobs do nothing as the others stand, and why; they are drawn, but cannot be turned."""
    chosen = {
        name: st.session_state.get(key(lab, name), default_of(field)) for name, field in model.model_fields.items()
    }
    inner = {name: st.session_state.get(key(lab, name), default_of(f)) for name, f in flat_fields(model, chosen)}
    return model.idle(chosen | inner)


def _stored(field: FieldInfo, stored: Callable[[str], Mapping[str, str]]) -> Mapping[str, str] | None:
    source = extra(field, "source")
    return stored(source) if source else None


def label_of(name: str, field: FieldInfo) -> str:
    """Name, symbol and unit: “Temperature T”. As plain text: a label is also what a screen reader says, and that reads no LaTeX.
    A subscript is left out: the name says whose it is."""
    symbol = (extra(field, "symbol") or "").partition("_")[0]
    symbol = re.sub(r"\\([a-z]+)", lambda found: GREEK.get(found[1], found[1]), symbol)
    unit = extra(field, "unit")
    title = translate(field.title or name)
    return with_unit(f"{title} {re.sub('[{}]', '', symbol)}" if symbol else title, unit or "")


def _forget_inner(lab: str, union: FieldInfo) -> None:
    """Another member of a union was chosen: its knobs start at their own defaults."""
    for member in union_members(union).values():
        for name in member.model_fields:
            st.session_state.pop(key(lab, name), None)


def widget(
    lab: str, name: str, field: FieldInfo, runs: Mapping[str, str] | None = None, why: str = "", **on_change: Any
) -> Any:
    """The widget that fits the field's type: choice, run, switch, logarithmic or plain slider, number.

    why: the reason why the knob does nothing now; it cannot be turned then.
    """
    label, tip, where = label_of(name, field), _(field.description or ""), key(lab, name)
    off = {"disabled": bool(why)}
    tip = _("{tip} **No effect here.** {why}").format(tip=tip, why=translate(why)) if why else tip
    # Every widget is told its value: where a click overtakes the page's first drawing, that is all that its browser hears of it.
    now = st.session_state.setdefault(where, default_of(field))
    low, high = bounds_of(field)
    if choices := choices_of(field):
        names = extra(field, "names") or {}
        letters = sum(width(translate(names.get(c, str(c)))) for c in choices)
        if side_by_side := letters <= BESIDE.get(len(choices), 0):
            more = {"required": True, "width": "stretch", "default": now}
        else:
            more = {"index": list(choices).index(now)}
        draw_choice = st.segmented_control if side_by_side else st.selectbox
        return draw_choice(
            label,
            choices,
            format_func=lambda c: translate(names.get(c, str(c))),
            key=where,
            help=tip,
            **off,
            **more,
            **on_change,
        )
    if field.annotation is bool:
        return st.toggle(label, now, key=where, help=tip, **off)
    if own_picture := OWN.get(extra(field, "source") or ""):
        return own_picture(label, where, tip)
    if field.annotation is str:
        names = translated(extra(field, "names") or {})
        known = {now: now} | names | dict(runs or {})
        return st.selectbox(label, list(known), 0, format_func=known.get, key=where, help=tip, **off)
    if name == "seed":
        return st.number_input(label, int(low), int(high), now, step=1, key=where, help=tip, **off)
    if extra(field, "log"):
        grid = log_grid(low, high, now, field.annotation)
        return st.select_slider(label, grid, now, format_func=lambda v: f"{v:g}", key=where, help=tip, **off)
    if names := extra(field, "names"):
        whole = range(int(low), int(high) + 1)
        choose, start = (st.select_slider, now) if len(whole) <= MANY else (st.selectbox, now - int(low))
        shown = {"format_func": lambda v: translate(names.get(v, str(v)))}
        return choose(label, whole, start, key=where, help=tip, **shown, **off)
    kind = field.annotation
    step = kind(extra(field, "step") or (1 if kind is int else (high - low) / 100))
    shape = "%d" if kind is int else "%g"
    return st.slider(label, kind(low), kind(high), kind(now), step=step, key=where, help=tip, format=shape, **off)


def log_grid(low: float, high: float, value: float, kind: type) -> list[float]:
    """About four positions a decade from `low` to `high`, and `value` itself wherever it lies."""
    count = max(2, round(4 * np.log10(high / low)) + 1) if low > 0 else 13
    start = low if low > 0 else high / 1e3
    grid = {kind(float(f"{v:.2g}")) for v in np.geomspace(start, high, count)}
    return sorted({v for v in grid if low <= v <= high} | {kind(low), kind(high), value})
