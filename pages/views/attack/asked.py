"""What several views of the adversarial attack page ask of the run shown."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.runs import RunError
from pages.parts import shown
from pages.parts.shown import Shown
from pages.parts.words import _

PAGE = "pages/adversarial_attack.py"
FULL = 127  # grey levels from the middle to black or white


def victims_of(subject: Any) -> Any:
    """The pictures and the network that are attacked, a `core.attack.models.Victims`; None, and a sentence on the page, when there
    are none: a network deleted since, no picture chosen yet, or (subject None) settings that are no longer known."""
    from core.attack import models
    from core.data.pictures import BadPicture

    if subject is None:
        st.info(
            _("This run was made by another version, whose settings are no longer known."), icon=":material/update:"
        )
        return None
    try:
        return models.victims(subject)
    except (BadPicture, RunError) as error:
        st.info(str(error), icon=":material/image:")
        return None


def one_of(current: Shown) -> Any:
    """The subject of the run as one picture: of many digits the first; None when the run's settings are no longer known.

    Asked is the run's own network where it trained one.
    """
    from core.attack.settings import Digits
    from core.subject.settings import Digit

    if current.settings is None:
        return None
    subject = current.settings.subject
    if "" in (
        getattr(subject, "upload", None),
        getattr(subject, "drawing", None),
    ):  # it had none yet: the page may have it now
        subject = getattr(st.session_state.get("attack/settings"), "subject", subject)
    if isinstance(subject, Digits):
        subject = Digit(digit=0, number=1, network=subject.network)
    if not trained(current):
        return subject
    own = {"network": current.id}
    return subject.model_copy(update=own) if hasattr(subject, "network") else Digit(**own)


def goal_of(current: Shown) -> Any:
    """What the attack wants: the run's goal, or any wrong answer where the run is an experiment."""
    from core.attack.settings import EXPERIMENTS, Away

    return Away() if isinstance(current.settings.method, EXPERIMENTS) else current.settings.goal


def trained(current: Shown) -> bool:
    """Whether the run trained a network that can be asked."""
    return bool(current.run and current.run.models) and shown.stored(current.id)


def measuring(method: str, ended: str) -> Iterator[Shown]:
    """The stored runs of an experiment, the newest first. ended: what the summary holds of one that came to its end."""
    found = [a for a in runs.listing("attack")[0] if a.settings.get("method") == method and ended in a.summary]
    for about in sorted(found, key=lambda about: -about.created):
        try:
            yield shown.of(runs.load(about.id))
        except RunError:
            continue  # deleted since


def how(sentence: str, knobs: dict[str, str], icon: str | None = None) -> None:
    """What to choose where nothing has been measured yet, and a link that chooses it."""
    st.info(sentence, icon=icon)
    st.page_link(PAGE, label=_("Set the knobs"), icon=":material/tune:", query_params=knobs | {"goal": "away"})


def magnified(clean: np.ndarray, attacked: np.ndarray) -> tuple[np.ndarray, float]:
    """The change of a picture on middle grey, as strong as fits, and by how much it was magnified. 8-bit, (H, W[, 3])."""
    change = attacked.astype(np.int16) - clean
    factor = FULL / max(1, int(np.abs(change).max()))
    factor = float(int(factor)) if factor >= 2 else 1.0
    return np.clip(128 + factor * change, 0, 255).astype(np.uint8), factor


def short(name: str) -> str:
    """A class's name that fits beside a bar."""
    return name if len(name) <= 16 else name[:15] + "…"


def first_sentences(text: str, letters: int) -> str:
    """As many sentences from the start of a text as fit into so many letters, at least one."""
    kept, *rest = re.split(r"(?<=[.!?]) (?=[A-Z“0-9])", text)
    for sentence in rest:
        if len(kept) + 1 + len(sentence) > letters:
            break
        kept += f" {sentence}"
    return kept


def latest(current: Shown) -> dict[str, float]:
    """The last value of each metric of the run."""
    __, columns = current.table
    ends = {name: next((v for v in reversed(values) if v is not None), None) for name, values in columns.items()}
    return {name: value for name, value in ends.items() if value is not None}


def size_in_words(clean: np.ndarray, attacked: np.ndarray) -> str:
    """How far two 8-bit pictures are apart, in words."""
    change = attacked.astype(np.int16) - clean
    pixels = int((change != 0).any(-1).sum() if change.ndim == 3 else (change != 0).sum())
    length = float(np.sqrt(((change / 255) ** 2).sum()))
    return _("largest change: {} of 255 levels, L2 {:.2f}, {:,} pixels changed").format(
        int(np.abs(change).max()), length, pixels
    )
