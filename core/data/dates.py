"""Dates as people write them in many languages, made by Babel from the Unicode locale data, beside ISO 8601.

A date stands in one part only, so that a test date was never learned in any language or form. Only forms that name the month
or put the year first are used: whether 5/11 is in May or in November no reader can tell.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from babel.dates import format_date

LANGUAGES = (
    "en",
    "en_GB",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "sv",
    "fi",
    "pl",
    "cs",
    "ru",
    "uk",
    "el",
    "tr",
    "hu",
    "ro",
    "vi",
    "id",
    "zh",
    "ja",
    "ko",
    "hi",
    "he",
    "ar",
)
FORMS = ("full", "long", "medium")
ORDERED = ("zh", "ja", "ko", "hu")  # whose medium form, of numbers alone, begins with the year
FIRST, LAST = date(1900, 1, 1), date(2099, 12, 31)
UNSEEN = "\u200e\u200f\u061c\u0307"  # marks of direction, and the dot that a Turkish İ leaves when it becomes small
SPLIT = 2021
TRAIN, HELD_OUT = 40_000, 1_000  # phrases


@dataclass(frozen=True)
class Dates:
    """Phrases, the ISO date of each, and the language; split by date."""

    phrases: tuple[str, ...]
    iso: tuple[str, ...]
    languages: tuple[str, ...]
    train: np.ndarray
    dev: np.ndarray
    test: np.ndarray


@cache
def load() -> Dates:
    """42,000 phrases, each of another date."""
    rng = np.random.default_rng(SPLIT)
    days = rng.choice((LAST - FIRST).days + 1, TRAIN + 2 * HELD_OUT, replace=False)
    ways = all_ways()
    picked = rng.integers(len(ways), size=len(days))
    dates = [FIRST + timedelta(int(day)) for day in days]
    phrases = tuple(phrase(day, *ways[way]) for day, way in zip(dates, picked))
    order = np.arange(len(days))
    return Dates(
        phrases,
        tuple(day.isoformat() for day in dates),
        tuple(ways[way][0] for way in picked),
        order[2 * HELD_OUT :],
        order[:HELD_OUT],
        order[HELD_OUT : 2 * HELD_OUT],
    )


def phrase(day: date, language: str, form: str) -> str:
    """A date as this language writes it in its full, long or medium form, in small letters, with plain spaces."""
    return plain(format_date(day, form, locale=language))


def plain(text: str) -> str:
    """Small letters, digits 0 to 9 for those of any script, every kind of space a plain one, no marks of direction."""
    text = unicodedata.normalize("NFKC", text).lower()
    signs = (str(unicodedata.decimal(sign, sign)) for sign in text if sign not in UNSEEN)
    return " ".join("".join(signs).split())


@cache
def readings(text: str) -> tuple[str, ...]:
    """The ISO dates from FIRST to LAST that one of the languages writes like this, as far as letters, numbers and their order
    go: punctuation and zeros in front do not matter. None where no language does."""
    wanted = parts(text)
    numbers = {part for part in wanted if isinstance(part, int)}
    days = [
        day
        for year in numbers
        if FIRST.year <= year <= LAST.year
        for month in range(1, 13)
        for number in numbers
        if (day := _day(year, month, number))
    ]
    found = [day for day in days if any(parts(phrase(day, *way)) == wanted for way in all_ways())]
    return tuple(day.isoformat() for day in sorted(found))


def parts(text: str) -> tuple[int | str, ...]:
    """A phrase as its numbers and words: “Sep. 05, 2026” is (sep, 5, 2026)."""
    text = "".join(" " if unicodedata.category(sign)[0] == "P" else sign for sign in plain(text))
    return tuple(int(part) if part.isdecimal() else part for part in re.findall(r"\d+|[^\d\s]+", text))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def all_ways() -> tuple[tuple[str, str], ...]:
    """(language, form) of everything that can be read without knowing its language."""
    return tuple((language, form) for language in LANGUAGES for form in FORMS if written_out(language, form))


@cache
def written_out(language: str, form: str) -> bool:
    """Whether the form can be read without knowing its language."""
    return language in ORDERED or any(c.isalpha() for c in phrase(date(2026, 11, 5), language, form))
