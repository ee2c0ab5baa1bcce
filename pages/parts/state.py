"""What the page of a lab remembers in a visitor's session, by attribute: `LabState("gan").scene`."""

from typing import Any

import streamlit as st

from core import labs
from core.settings import Scene, Settings


def presenting() -> bool:
    """Whether this visitor presents (pages/parts/present.py); a link says so with `present=1`."""
    return st.session_state.setdefault("presenting", "present" in st.query_params)


class Kept:
    """One thing that is remembered, under "<lab>/<name>"."""

    def __init__(self, default: Any = None):
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, state: "LabState | None", owner: type | None = None) -> Any:
        if state is None:
            return self
        return st.session_state.get(f"{state.lab}/{self.name}", self.default)

    def __set__(self, state: "LabState", value: Any) -> None:
        st.session_state[f"{state.lab}/{self.name}"] = value


class LabState:
    """All that one lab's page remembers besides its widgets."""

    scene: str | None = Kept()  # slug of the open scene; None until the page was opened
    run: str | None = Kept()  # id of the visitor's run; None while the scene's shipped run is shown
    before: str | None = Kept()  # id of the run that ended last: what the tabs open while another goes on
    settings: Settings | None = Kept()  # the last ones that made sense
    said: str = Kept("")  # a sentence until the next press of a button
    asked: dict[str, Any] = Kept({})  # knobs that were turned while the run goes on, with its id as "run"
    stale: dict[str, tuple[Any, Any]] = Kept({})  # knobs that were set by the page: their values before and since
    turned: bool = Kept(False)  # a knob outside of the fragment has moved
    written: tuple[dict[str, str], float] = Kept(({}, 0.0))  # the address that the page wrote last, and when
    compare: list[str] = Kept([])  # ids of runs laid over the picture
    sweep: str = Kept("")  # knob, values and seeds, as a link holds them
    sweeping: str = Kept("")  # which sweep trains; empty while none does
    tab: str | None = Kept()

    def __init__(self, lab: str):
        self.lab = lab

    @property
    def opened(self) -> Scene | None:
        """The open scene; None until the page was opened."""
        return next((scene for scene in labs.of(self.lab).scenes if scene.slug == self.scene), None)

    def guess(self, slug: str) -> int | None:
        """What the learner guessed in a scene; None until then."""
        return st.session_state.get(f"{self.lab}/guessed/{slug}")

    def commit(self, slug: str, guess: int) -> None:
        """Keeps the guess: the widget that took it is not drawn any more."""
        st.session_state[f"{self.lab}/guessed/{slug}"] = guess

    def forget(self, name: str) -> Any:
        """Takes one thing back, and returns it."""
        return st.session_state.pop(f"{self.lab}/{name}", getattr(type(self), name).default)
