"""Clouds of states: principal components, groups and neighbours, against the definitions."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.seq2seq import decode
from core.seq2seq.analysis import network, states
from core.seq2seq.settings import Dates, Pronounce, Toy
from core.seq2seq.tasks import trimmed
from tests.core.seq2seq.records import DATES, SAY, TOY, record, tiny


def test_a_letter_is_grouped_by_what_was_said_there():
    """Inputs one by one: the sound said with the largest weight there, and “–” for a letter that never had the largest."""
    net, dataset = network.opened(record(SAY))
    cloud = states.at_letter(record(SAY), "c", "said")
    once = [x for x in dataset.test.x[:1000] if int((x == dataset.source.numbers["c"]).sum()) == 1][:50]
    for x in once:
        text = "".join(dataset.source.decode(x.tolist()))
        spoken = decode.greedy(net, net.read(trimmed(x.unsqueeze(0))), dataset.longest)
        names, at = dataset.target.decode(spoken.tokens[0].tolist()), text.index("c")
        found = [
            (float(spoken.looked[0, t, at]), name)
            for t, name in enumerate(names)
            if int(spoken.looked[0, t].argmax()) == at
        ]
        place = cloud.texts.index(f"{text[:at]}[c]{text[at + 1 :]}")
        assert cloud.groups[place] == (max(found)[1] if found else "–")
    looked = np.array([[0.6, 0.4, 0.0], [0.8, 0.2, 0.0]])
    numbers = dataset.target.encode(["K", "S"])
    assert [states.said_at(dataset, numbers, looked, s) for s in range(3)] == ["S", "–", "–"]


@pytest.mark.parametrize("by", ["next", "place"])
def test_a_letter_is_grouped_by_its_place_and_what_follows(by):
    cloud = states.at_letter(record(TOY), "a", by)
    for text, group in zip(cloud.texts, cloud.groups):
        before, __, behind = text.partition("[a]")
        assert group == (str(len(before) + 1) if by == "place" else behind[:1] or "–")
    assert len(cloud.texts) == len(cloud.points) == states.INPUTS


def test_points_are_principal_components_and_neighbours_are_counted():
    rng = np.random.default_rng(0)
    vectors = np.concatenate([rng.normal(0, 1, (30, 5)), rng.normal(9, 1, (30, 5))]).astype(np.float32)
    groups = ["a"] * 30 + ["b"] * 30
    cloud = states.cloud_of(vectors, groups, groups)
    assert cloud.alike == cloud.flat == 100 and cloud.chance == pytest.approx(100 * 2 * 30 * 29 / (60 * 59))
    values = np.linalg.svd(vectors - vectors.mean(0), compute_uv=False) ** 2
    assert cloud.variance == pytest.approx(100 * values[:2].sum() / values.sum(), rel=1e-4)
    mixed = states.cloud_of(vectors, [str(n) for n in rng.integers(2, size=60)], groups)
    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=2) + 1e9 * np.eye(60)
    names = np.array(mixed.groups)
    assert mixed.alike == pytest.approx(100 * (names == names[distances.argmin(1)]).mean()) and mixed.alike < 75


def test_how_groups_hang_together_in_words():
    def told(alike, chance, groups=("a", "b")):
        cloud = states.Cloud(np.zeros((2, 2)), groups, groups, 50.0, alike, alike, chance)
        return [said.case for said in states.mixed(cloud)]

    assert told(100, 50) == ["near-their-own", "groups-apart", "two-axes"]
    assert told(55, 50) == ["near-their-own", "groups-mixed", "two-axes"]
    assert told(100, 83.4) == ["near-their-own", "groups-mixed", "two-axes"]
    assert told(100, 50, ("a", "a")) == ["one-group"]


def test_the_one_vector_is_the_networks():
    net, dataset = network.opened(record(SAY))
    vectors = net.read(trimmed(dataset.test.x[: states.INPUTS])).vector.numpy()
    for by in states.ways_of_vector(Pronounce()):
        cloud = states.at_vector(record(SAY), by)
        assert len(cloud.points) == states.INPUTS
        assert cloud.variance == pytest.approx(100 * PCA(2).fit(vectors).explained_variance_ratio_.sum(), rel=1e-4)
    assert states.ending("nation") == "-tion" and states.ending("s") == states.OTHER
    assert states.script("3 груд 1999") == "Cyrillic" and states.script("5 mai") == "Latin"
    assert states.script("2026年5月") == "Chinese"
    length = states.by_length(["a" * n for n in range(1, 11)])
    assert length("a") == "1–2" and length("a" * 10) == "9–10"
    scripts = states.at_vector(record(DATES), "script").groups
    assert {"Latin", "Cyrillic", "Chinese"} <= set(scripts)


def test_what_can_be_chosen():
    assert states.ways_at_letter(record(SAY)) == ["said", "next", "place"]
    assert states.ways_at_letter(record(TOY))[0] == "place"
    assert "said" not in states.ways_at_letter(tiny("vector")), "nobody knows where such a decoder looks"
    for task in (Pronounce(), Dates(), Toy()):
        assert states.ways_of_vector(task)[0] == "length"
    assert states.letters(record(SAY))[: len(states.LETTERS)] == list(states.LETTERS)
    letters = states.letters(record(TOY))
    assert letters == sorted(letters) and set(letters) <= set("abcdefghij")


def test_groups_stand_in_an_order_that_people_expect():
    assert states.commonest(["9–10", "1–2", "9–10", "b", states.OTHER]) == ["1–2", "9–10", "b"]
    assert len(states.commonest(list("abcdefg"))) == states.GROUPS


def test_every_point_is_in_one_group_and_the_rest_come_last():
    names = [name for i, name in enumerate("abcdef") for __ in range(7 - i)] + [states.OTHER]
    cloud = states.Cloud(np.zeros((len(names), 2)), tuple(names), tuple(names), 0, 0, 0, 0)
    found = states.grouped(cloud)
    assert list(found) == ["a", "b", "c", "d", "e", states.OTHER]
    assert sorted(i for at in found.values() for i in at) == list(range(len(names)))
    assert [names[i] for i in found[states.OTHER]] == ["f", "f", states.OTHER]
