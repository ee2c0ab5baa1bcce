"""Passive defences: a picture on its way through one, and what is left of it once the attacker knows."""

from typing import Any

import streamlit as st

from pages.parts import chart, figures, panels
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data

STEPS, SAMPLES = {True: 7, False: 20}, {True: 4, False: 8}  # of PGD on a photo, and on a digit
DRAWS = 20  # of a random defence, for how often the network is right
MANY, MANY_STEPS, MANY_SAMPLES = 100, 10, 4
SHORT = {"bits": "grey levels", "smooth": "smoothing", "jpeg": "JPEG", "resize": "resize and pad"}


@st.fragment
def defences(current: Shown) -> None:
    """One picture, attacked by someone who knows the defence, or not; for digits also the % still right of a hundred."""
    subject = data.one_of(current)
    victims = data.victims_of(subject)
    if victims is None:
        return
    defence, strength, level, knows = _knobs(current, victims.photo)
    with st.spinner(_("Attacking …"), show_time=False):
        found = _tried(subject.model_dump_json(), defence, strength, level, knows, victims)
    _draw(found, defence, knows)
    if not victims.photo:
        _every(subject.network, strength, level)


def _knobs(current: Shown, photo: bool) -> tuple[str, int, float, bool]:
    """The defence, its strength, ε in levels of 255, and whether the attacker knows."""
    method = current.settings.method
    first = method.defence if method.name == "defend" else "smooth"
    names = {name: _(title) for name, title in SHORT.items()}
    defence = st.segmented_control(
        _("Defence"),
        list(names),
        default=first,
        required=True,
        format_func=names.get,
        key="attack/defences/defence",
    )
    left, middle, right = st.columns([1, 1.4, 1.2], gap="large", vertical_alignment="bottom")
    with left:
        strength = st.slider(_("Strength"), 1, 5, 3, key="attack/defences/strength", help=_strengths(defence))
    with middle:
        top, start = (16.0, 2.0) if photo else (96.0, 38.0)
        level = st.slider(_("Size of change ε (of 255)"), 0.0, top, start, 0.5, key=f"attack/defences/epsilon/{photo}")
    with right:
        knows = st.toggle(_("The attacker knows the defence"), key="attack/defences/knows")
    return defence, strength, level, knows


def _strengths(defence: str) -> str:
    """What strength 1 to 5 mean."""
    from core.attack import defences as d

    meant = {
        "bits": (_("Grey levels that are left of each colour"), d.GREYS),
        "smooth": (_("The median of so many rows and columns"), [f"{rows} × {columns}" for rows, columns in d.WINDOWS]),
        "jpeg": (_("JPEG quality"), d.QUALITIES),
        "resize": (_("How much of the side is left at least"), [f"{100 * share:.0f} %" for share in d.SMALLEST]),
    }
    title, values = meant[defence]
    return f"{title}: {', '.join(map(str, values))}."


@st.cache_data(max_entries=200, show_spinner=False)
def _tried(subject: str, defence: str, strength: int, level: float, knows: bool, _victims: Any) -> dict[str, Any]:
    """The picture clean, attacked and behind the defence (8-bit), the first answers to each as [name, percent], that to noise
    of the same size behind the defence, and how often the defended network is right. subject: as JSON, with which the victims
    were made."""
    from core.attack import settings as s
    from core.attack.ball import Ball, saved
    from core.attack.craft import last
    from core.attack.defences import Defended, Knowing, percent, right
    from core.attack.gradient import REACH, pgd
    from core.attack.models import Aim, ask
    from core.attack.report import best
    from core.loop import seeded
    from core.subject.models import as_bytes

    net, x, y = _victims.net, _victims.x[:1], _victims.y[:1]
    ball, steps = Ball("inf", level / s.LEVELS), STEPS[_victims.photo]
    source = Knowing(net, defence, strength, seeded(1), SAMPLES[_victims.photo]) if knows else net
    attacked = saved(x, last(pgd(source, x, Aim(y), ball, steps, REACH / steps, 1, seeded(0))), ball)
    defended = Defended(net, defence, strength, seeded(2))
    behind = defended.squeeze(attacked)
    draws = DRAWS if defence == "resize" else 1
    noisy = defended.squeeze(saved(x, ball.noise(x, seeded(3)), ball))
    often = [percent(right(defended, attacked, y)) for __ in range(draws)]
    answers = {"clean": x, "clean_defended": defended.squeeze(x), "attacked": attacked, "behind": behind}
    return {
        "pictures": {name: as_bytes(picture[0]) for name, picture in answers.items()},
        "answers": {name: best(_victims, ask(_victims.net, picture)) for name, picture in answers.items()},
        "truth": _victims.names[int(y)],
        "noise": best(_victims, ask(_victims.net, noisy), 1)[0],
        "often": sum(often) / draws,
    }


