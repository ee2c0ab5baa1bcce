"""The stage of a lab page: buttons and progress, the picture with its curves, and the numbers. Polls only while something trains."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core import jobs, labs
from core.events import Metrics, Picture, Started
from core.runs import RunError
from core.settings import SCORED, SPREAD, Metric, Settings, flatten, union_members
from pages.parts import chart, controls, figures, shown, status, visitor
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.words import _, translate, with_unit

AT_ONCE = 4  # numbers below the picture
HARD = "\N{NO-BREAK SPACE}"  # no unit stands alone in a line
STILL = 1.0  # seconds between two looks at a paused run: what is seldom drawn anew never swallows a press of Step
FEW_WATCH, A_LOOK, LATEST = 3, 0.2, 10.0  # so many watch at full speed; then seconds more for each; and at most so many
FEW = 2  # level lines of trivial rivals in one picture: more would hide the curves


@dataclass(frozen=True)
class LivePicture:
    """How a lab's live picture is made: the picture of its topic, and what else stands beside it above one curve (a function
    that returns whether it drew something). Both draw in shares of the stage's height (`chart.show`). A picture that holds
    curves itself returns their groups: they are not drawn again beside it."""

    picture: Callable[[Shown], Sequence[str] | None] | None = None
    beside: Callable[[Shown], bool] | None = None


def panel(lab: str, settings: Settings, live_picture: LivePicture, trouble: str = "") -> Shown:
    """Draws the live picture of the run that the page shows, and returns that run.

    trouble: why the knobs cannot be trained with as they stand; it is said beside the button that would.
    """
    current = now(lab)
    every = None
    if current.live:
        _turn(lab, current, settings)
        every = _every(current, labs.of(lab).poll)
    st.fragment(_panel, run_every=every)(lab, settings, live_picture, current, trouble)
    return current


def _every(current: Shown, poll: float) -> float:
    """Seconds between two looks at a live run. Each look costs the server a tenth of a second that the training would like to
    have, so of many who watch all but the owner look seldom."""
    if current.view.state == "paused":
        return STILL
    if current.view.owner == visitor.visitor() or current.view.viewers <= FEW_WATCH:
        return min(LATEST, poll + 0.05 * current.view.viewers)
    return min(LATEST, poll + A_LOOK * current.view.viewers)


def _follow(lab: str, current: Shown) -> None:
    """A run whose knobs were turned is stored under another name: that of the settings that do it again."""
    if (
        current.run
        and current.run.about.id != current.id
        and not current.view.message
        and shown.stored(current.run.about.id)
    ):
        LabState(lab).run = current.run.about.id


def _turn(lab: str, current: Shown, settings: Settings) -> None:
    """Knobs of a live run that may be turned while it goes on, and that the visitor has just turned."""
    if current.view.state == "queued" or not settings.TURNABLE or not _same_union(current, settings):
        return
    if LabState(lab).asked.get("run") != current.id:
        LabState(lab).asked = {"run": current.id} | flatten(current.standing)
    asked = LabState(lab).asked
    today = flatten(settings)
    values = {name: today[name] for name in settings.TURNABLE if name in today and today[name] != asked.get(name)}
    if values:
        LabState(lab).said = jobs.turn(current.id, visitor.viewer(), values)
        LabState(lab).asked = asked | values


def _same_union(current: Shown, settings: Settings) -> bool:
    """Whether both have the same kinds of world and method: of another kind, equal names are other knobs."""
    unions = [name for name, field in type(settings).model_fields.items() if union_members(field)]
    return all(getattr(current.settings, name).name == getattr(settings, name).name for name in unions)


def now(lab: str) -> Shown:
    """The run that the page shows: the visitor's, or the scene's shipped one."""
    run_id = LabState(lab).run
    try:
        return shown.find(run_id, lab) or shown.find(shown.scene_id(lab, LabState(lab).scene))
    except RunError:
        LabState(lab).run = None
        return shown.find(shown.scene_id(lab, LabState(lab).scene))


def _panel(lab: str, settings: Settings, live_picture: LivePicture, drawn: Shown, trouble: str) -> None:
    """drawn: the run as it was when the whole page was drawn."""
    current = now(lab)
    _follow(lab, current)
    turned = LabState(lab).forget("turned")
    if turned or _rhythm(current) != _rhythm(drawn):
        st.rerun()  # the whole page: a knob has moved, the polling starts, ends or slows down, or the tabs open another run
    with st.container(key="controls", horizontal=True, vertical_alignment="center", gap="xsmall"):
        controls.draw(lab, settings, current, possible=not trouble)
        with st.container(key="status"):
            status.draw(current)
    scene = _quiet(shown.scene_id(lab, LabState(lab).scene), lab)
    drawing = scene if scene and _begins(current, scene) else current
    with st.container(key="notices", gap=None):
        status.notices(lab, current, drawing, settings, trouble)
    with shown.foreign(drawing):
        with st.container(key="picture"), chart.stills_of(drawing.id):
            _picture(lab, drawing, live_picture, scene)
        with st.container(key="numbers", horizontal=True, gap="medium"):
            _numbers(drawing, scene, labs.of(lab).metrics)


def _picture(lab: str, current: Shown, live_picture: LivePicture, scene: Shown | None) -> None:
    """What the topic is about, large; beside it what else the lab has to show, and the curves."""
    groups = _groups(current, labs.of(lab).metrics, scene)
    if live_picture.picture is None or not (groups or live_picture.beside):
        (live_picture.picture or (lambda current: _charts(lab, current, labs.of(lab).metrics, groups[:1], 1.0)))(
            current
        )
        return
    left, right = st.columns([1.55, 1], gap="small")
    with left:
        own = live_picture.picture(current) or ()
        groups = [group for group in groups if group not in own]
    with right, st.container(key="curves", gap=None):
        beside = live_picture.beside is not None and live_picture.beside(current)
        slots = 1 if beside else 2
        chosen = groups if len(groups) <= slots else [_choice(lab, groups)]
        _charts(lab, current, labs.of(lab).metrics, chosen, 0.5 if beside else 1 / max(1, len(chosen)))


def _choice(lab: str, groups: Sequence[str]) -> str:
    """Which curves to draw, where there is no room for all; the style sheet takes its height off the charts'."""
    where = f"{lab}/curves"
    if st.session_state.get(where) not in groups:
        st.session_state[where] = groups[0]
    with st.container(key="choice"):
        return st.segmented_control(
            _("Curves"), groups, format_func=_name_of, key=where, required=True, label_visibility="collapsed"
        )


