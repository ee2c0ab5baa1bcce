"""The figures of the sequence-to-sequence lab beside published ones. `python -m core yardsticks seq2seq` makes the tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core import runs
from core.data import dates
from core.data.words import vowel
from core.seq2seq import decode, models, score, trivial
from core.seq2seq.analysis import references
from core.seq2seq.formulas import ALPHA, BEAM
from core.seq2seq.tasks import Dataset, Part, dataset_of, spoken, trimmed
from core.yardsticks import Yardstick, make_tables

LONG = "long.csv"
SHIPPED = "shipped.csv"
LONG_WORDS, LOOKED = 12, 500  # letters of a long word; words whose looks are followed
SEVERAL = "several.csv"  # words with several pronunciations
RULE_SEVERAL = {"exact_first": 1.0, "exact_any": 1.7, "bleu_first": 22.5, "bleu_any": 27.7}  # of the fixed rule on them
FIFTHS = 5  # parts of the test words, whose spread says how far a figure can be trusted
TRAINED = {"seq2seq-say-it": "attention", "seq2seq-one-vector": "one vector", "seq2seq-transformer": "transformer"}
LIVE = "--task pronounce --network attention vector transformer --share 50 --steps 500 --seeds 3"
ROOM = "--task pronounce --network attention vector --share 100 --steps 600 --hidden 32 64 128 --seeds 3"
TOY = "--task toy --network attention vector --share 100 --steps 300 --longest 8 16 --seeds 3"
DATES = "--task dates --network attention vector --share 100 --steps 400 --seeds 3"
COPY = "--task toy --rule next --unknown 25 --network attention --copy-input false true --hidden 64 --share 100 --steps 400 --seeds 5"
GUIDED = "--task pronounce --network attention --guide 0 1 --hidden 64 --share 50 --steps 200 --seeds 5"
ASTRAY = "--task toy --rule reverse --network attention --guide 0 1 --hidden 64 --share 100 --steps 200 --seeds 5"
AT_ONCE = "--task pronounce --network parallel --share 50 --steps 500 --seeds 5"
FORCING = "--task pronounce --share 50 --steps 500 --teacher 1 0.75 0.5 --seeds 3"
NONE = "none in this set-up"
NGRAM = "33.9 (Phonetisaurus, n-gram transducer), 33.3 (the same, stress removed, another split)"
NEURAL = (
    "about 39 (LSTM 2 × 64), about 31 (2 × 256 and 2 × 512): g2p-seq2seq. On the selection PRONALSYL 2007 the same "
    "networks have 31.3, 22.2 and 23.3; on Chen's selection 20.7 (attention, 3 × 512, in the repository of Toshniwal, Livescu 2016)"
)
TRANSFORMER = (
    "about 31 (transformer 2 × 256, g2p-seq2seq, current cmudict); on the selection PRONALSYL 2007 the same has 20.2"
)
OURS = (
    "{} weights, 30 passes, 30 to 60 minutes of one core, greedy; one run. Stress removed, variants kept together, the nearest "
    "pronunciation counts; words with hyphens and full stops are left out. Figures of different selections cannot be compared: one "
    "and the same network differs by 10 points between two. "
)
SOUNDS, SPOKEN, _ = (f"{error:.1f}" for error in trivial.MEASURED["words"])
RULES = {"per": f"{SOUNDS} (one sound for each letter)", "wer": f"{SPOKEN} (one sound for each letter)"}


def _long(name: str, title: str, column: str, published: str = NONE, why: str = "") -> Yardstick:
    run_id = next(run_id for run_id, each in TRAINED.items() if each == name)
    trained = f" Trained by: python -m core presets seq2seq --only {run_id}" if column == "wer" else ""
    return Yardstick(
        f"{title}, {name}, trained long",
        "",
        column,
        "%",
        published,
        why + trained,
        where={"network": name},
        file=LONG,
        of="fifths of the test words",
        chance=RULES[column[-3:]],
    )


def _row(
    title: str, sweep: str, column: str, where: dict[str, str], published: str = NONE, why: str = "", chance: str = ""
) -> Yardstick:
    return Yardstick(title, sweep, f"result_{column}", "%", published, why, where=where, chance=chance or RULES[column])


def _copied(longest: int, rule: str = "reverse", unknown: int = 0) -> str:
    return f"{trivial.toy(rule, 10, longest, unknown)[1]:.0f} (copying the input)"


YARDSTICKS = (
    _long("attention", "WER", "wer", f"{NGRAM}; {NEURAL}", OURS.format("495,000")),
    _long(
        "attention",
        "PER",
        "per",
        "about 8 (attention, three bidirectional LSTM layers of 64, akademi4eg/attention-tf-models); on "
        "Chen's selection 4.8 (attention, 3 × 512, in the repository of Toshniwal, Livescu 2016)",
    ),
    _long(
        "attention",
        "WER against the first pronunciation only",
        "first_wer",
        NONE,
        "What scoring against the nearest one is worth.",
    ),
    _long("attention", "WER by a beam of 5", "beam_wer", NONE, "On a well-trained network the beam gains little."),
    _long(
        "one vector",
        "WER",
        "wer",
        NONE,
        "One vector of 144 numbers is room enough for most words; a test word has seven letters on average.",
    ),
    _long("one vector", "PER", "per"),
    _long("one vector", "WER by a beam of 5", "beam_wer"),
    *(
        Yardstick(
            f"{title}, attention, trained long",
            "",
            column,
            unit,
            NONE,
            why,
            where={"network": "attention"},
            file=SEVERAL,
            of="fifths of the test words with several pronunciations",
            chance=f"{RULE_SEVERAL[column]:.1f} (one sound for each letter)",
        )
        for title, column, unit, why in (
            ("Exact match with the first pronunciation", "exact_first", "%", "Only words with several pronunciations."),
            ("Exact match with any pronunciation", "exact_any", "%", ""),
            ("BLEU against the first pronunciation", "bleu_first", "points", "n-grams of up to 4 sounds."),
            ("BLEU against all pronunciations", "bleu_any", "points", ""),
        )
    ),
    _long("transformer", "WER", "wer", TRANSFORMER, "Three layers that read, two that write, 96 numbers wide."),
    _long(
        "transformer",
        "PER",
        "per",
        "on the selection PRONALSYL 2007 3.9 (transformer 3 × 256 as released) and 5.6 (trained again by a "
        "user): g2p-seq2seq",
    ),
    _long("transformer", "WER by a beam of 5", "beam_wer"),
    *(
        _row(f"PER of a live run, {title}", LIVE, "per", {"network": name}, why=why)
        for name, title, why in (
            (
                "attention",
                "attention",
                "Half of the words, 500 steps, half a minute: far from what half an hour reaches.",
            ),
            ("vector", "one vector", ""),
            ("transformer", "transformer", "Slower to begin with."),
        )
    ),
    *(
        _row(
            f"{what} of a live run, all tokens at once",
            AT_ONCE,
            column,
            {"network": "parallel"},
            why=why,
            chance=chance,
        )
        for what, column, why, chance in (
            ("PER", "per", "The same 500 steps as above.", ""),
            ("WER", "wer", "", ""),
            ("Answers with a repeat", "repeats", "A sound twice in a row where the right answer has none.", "–"),
        )
    ),
    *(
        _row(
            f"PER with {room} numbers of state, {title}",
            ROOM,
            "per",
            {"network": name, "hidden": room},
            why="The same 600 steps for all." if room == "32" and name == "vector" else "",
        )
        for room in ("32", "64", "128")
        for name, title in (("vector", "one vector"), ("attention", "attention"))
    ),
    *(
        _row(
            f"Reversal of up to {longest} letters, {title}: wrong answers",
            TOY,
            "wer",
            {"network": name, "longest": longest},
            why="300 steps for all." if (longest, name) == ("8", "attention") else "",
            chance=_copied(int(longest)),
        )
        for longest in ("8", "16")
        for name, title in (("attention", "attention"), ("vector", "one vector"))
    ),
    _row(
        "Reversal of 9 to 13 letters, attention that learned up to 8: wrong answers",
        TOY,
        "wer_longer",
        {"network": "attention", "longest": "8"},
        why="It does not go far beyond the lengths that it has met.",
        chance="100 (copying the input)",
    ),
    *(
        _row(f"{what}, {title}", sweep, column, {"guide": weight}, why=why, chance=chance)
        for weight, title in (("0.0", "attention left to itself"), ("1.0", "guided attention"))
        for what, sweep, column, why, chance in (
            ("PER after 200 steps", GUIDED, "per", "", ""),
            (
                "Attention off the diagonal",
                GUIDED,
                "off_diagonal",
                "In % of the length, on the test words.",
                "33.3 (even attention)",
            ),
            (
                "Reversal of up to 8 letters, wrong answers",
                ASTRAY,
                "wer",
                "Here the order is turned around.",
                _copied(8),
            ),
        )
    ),
    *(
        _row(
            f"Next letters with unknown digits, {title}: wrong answers",
            COPY,
            "wer_unknown",
            {"copy_input": str(copying)},
            why=why,
            chance=_copied(8, "next", 25),
        )
        for copying, title, why in (
            (
                True,
                "with copying",
                "A quarter of the signs are digits; no digit of the test was learned from. 400 steps.",
            ),
            (False, "without copying", "What is not in the vocabulary cannot be said."),
        )
    ),
    *(
        _row(
            f"Dates of 26 languages, {title}: wrong answers",
            DATES,
            "wer",
            {"network": name},
            chance="100 (always the same date)",
        )
        for name, title in (("attention", "attention"), ("vector", "one vector"))
    ),
    *(
        _row(
            f"PER of a live run, right last token in {round(100 * float(share))} % of all cases",
            FORCING,
            "per",
            {"teacher": share},
            why="Each other token is the decoder's own, drawn by itself. In so short a run it is no gain."
            if share == "0.5"
            else "",
        )
        for share in ("1.0", "0.75", "0.5")
    ),
)


def measured_tables(folder: Path) -> None:
    """What is measured of shipped networks without training any. A table that is there stays."""
    make_tables(folder, {LONG: long_rows, SHIPPED: shipped_rows, SEVERAL: several_rows})


def long_rows() -> Iterator[dict[str, Any]]:
    """Errors in percent, greedy, by a beam of five, and against the first pronunciation only."""
    for run_id, name in TRAINED.items():
        run = runs.load(run_id)
        net, dataset = models.speller(run.models["network"]), dataset_of(run.settings.task)
        test = dataset.test
        greedy, beam = score.answers_of(net, dataset, test), score.beamed(net, dataset, test, BEAM, ALPHA)
        size = -(-len(test) // FIFTHS)
        for fifth, start in enumerate(range(0, len(test), size), 1):
            part = Part(test.x[start : start + size], test.y[start : start + size], test.answers[start : start + size])
            only = Part(part.x, part.y, tuple(ways[:1] for ways in part.answers))
            judged, searched, first = (
                score.judged(said[start : start + size], against)
                for said, against in ((greedy, part), (beam, part), (greedy, only))
            )
            yield {
                "network": name,
                "fifth": fifth,
                "state": "finished",
                "per": score.per(judged.edits, judged.lengths),
                "wer": score.wer(judged.edits),
                "beam_per": score.per(searched.edits, searched.lengths),
                "beam_wer": score.wer(searched.edits),
                "first_wer": score.wer(first.edits),
            }


def several_rows() -> Iterator[dict[str, Any]]:
    """Scores against the first pronunciation and against all, on test words that have several; the fixed rule on all of them at once."""
    for run_id, name in (("seq2seq-say-it", "attention"), ("seq2seq-greedy-or-beam", "attention, short"), ("", "rule")):
        settings = runs.load(run_id or "seq2seq-say-it").settings
        dataset = dataset_of(settings.task)
        part = references.with_several(dataset.test)
        if run_id:
            said = score.answers_of(models.speller(runs.load(run_id).models["network"]), dataset, part)
        else:
            said = references.by_rule(settings.task)
        size = -(-len(part) // (FIFTHS if run_id else 1))
        for fifth, start in enumerate(range(0, len(part), size), 1):
            piece = Part(part.x[start : start + size], part.y[start : start + size], part.answers[start : start + size])
            first, every = (
                references.scored(said[start : start + size], against)
                for against in (references.first_only(piece), piece)
            )
            yield {
                "network": name,
                "fifth": fifth,
                "words": len(piece),
                "exact_first": first.exact,
                "exact_any": every.exact,
                "per_first": first.per,
                "per_any": every.per,
                "bleu_first": first.bleu.score,
                "bleu_any": every.bleu.score,
            }


def shipped_rows() -> Iterator[dict[str, Any]]:
    """Figures that the lecture tells of shipped networks, each of the whole test part."""
    for run_id, of in (
        ("seq2seq-say-it", _of_words),
        ("seq2seq-one-vector", _of_words),
        ("seq2seq-greedy-or-beam", _of_beams),
        ("seq2seq-dates-of-the-world", _of_languages),
    ):
        run = runs.load(run_id)
        net, dataset = models.speller(run.models["network"]), dataset_of(run.settings.task)
        for what, value in of(net, dataset).items():
            yield {"run": run_id, "what": what, "state": "finished", "value": value}


def _of_words(net: nn.Module, dataset: Dataset) -> dict[str, float]:
    """Errors at vowels and consonants, on shorter and longer words, and how the look moves, all in percent."""
    verdict = score.judged(score.answers_of(net, dataset, dataset.test), dataset.test)
    table, long = score.confusions(verdict, len(dataset.target)), verdict.reads >= LONG_WORDS
    due = table[3:].sum(1)
    wrong, vowels = due - np.diag(table)[3:], np.array([vowel(sound) for sound in dataset.target.tokens[3:]])
    found = {
        "vowels wrong": 100 * wrong[vowels].sum() / due[vowels].sum(),
        "consonants wrong": 100 * wrong[~vowels].sum() / due[~vowels].sum(),
        "long words": 100 * long.mean(),
        "PER of long words": score.per(verdict.edits[long], verdict.lengths[long]),
        "PER of other words": score.per(verdict.edits[~long], verdict.lengths[~long]),
    }
    looks = [net_look(net, dataset, x) for x in dataset.test.x[:LOOKED]]
    if looks[0] is not None:
        moves = np.concatenate([np.diff(attention.argmax(1)) for attention in looks])
        found |= {"look stays or moves on": 100 * (moves >= 0).mean(), "look moves back": 100 * (moves < 0).mean()}
    return found


def net_look(net: nn.Module, dataset: Dataset, x: Tensor) -> np.ndarray | None:
    """Where the decoder looks while it says the tokens of one input (S,), without <EOS>: (T, S)."""
    with torch.inference_mode():
        found = decode.greedy(net, net.read(trimmed(x.unsqueeze(0))), dataset.longest)
    return None if found.looked is None else found.looked[0, : len(spoken(found.tokens[0].tolist()))].numpy()


def _of_beams(net: nn.Module, dataset: Dataset) -> dict[str, float]:
    """How many words greedy gets wrong, how many of them a beam of five mends, how many it spoils, and for how many of them one of the
    five is right; WER of a beam of ten."""
    fives = score.finalists(net, dataset, dataset.test, BEAM, ALPHA)
    judged = [
        score.judged(said, dataset.test).edits > 0
        for said in (
            score.answers_of(net, dataset, dataset.test),
            [answers[0] for answers in fives],
            score.beamed(net, dataset, dataset.test, 2 * BEAM, ALPHA),
        )
    ]
    among = np.array([not set(answers).isdisjoint(right) for answers, right in zip(fives, dataset.test.answers)])
    greedy, five, ten = judged
    return {
        "words": len(greedy),
        "wrong": greedy.sum(),
        "mended": (greedy & ~five).sum(),
        "spoilt": (~greedy & five).sum(),
        "right among the five": (greedy & among).sum(),
        "WER of a beam of 10": 100 * ten.mean(),
    }


def _of_languages(net: nn.Module, dataset: Dataset) -> dict[str, float]:
    """Wrong dates, those of them with another month, and in how many languages, and in which of them most often, in percent."""
    data = dates.load()
    verdict = score.judged(score.answers_of(net, dataset, dataset.test), dataset.test)
    wrong, languages = verdict.edits > 0, np.array([data.languages[i] for i in data.test])
    months = [
        dataset.target.decode(said)[5:7] != dataset.target.decode(right)[5:7]
        for said, right in zip(verdict.said, verdict.right)
    ]
    shares = {language: 100 * wrong[languages == language].mean() for language in dates.LANGUAGES}
    return {
        "wrong": wrong.sum(),
        "wrong months": (wrong & months).sum(),
        "languages with mistakes": sum(map(bool, shares.values())),
        "WER of the worst language": max(shares.values()),
        "mistakes in Polish, Czech, Turkish and Finnish": wrong[np.isin(languages, ["pl", "cs", "tr", "fi"])].sum(),
    }