def _draw(found: dict[str, Any], defence: str, knows: bool) -> None:
    """Clean, attacked, and what the network gets; under each what it says; and one sentence."""
    pictures, answers, truth = found["pictures"], found["answers"], found["truth"]
    titles = {
        "clean": _("Clean"),
        "clean_defended": _("Clean, defended"),
        "attacked": _("Attacked"),
        "behind": _("Attacked, defended"),
    }
    figure = panels.board(430)
    for i, (name, title) in enumerate(titles.items()):
        across = i * 0.26, i * 0.26 + 0.22
        panels.picture(figure, (*across, 0, 0.56), pictures[name], f"<b>{title}</b>")
        rows = [(data.short(said), share, "after" if said == truth else "danger") for said, share in answers[name]]
        panels.bars(figure, (*across, 0.66, 1), rows, _("The network says"))
    chart.show(
        figure,
        key="attack/defences/pictures",
        alt=_("The picture with and without the attack and the defence, and the answers"),
    )
    st.markdown(_verdict(found, knows))
    st.caption(_("Control, noise of the same size and the defence: “{}”, {:.0f} %.").format(*found["noise"]))
    if defence == "resize":
        st.caption(
            _("One draw of many is shown. In {} draws the defended network is right in {:.0f} %.").format(
                DRAWS, found["often"]
            )
        )


def _verdict(found: dict[str, Any], knows: bool) -> str:
    """What the defence was worth here."""
    clean, bare, behind = (found["answers"][name][0][0] for name in ("clean", "attacked", "behind"))
    if clean != found["truth"]:
        return ":material/info: " + _(
            "Without an attack the network already says “{}”: there is nothing to defend."
        ).format(clean)
    if behind != found["truth"]:
        why = _("The attacker went through the defence") if knows else _("The defence did not help")
        return ":material/gpp_bad: " + _("{}: behind it the network says “{}”.").format(why, behind)
    if knows:
        return ":material/shield: " + _("At this ε even an attacker who knows the defence did not get through.")
    if bare == behind:
        return ":material/shield: " + _("At this ε the attack does not even fool the network without a defence.")
    return ":material/shield: " + _(
        "Behind the defence the network is right again. Now let the attacker know the defence."
    )


def _every(network: str, strength: int, level: float) -> None:
    """All four defences on a hundred digits, when asked for: it takes some seconds."""
    if not st.toggle(_("Try all four on {} digits").format(MANY), key="attack/defences/every"):
        return
    with st.spinner(_("Attacking {} digits …").format(MANY), show_time=False):
        ends = {name: _many(network, name, strength, level) for name in SHORT}
    measured = {
        "clean_defended": (_("not attacked"), "before"),
        "noise_defended": (_("noise of the same size"), "control"),
        "bare": (_("no defence"), "neutral"),
        "blind": (_("the attacker does not know"), "after"),
        "knowing": (_("the attacker knows"), "danger"),
    }
    groups = {title: (role, [end[name] for end in ends.values()]) for name, (title, role) in measured.items()}
    chart.show(
        figures.bars(groups, [_(title) for title in SHORT.values()], "", _("still right (%)"), 320, ".0f", 112),
        key="attack/defences/bars",
        alt=_("How many of a hundred digits are still right behind each defence"),
    )
    st.caption(
        _("PGD with {} steps, ε = {:g} of 255, strength {}. Guessing: 10 %.").format(MANY_STEPS, level, strength)
    )


@st.cache_data(max_entries=100, show_spinner=False)
def _many(network: str, defence: str, strength: int, level: float) -> dict[str, float]:
    """The end of the experiment on a hundred digits."""
    from core.attack import settings as s
    from core.attack.defences import defend
    from core.attack.models import first_digits
    from core.subject.models import digit_net

    method = s.Defend(defence=defence, strength=strength, epsilon=level, steps=MANY_STEPS, samples=MANY_SAMPLES)
    *__, end = defend(method, first_digits(digit_net(network), MANY), 0)
    return dict(end.summary)