def _name_of(group: str) -> str:
    """A group of metrics as a title; “Γ” would be another letter than “γ”."""
    name = _(group)
    return name[:1].upper() + name[1:] if group.isascii() else group


def _groups(current: Shown, metrics: Mapping[str, Metric], scene: Shown | None) -> list[str]:
    """The groups of metrics that this run has measured, one chart each; of a live run those of the scene's run as well, which it
    will measure before long: nothing moves when the first number comes."""
    __, columns = current.table
    columns = [*(scene.table[1] if _alike(current, scene) else ()), *columns]
    return list(dict.fromkeys(metrics[name].chart for name in columns if name in metrics and metrics[name].chart))


def _alike(current: Shown, scene: Shown | None) -> bool:
    """Whether a run is live that will measure what the scene's run did: one of the same kinds of world and method."""
    known = scene is not None and scene.settings is not None and current.settings is not None
    return current.live and known and _same_union(scene, current.settings)


def _begins(current: Shown, scene: Shown) -> bool:
    """Whether nothing was measured yet, or of the first report only a part has come: then what the scene's run says of its own
    first step is still missing, and to draw the run without it would take figures away for a moment."""
    if current.empty or not _alike(current, scene):
        return current.empty
    first = next(event.step for event in current.events if isinstance(event, (Metrics, Picture)))
    return current.events[-1].step == first and not _kinds(scene, first) <= _kinds(current, first)


def _kinds(run: Shown, step: int) -> set[tuple[type, str]]:
    """Of what kinds the events of one step are."""
    return {
        (type(e), getattr(e, "name", "")) for e in run.events if isinstance(e, (Metrics, Picture)) and e.step == step
    }


