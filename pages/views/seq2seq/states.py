"""What the encoder makes of the input, on a plane: one letter in many words, and the one vector of many words."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.seq2seq import data
from pages.views.seq2seq.lengths import words_for

WORDS = 400  # held-out inputs
GROUPS = 5  # that have a colour of their own; the rest are others
LETTERS = "cghstaeiou"  # whose sound depends on where they stand
FREQUENT = 40  # inputs in which a letter must be
ENDINGS = ("tion", "ing", "son", "man", "ed", "er", "ly", "s", "e", "a", "o", "y")
SHAPES = ("circle", "square", "triangle-up", "x", "star", "diamond")
COLOURS = ("task1", "task2", "task3", "task4", "task5", "control")
CHANCE = 1.2  # times as often as by chance, below which groups lie mixed


@dataclass(frozen=True)
class Cloud:
    """points: (N, 2), the first two principal components. groups, texts: of each point. held: variance that two axes hold, in %.

    alike: points whose nearest neighbour, in all dimensions, is of their own group, in %; flat: the same on the plane; chance: the
    share when neighbours are drawn at random.
    """

    points: np.ndarray
    groups: tuple[str, ...]
    texts: tuple[str, ...]
    held: float
    alike: float
    flat: float
    chance: float


def states(current: Shown) -> None:
    """Either a letter's state in many words, or the one vector of many words."""
    if data.ready(current):
        _drawn(current)


@st.fragment
def _drawn(current: Shown) -> None:
    ways = {"letter": _("one letter in many {}"), "vector": _("the one vector of many {}")}
    things, signs = words_for(current.settings.task)
    at = f"states/{current.settings.task.name}"
    way = st.segmented_control(
        _("What is drawn"),
        list(ways),
        format_func=lambda name: ways[name].format(things),
        default="letter",
        required=True,
        key=f"{at}/way",
        wrap=True,
    )
    cloud = _letter(current, at) if way == "letter" else _vector(current, at, signs)
    if cloud is None:
        st.info(_("There are too few {} to draw.").format(things))
        return
    _show(cloud, things)
    st.markdown(about(cloud))


def _letter(current: Shown, at: str) -> Cloud | None:
    """The chosen letter's state wherever it stands."""
    letters = choices(current.id)
    if not letters:
        return None
    views.kept(f"{at}/letter", letters, letters[0])
    letter = st.segmented_control(_("Letter"), letters, required=True, key=f"{at}/letter", wrap=True)
    attends = data.opened(current.id)[0].arch.get("attention", "heads") != "none"
    ways = {"said": _("what was said there"), "next": _("what comes after it"), "place": _("its place")}
    if not attends:
        del ways["said"]  # nobody knows where such a decoder looks
    first = "place" if current.settings.task.name == "toy" else next(iter(ways))
    views.kept(f"{at}/by", list(ways), first)
    by = st.segmented_control(
        _("Coloured by"), list(ways), format_func=ways.get, required=True, key=f"{at}/by", wrap=True
    )
    said = {
        "said": _(
            "The encoder's state at “{}”, coloured by what the decoder said while it looked there (“–”: it never did)."
        ),
        "next": _("The encoder's state at “{}”, coloured by the sign that comes after it; “–” at the end."),
        "place": _("The encoder's state at “{}”, coloured by its place, counted from the beginning."),
    }
    st.caption(said[by].format(letter))
    return at_letter(current.id, letter, by)


def _vector(current: Shown, at: str, signs: str) -> Cloud | None:
    """The vector that goes from the encoder to the decoder."""
    task = current.settings.task.name
    ways = {"length": _("number of {}").format(signs)}
    ways |= {
        "pronounce": {"ending": _("ending"), "first": _("first letter")},
        "dates": {"script": _("script")},
        "toy": {"first": _("first letter"), "last": _("last letter")},
    }[task]
    by = st.segmented_control(
        _("Coloured by"),
        list(ways),
        format_func=ways.get,
        default="length",
        required=True,
        key=f"{at}/vector/by",
        wrap=True,
    )
    if current.settings.network.name == "transformer":
        st.caption(_("A transformer has no one vector: this is the mean of its states, which its decoder never sees."))
    else:
        st.caption(_("The one vector with which the decoder begins, of {} held-out inputs.").format(WORDS))
    return at_vector(current.id, by)


