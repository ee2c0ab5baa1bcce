"""One network, several widths: what each costs and how good it is, beside networks of the same widths trained alone."""

from dataclasses import dataclass

from core.compression import pictures
from core.record import Record


@dataclass(frozen=True)
class Width:
    """percent: of the channels. accuracy: in percent, as part of the one network. alone: of a network of this width trained alone,
    None where there is none. channels: of the convolutions. macs: multiply–adds for one digit."""

    percent: int
    accuracy: float
    alone: float | None
    channels: list[int]
    macs: int


def widths(record: Record) -> list[Width]:
    """All of them, as measured last, the narrowest first."""
    table, facts = record.last(pictures.WIDTHS).tolist(), record.facts
    rows = zip(facts["widths"], table, facts["channels"], facts["macs_at"], strict=True)
    return [
        Width(percent, together, None if alone != alone else alone, channels, macs)
        for percent, (together, alone), channels, macs in rows
    ]


def parameters(record: Record) -> list[int]:
    """Of the network of each width, the narrowest first. Of a run that has ended."""
    from core.nets import count  # imports torch, which the first picture does not wait for

    names = [f"w{percent}" for percent in record.facts["widths"][:-1]] + ["model"]
    return [count(record.run.net(name)) for name in names]
