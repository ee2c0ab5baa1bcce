"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

import numpy as np

from core.data import dates
from core.seq2seq import score, train, trivial
from core.seq2seq.settings import METRICS
from core.seq2seq.settings import SHIPPED as SHIPPED_RUNS
from core.seq2seq.tasks import calendar, dataset_of, spelling
from core.seq2seq.yardsticks import ASTRAY, AT_ONCE, COPY, DATES, GUIDED, LIVE, LOOKED, ROOM, SHIPPED, TOY
from core.yardsticks import Yardstick, measured
from tests.lectures.claims import Near, claim, run, summary, sweep

SAY, VECTOR, SMALL, BACK, GREEDY, TURN, DAY = (
    f"seq2seq-{name}"
    for name in (
        "say-it",
        "one-vector",
        "one-vector-is-too-small",
        "look-back",
        "greedy-or-beam",
        "reversal-in-ten-seconds",
        "dates-of-the-world",
    )
)
COPIED = "seq2seq-signs-it-never-saw"
SETTING, SCALE, FORMULA = "a setting of the scene", "out of so many", "of the formula"
SPLIT = "the README of cmusphinx/g2p-seq2seq, word error rates of Phonetisaurus and of LSTMs 2 × 256 and 2 × 512 on current cmudict"
EASIER = (
    "the same table on the selection PRONALSYL 2007 (23.3, LSTM 2 × 512), and the rerun that the authors report in the repository of "
    "Toshniwal, Livescu 2016 (20.7, on Chen's selection)"
)


def of(run_id, what):
    """A figure of a shipped network that `python -m core yardsticks seq2seq` measured on the whole test part."""
    return lambda: (
        measured(
            "seq2seq", Yardstick("", "", "value", "", "", "", where={"run": run_id, "what": what}, file=SHIPPED)
        ).mean
    )


def right(run_id):
    """Words or phrases of the film that are right at the last look, and those whose year, month and day are, by look."""
    facts, shots = run(run_id).events[0].facts, [e for e in run(run_id).events if getattr(e, "name", "") == "said"]
    said = {shot.step: [tuple(facts["tokens"][i] for i in row if i > 2) for row in shot.array] for shot in shots}
    return said, [[tuple(way) for way in ways] for ways in facts["answers"]]


def film_right():
    said, answers = right(SAY)
    return sum(mine in ways for mine, ways in zip(said[max(said)], answers))


def dates_right(step, part):
    said, answers = right(DAY)
    return sum(mine[part] == ways[0][part] for mine, ways in zip(said[step], answers))


YEAR, MONTH, DAY_OF = slice(0, 4), slice(5, 7), slice(8, 10)


def below_from():
    """The look from which on fewer than 5 % of the development sequences are wrong."""
    steps, columns = run(TURN).history()
    last = max(step for step, value in zip(steps, columns["wer"]) if value >= 5)
    return Near(next(step for step in steps if step > last), 10)


def months_from():
    said, answers = right(DAY)
    wrong = [step for step, mine in said.items() if [m[MONTH] for m in mine] != [ways[0][MONTH] for ways in answers]]
    return next(step for step in sorted(said) if step > max(wrong))


def copied():
    """Test sequences of the scene that are no palindromes, in percent."""
    test = dataset_of(SHIPPED_RUNS[TURN].task).test.up_to(SHIPPED_RUNS[TURN].task.longest)
    rows = [[sign for sign in row if sign] for row in test.x.tolist()]
    return 100 * sum(row != row[::-1] for row in rows) / len(rows)


def p_gen(which):
    """Mean of p_gen at the letters or at the digits of the film at the last look."""
    tokens = run(COPIED).events[0].facts["tokens"]
    said, gates = (
        [e.array for e in run(COPIED).events if getattr(e, "name", "") == name][-1] for name in ("said", "generated")
    )
    return float(np.mean([gate for token, gate in zip(said.flat, gates.flat) if which(tokens[token])], dtype=float))


def guided(column, weight, table=GUIDED):
    return lambda: sweep("seq2seq", table, column, guide=weight).mean


def at_once(column):
    return lambda: sweep("seq2seq", AT_ONCE, column).mean


def toy(network, longest, column="result_wer"):
    return lambda: sweep("seq2seq", TOY, column, network=network, longest=longest).mean


def room(network, hidden):
    return lambda: sweep("seq2seq", ROOM, "result_per", network=network, hidden=hidden).mean


