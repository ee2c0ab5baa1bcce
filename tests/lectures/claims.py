"""What holds a number in a lecture: a shipped run, a table of seeds, or the source that it is cited from.

`tests/lectures/<lab>.py` has CLAIMS, one for each piece of text with numbers:

    claim("7.6 of 8 with a momentum of 0.5", table("gan", "Ring of 8, plain GAN, momentum of 0.5: …").mean, "8 spots", "setting")

The piece is quoted to the letter. Its numbers are held in order: a measured value must round to what is written, a text
says why the number needs no measurement (a setting, a definition, the paper and table that it was read in).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from core import labs, runs, yardsticks
from core.runs import Run
from core.yardsticks import Result, Yardstick

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\d])")
SILENT = re.compile(
    r"\$[^$]*\$|`[^`]*`|\*\*Turn next:\*\*[^\n]*|\((?:[^()]*?\b(?:19|20)\d\d\b[^()]*?)\)|\b(?:19|20)\d\d\b|[½⅓¼]"
)


@dataclass(frozen=True)
class Near:
    """A measured value that the text rounds more coarsely than its last digit says: “about 90”."""

    value: float
    by: float


Source = float | Near | str
Lazy = Source | Callable[[], Source]  # a function is called only when the test runs


@dataclass(frozen=True)
class Claim:
    """A piece of a lecture, and what holds each of its numbers."""

    quote: str
    sources: tuple[Lazy, ...]

    def faults(self, text: str) -> Iterator[str]:
        """A sentence for everything that is not so."""
        if text.count(self.quote) != 1:
            yield f"“{self.quote}” stands {text.count(self.quote)} times in the lecture, not once"
        written = NUMBER.findall(self.quote)
        if len(written) != len(self.sources):
            yield f"“{self.quote}” has {len(written)} numbers, but {len(self.sources)} sources hold them"
        for number, source in zip(written, self.sources):
            found = source() if callable(source) else source
            if not isinstance(found, str) and not agrees(number, found):
                yield f"“{self.quote}” says {number}, measured is {found}"


def claim(quote: str, *sources: Lazy) -> Claim:
    return Claim(quote, sources)


def agrees(written: str, found: float | Near) -> bool:
    """Whether a measured value rounds to what is written."""
    said, digits = float(written.replace(",", "")), len(written.partition(".")[2])
    if isinstance(found, Near):
        return abs(found.value - said) <= found.by
    return abs(found - said) <= 0.5 * 10**-digits + 1e-9


def numbers_without_claim(text: str, claims: list[Claim]) -> list[str]:
    """Pieces of a lecture with a number that nothing holds. Formulas, code, years and what to turn next state no result."""
    held = SILENT.sub(lambda match: " " * len(match[0]), text)
    for each in claims:
        at = text.find(each.quote)
        if at >= 0:
            held = held[:at] + " " * len(each.quote) + held[at + len(each.quote) :]
    return [text[max(0, match.start() - 60) : match.end() + 40].replace("\n", " ") for match in NUMBER.finditer(held)]


# ---- what is measured ----


@cache
def run(run_id: str) -> Run:
    """A shipped run."""
    return runs.load(run_id)


def end(run_id: str, metric: str) -> float:
    """The last value of a metric in a shipped run."""
    return next(value for value in reversed(run(run_id).history()[1][metric]) if value is not None)


def at(run_id: str, metric: str, step: int) -> float:
    """The value of a metric in a shipped run at the report nearest to a step."""
    steps, columns = run(run_id).history()
    return min((abs(s - step), v) for s, v in zip(steps, columns[metric]) if v is not None)[1]


def summary(run_id: str, name: str) -> float:
    """A number of a shipped run's summary."""
    return run(run_id).about.summary[name]


def table(lab: str, title: str) -> Result:
    """Mean and sd of a figure under Yardstick, by its title."""
    found = [each for each in labs.of(lab).module("yardsticks").YARDSTICKS if each.title == title]
    assert len(found) == 1, f"{len(found)} yardsticks of {lab} are called “{title}”"
    result = yardsticks.measured(lab, found[0])
    assert result.seeds, f"“{title}” is not measured"
    return result


def sweep(lab: str, arguments: str, column: str, **where: str) -> Result:
    """Mean and sd of a column of a table that the yardsticks of the lab make, whether a row there shows it or not."""
    result = yardsticks.measured(lab, Yardstick("", arguments, column, "", "", "", where=where))
    assert result.seeds, f"no such rows in the table of “{arguments}”"
    return result