def _rhythm(current: Shown) -> tuple[str, bool, bool]:
    """What the polling depends on: the run, whether it lives, whether it is paused."""
    return current.id, current.live, current.live and current.view.state == "paused"


def _numbers(current: Shown, scene: Shown | None, metrics: Mapping[str, Metric]) -> None:
    """The latest value of each score, with what its trivial rival reaches, and its change against the scene's run."""
    latest, before = _latest(current), _latest(scene) if scene and scene.id != current.id else {}
    known = (
        latest | before if _alike(current, scene) else latest
    )  # what the scene measures too has its place from the beginning
    scores = {name: metric for name, metric in metrics.items() if name in known and metric.stands}
    names = [name for name, metric in scores.items() if metric.leads(current.settings)]
    for name in names[:AT_ONCE]:
        metric, rival = metrics[name], shown.rival(metrics[name], current.settings)
        unit, digits = _(metric.unit), 1 if metric.unit in SCORED else 3
        spread = _sd(latest, name, digits)
        change = (
            round(latest[name] - before[name], digits) + 0.0
            if name in latest and name in before and not spread
            else None
        )  # no −0.0; nothing beside a mean of several seeds, since the scene's run has one
        st.metric(
            "\n".join([translate(metric.label), *([f"{rival[0]}: {rival[1]:.3g}{HARD}{unit}"] if rival else [])]),
            f"{latest[name]:.{digits}f}{spread} {unit}".rstrip() if name in latest else "–",
            delta=None if change is None else _("{} vs scene").format(f"{change:+.{digits}f}"),
            delta_color="off",
            width="content",
        )


def _sd(latest: Mapping[str, float], name: str, digits: int) -> str:
    """Behind the mean of several seeds their standard deviation."""
    return f" ± {latest[name + SPREAD]:.{digits}f}" if name + SPREAD in latest else ""


def _latest(current: Shown) -> dict[str, float]:
    """The last value that each metric had."""
    __, columns = current.table
    ends = {name: next((v for v in reversed(values) if v is not None), None) for name, values in columns.items()}
    return {name: value for name, value in ends.items() if value is not None}


def _levels(rivals: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The level lines of one picture, each height once, those of its leading scores; with their heights where one rival has
    several."""
    lines = list(dict.fromkeys(rivals))[:FEW]
    names = [who for who, __ in lines]
    return [(who if names.count(who) == 1 else f"{who}: {value:.3g}", value) for who, value in lines]


def _charts(lab: str, current: Shown, metrics: Mapping[str, Metric], groups: Sequence[str], share: float) -> None:
    """One chart for each of these groups of metrics, other chosen runs faint behind it. share: of the stage's height, each."""
    others = [other for run_id in LabState(lab).compare if (other := _quiet(run_id, lab))]
    for group in groups:
        _chart(group, current, metrics, others, share)


def _chart(group: str, current: Shown, metrics: Mapping[str, Metric], others: list[Shown], share: float) -> None:
    steps, columns = current.table
    names = [name for name in metrics if name in columns and metrics[name].chart == group]
    lines = [
        figures.Line(translate(metrics[n].label), metrics[n].role, steps, columns[n], sd=columns.get(n + SPREAD, ()))
        for n in names
    ]
    for other in others:
        other_steps, other_columns = other.table
        lines += [
            figures.Line(
                f"{translate(metrics[n].label)} · {other.id[-6:]}",
                metrics[n].role,
                other_steps,
                other_columns[n],
                faint=True,
            )
            for n in names[:1]
            if n in other_columns
        ]
    units = {metrics[n].unit for n in names}
    title = with_unit(_name_of(group), units.pop() if len(units) == 1 else "")
    begun = next((e for e in current.events if isinstance(e, Started)), None)
    figure = figures.live(
        lines,
        _(begun.facts.get("axis", "training step")) if begun else "",
        title,
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
        alt=_("{title} against {across}: {lines}").format(
            title=title, across=figures.title_of(figure, "x"), lines=", ".join(line.label for line in lines)
        ),
        share=share,
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
