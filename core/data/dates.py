"""Dates as people write them in many languages, made by Babel from the Unicode locale data, beside ISO 8601.

A date stands in one part only, so that a test date was never learned in any language or form. Only forms that name the month
or put the year first are used: whether 5/11 is in May or in November no reader can tell.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from babel.dates import format_date

LANGUAGES = ("en", "en_GB", "de", "fr", "es", "it", "pt", "nl", "sv", "fi", "pl", "cs", "ru", "uk", "el", "tr", "hu", "ro", "vi", "id",
             "zh", "ja", "ko", "hi", "he", "ar")
FORMS = ("full", "long", "medium")
ORDERED = ("zh", "ja", "ko", "hu")  # whose medium form, of numbers alone, begins with the year
FIRST, LAST = date(1900, 1, 1), date(2099, 12, 31)
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
    ways = [(language, form) for language in LANGUAGES for form in FORMS if written_out(language, form)]
    picked = rng.integers(len(ways), size=len(days))
    dates = [FIRST + timedelta(int(day)) for day in days]
    phrases = tuple(phrase(day, *ways[way]) for day, way in zip(dates, picked))
    order = np.arange(len(days))
    return Dates(phrases, tuple(day.isoformat() for day in dates), tuple(ways[way][0] for way in picked),
                 order[2 * HELD_OUT:], order[:HELD_OUT], order[HELD_OUT:2 * HELD_OUT])


def phrase(day: date, language: str, form: str) -> str:
    """A date as this language writes it in its full, long or medium form, in small letters, with plain spaces."""
    return plain(format_date(day, form, locale=language))


def plain(text: str) -> str:
    """Small letters, every kind of space a plain one, no marks of direction."""
    return " ".join("".join(c for c in text.lower() if c not in "\u200e\u200f").split())


@cache
def written_out(language: str, form: str) -> bool:
    """Whether the form can be read without knowing its language."""
    return language in ORDERED or any(c.isalpha() for c in phrase(date(2026, 11, 5), language, form))