CLAIMS = [
    claim("learned from 112,000 English words", lambda: Near(len(spelling().train), 500)),
    claim(
        "12.4 % of the vowels are wrong, but only 2.0 % of the consonants",
        of(SAY, "vowels wrong"),
        of(SAY, "consonants wrong"),
    ),
    claim(
        "It says 73 of 100 test words without a mistake, and 6.5 % of all sounds are wrong",
        lambda: summary(SAY, "accuracy"),
        SCALE,
        lambda: summary(SAY, "per"),
    ),
    claim(
        "gets 3 of 100 words right and 44 % of the sounds wrong",
        100 - trivial.MEASURED["words"][1],
        SCALE,
        trivial.MEASURED["words"][0],
    ),
    claim("33.9 % of the words of the current dictionary wrong (Phonetisaurus) and about 31 % (LSTMs)", SPLIT, SPLIT),
    claim("such networks have 20.7 to 23.3 % wrong", EASIER, EASIER),
    claim("all 6,246 test words", lambda: len(spelling().test)),
    claim("of 1,000 development words", "HEARD in core/seq2seq/monitor.py"),
    claim("Of the film's words 4 are right", film_right),
    claim(
        "On 500 test words the attention stays or moves on in 100 % of the steps",
        LOOKED,
        of(SAY, "look stays or moves on"),
    ),
    claim(
        "27.2 % of the words are wrong, with attention 27.2 %",
        lambda: summary(VECTOR, "wer"),
        lambda: summary(SAY, "wer"),
    ),
    claim("Its 144 numbers have room", SETTING),
    claim(
        "only words of 12 and more letters suffer: 7.4 % of their sounds are wrong, with attention 5.3 %",
        "LONG_WORDS",
        of(VECTOR, "PER of long words"),
        of(SAY, "PER of long words"),
    ),
    claim("one vector of 32 numbers", SETTING),
    claim("learns for 600 steps", SETTING),
    claim(
        "2 of 100 words are right with one vector, and 60 % of the sounds are wrong",
        lambda: summary(SMALL, "accuracy"),
        SCALE,
        lambda: summary(SMALL, "per"),
    ),
    claim("The rule is better: 44 % wrong", trivial.MEASURED["words"][0]),
    claim(
        "With attention 21 of 100 words are right and 28 % of the sounds are wrong",
        lambda: summary(BACK, "accuracy"),
        SCALE,
        lambda: summary(BACK, "per"),
    ),
    claim(
        "Over 3 seeds the vector has 59 % wrong sounds with 32 numbers, 43 % with 64 and 31 % with 128",
        lambda: sweep("seq2seq", ROOM, "result_per", network="vector", hidden="32").seeds,
        room("vector", "32"),
        SETTING,
        room("vector", "64"),
        SETTING,
        room("vector", "128"),
        SETTING,
    ),
    claim(
        "Attention has 28 %, 21 % and 16 %", room("attention", "32"), room("attention", "64"), room("attention", "128")
    ),
    claim("So 128 numbers without attention do not reach 32 with it", SETTING, SETTING),
    claim("With 144 numbers, three layers and half an hour", SETTING),
    claim("Greedy gets 3,970 of 6,246 test words wrong", of(GREEDY, "wrong"), of(GREEDY, "words")),
    claim("corrects 178 of them and spoils 105 that were right", of(GREEDY, "mended"), of(GREEDY, "spoilt")),
    claim("63.6 % wrong words become 62.4 %", lambda: summary(GREEDY, "wer"), lambda: summary(GREEDY, "beam_wer")),
    claim("A beam of ten has 62.3 %", of(GREEDY, "WER of a beam of 10")),
    claim(
        "For 45 % of the words that greedy gets wrong",
        lambda: 100 * of(GREEDY, "right among the five")() / of(GREEDY, "wrong")(),
    ),
    claim("27.2 % become 26.7 %", lambda: summary(SAY, "wer"), lambda: summary(SAY, "beam_wer")),
    claim("After about 140 steps fewer than 5 % of the development sequences", below_from, "the bound in `below_from`"),
    claim("At the end 99.9 % of the test sequences are right", lambda: summary(TURN, "accuracy")),
    claim(
        "over 3 seeds 70 % of the sequences with 9 to 13 letters are wrong",
        lambda: sweep("seq2seq", TOY, "result_wer", network="attention", longest="8").seeds,
        toy("attention", "8", "result_wer_longer"),
        SETTING,
        SETTING,
    ),
    claim("With one vector 32 % are still wrong after the same 300 steps", toy("vector", "8"), SETTING),
    claim(
        "With sequences of up to 16 letters 70 % are wrong, with attention 7 %",
        SETTING,
        toy("vector", "16"),
        toy("attention", "16"),
    ),
    claim("Copying the input is wrong for 98 %", copied),
    claim(
        "*14 июля 1915 г.*, *thứ năm, 1 tháng 4, 1937*, *5 de noviembre de 2026*: dates as 26 languages write them become 2026-11-05",
        *["an example"] * 7,
        lambda: len(dates.LANGUAGES),
        *["an example"] * 3,
    ),
    claim(
        "after 100 steps, the year is right in 8 of 8 phrases of the film, the day in 6 and the month in 0",
        SETTING,
        lambda: dates_right(100, YEAR),
        lambda: len(calendar().film),
        lambda: dates_right(100, DAY_OF),
        lambda: dates_right(100, MONTH),
    ),
    claim("All 8 months are right after 240 steps", lambda: len(calendar().film), months_from),
    claim(
        "At the end 96 of 100 test phrases are right (3 seeds)",
        lambda: 100 - sweep("seq2seq", DATES, "result_wer", network="attention").mean,
        SCALE,
        lambda: sweep("seq2seq", DATES, "result_wer", network="attention").seeds,
    ),
    claim(
        "In this run 41 of 1,000 are wrong: always the month, and always in Polish, Czech, Turkish or Finnish",
        of(DAY, "wrong"),
        lambda: len(calendar().test),
    ),
    claim(
        "With one vector 98 of 100 phrases are wrong after the same 400 steps",
        lambda: sweep("seq2seq", DATES, "result_wer", network="vector").mean,
        SCALE,
        SETTING,
    ),
    claim(
        "Over 5 seeds only 0.7 % of the test inputs with digits are wrong. Without copying 100 % are wrong",
        lambda: sweep("seq2seq", COPY, "result_wer_unknown", copy_input="True").seeds,
        lambda: sweep("seq2seq", COPY, "result_wer_unknown", copy_input="True").mean,
        lambda: sweep("seq2seq", COPY, "result_wer_unknown", copy_input="False").mean,
    ),
    claim(
        "p_gen is 0.99 on average at the letters of the film and 0.02 at its digits",
        lambda: p_gen(lambda token: len(token) == 1 and token.isalpha()),
        lambda: p_gen(str.isdigit),
    ),
    claim("it cannot tell a 5 from a 9", "an example", "an example"),
    claim("Copying the whole input is wrong for 100 %", lambda: trivial.toy("next", 10, 8, 25)[1]),
    claim("learns words to sounds for 200 steps", SETTING),
    claim(
        "Over 5 seeds attention is 9.7 % of the length away from the diagonal at the end when it is left to itself, "
        "and 6.2 % when it is guided",
        lambda: sweep("seq2seq", GUIDED, "result_per", guide="1.0").seeds,
        guided("result_off_diagonal", "0.0"),
        guided("result_off_diagonal", "1.0"),
    ),
    claim("Even attention would be 33 % away", lambda: METRICS["off_diagonal"].chance.value),
    claim(
        "37.6 % of the sounds are wrong without guidance and 35.4 % with it, of the words 88.1 % and 87.4 %",
        guided("result_per", "0.0"),
        guided("result_per", "1.0"),
        guided("result_wer", "0.0"),
        guided("result_wer", "1.0"),
    ),
    claim(
        "Half of the sounds are right after 106 steps, and after 89 with guidance",
        guided("result_steps_to_half", "0.0"),
        guided("result_steps_to_half", "1.0"),
    ),
    claim(
        "of reversed letters 10 % are wrong without guidance and 55 % with it",
        guided("result_wer", "0.0", ASTRAY),
        guided("result_wer", "1.0", ASTRAY),
    ),
    claim("it is 0.2 here, as in the paper", lambda: score.WIDTH),
    claim(
        "After 500 steps 82.9 % of the words and 29.0 % of the sounds are wrong (5 seeds)",
        SETTING,
        at_once("result_wer"),
        at_once("result_per"),
        lambda: sweep("seq2seq", AT_ONCE, "result_per").seeds,
    ),
    claim(
        "has 67.3 % and 24.0 % after as many steps (3 seeds)",
        lambda: sweep("seq2seq", LIVE, "result_wer", network="transformer").mean,
        lambda: sweep("seq2seq", LIVE, "result_per", network="transformer").mean,
        lambda: sweep("seq2seq", LIVE, "result_per", network="transformer").seeds,
    ),
    claim("34 % of the answers say a sound twice", at_once("result_repeats")),
    claim("the precisions for n from 1 to 4", FORMULA, FORMULA),
    claim("of 100. The answers are a little too short", SCALE),
    claim("of 100. The answers are long enough", SCALE),
    claim("with probability 1 − ε it reads", FORMULA),
    claim("i is the progress in percent and k is 15; the share falls from nearly 1 to", lambda: train.SLOPE, FORMULA),
    claim("T below 1 makes likely tokens likelier, T above 1 evens them out", FORMULA, FORMULA),
    claim("α = 0 leaves log p as it is", FORMULA),
    claim("It may exceed 100 %", "insertions count as well"),
    claim("less than 0.1 % are to be expected", "what is smaller would be written as 0.0"),
    claim("(1: the same order, 0: unrelated)", FORMULA, FORMULA),
]