def _show(cloud: Cloud, things: str) -> None:
    """The points by group, the commonest groups with a colour each."""
    kept = commonest(cloud.groups)
    groups = {}
    for name, colour in zip((*kept, _("other")), (*COLOURS[: len(kept)], COLOURS[-1])):
        at = [i for i, group in enumerate(cloud.groups) if (group if group in kept else _("other")) == name]
        if at:
            xs, ys = cloud.points[at].T
            groups[name] = (colour, xs, ys, [cloud.texts[i] for i in at])
    figure = figures.points(groups, _("first component"), _("second component"), 440)
    for trace, shape in zip(figure["data"], SHAPES):
        trace["marker"]["symbol"] = shape  # one for each group, so that nothing hangs on colour alone
    chart.show(
        figure, key="states/cloud", alt=_("States of the encoder in many {} on a plane, by group").format(things)
    )


# ---- what is computed ----


@st.cache_data(max_entries=16, show_spinner=False)
def choices(run_id: str) -> list[str]:
    """Letters that stand in enough held-out inputs: those with several sounds first, the rest by their number."""
    world = data.opened(run_id)[1]
    x = world.test.x[: 4 * WORDS]
    many = {
        token: int((x == i).any(1).sum()) for i, token in enumerate(world.source.tokens) if token and len(token) == 1
    }
    frequent = sorted((token for token in many if many[token] >= FREQUENT), key=lambda token: -many[token])
    if world.name == "pronounce":
        return [letter for letter in LETTERS if letter in frequent] + sorted(set(frequent) - set(LETTERS))
    return sorted((sign for sign in frequent[:20] if sign.isalnum()), key=lambda sign: (sign.isdigit(), sign))


@st.cache_data(max_entries=64, show_spinner=False)
def at_letter(run_id: str, letter: str, by: str) -> Cloud | None:
    """The state at a letter, wherever it stands in held-out inputs. by: said, next or place."""
    import torch

    from core.seq2seq import decode, tasks

    net, world = data.opened(run_id)
    number = world.source.numbers[letter]
    chosen = (world.test.x == number).any(1).nonzero().flatten()[:WORDS]
    x = tasks.trimmed(world.test.x[chosen])
    with torch.inference_mode():
        memory = net.read(x)
    spoken = decode.greedy(net, memory, world.longest) if by == "said" else None
    vectors, groups, texts = [], [], []
    for i, row in enumerate(x.tolist()):
        text = world.source.decode(row)
        for place in [s for s, token in enumerate(row) if token == number]:
            vectors.append(memory.states[i, place].numpy())
            texts.append("".join((*text[:place], "[", letter, "]", *text[place + 1 :])))
            match by:
                case "said":
                    groups.append(said_at(world, spoken.tokens[i].tolist(), spoken.looked[i].numpy(), place))
                case "next":
                    groups.append(text[place + 1].replace(" ", "␣") if place + 1 < len(text) else "–")
                case _:
                    groups.append(str(place + 1))
    return cloud_of(np.stack(vectors[:WORDS]), groups[:WORDS], texts[:WORDS]) if len(vectors) > GROUPS else None


def said_at(world: Any, tokens: Sequence[int], looked: np.ndarray, place: int) -> str:
    """What was said while the decoder looked at this place more than anywhere else, the surest look first; “–” for nothing.

    tokens: (T,), looked: (T, S) of one input.
    """
    said = world.target.decode(tokens)
    found = [(looked[t, place], token) for t, token in enumerate(said) if looked[t].argmax() == place]
    return max(found)[1] if found else "–"


