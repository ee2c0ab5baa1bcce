"""Knobs that are turned while a run goes on, written down so that the run can be repeated.

A lab whose settings name TURNABLE knobs has a text setting `turns`: at which step which knob got which value. Turning
the knobs of a live run and that text do the same, so what a visitor did is stored as the settings that do it again.
"""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from core.events import Event, Turned
from core.settings import BadSettings, Settings, build, flatten

LONGEST = 600  # letters of all turns of a run


class Steering:
    """What whoever watches a run does to it: the trainer asks it at every step, the process that iterates the trainer obeys.

    open: more of the same report follows, so that Step goes on to its end. rest: seconds that the report wants to be looked at.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.open, self.rest = True, 0.0  # what begins a run is part of its first report
        self._planned = parse(settings.turns)
        self._asked: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def turn(self, values: Mapping[str, Any]) -> None:
        """Asks for these values; they count from the next step on."""
        with self._lock:
            self._asked.append(dict(values))

    def take(self, step: int) -> list[Event]:
        """The turns that come after `step` steps, planned ones first; `settings` holds their values from now on.

        What does not fit (what is asked for was checked, what is planned may be beyond the bounds of these data) is left out.
        """
        with self._lock:
            asked, self._asked = self._asked, []
        done: dict[str, Any] = {}
        for values in [values for at, values in self._planned if at == step] + asked:
            try:
                self.settings = turned(self.settings, {name: rounded(value) for name, value in values.items()})
            except BadSettings:
                continue
            done |= {name: flatten(self.settings)[name] for name in values}
        self.open = self.open or bool(done)  # a turn alone is no report: Step goes on to what comes of it
        return [Turned(step, done)] if done else []

    def report(self, events: Iterable[Event], rest: float = 0.0):
        """Yields the events of one report; Step stops after the last of them."""
        events = list(events)
        for i, event in enumerate(events, start=1):
            self.open, self.rest = i < len(events), rest if i == len(events) else 0.0
            yield event
        self.rest = 0.0


def rounded(value: Any) -> Any:
    """A number as `turns` can tell it: of two digits that count, as a logarithmic slider has it."""
    return float(f"{value:.2g}") if isinstance(value, float) else value


def turned(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """The settings with some knobs at other values. Raises BadSettings when they do not fit, or may not be turned."""
    if still := [name for name in values if name not in settings.TURNABLE]:
        raise BadSettings(
            [f"“{still[0][:40]}” cannot be turned while a run goes on; {', '.join(settings.TURNABLE)} can."]
        )
    return build(type(settings), flatten(settings) | dict(values))


def parse(text: str) -> list[tuple[int, dict[str, str]]]:
    """“400:critic_steps=5,900:g_rate=0.001” as (step, knobs) in the order of the steps; of two values of one knob the last counts."""
    found: dict[int, dict[str, str]] = {}
    for part in filter(None, text.split(",")):
        step, change = part.split(":")
        name, value = change.split("=")
        found.setdefault(int(step), {})[name] = value
    return sorted(found.items())


def written(log: Iterable[Event]) -> str:
    """The turns of an event log as text, the inverse of `parse`."""
    turns = [e for e in log if isinstance(e, Turned)]
    return ",".join(f"{e.step}:{name}={_short(value)}" for e in turns for name, value in e.values.items())


def repeatable(settings: Settings, log: Iterable[Event]) -> Settings:
    """The settings under which a run whose knobs were turned happens again. Raises BadSettings when that is too long to tell."""
    return build(type(settings), flatten(settings) | {"turns": written(log)})


def _short(value: Any) -> str:
    return f"{value:.6f}".rstrip("0") if isinstance(value, float) else str(value)
