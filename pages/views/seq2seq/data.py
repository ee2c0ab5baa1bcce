"""What the views of the sequence-to-sequence page ask of a stored run, computed once and kept."""

from typing import Any

import streamlit as st

from core import runs
from core.runs import RunError
from pages.shared.shown import Shown
from pages.shared.words import _, plain

HELD_OUT = 1000  # examples of the test part that the views judge by


def ready(current: Shown) -> bool:
    """Whether the run's network can be asked; says in one sentence why not."""
    if current.settings is None:
        st.info(_("This run is of another version of Lectern, and its settings are no longer understood."))
        return False
    if current.run is None or "network" not in current.run.models:
        st.info(_("There is no trained network to ask yet: let a run end."))
        return False
    try:
        opened(current.id)
    except RunError as error:  # deleted since it was shown
        st.info(plain(str(error)))
        return False
    return True


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


def heading(task: str) -> tuple[str, str]:
    """What an input and an output token of a task are called: letter, sound."""
    names = {"pronounce": (_("letter"), _("sound")), "dates": (_("sign"), _("sign")), "toy": (_("letter"), _("letter"))}
    return names[task]
