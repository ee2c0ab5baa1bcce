"""Walk among codes: two of them chosen by a click, everything that lies between, and sums of codes."""

from typing import Any

import numpy as np
import streamlit as st

from pages.shared import chart, figures
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.gan import data, pick, plane
from pages.views.gan.live import wall

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
    y, at = _asked(current, there), f"latent/{current.id}"
    letters = ("A", "B") if there.told else ("A", "B", "C")
    first, pictures = range(len(letters)), data.as_bytes(there.made(there.z[:CODES], y))
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        st.caption(_("Click a picture: the letters {} move to it in turn.").format(", ".join(letters)))
        names = [_("Code {}").format(n + 1) for n in range(CODES)]
        alt = _("Pictures that G makes of {} codes; a click chooses one").format(CODES)
        pick.show(wall(pictures, alt, ROW), boxes(), names, letters, first, f"{at}/wall", alt)
    chosen = pick.chosen(f"{at}/wall", CODES, first)
    made, said = _walked(current.id, chosen[0], chosen[1], None if y is None else int(y[0]), there)
    with right:
        place = _slider(at)
        st.html(wall(made[place : place + 1], _("The picture at this place of the walk"), 1).replace("640px", "224px"))
        digit, sure = int(said[place].argmax()), 100 * float(said[place].max())
        st.markdown(_("The classifier reads **{}** ({:.0f} %).").format(digit, sure))
    st.markdown(f"**{_('From A to B')}**")
    st.html(wall(made[:: (SLIDER - 1) // (STRIP - 1)], _("Nine places of the walk from A to B"), STRIP))
    st.markdown(about_walk(made, said))
    if there.latent > 1:
        st.caption(_about_turning())
    if there.told:
        _all_classes(there, chosen)
    else:
        _sums(there, chosen)


def _about_turning() -> str:
    return _(
        "The walk turns from one code to the other and keeps their length in between: straight through the middle "
        "lie shorter codes, on which G seldom practised."
    )


def _asked(current: Shown, there: data.Ended) -> Any:
    """The class for all codes of the wall, (24,), where G is told one."""
    import torch

    if not there.told:
        return None
    classes = there.world.classes.tolist()
    digit = st.segmented_control(
        _("G is asked for"),
        classes,
        default=classes[min(3, len(classes) - 1)],
        required=True,
        key=f"latent/class/{current.id}",
        wrap=True,
    )
    return torch.full((CODES,), int(digit))


def _slider(at: str) -> int:
    share = st.slider(_("Way from A to B"), 0.0, 100.0, 50.0, 100 / (SLIDER - 1), format="%.1f %%", key=f"{at}/way")
    return round(share / 100 * (SLIDER - 1))


def boxes() -> list[tuple[float, float, float, float]]:
    """Where each of the pictures lies on the wall, in %."""
    rows = -(-CODES // ROW)
    return [(100 * (n % ROW) / ROW, 100 * (n // ROW) / rows, 100 / ROW, 100 / rows) for n in range(CODES)]


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
    st.html(wall(data.as_bytes(made), _("Codes A and B, each as every class"), len(classes)))
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

    st.markdown(f"**{_('A − B + C')}**")
    z = there.z[chosen]
    total = z[0] - z[1] + z[2]
    total = total / total.norm().clamp(min=1e-9) * there.latent**0.5
    made = there.made(torch.stack([*z, total]))
    st.html(wall(data.as_bytes(made), _("A, B, C, and what G makes of A − B + C"), 4).replace("640px", "360px"))
    read = [int(d) for d in quality.answers(made).argmax(1)]
    sure = 100 * float(quality.answers(made)[3].max())
    words = _("A reads as {}, B as {}, C as {}, and their sum as **{}** ({:.0f} %).").format(*read, sure)
    st.markdown(words)
    st.caption(
        _(
            "A sum of three codes is longer than most codes that G practised on, so it is brought back to length √{}. If "
            "it looks like none of the three, that is no mistake: directions among codes need not mean anything."
        ).format(there.latent)
    )


# ---- the plane ----


@st.fragment
def _plane(current: Shown, there: data.Ended) -> None:
    at, points = f"latent/{current.id}", there.fake[:CODES].numpy()
    first = (
        0,
        int(np.linalg.norm(points - points[0], axis=1).argmax()),
    )  # far apart, so that there is a way between them
    chosen = pick.chosen(f"{at}/plane", CODES, first)
    way = there.made(walk(there.z[chosen[0]], there.z[chosen[1]], SLIDER)).numpy()
    left, right = st.columns([1.4, 1], gap="large")
    with right:
        st.caption(_("Click an orange point: the letters A, B move to it in turn."))
        place = _slider(at)
        st.markdown(about_path(way, there.real.numpy()))
        _along(current, there, way)
    with left:
        ground = [current.last(name) for name in ("field", "lattice")]
        drawn = plane.svg(current.last("real"), points, ground[0], None, ground[1], way[: max(place, 1) + 1])
        names = [_("Code {}").format(n + 1) for n in range(CODES)]
        alt = _("The plane with the fakes of {} codes and the walk between two of them").format(CODES)
        pick.show(drawn, dots(points), names, ("A", "B"), first, f"{at}/plane", alt, 560, True)
        st.html(plane.legend(False))


def dots(points: np.ndarray, size: float = 6.5) -> list[tuple[float, float, float, float]]:
    """Where points (N, 2) lie on the drawn plane, as boxes in %, kept inside it."""
    half = size / 2
    shares = 50 + 50 * np.stack([points[:, 0], -points[:, 1]], 1) / plane.REACH
    return [
        (float(np.clip(x, half, 100 - half)) - half, float(np.clip(y, half, 100 - half)) - half, size, size)
        for x, y in shares
    ]


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
