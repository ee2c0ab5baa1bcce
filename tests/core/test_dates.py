"""Dates: each in one part only, read back by the calendar, in forms that can be read without knowing the language."""

from datetime import date

import pytest

from core.data import dates


@pytest.fixture(scope="module")
def data():
    return dates.load()


def test_a_date_stands_in_one_part_only(data):
    assert len(set(data.iso)) == len(data.iso) == len(data.phrases) == 42_000
    assert (
        sorted([*data.train, *data.dev, *data.test]) == list(range(42_000)) and len(data.dev) == len(data.test) == 1_000
    )


def test_phrases_say_their_date(data):
    for i in range(0, 42_000, 131):
        day = date.fromisoformat(data.iso[i])
        assert dates.FIRST <= day <= dates.LAST and str(day.year) in data.phrases[i]
        assert data.phrases[i] in {dates.phrase(day, data.languages[i], form) for form in dates.FORMS}
        assert data.phrases[i] == dates.plain(data.phrases[i]) and len(data.phrases[i]) <= 48


def test_all_languages_are_learned_and_none_of_numbers_in_an_unknown_order(data):
    assert {data.languages[i] for i in data.train} == set(dates.LANGUAGES) and len(dates.LANGUAGES) == 26
    assert (
        not dates.written_out("de", "medium") and dates.written_out("de", "long") and dates.written_out("ja", "medium")
    )
    assert dates.phrase(date(2026, 11, 5), "de", "long") == "5. november 2026"
    ordered = {dates.phrase(date(2026, 11, 5), language, "medium") for language in dates.ORDERED}
    assert all(phrase.startswith("2026") for phrase in ordered)


def test_a_phrase_means_one_date_only(data):
    found = {}
    for phrase, iso in zip(data.phrases, data.iso):
        assert found.setdefault(phrase, iso) == iso


@pytest.mark.parametrize(
    "typed, read",
    [
        ("٥ سبتمبر ٢٠٢٦", "5 سبتمبر 2026"),
        ("５ September ２０２６", "5 september 2026"),
        ("५ सितंबर २०२६", "5 सितंबर 2026"),
        ("5 EKİM 2026", "5 ekim 2026"),
        ("s\u0061\u0301bado", "sábado"),
        ("5\u00a0\u202fMai", "5 mai"),
    ],
)
def test_digits_of_every_script_and_letters_of_two_signs_are_read(typed, read):
    assert dates.plain(typed) == read


def test_a_date_of_ones_own_is_read_back(data):
    for i in range(0, 42_000, 1400):
        assert dates.readings(data.phrases[i]) == (data.iso[i],)
    for typed in ("Sep. 05, 2026", "5 september 2026", "2026/9/5", "SATURDAY, september 5 2026", "٥ سبتمبر ٢٠٢٦"):
        assert dates.readings(dates.plain(typed)) == ("2026-09-05",), typed
    for typed in (
        "sunday, september 5, 2026",
        "31 february 2020",
        "september 5th, 2026",
        "5 september 1850",
        "5.9.26",
        "today",
        "2026",
    ):
        assert dates.readings(typed) == (), f"no language writes {typed} so"
