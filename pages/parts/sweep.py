"""Turn one knob: a few values with a few seeds train one after another, and the answer is a curve with its spread."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from pydantic.fields import FieldInfo

from core import jobs, labs, sweeps
from core.job import JobError
from core.settings import BadSettings, Metric, Settings, bounds_of, choices_of, extra, flat_fields, flatten, laid_over
from core.sweeps import Cell, Progress, Sweep
from pages.parts import chart, choose, knobs, shown, spread, table, visitor
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.verdict import minus
from pages.parts.words import _, plain, translate, with_unit

LOOK = 0.7  # seconds between two looks while a sweep trains
FIRST = 3  # values that are chosen at first
OFFERED = 7  # values of a number that are offered; others can be typed


def draw(lab: str, current: Shown) -> None:
    """What to turn, what it costs, and what came out so far. It polls while it trains."""
    st.subheader(_("Turn one knob"), anchor=False)
    polls = bool(LabState(lab).sweeping)
    st.fragment(_draw, run_every=LOOK if polls else None)(lab, current, polls)


def _draw(lab: str, current: Shown, polls: bool) -> None:
    """polls: whether this is drawn again and again."""
    settings = LabState(lab).settings
    fields = turnable(settings)
    try:
        sweep = _chosen(lab, settings, fields)
        cells = sweep.cells()
    except BadSettings as error:
        st.warning(plain(translate(str(error))), icon=":material/tune:")
        return
    progress = _progress(lab, cells)
    if bool(LabState(lab).sweeping) != polls:
        st.rerun()  # the whole page: the polling begins or ends
    _buttons(lab, current, sweep, progress)
    metrics = measured(current, progress)
    if progress.ended and metrics:
        _outcome(lab, sweep, fields[sweep.knob], progress, metrics)


# ---- what to turn ----


def turnable(settings: Settings) -> dict[str, FieldInfo]:
    """The knobs that a sweep may turn: those that do something as the others stand, but no stored run and nothing of one's own."""
    flat = flatten(settings)
    idle = type(settings).idle(flat)
    return {
        name: field
        for name, field in flat_fields(type(settings), flat)
        if name not in ("seed", "seeds")
        and name not in idle
        and not extra(field, "source")
        and field.annotation is not str
    }


def _chosen(lab: str, settings: Settings, fields: Mapping[str, FieldInfo]) -> Sweep:
    """The sweep that the widgets ask for; at first what the link says. Raises BadSettings."""
    scene = LabState(lab).opened
    names = {
        name: knobs.label_of(name, fields[name]) for name in dict.fromkeys((*scene.knobs, *fields)) if name in fields
    }
    linked = sweeps.from_text(LabState(lab).sweep) or ("", [], 3)
    which, what, how = st.columns([1.2, 2.4, 1], gap="medium", vertical_alignment="bottom")
    first = linked[0] if linked[0] in names else None
    knob = choose.one(f"{lab}/sweep/knob", _("Knob"), names, first, side_by_side=False, at=which)
    field = fields[knob]
    every = offered(settings, knob, field)
    asked = [value for text in linked[1] if (value := _value(field, text)) is not None] if knob == linked[0] else []
    values = what.multiselect(
        _("Its values"),
        list(dict.fromkeys((*every, *asked))),
        default=asked or first_of(every, flatten(settings)[knob]),
        format_func=lambda value: named(field, value),
        key=f"{lab}/sweep/values/{knob}",
        max_selections=sweeps.VALUES,
        placeholder=_("Choose"),
        accept_new_options=_is_number(field),
    )
    seeds = choose.one(f"{lab}/sweep/seeds", _("Seeds"), range(1, sweeps.SEEDS + 1), linked[2], at=how)
    read = [_value(field, value) for value in values]
    if wrong := [value for value, found in zip(values, read) if found is None]:
        raise BadSettings([_("“{}” is no number.").format(str(wrong[0])[:40])], {knob})
    return Sweep(settings, lab, knob, tuple(dict.fromkeys(read)), seeds)


def _is_number(field: FieldInfo) -> bool:
    return not choices_of(field) and field.annotation in (int, float) and not extra(field, "names")


def _value(field: FieldInfo, value: Any) -> Any:
    """A value as its knob holds it, from a widget, a link, or what somebody typed; None where it is none."""
    if choices := choices_of(field):
        return next((choice for choice in choices if str(choice) == str(value)), None)
    if field.annotation is bool:
        return {"True": True, "False": False}.get(str(value))
    try:
        number = float(value)
        return field.annotation(number) if number == field.annotation(number) else None
    except (ValueError, OverflowError):
        return None


