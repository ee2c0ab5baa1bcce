"""What the lecture says of runs in words, without a number: held by the same runs and tables."""

from core.seq2seq.yardsticks import FORCING, ROOM
from tests.lectures.claims import run, summary, sweep
from tests.lectures.seq2seq import BACK, DAY, GREEDY, SAY, SMALL, TURN, VECTOR, of, right
from tests.lectures.test_claims import text_of


def looked(run_id):
    """Where one answer's tokens looked most at the last look, for every input of the film."""
    inputs, shots = (
        run(run_id).events[0].facts["inputs"],
        [e.array for e in run(run_id).events if getattr(e, "name", "") == "looked"],
    )
    return [(text, row.argmax(1)) for text, row in zip(inputs, shots[-1])]


def test_words_that_were_never_learned_and_one_that_is_said_as_an_english_one():
    from core.data import words

    data = words.load()
    assert not {"elephant", "quiche", "yacht"} & {data.words[i] for i in data.train}
    said, answers = right(SAY)
    quiche = run(SAY).events[0].facts["inputs"].index("quiche")
    assert said[max(said)][quiche] == ("K", "W", "IH", "CH") and said[max(said)][quiche] not in answers[quiche]


def test_a_fixed_rule_is_better_than_the_smallest_vector_and_four_times_its_room_is_worth_less_than_looking_back():
    from core.seq2seq import trivial

    assert trivial.MEASURED["words"][0] < summary(SMALL, "per") and trivial.MEASURED["words"][1] < summary(SMALL, "wer")
    room, back = (
        sweep("seq2seq", ROOM, "result_per", network=network, hidden=hidden)
        for network, hidden in (("vector", "128"), ("attention", "32"))
    )
    assert room.mean - back.mean > 2 * (room.sd + back.sd)
    assert summary(BACK, "per") < summary(SMALL, "per")


def test_only_long_words_suffer_from_one_vector():
    long, other = (
        of(VECTOR, f"PER of {words}")() - of(SAY, f"PER of {words}")() for words in ("long words", "other words")
    )
    assert long > 1.5 and abs(other) < 0.5


def test_beams_gain_little():
    assert (
        0 < summary(GREEDY, "wer") - summary(GREEDY, "beam_wer") < 2
        and 0 < summary(SAY, "wer") - summary(SAY, "beam_wer") < 1
    )


def test_the_attention_has_found_out_to_begin_at_the_end():
    places = [row[: len(text)] == range(len(text) - 1, -1, -1) for text, row in looked(TURN)]
    assert min(place.mean() for place in places) > 0.8


def test_the_attention_goes_from_the_year_to_the_month_to_the_day():
    for text, row in looked(DAY):
        year = text.index(next(word for word in text.replace(",", " ").split() if len(word) == 4 and word.isdigit()))
        assert all(year <= place < year + 4 for place in row[:4]), text


def test_all_mistakes_in_dates_are_months_of_four_languages():
    assert (
        of(DAY, "wrong")() == of(DAY, "wrong months")() == of(DAY, "mistakes in Polish, Czech, Turkish and Finnish")()
    )
    assert of(DAY, "languages with mistakes")() == 4


def test_scheduled_sampling_is_no_gain_in_half_a_minute():
    taught, *mixed = (sweep("seq2seq", FORCING, "result_per", teacher=share) for share in ("1.0", "0.75", "0.5"))
    assert min(each.mean for each in mixed) > taught.mean - taught.sd
    assert "In half a minute it is no gain" in text_of("seq2seq")
