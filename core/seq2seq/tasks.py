"""What is to be translated: spelling into sounds, dates of many languages into ISO dates, toy sequences turned around or sorted."""

import re
import string
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from core.data import dates, words
from core.data.toys import drawn, mixed, turned
from core.seq2seq.settings import Dates, Pronounce, Task, Toy
from core.seq2seq.tokens import BOS, EOS, PAD

SPECIAL = ("", "<BOS>", "<EOS>")
Tokens = tuple[int, ...]
FILM = (
    "elephant",
    "thought",
    "beautiful",
    "quiche",
    "drought",
    "giant",
    "gnome",
    "yacht",
)  # of the development part: never learned
FILM_DATES, FILM_TOYS = 8, 6
TOYS, HELD_TOYS, LONGER_TOYS = (
    22_000,
    1_000,
    500,
)  # sequences drawn; of them in the development part and in the test; longer ones
TOY_SEED = 2021
APOSTROPHES = "'’‘‛ʼʻ´`′＇"  # what keyboards and word processors write for one
DIGITS, UNMET = "01234", "56789"  # outside the vocabulary: those of the training part, and those of the other parts
UNKNOWN = "UNK"  # what stands in the vocabulary for everything outside it
LONGER = 5  # signs by which the test of a toy goes beyond what was learned


@dataclass(frozen=True)
class Vocabulary:
    """Tokens by their numbers; 0, 1 and 2 are padding, <BOS> and <EOS>. outside: those at the end that no network has: the last of
    the others stands for them."""

    tokens: tuple[str, ...]
    outside: int = 0

    @classmethod
    def of(cls, tokens, outside: Sequence[str] = ()) -> "Vocabulary":
        more = (UNKNOWN, *outside) if outside else ()
        return cls((*SPECIAL, *tokens, *more), len(outside))

    @property
    def size(self) -> int:
        """The number of tokens that a network knows."""
        return len(self) - self.outside

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {token: i for i, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Sequence[str]) -> Tokens:
        """Numbers of these tokens. Raises KeyError for a stranger."""
        return tuple(map(self.numbers.__getitem__, tokens))

    def decode(self, numbers) -> tuple[str, ...]:
        """The tokens up to <EOS>, without the special ones."""
        return tuple(self.tokens[i] for i in spoken(numbers))


def spoken(numbers) -> Tokens:
    """What stands before <EOS>, without <BOS> and padding."""
    kept = []
    for i in map(int, numbers):
        if i == EOS:
            break
        if i > EOS:
            kept.append(i)
    return tuple(kept)


@dataclass(frozen=True)
class Part:
    """Examples: x (N, S) uint8 without ends, y (N, T) uint8 from <BOS> to <EOS>, each padded; answers: all right ones of each,
    none of a part that is only learned from."""

    x: Tensor
    y: Tensor
    answers: tuple[tuple[Tokens, ...], ...]

    def __len__(self) -> int:
        return len(self.x)

    @property
    def lengths(self) -> Tensor:
        return (self.x != PAD).sum(1)

    def unknown(self, source: Vocabulary) -> np.ndarray:
        """Which of its inputs hold a token outside the vocabulary: (N,) bool."""
        return (self.x >= source.size).any(1).numpy()

    def first(self, many: int) -> "Part":
        """Its first examples. Parts are in random order, but a toy's test part ends with what is longer than was learned."""
        return Part(self.x[:many], self.y[:many], self.answers[:many])

    def up_to(self, longest: int) -> "Part":
        """Its examples whose input is no longer than this."""
        return self._at(self.lengths <= longest)

    def beyond(self, longest: int) -> "Part":
        """Its examples whose input is longer than this."""
        return self._at(self.lengths > longest)

    def _at(self, chosen: Tensor) -> "Part":
        return Part(self.x[chosen], self.y[chosen], tuple(self.answers[i] for i in chosen.nonzero().flatten().tolist()))