@st.cache_data(max_entries=32, show_spinner=False)
def at_vector(run_id: str, by: str) -> Cloud | None:
    """The one vector of held-out inputs. by: length, ending, first, last or script."""
    import torch

    from core.seq2seq import tasks

    net, world = data.opened(run_id)
    x = tasks.trimmed(world.test.x[:WORDS])
    with torch.inference_mode():
        vectors = net.read(x).vector.numpy()
    texts = ["".join(world.source.decode(row)) for row in x.tolist()]
    group = {
        "length": by_length(texts),
        "ending": ending,
        "first": lambda t: t[0],
        "last": lambda t: t[-1],
        "script": script,
    }[by]
    return cloud_of(vectors, [group(text) for text in texts], texts) if len(texts) > GROUPS else None


def by_length(texts: Sequence[str]) -> Any:
    """A function from a text to its group of about equally many by length, such as “7–8”."""
    lengths = np.array([len(text) for text in texts])
    edges = sorted({int(np.quantile(lengths, k / GROUPS, method="lower")) for k in range(1, GROUPS)})
    lows, highs = [int(lengths.min()), *(edge + 1 for edge in edges)], [*edges, int(lengths.max())]
    names = {n: f"{a}–{b}" if a < b else f"{a}" for a, b in zip(lows, highs) for n in range(a, b + 1)}
    return lambda text: names[len(text)]


def ending(text: str) -> str:
    """The longest of the known endings that the word has."""
    return next((f"-{end}" for end in ENDINGS if text.endswith(end) and len(text) > len(end)), _("other"))


def script(text: str) -> str:
    """The script of the first letter that is none of the Latin ones, else Latin."""
    names = [unicodedata.name(sign, "").split(" ")[0].split("-")[0].capitalize() for sign in text if sign.isalpha()]
    return next((_("Chinese") if name == "Cjk" else name for name in names if name != "Latin"), "Latin")


def cloud_of(vectors: np.ndarray, groups: Sequence[str], texts: Sequence[str]) -> Cloud:
    """Two principal components of vectors (N, D), and how well groups hang together."""
    from sklearn.decomposition import PCA

    pca = PCA(2, svd_solver="full")
    points = pca.fit_transform(vectors)
    many = Counter(groups)
    chance = sum(n * (n - 1) for n in many.values()) / (len(groups) * (len(groups) - 1))
    held = 100 * float(np.nan_to_num(pca.explained_variance_ratio_).sum())
    return Cloud(
        points, tuple(groups), tuple(texts), held, neighbours(vectors, groups), neighbours(points, groups), 100 * chance
    )


def neighbours(vectors: np.ndarray, groups: Sequence[str]) -> float:
    """Share of points whose nearest other point is of their own group, in percent."""
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=1).fit(vectors).kneighbors(return_distance=False)[:, 0]
    names = np.asarray(groups)
    return 100 * float((names == names[nearest]).mean())


def commonest(groups: Sequence[str]) -> list[str]:
    """The groups that get a colour of their own, in an order that people expect."""
    other = _("other")
    kept = [name for name, __ in Counter(g for g in groups if g != other).most_common(GROUPS)]
    return sorted(kept, key=lambda name: (0, int(name.split("–")[0]), "") if name[0].isdigit() else (1, 0, name))


# ---- in words ----


def about(cloud: Cloud) -> str:
    """How well the groups can be told apart, in all dimensions and on the two axes."""
    if len(set(cloud.groups)) < 2:
        return _("All {} points are of one group, “{}”.").format(len(cloud.groups), cloud.groups[0])
    said = _("**{:.0f} %** of the {} points lie nearest to one of their own group; by chance it would be {:.0f} %.")
    said = said.format(cloud.alike, len(cloud.groups), cloud.chance)
    if cloud.alike >= CHANCE * cloud.chance:
        said += " " + _("The states keep this apart.") if cloud.chance < 100 / CHANCE else ""
    else:
        said += " " + _("The groups lie mixed.")
    more = _("The two axes hold {:.0f} % of the variance; on this plane alone {:.0f} % lie nearest to their own.")
    return said + " " + more.format(cloud.held, cloud.flat)
