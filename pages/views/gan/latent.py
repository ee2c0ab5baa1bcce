"""Walk among codes: two of them chosen by a click, everything that lies between, and sums of codes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data, pick, plane
from pages.views.gan.stage import wall

CODES, ROW = 24, 8  # on the wall, and side by side
SLIDER, STRIP = 41, 9  # places of the slider, and of them on the strip
FAR = 95  # percentile of the distances between real points: beyond it a place is empty


def latent(current: Shown) -> None:
    """Digits as a wall of pictures, points on their plane."""
    there = data.ended(current)
    if there is None:
        data.gone()
    elif there.digits:
        _digits(current, there)
    else:
        _plane(current, there)


@st.fragment
def _digits(current: Shown, there: data.Ended) -> None:
    y, letters = _asked(there), ("A", "B") if there.told else ("A", "B", "C")
    pictures = data.as_bytes(there.made(there.z[:CODES], y))
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        chosen = pick.chosen("latent/wall", CODES, letters, range(len(letters)), _("Code"))
        alt = _("Pictures that G makes of {} codes; a click chooses one").format(CODES)
        figure = wall(pictures, row=ROW, texts=tuple(_("Code {}").format(n + 1) for n in range(CODES)), height=270)
        chart.show(lettered(figure, chosen, letters), key="latent/wall", alt=alt, pick=True)
        st.caption(pick.hint(letters))
    made, said = _walked(current.id, chosen[0], chosen[1], None if y is None else int(y[0]), there)
    with right:
        place = _slider()
        chart.show(rasters.image(made[place], 224), key="latent/here", alt=_("The picture at this place of the walk"))
        digit, sure = int(said[place].argmax()), 100 * float(said[place].max())
        st.markdown(_("The classifier reads **{}** ({:.0f} %).").format(digit, sure))
    st.markdown(f"**{_('From A to B')}**", help=_about_turning() if there.latent > 1 else None)
    strip = wall(made[:: (SLIDER - 1) // (STRIP - 1)], row=STRIP, height=100)
    chart.show(strip, key="latent/strip", alt=_("Nine places of the walk from A to B"))
    st.markdown(about_walk(made, said))
    if there.told:
        _all_classes(there, chosen)
    else:
        _sums(there, chosen)


def _about_turning() -> str:
    return _(
        "The walk turns from one code to the other and keeps their length in between. Straight through the middle lie shorter "
        "codes, on which G seldom practised."
    )


def _asked(there: data.Ended) -> Any:
    """The class for all codes of the wall, (24,), where G is told one."""
    import torch

    if not there.told:
        return None
    classes = there.world.classes.tolist()
    where = views.kept("latent/class", classes, classes[min(3, len(classes) - 1)])
    digit = st.segmented_control(_("G is asked for"), classes, required=True, key=where, wrap=True)
    return torch.full((CODES,), int(digit))


def _slider() -> int:
    share = st.slider(_("Way from A to B"), 0.0, 100.0, 50.0, 100 / (SLIDER - 1), format="%.1f %%", key="latent/way")
    return round(share / 100 * (SLIDER - 1))


def lettered(figure: figures.Figure, chosen: list[int], letters: Sequence[str]) -> figures.Figure:
    """The figure of pictures or points with a letter at each chosen one. Its trace of places has the place as “customdata”."""
    places = next(trace for trace in figure["data"] if "customdata" in trace)
    said = {place: " ".join(a for a, b in zip(letters, chosen) if b == place) for place in chosen}
    marks = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": [places["x"][place] for place in said],
        "y": [places["y"][place] for place in said],
        "text": [f"<b>{letter}</b>" for letter in said.values()],
        "textfont": {"color": "#FFFFFF", "size": 13},
        "marker": {"size": 22, "color": figures.COLOURS["danger"], "line": {"width": 0}},
    }
    return figures.add(figure, marks)


@st.cache_data(max_entries=64, show_spinner=False)
def _walked(run_id: str, a: int, b: int, digit: int | None, _there: data.Ended) -> tuple[np.ndarray, np.ndarray]:
    """Every place of a walk between two codes: pictures (41, 28, 28) 8-bit, and what the classifier reads (41, 10)."""
    import torch

    from core.gan import quality

    y = None if digit is None else torch.full((SLIDER,), digit)
    made = _there.made(walk(_there.z[a], _there.z[b], SLIDER), y)
    return data.as_bytes(made), quality.answers(made).numpy()


def walk(a: Any, b: Any, many: int) -> Any:
    """Codes (many, places) from a to b (places,), turned by equal angles, their lengths in between (Shoemake 1985, slerp); straight
    where they point the same way or oppositely, and there is no one plane to turn in."""
    import torch

    t = torch.linspace(0, 1, many)[:, None]
    lengths = a.norm().clamp(min=1e-12), b.norm().clamp(min=1e-12)
    angle = torch.arccos((a / lengths[0] @ (b / lengths[1])).clamp(-1, 1))
    if angle.sin() < 1e-3:
        return torch.lerp(a[None], b[None], t)
    way = (((1 - t) * angle).sin() * a / lengths[0] + (t * angle).sin() * b / lengths[1]) / angle.sin()
    return way * torch.lerp(*lengths, t)


def about_walk(made: np.ndarray, said: np.ndarray) -> str:
    """What the classifier reads along the way, where it is least sure, and whether the picture jumps."""
    digits = said.argmax(1)
    changes = [0, *(np.flatnonzero(np.diff(digits)) + 1)]
    names = " → ".join(str(digits[k]) for k in changes)
    least = int(said.max(1).argmin())
    where, sure = 100 * least / (len(said) - 1), 100 * float(said[least].max())
    first = _("On the way the classifier reads **{}**").format(names)
    if sure < 99:
        first += _("; it is least sure at {:.0f} % of the way (**{:.0f} %**).").format(where, sure)
    else:
        first += _(", and is never less than 99 % sure.")
    steps = np.abs(np.diff(made.astype(np.float32), axis=0)).mean((1, 2))
    if not steps.any():
        return first + " " + _("The picture never changes: G ignores its code.")
    jump = float(steps.max() / steps.mean())
    smooth = _("The largest of {} steps changes {:.1f} times as much as the average one: the picture {}.")
    return first + " " + smooth.format(len(steps), jump, _("flows") if jump < 3 else _("jumps there"))


def _all_classes(there: data.Ended, chosen: list[int]) -> None:
    """One code, every class: what of a picture comes from the code."""
    from core.gan import quality

    st.markdown(f"**{_('Same code, every class')}**")
    classes = there.world.classes
    z = there.z[chosen[:2]].repeat_interleave(len(classes), 0)
    made = there.made(z, classes.repeat(2))
    both = wall(data.as_bytes(made), row=len(classes), height=190)
    chart.show(both, key="latent/classes", alt=_("Codes A and B, each as every class"))
    right = 100 * float((quality.answers(made).argmax(1) == classes.repeat(2)).float().mean())
    ink = ((made + 1) / 2).mean((1, 2, 3)).view(2, -1)
    heavier = int((ink[0] > ink[1]).sum())
    st.markdown(
        _(
            "Upper row: A; lower row: B. The classifier reads the digit that was asked for in **{:.0f} %** of them. "
        ).format(right)
        + _("A has more ink than B in **{} of {}** classes: {}").format(
            heavier,
            len(classes),
            _("the code carries how a digit is written, the class which one it is.")
            if max(heavier, len(classes) - heavier) > 0.8 * len(classes)
            else _("how bold a digit becomes hangs on code and class together."),
        )
    )


def _sums(there: data.Ended, chosen: list[int]) -> None:
    """A − B + C, brought back to the length that codes have."""
    import torch

    from core.gan import quality

    tip = _("The sum is brought back to length √{}, as codes have it. Directions among codes need not mean anything.")
    st.markdown(f"**{_('A − B + C')}**", help=tip.format(there.latent))
    z = there.z[chosen]
    total = z[0] - z[1] + z[2]
    total = total / total.norm().clamp(min=1e-9) * there.latent**0.5
    made = there.made(torch.stack([*z, total]))
    sums = wall(data.as_bytes(made), row=4, titles=["A", "B", "C", "A − B + C"], height=170)
    chart.show(sums, key="latent/sums", alt=_("A, B, C, and what G makes of A − B + C"))
    read = [int(d) for d in quality.answers(made).argmax(1)]
    sure = 100 * float(quality.answers(made)[3].max())
    words = _("A reads as {}, B as {}, C as {}, and their sum as **{}** ({:.0f} %).").format(*read, sure)
    st.markdown(words)


# ---- the plane ----


@st.fragment
def _plane(current: Shown, there: data.Ended) -> None:
    points = there.fake[:CODES].numpy()
    first = (
        0,
        int(np.linalg.norm(points - points[0], axis=1).argmax()),
    )  # far apart, so that there is a way between them
    left, right = st.columns([1.4, 1], gap="large")
    with right:
        chosen = pick.chosen("latent/plane", CODES, "AB", first, _("Code"))
        way = there.made(walk(there.z[chosen[0]], there.z[chosen[1]], SLIDER)).numpy()
        place = _slider()
        st.markdown(about_path(way, there.real.numpy()))
        _along(current, there, way)
    with left:
        ground = [current.last(name) for name in ("field", "lattice")]
        drawn = plane.figure(current.last("real"), points, ground[0], None, ground[1], way[: max(place, 1) + 1])
        figure = lettered(plane.clickable(drawn, points, _("Code {}")), chosen, "AB")
        alt = _("The plane with the fakes of {} codes and the walk between two of them").format(CODES)
        chart.show(figure, key="latent/plane", alt=alt, pick=True)
        st.caption(pick.hint("AB"))


def about_path(way: np.ndarray, real: np.ndarray) -> str:
    """How much of a walk leads through empty places, and how long it is. way: (P, 2)."""
    from scipy.spatial import cKDTree

    tree = cKDTree(real)
    usual = float(np.percentile(tree.query(real, 2)[0][:, 1], FAR))
    empty = 100 * float((tree.query(way)[0] > usual).mean())
    length = float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())
    straight = float(np.linalg.norm(way[-1] - way[0]))
    said = _(
        "The path is **{:.2f}** long, the straight line {:.2f}. **{:.0f} %** of its places lie farther from every real "
        "point than {:.2g}, where {} % of real points have a neighbour."
    )
    said = said.format(length, straight, empty, usual, FAR)
    if empty > 20:
        return said + " " + _("G is continuous: between two spots it must pass through places where nothing real lies.")
    return said + " " + _("The walk stays where real points are.")


def _along(current: Shown, there: data.Ended, way: np.ndarray) -> None:
    """What D says along the path."""
    import torch

    with torch.no_grad():
        scores = there.scores(torch.from_numpy(way)).numpy()
    says = data.opinion(current.settings, scores)
    shares = np.linspace(0, 100, len(way))
    lines = [figures.Line(_("D along the path"), "after", shares, says)]
    figure = figures.curves(
        lines,
        _("way from A to B (%)"),
        _("the critic's score") if data.critic(current.settings) else _("D: 1 is real"),
        220,
    )
    if not data.critic(current.settings):
        figures.within(figure, y=(min(0.0, float(says.min())), max(1.0, float(says.max()))))
    chart.show(figure, key="latent/along", alt=_("What D says along the walk from A to B"))