@dataclass(frozen=True)
class Dataset:
    """A task with its data. longest_in: what a visitor may type; longest: tokens after which decoding gives up.

    film: inputs whose answers are shown through training; none of them is learned from. known: from an input to all right
    answers, each as tokens; none where nobody knows it.
    """

    name: str
    source: Vocabulary
    target: Vocabulary
    train: Part
    dev: Part
    test: Part
    film: tuple[str, ...]
    longest_in: int
    longest: int
    known: Callable[[str], Sequence[Sequence[str]]]

    def example(self, text: str) -> Tensor:
        """One input (1, S) of what somebody typed. Raises ValueError with a sentence for what this task cannot read."""
        return padded([self.source.encode(understood(self, text))]).long()


def padded(rows: Sequence[Tokens]) -> Tensor:
    """Rows of numbers as one tensor (N, longest) uint8, zeros behind."""
    lengths = np.array([len(row) for row in rows])
    table = np.zeros((len(rows), lengths.max()), np.uint8)
    table[np.arange(lengths.max()) < lengths[:, None]] = np.fromiter(chain.from_iterable(rows), np.uint8, lengths.sum())
    return torch.from_numpy(table)


def trimmed(x: Tensor) -> Tensor:
    """The same rows (N, S) without the columns that are padding in all of them, as int64."""
    return x[:, : int((x != PAD).sum(1).max())].long()


def part(source: Vocabulary, target: Vocabulary, inputs, answers, numbers, scored: bool = True) -> Part:
    """The examples of these numbers. inputs: of all; answers: all right ones of each. scored: keep them all, and not only the
    first one to learn from."""
    right = [tuple(map(target.encode, answers[i] if scored else answers[i][:1])) for i in numbers]
    return Part(
        padded([source.encode(inputs[i]) for i in numbers]),
        padded([(BOS, *ways[0], EOS) for ways in right]),
        tuple(right) if scored else (),
    )


def dataset_of(task: Task) -> Dataset:
    """The dataset of these settings, loaded once per process."""
    match task:
        case Pronounce():
            return spelling(task.stress)
        case Dates():
            return calendar()
        case Toy():
            return toy(task.rule, task.alphabet, task.longest, task.unknown)


@cache
def spelling(stress: bool = False) -> Dataset:
    """English words and their sounds; those to learn in an order of their own, so that a share of them is a fair one."""
    data = words.load(stress)
    source, target = Vocabulary.of(words.LETTERS), Vocabulary.of(data.sounds)
    shuffled = np.random.default_rng(words.SPLIT).permutation
    parts = [
        part(source, target, data.words, data.said, shuffled(numbers), scored)
        for numbers, scored in ((data.train, False), (data.dev, True), (data.test, True))
    ]
    ways = dict(zip(data.words, data.said))
    return Dataset("pronounce", source, target, *parts, FILM, 34, 40, lambda word: ways.get(word, ()))


@cache
def calendar() -> Dataset:
    """Phrases of many languages and ISO dates, sign by sign."""
    data = dates.load()
    source = Vocabulary.of(sorted({sign for phrase in data.phrases for sign in phrase}))
    target = Vocabulary.of("0123456789-")
    answers = [(tuple(iso),) for iso in data.iso]
    parts = [part(source, target, data.phrases, answers, numbers) for numbers in (data.train, data.dev, data.test)]
    film = tuple(data.phrases[i] for i in data.dev[:FILM_DATES])
    iso = {phrase: (day,) for phrase, day in zip(data.phrases, data.iso)}

    def known(phrase: str) -> list[tuple[str, ...]]:
        return [tuple(day) for day in iso.get(phrase) or dates.readings(phrase)]

    return Dataset("dates", source, target, *parts, film, 48, 14, known)


