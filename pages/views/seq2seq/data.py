"""What the views of the sequence-to-sequence page ask of a stored run, computed once and kept."""

from typing import Any

import streamlit as st

from core import runs
from core.runs import RunError
from core.seq2seq import trivial
from core.seq2seq.settings import SHIPPED, Task
from pages.parts import shown
from pages.parts.shown import Shown
from pages.parts.words import _, plain

HELD_OUT = 1000  # examples of the test part that the views judge by


def ready(current: Shown) -> bool:
    """Whether the run's network can be asked; says in one sentence why not."""
    if current.settings is None:
        st.info(_("This run is of another version of Lectern, and its settings are no longer understood."))
        return False
    if not has_network(current):
        st.info(_("There is no trained network to ask yet: let a run end."))
        return False
    try:
        opened(current.id)
    except RunError as error:  # deleted since it was shown
        st.info(plain(str(error)))
        return False
    return True


def has_network(current: Shown) -> bool:
    """Whether the run has trained a network that can be asked."""
    return current.run is not None and "network" in current.run.models


def shipped_for(current: Shown) -> Shown | None:
    """A shipped run of the same task, that of a network of the same kind where there is one; None for a task without one."""
    if current.settings is None:
        return None
    same = [run_id for run_id, settings in SHIPPED.items() if settings.task == current.settings.task]

    def unlike(run_id: str) -> list[bool]:
        return [
            getattr(SHIPPED[run_id], part).name != getattr(current.settings, part).name
            for part in ("network", "effort")
        ]

    same.sort(key=unlike)
    return shown.find(same[0]) if same else None


@st.cache_resource(max_entries=8, show_spinner=False)
def opened(run_id: str) -> tuple[Any, Any]:
    """(network, world) of a stored run. Shared by all visitors: never change either. Raises RunError for one that is gone."""
    from core.seq2seq import models, tasks

    run = runs.load(run_id)
    return models.speller(run.models["network"]).requires_grad_(False), tasks.world_of(run.settings.task)


@st.cache_resource(max_entries=8, show_spinner=False)
def verdict(run_id: str) -> Any:
    """`core.seq2seq.score.Verdict` on the first held-out examples of the run's task, greedy and free-running."""
    from core.seq2seq import score

    net, world = opened(run_id)
    part = world.test.first(HELD_OUT)
    return score.judged(score.answers_of(net, world, part), part)


def rule(task: Task) -> None:
    """Says what a fixed rule without a network gets wrong: the level that every score of a task stands beside."""
    said = {
        "pronounce": _(
            "A fixed rule (each letter's most frequent sound): {:.0f} % of sounds and {:.0f} % of words wrong."
        ),
        "dates": _("A fixed rule (always the same date): {:.0f} % of signs and {:.0f} % of dates wrong."),
        "toy": _("A fixed rule (copy the input): {:.0f} % of letters and {:.0f} % of answers wrong."),
    }
    st.caption(said[task.name].format(trivial.level(task, 0), trivial.level(task, 1)))


def heading(task: str) -> tuple[str, str]:
    """What an input and an output token of a task are called: letter, sound."""
    names = {"pronounce": (_("letter"), _("sound")), "dates": (_("sign"), _("sign")), "toy": (_("letter"), _("letter"))}
    return names[task]
