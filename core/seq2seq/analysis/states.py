"""What the encoder makes of the input, on a plane: one letter in many words, and the one vector of many words."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from core.record import Record
from core.seq2seq import decode, tasks
from core.seq2seq.analysis.answers import SPACE
from core.seq2seq.analysis.network import opened
from core.seq2seq.settings import Dates, Pronounce, Task, Toy
from core.seq2seq.tasks import Dataset
from core.verdict import Verdict, verdict

INPUTS = 400  # held-out ones
GROUPS = 5  # that are told apart; the rest are OTHER
LETTERS = "cghstaeiou"  # whose sound depends on where they stand
FREQUENT = 40  # inputs in which a letter must be
ENDINGS = ("tion", "ing", "son", "man", "ed", "er", "ly", "s", "e", "a", "o", "y")
SEPARATE = 1.2  # times as often as by chance, below which groups lie mixed
OTHER, NONE = "other", "–"  # groups of what belongs to no other, and of what has nothing there


@dataclass(frozen=True)
class Cloud:
    """points: (N, 2), the first two principal components. groups, texts: of each point. variance: share that two axes hold, in %.

    alike: points whose nearest neighbour, in all dimensions, is of their own group, in %; flat: the same on the plane; chance: the
    share when neighbours are drawn at random.
    """

    points: np.ndarray
    groups: tuple[str, ...]
    texts: tuple[str, ...]
    variance: float
    alike: float
    flat: float
    chance: float


# ---- what can be chosen ----


def letters(record: Record) -> list[str]:
    """Letters that stand in enough held-out inputs: those with several sounds first, the rest in alphabetical order."""
    dataset = opened(record)[1]
    x = dataset.test.x[: 4 * INPUTS]
    many = {
        token: int((x == i).any(1).sum()) for i, token in enumerate(dataset.source.tokens) if token and len(token) == 1
    }
    frequent = sorted((token for token in many if many[token] >= FREQUENT), key=lambda token: -many[token])
    if isinstance(record.settings.task, Pronounce):
        return [letter for letter in LETTERS if letter in frequent] + sorted(set(frequent) - set(LETTERS))
    return sorted((sign for sign in frequent[:20] if sign.isalnum()), key=lambda sign: (sign.isdigit(), sign))


def ways_at_letter(record: Record) -> list[str]:
    """How states at a letter can be grouped, the most telling first. What was said there is known of a decoder that attends."""
    ways = ["next", "place"]
    if record.settings.network.ATTENDS:
        ways.insert(0, "said")
    return sorted(ways, key=lambda way: way != "place") if isinstance(record.settings.task, Toy) else ways


def ways_of_vector(task: Task) -> list[str]:
    """How the one vectors can be grouped."""
    match task:
        case Pronounce():
            return ["length", "ending", "first"]
        case Dates():
            return ["length", "script"]
        case _:
            return ["length", "first", "last"]


# ---- clouds ----


def at_letter(record: Record, letter: str, by: str) -> Cloud | None:
    """The state at a letter, wherever it stands in held-out inputs. by: said, next or place. None where there are too few."""
    net, dataset = opened(record)
    number = dataset.source.numbers[letter]
    chosen = (dataset.test.x == number).any(1).nonzero().flatten()[:INPUTS]
    x = tasks.trimmed(dataset.test.x[chosen])
    with torch.inference_mode():
        memory = net.read(x)
    spoken = decode.greedy(net, memory, dataset.longest) if by == "said" else None
    vectors, groups, texts = [], [], []
    for i, row in enumerate(x.tolist()):
        text = dataset.source.decode(row)
        for place in [s for s, token in enumerate(row) if token == number]:
            vectors.append(memory.states[i, place].numpy())
            texts.append("".join((*text[:place], "[", letter, "]", *text[place + 1 :])))
            if by == "said":
                groups.append(said_at(dataset, spoken.tokens[i].tolist(), spoken.looked[i].numpy(), place))
            elif by == "next":
                groups.append(text[place + 1].replace(" ", SPACE) if place + 1 < len(text) else NONE)
            else:
                groups.append(str(place + 1))
    return cloud_of(np.stack(vectors[:INPUTS]), groups[:INPUTS], texts[:INPUTS]) if len(vectors) > GROUPS else None


def said_at(dataset: Dataset, tokens: Sequence[int], looked: np.ndarray, place: int) -> str:
    """What was said while the decoder attended to this place more than to any other, with the largest weight; NONE for nothing.

    tokens: (T,), looked: (T, S) of one input.
    """
    said = dataset.target.decode(tokens)
    found = [(looked[t, place], token) for t, token in enumerate(said) if looked[t].argmax() == place]
    return max(found)[1] if found else NONE


def at_vector(record: Record, by: str) -> Cloud | None:
    """The one vector of held-out inputs. by: length, ending, first, last or script. None where there are too few."""
    net, dataset = opened(record)
    x = tasks.trimmed(dataset.test.x[:INPUTS])
    with torch.inference_mode():
        vectors = net.read(x).vector.numpy()
    texts = ["".join(dataset.source.decode(row)) for row in x.tolist()]
    group = {
        "length": by_length(texts),
        "ending": ending,
        "first": lambda text: text[0],
        "last": lambda text: text[-1],
        "script": script,
    }[by]
    return cloud_of(vectors, [group(text) for text in texts], texts) if len(texts) > GROUPS else None


def by_length(texts: Sequence[str]) -> Callable[[str], str]:
    """A function from a text to its group of about equally many by length, such as “7–8”."""
    lengths = np.array([len(text) for text in texts])
    edges = sorted({int(np.quantile(lengths, k / GROUPS, method="lower")) for k in range(1, GROUPS)})
    lows, highs = [int(lengths.min()), *(edge + 1 for edge in edges)], [*edges, int(lengths.max())]
    names = {n: f"{a}–{b}" if a < b else f"{a}" for a, b in zip(lows, highs) for n in range(a, b + 1)}
    return lambda text: names[len(text)]


def ending(text: str) -> str:
    """The longest of the known endings that the word has, else OTHER."""
    return next((f"-{end}" for end in ENDINGS if text.endswith(end) and len(text) > len(end)), OTHER)


def script(text: str) -> str:
    """The script of the first letter that is none of the Latin ones, else Latin."""
    names = [unicodedata.name(sign, "").split(" ")[0].split("-")[0].capitalize() for sign in text if sign.isalpha()]
    return next(("Chinese" if name == "Cjk" else name for name in names if name != "Latin"), "Latin")


def cloud_of(vectors: np.ndarray, groups: Sequence[str], texts: Sequence[str]) -> Cloud:
    """Two principal components of vectors (N, D), and how well groups hang together."""
    pca = PCA(2, svd_solver="full")
    points = pca.fit_transform(vectors)
    chance = sum(n * (n - 1) for n in Counter(groups).values()) / (len(groups) * (len(groups) - 1))
    variance = 100 * float(np.nan_to_num(pca.explained_variance_ratio_).sum())
    alike, flat = neighbours(vectors, groups), neighbours(points, groups)
    return Cloud(points, tuple(groups), tuple(texts), variance, alike, flat, 100 * chance)


def neighbours(vectors: np.ndarray, groups: Sequence[str]) -> float:
    """Share of points whose nearest other point is of their own group, in percent."""
    nearest = NearestNeighbors(n_neighbors=1).fit(vectors).kneighbors(return_distance=False)[:, 0]
    names = np.asarray(groups)
    return 100 * float((names == names[nearest]).mean())


def commonest(groups: Sequence[str]) -> list[str]:
    """The groups that are told apart, in an order that people expect; all else is OTHER."""
    kept = [name for name, __ in Counter(g for g in groups if g != OTHER).most_common(GROUPS)]
    return sorted(kept, key=lambda name: (0, int(name.split("–")[0]), "") if name[0].isdigit() else (1, 0, name))


def grouped(cloud: Cloud) -> dict[str, list[int]]:
    """The places of the points of each group that is told apart, then of all others, without empty ones."""
    kept = commonest(cloud.groups)
    names = [group if group in kept else OTHER for group in cloud.groups]
    every = {name: [i for i, group in enumerate(names) if group == name] for name in (*kept, OTHER)}
    return {name: at for name, at in every.items() if at}


def mixed(cloud: Cloud) -> list[Verdict]:
    """How well the groups can be told apart, in all dimensions and on the two axes."""
    many = len(cloud.groups)
    if len(set(cloud.groups)) < 2:
        return [verdict("one-group", many=many, group=cloud.groups[0])]
    said = [verdict("near-their-own", alike=cloud.alike, many=many, chance=cloud.chance)]
    if cloud.alike < SEPARATE * cloud.chance:
        said.append(verdict("groups-mixed"))
    elif SEPARATE * cloud.chance < 100:
        said.append(verdict("groups-apart"))
    return [*said, verdict("two-axes", variance=cloud.variance, flat=cloud.flat)]