@cache
def toy(rule: str, alphabet: int, longest: int, unknown: int = 0) -> Dataset:
    """Random sequences of 3 to `longest` letters, and to test some that are up to five letters longer; none is in two parts.

    unknown: so many percent of the letters are digits instead, which are outside the vocabulary; the digits that are tested
    are none of those that are learned from.
    """
    letters, rng = string.ascii_lowercase[:alphabet], np.random.default_rng(TOY_SEED)
    within, beyond = (
        drawn(letters, rng, 3, longest, TOYS),
        drawn(letters, rng, longest + 1, longest + LONGER, LONGER_TOYS),
    )
    held = min(HELD_TOYS, len(within) // 10)
    inputs, vocabulary = within + beyond, Vocabulary.of(letters, DIGITS + UNMET if unknown else ())
    train = range(2 * held, len(within))
    inputs = [mixed(text, DIGITS if i in train else UNMET, unknown / 100, rng) for i, text in enumerate(inputs)]
    first = {text: i for i, text in reversed(list(enumerate(inputs)))}  # digits may make two of them alike
    numbers = np.array(sorted(first.values()))
    dev, test, train = (
        numbers[numbers < held],
        numbers[(numbers >= held) & ((numbers < 2 * held) | (numbers >= len(within)))],
        numbers[(numbers >= 2 * held) & (numbers < len(within))],
    )
    answers = [(tuple(turned(sequence, rule, letters)),) for sequence in inputs]
    shown = sorted(inputs[:held][:100], key=lambda text: (not text.isalpha(), len(text)), reverse=True)
    film = tuple(shown[:FILM_TOYS])
    return Dataset(
        "toy",
        vocabulary,
        vocabulary,
        *(part(vocabulary, vocabulary, inputs, answers, each) for each in (train, dev, test)),
        film,
        longest + LONGER,
        longest + LONGER + 3,
        lambda sequence: [tuple(turned(sequence, rule, letters))],
    )


def understood(dataset: Dataset, text: str) -> str:
    """What somebody typed as the task can read it: small letters, accents dropped where the task knows none.

    Raises ValueError with a sentence when something is left that it has never seen, or nothing, or too much.
    """
    apostrophe = "ʼ" if dataset.name == "dates" else "'"  # as Ukrainian dates have it
    text = " ".join(text.translate(dict.fromkeys(map(ord, APOSTROPHES), apostrophe)).split())
    readable = dates.plain(text) if dataset.name == "dates" else plain_letters(text)
    if len(readable) > 2 and readable[0] == readable[-1] == "'":  # a word in quotation marks
        readable = readable[1:-1]
    if not readable:
        raise ValueError("Nothing is written there yet: type something to translate.")
    if not readable.strip("'"):
        raise ValueError("An apostrophe alone is no word: type at least one letter.")
    strangers = sorted({sign for sign in readable if sign not in dataset.source.numbers})
    if strangers:
        raise ValueError(f"“{' '.join(strangers)[:20]}” cannot be read here: {accepted(dataset)}.")
    if len(readable) > dataset.longest_in:
        raise ValueError(
            f"That is {len(readable)} signs long, and at most {dataset.longest_in} are read: {accepted(dataset)}."
        )
    return readable


def plain_letters(text: str) -> str:
    """Small letters without accents: “Café” is café is cafe; ß is ss, æ is ae, ø is o."""
    folded = text.casefold().translate(
        {ord("æ"): "ae", ord("œ"): "oe", ord("ø"): "o", ord("ð"): "d", ord("þ"): "th", ord("ł"): "l"}
    )
    return "".join(
        sign
        for sign in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf"
    )  # soft hyphens and other signs that nobody sees


def accepted(dataset: Dataset) -> str:
    """What a task reads, in words."""
    match dataset.name:
        case "pronounce":
            return f"a word is 1 to {dataset.longest_in} letters, a to z and the apostrophe; write numbers as words"
        case "dates":
            return f"a date in one of the languages that were learned, up to {dataset.longest_in} signs, such as {dataset.film[0]}"
        case _:
            letters = [token for token in dataset.source.tokens if len(token) == 1 and token.isalpha()]
            if dataset.source.outside:
                return f"1 to {dataset.longest_in} letters from {letters[0]} to {letters[-1]} and digits"
            return f"1 to {dataset.longest_in} letters from {letters[0]} to {letters[-1]}"


def sayings(text: str) -> list[str]:
    """The words of a typed line: split at spaces, hyphens and punctuation, so that each can be said by itself."""
    return [word for word in re.split(r"[\s\-–—.,;:!?/()\"“”„]+", text) if word]