def offered(settings: Settings, name: str, field: FieldInfo) -> list[Any]:
    """Values to choose from that go with the other knobs: all of a choice; of a number some between its bounds, and the one where
    it stands."""
    return [value for value in _every(field, flatten(settings)[name]) if _fits(settings, name, value)]


def _every(field: FieldInfo, now: Any) -> list[Any]:
    if choices := choices_of(field):
        return list(choices)
    if field.annotation is bool:
        return [False, True]
    low, high = bounds_of(field)
    if extra(field, "log"):
        grid = knobs.log_grid(low, high, now, field.annotation)
        return sorted({now, *grid[:: max(1, len(grid) // OFFERED)]})
    step = extra(field, "step") or (1 if field.annotation is int else (high - low) / 100)
    places = {round((high - low) * i / (OFFERED - 1) / step) for i in range(OFFERED)}
    return sorted({now, *(field.annotation(knobs.clean(low + place * step)) for place in places)})


def _fits(settings: Settings, name: str, value: Any) -> bool:
    try:
        laid_over(settings, {name: value})
    except BadSettings:
        return False
    return True


def first_of(every: Sequence[Any], now: Any) -> list[Any]:
    """The value where the knob stands, and of the others the nearest on both sides."""
    at = min(max(every.index(now), 1), max(1, len(every) - 2))
    return list(every[at - 1 : at - 1 + FIRST])


def named(field: FieldInfo, value: Any) -> str:
    """A value as its knob calls it."""
    names = extra(field, "names") or {}
    if value in names:
        return _(names[value])
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return f"{value:g}" if isinstance(value, float) else str(value)


# ---- how far it is ----


def _progress(lab: str, cells: Sequence[Cell]) -> Progress:
    """How far the sweep is; while it trains, the next of its runs is started. Another sweep than the one that was begun does not
    train: a knob has moved since."""
    viewer, state = _viewer(), LabState(lab)
    if state.sweeping == _name(cells):
        try:
            progress = sweeps.go_on(cells, viewer)
        except JobError as error:
            state.said, progress = str(error), None
        if progress and progress.left:
            return progress
    state.sweeping = ""
    return sweeps.look(cells, viewer)


def _name(cells: Sequence[Cell]) -> str:
    return f"{cells[0].id}+{len(cells)}+{cells[-1].id}"


def _viewer() -> str:
    """The sweep looks at its runs as another page of the visitor would: to train something else on the stage stops none of them."""
    return f"{visitor.visitor()}.sweep"


def _buttons(lab: str, current: Shown, sweep: Sweep, progress: Progress) -> None:
    """The button that begins or ends it, and its cost, or how far it is."""
    each = progress.seconds or (current.run.about.seconds if current.run else None)
    left, total = len(progress.left), len(progress.cells)
    with st.container(horizontal=True, vertical_alignment="center"):
        if LabState(lab).sweeping:
            st.button(_("Stop"), icon=":material/stop:", key=f"{lab}/sweep/stop", on_click=_stop, args=(lab, progress))
            going = progress.live.progress if progress.live else 0.0
            st.progress((total - left + going) / total, _line(left, total, each, going))
        elif left:
            begun = (lab, _name(progress.cells), sweeps.to_text(sweep))
            st.button(_("Train all"), icon=":material/play_arrow:", key=f"{lab}/sweep/go", on_click=_go, args=begun)
            st.caption(_cost(left, total, each))
        else:
            st.caption(_("All {} runs have ended.").format(total))
    for sentence in dict.fromkeys(progress.failed.values()):
        st.caption(f":material/report: {plain(translate(sentence))}")


def _cost(left: int, total: int, each: float | None) -> str:
    if each is None:
        return _("{left} of {total} runs are left to train.").format(left=left, total=total)
    sentence = _("{left} of {total} runs are left to train, one after another: about {time}.")
    return sentence.format(left=left, total=total, time=_time(left * each))


def _line(left: int, total: int, each: float | None, going: float) -> str:
    line = _("run {} of {}").format(total - left + 1, total)
    return line if each is None else _("{} · about {} to go").format(line, _time((left - going) * each))


def _time(seconds: float) -> str:
    return _("{:.0f} s").format(seconds) if seconds < 100 else _("{:.0f} min").format(seconds / 60)


def _go(lab: str, name: str, text: str) -> None:
    state = LabState(lab)
    state.sweeping, state.sweep, state.said = name, text, ""
    jobs.give_way(visitor.viewer())


def _stop(lab: str, progress: Progress) -> None:
    LabState(lab).sweeping = ""
    if progress.live:
        jobs.steer(progress.live.id, _viewer(), "stop")


# ---- what came out ----


def measured(current: Shown, progress: Progress) -> dict[str, Metric]:
    """The numbers that these runs reported: first those that lead the stage, then the others."""
    records = list(progress.ended.values()) or [current]
    known = {name for record in records for name in (*record.table[1], *record.summary)}
    found = {name: metric for name, metric in labs.of(current.lab).metrics.items() if name in known}
    leads = [name for name, metric in found.items() if metric.leads(current.settings) and metric.unit]
    return {name: found[name] for name in dict.fromkeys((*leads, *found))}


def _outcome(lab: str, sweep: Sweep, field: FieldInfo, progress: Progress, metrics: Mapping[str, Metric]) -> None:
    """The result against the knob, the curves of each value, what they show, and the numbers."""
    names = {name: with_unit(translate(metric.label), metric.unit) for name, metric in metrics.items()}
    metric = choose.one(f"{lab}/sweep/metric", _("Result"), names, side_by_side=False)
    points, knob = sweeps.points(progress, metric), knobs.label_of(sweep.knob, field)
    level = shown.rival(metrics[metric], sweep.base)
    words = {value: named(field, value) for value in sweep.values}
    left, right = st.columns(2, gap="medium")
    with left:
        figure = spread.against(points, words, knob, names[metric], log=bool(extra(field, "log")), level=level)
        alt = _("{result} against {knob}: mean and standard deviation over seeds")
        chart.show(figure, key=f"{lab}/sweep/result", alt=alt.format(result=names[metric], knob=knob))
    with right:
        record = next(iter(progress.ended.values()))
        across = _(str(record.facts.get("axis", "training step")))
        figure = spread.curves(sweeps.bands(progress, metric), words, across, names[metric], level=level)
        alt = _("{result} against {across} for each value of {knob}: mean and standard deviation over seeds")
        chart.show(figure, key=f"{lab}/sweep/curves", alt=alt.format(result=names[metric], across=across, knob=knob))
    if said := conclusion(points, words, knob, names[metric]):
        st.markdown(said)
    summary(points, words, knob, names[metric])


def conclusion(points: Sequence[sweeps.Point], words: Mapping[Any, str], knob: str, result: str) -> str:
    """The sentence of what the sweep shows; empty before two values have a result."""
    if (reached := sweeps.conclude(points)) is None:
        return ""
    sentences = {
        "one-seed": _("One seed does not show how much chance there is in these numbers: train more seeds."),
        "shown": _(
            "**{knob} changes the result.** From {first} to {value}: {result} {difference:+.1f}, with 95 % confidence between "
            "{low:+.1f} and {high:+.1f} ({seeds} seeds, pair by pair)."
        ),
        "not-shown": _(
            "**No difference is shown.** The largest is from {first} to {value}: {result} {difference:+.1f}, with 95 % confidence "
            "between {low:+.1f} and {high:+.1f} ({seeds} seeds, pair by pair). More seeds make this interval narrower."
        ),
    }
    said = {name: plain(words[value]) for name, value in reached.numbers.items() if name in ("first", "value")}
    numbers = reached.numbers | said | {"knob": plain(knob), "result": plain(result)}
    return minus(sentences[reached.case].format(**numbers))


def summary(points: Sequence[sweeps.Point], words: Mapping[Any, str], knob: str, result: str) -> None:
    """Mean ± sd of each value, and its change against the first."""
    change = {each.value: each for each in sweeps.changes(points)}
    rows = []
    for point in points:
        each = change.get(point.value)
        rows.append(
            (
                words[point.value],
                f"{point.mean:.2f}" + ("" if point.sd is None else f" ± {point.sd:.2f}"),
                str(len(point.results)),
                minus(f"{each.difference:+.2f} ({each.low:+.2f} … {each.high:+.2f})") if each else "–",
            )
        )
    heads = (
        knob,
        _("{}: mean ± sd").format(result),
        _("Seeds"),
        _("Against {} (95 % interval)").format(words[points[0].value]) if points else "",
    )
    table.draw(heads, rows)
