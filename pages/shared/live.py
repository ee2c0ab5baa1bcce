"""The live picture of a lab page: the six buttons, progress, numbers and curves. Polls only while something trains."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import randrange

import streamlit as st

from core import jobs
from core.events import Started, Warned
from core.jobs import JobError
from core.runs import RunError
from core.settings import BadSettings, Metric, Settings, flatten, union_members
from pages.shared import chart, figures, knobs, shown, status
from pages.shared.shown import Shown
from pages.shared.words import _, plain

MOMENT = 0.3  # seconds that a press of the first button waits for a run that may be so short
STILL = 1.0  # seconds between two looks at a paused run: what is seldom drawn anew never swallows a press of Step
FEW = 2  # level lines of trivial rivals in one picture: more would hide the curves
POLL = 0.4  # seconds between two looks at a live run; longer when many look


@dataclass(frozen=True)
class Look:
    """How a lab's live picture is made: its METRICS, its own pictures under the curves or above them, the verb of the
    button that starts a run, where it depends on the knobs a function of them, and the seconds between two redraws."""

    metrics: Mapping[str, Metric]
    pictures: Callable[[Shown], None] | None = None
    pictures_first: bool = False
    verb: str | Callable[[Settings], str] = "Train"
    poll: float = POLL


def panel(lab: str, settings: Settings, look: Look, trouble: str = "") -> Shown:
    """Draws the live picture of the run that the page shows, and returns that run.

    trouble: why the knobs cannot be trained with as they stand; it is said beside the button that would.
    """
    current = now(lab)
    every = None
    if current.live:
        _turn(lab, current, settings)
        every = STILL if current.view.state == "paused" else min(3.0, look.poll + 0.05 * current.view.viewers)
    st.fragment(_panel, run_every=every)(lab, settings, look, current, trouble)
    return current


def _follow(lab: str, current: Shown) -> None:
    """A run whose knobs were turned is stored under another name: that of the settings that do it again."""
    if (
        current.run
        and current.run.about.id != current.id
        and not current.view.message
        and shown.stored(current.run.about.id)
    ):
        st.session_state[f"{lab}/run"] = current.run.about.id


def _turn(lab: str, current: Shown, settings: Settings) -> None:
    """Knobs of a live run that may be turned while it goes on, and that the visitor has just turned."""
    if current.view.state == "queued" or not settings.TURNABLE or not _same_union(current, settings):
        return
    asked = st.session_state.setdefault(f"{lab}/asked", {})
    if asked.get("run") != current.id:
        asked.clear()
        asked |= {"run": current.id} | flatten(current.standing)
    today = flatten(settings)
    values = {name: today[name] for name in settings.TURNABLE if name in today and today[name] != asked.get(name)}
    if values:
        st.session_state[f"{lab}/said"] = jobs.turn(current.id, shown.viewer(), values)
        asked |= values


def _same_union(current: Shown, settings: Settings) -> bool:
    """Whether both have the same kinds of world and method: of another kind, equal names are other knobs."""
    unions = [name for name, field in type(settings).model_fields.items() if union_members(field)]
    return all(getattr(current.settings, name).name == getattr(settings, name).name for name in unions)


def now(lab: str) -> Shown:
    """The run that the page shows: the visitor's, or the scene's shipped one."""
    run_id = st.session_state[f"{lab}/run"]
    try:
        return shown.find(run_id, lab) or shown.find(shown.scene_id(lab, st.session_state[f"{lab}/scene"]))
    except RunError:
        st.session_state[f"{lab}/run"] = None
        return shown.find(shown.scene_id(lab, st.session_state[f"{lab}/scene"]))


def _panel(lab: str, settings: Settings, look: Look, drawn: Shown, trouble: str) -> None:
    """drawn: the run as it was when the whole page was drawn."""
    current = now(lab)
    _follow(lab, current)
    turned = st.session_state.pop(f"{lab}/turned", False)
    if turned or _rhythm(current) != _rhythm(drawn):
        st.rerun()  # the whole page: a knob has moved, the polling starts, ends or slows down, or the tabs open another run
    verb = look.verb if isinstance(look.verb, str) else look.verb(settings)
    _buttons(lab, settings, current, verb, possible=not trouble)
    if trouble:
        st.warning(plain(trouble), icon=":material/tune:")
    if sentence := st.session_state.get(f"{lab}/said"):  # until the next press of a button
        st.info(plain(sentence), icon=":material/info:")
    status.draw(current, settings, verb)
    for warned in [e for e in current.events if isinstance(e, Warned)][-2:]:
        st.warning(warned.sentence, icon=":material/warning:")
    if current.empty:
        current = _stand_in(lab, current)
    with shown.foreign(current):
        _numbers(current, look.metrics)
        if look.pictures and look.pictures_first:
            look.pictures(current)
        _charts(lab, current, look.metrics)
        if look.pictures and not look.pictures_first:
            look.pictures(current)


def _stand_in(lab: str, current: Shown) -> Shown:
    """The scene's shipped run, for as long as the visitor's has measured nothing; and what is shown, in words."""
    scene = _quiet(shown.scene_id(lab, st.session_state[f"{lab}/scene"]), lab)
    if scene is None or scene.id == current.id:
        return current
    change = status.differences(scene, current.settings) if current.settings else ""
    sentence = (
        _("Meanwhile, this is the shipped run of the scene.")
        if current.live
        else _("Nothing was measured. This is the shipped run of the scene.")
    )
    st.caption(f"{sentence} {_('Your run has other knobs')}: {change}." if change else sentence)
    return scene


def _rhythm(current: Shown) -> tuple[str, bool, bool]:
    """What the polling depends on: the run, whether it lives, whether it is paused."""
    return current.id, current.live, current.live and current.view.state == "paused"


def _buttons(lab: str, settings: Settings, current: Shown, verb: str, possible: bool) -> None:
    """Train (or the lab's own verb) · Pause · Step · Stop · Reset · New seed. All of one width: none moves under the hand.

    possible: whether a run can begin with the knobs as they stand.
    """
    state = current.view.state if current.live else "idle"
    paused, own = state == "paused", st.session_state[f"{lab}/run"] is not None
    second = (
        ("pause", _("Go on"), "play_arrow", True, (_steer, lab, "run"), None)
        if paused
        else ("pause", _("Pause"), "pause", state == "running", (_steer, lab, "pause"), None)
    )
    step = (_steer, lab, "step") if paused else (_train, lab, type(settings), "step")
    buttons = [
        (
            "train",
            _(verb),
            "play_arrow",
            possible and state == "idle",
            (_train, lab, type(settings), "run"),
            _("{} with these knobs.").format(_(verb)),
        ),
        second,
        ("step", _("Step"), "skip_next", paused or (possible and state == "idle"), step, _("Go on until the next report, then wait.")),
        ("stop", _("Stop"), "stop", current.live, (_steer, lab, "stop"), None),
        ("reset", _("Reset"), "replay", own, (_reset, lab), _("Back to the scene. Knobs and seed stay as they are.")),
        (
            "new",
            _("New seed"),
            "casino",
            state == "idle",
            (_new_seed, lab),
            _("Other random numbers for the next run."),
        ),
    ]
    with st.container(horizontal=True, gap="xsmall"):
        for key, label, icon, enabled, (act, *args), tip in buttons:
            st.button(
                label,
                icon=f":material/{icon}:",
                type="primary" if key == "train" else "secondary",
                disabled=not enabled,
                key=f"{lab}/{key}",
                on_click=act,
                args=args,
                help=tip,
                width=108,
            )


def _train(lab: str, model: type[Settings], wish: str) -> None:
    """Trains with what the widgets show at this moment, even when the page has not been redrawn since a knob moved."""
    st.session_state[f"{lab}/said"] = ""
    try:
        settings = knobs.read(lab, model)
        jobs.give_way(shown.viewer())  # what the visitor left in another lab
        st.session_state[f"{lab}/run"] = jobs.start(lab, settings, shown.viewer(), wish)
        _first_news(st.session_state[f"{lab}/run"])
    except (JobError, BadSettings) as error:
        st.session_state[f"{lab}/said"] = str(error)


def _first_news(run_id: str, known: int = 0) -> None:
    """Waits a moment, so that what takes no longer is there with the first redraw, and not after two more. known: events before."""
    end = time.monotonic() + MOMENT
    while time.monotonic() < end:
        view = jobs.watch(run_id, shown.viewer())
        if view is None or not view.live or (view.state == "paused" and view.total > known):
            return
        time.sleep(0.02)


def _steer(lab: str, wish: str) -> None:
    run_id = st.session_state[f"{lab}/run"]
    before = jobs.watch(run_id, shown.viewer())
    sentence = st.session_state[f"{lab}/said"] = jobs.steer(run_id, shown.viewer(), wish)
    if wish == "step" and before and not sentence:
        _first_news(run_id, before.total)
    if sentence and wish == "stop":
        st.session_state[f"{lab}/run"] = None


def _reset(lab: str) -> None:
    leave(lab)
    st.session_state[f"{lab}/run"] = None


def leave(lab: str) -> None:
    """The visitor turns to something else: the run stops unless others watch it."""
    if run_id := st.session_state.get(f"{lab}/run"):
        jobs.steer(run_id, shown.viewer(), "stop")


def _new_seed(lab: str) -> None:
    st.session_state[knobs.key(lab, "seed")] = randrange(10_000)
    st.session_state[f"{lab}/turned"] = True  # the knob itself stands outside of this fragment


def _numbers(current: Shown, metrics: Mapping[str, Metric]) -> None:
    """The latest value of each percentage, large; below each score what its trivial rival reaches."""
    __, columns = current.table
    latest = {name: next((v for v in reversed(values) if v is not None), None) for name, values in columns.items()}
    names = [
        name for name, metric in metrics.items() if latest.get(name) is not None and metric.unit in ("%", "points")
    ][:4]
    with st.container(horizontal=True, gap="medium"):
        for name in names:
            metric = metrics[name]
            beside = shown.rival(metric, current.settings)
            st.metric(
                _(metric.label),
                f"{latest[name]:.1f} {_(metric.unit)}",
                delta=beside and f"{beside[0]}: {beside[1]:.3g} {_(metric.unit)}",
                delta_color="off",
                delta_arrow="off",
                width="content",
            )


def _levels(rivals: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The level lines of one picture, each height once, those of its leading scores; with their heights where one rival has
    several."""
    lines = list(dict.fromkeys(rivals))[:FEW]
    names = [who for who, __ in lines]
    return [(who if names.count(who) == 1 else f"{who}: {value:.3g}", value) for who, value in lines]


def _charts(lab: str, current: Shown, metrics: Mapping[str, Metric]) -> None:
    """One picture for each group of metrics that this run has measured, other chosen runs faint behind it."""
    others = [other for run_id in st.session_state.get(f"{lab}/compare", []) if (other := _quiet(run_id, lab))]
    __, columns = current.table
    groups = list(dict.fromkeys(metrics[name].chart for name in columns if name in metrics and metrics[name].chart))
    if not groups:
        return  # what it measures are single numbers, or pictures
    first, *more = groups
    left, right = st.columns([1.7, 1]) if more else (st.container(), None)
    with left:
        _chart(first, current, metrics, others, 340 if len(more) < 2 else 440)
    for group in more[:2]:
        with right:
            _chart(group, current, metrics, others, 340 if len(more) == 1 else 212)


def _chart(group: str, current: Shown, metrics: Mapping[str, Metric], others: list[Shown], height: int) -> None:
    steps, columns = current.table
    names = [name for name in metrics if name in columns and metrics[name].chart == group]
    lines = [figures.Line(_(metrics[n].label), metrics[n].role, steps, columns[n]) for n in names]
    for other in others:
        other_steps, other_columns = other.table
        lines += [
            figures.Line(
                f"{_(metrics[n].label)} · {other.id[-6:]}", metrics[n].role, other_steps, other_columns[n], faint=True
            )
            for n in names[:1]
            if n in other_columns
        ]
    units = {metrics[n].unit for n in names}
    title = _(group)[:1].upper() + _(group)[1:] if group.isascii() else group  # “Γ” would be another letter than “γ”
    title += f" ({_(units.pop())})" if len(units) == 1 and "" not in units else ""
    begun = next((e for e in current.events if isinstance(e, Started)), None)
    figure = figures.live(
        lines,
        _(begun.facts.get("axis", "training step")) if begun else "",
        title,
        height,
        end=begun and _end(current, begun.total_steps),
        log=any(metrics[n].log for n in names),
        switches=begun.facts.get("marks", []) if begun else [],
        whole=bool(begun and begun.facts.get("whole")),  # a run whose beginning is what one wants to see
        top=max((metrics[n].top for n in names if metrics[n].top), default=None),
        levels=_levels([rival for n in names if (rival := shown.rival(metrics[n], current.settings))]),
    )
    chart.show(
        figure,
        key=f"chart/{group}",
        alt=f"{title} {_('against')} {figures.title_of(figure, 'x')}: " + ", ".join(line.label for line in lines),
    )


def _end(current: Shown, total: int) -> int:
    """Where the x axis ends: with the run, which may be over before its last step."""
    steps, __ = current.table
    return steps[-1] if current.run and steps and steps[-1] else total


def _quiet(run_id: str, lab: str) -> Shown | None:
    try:
        return shown.find(run_id, lab)
    except RunError:
        return None
