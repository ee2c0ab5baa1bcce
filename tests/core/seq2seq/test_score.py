"""Edit distance against brute force, errors by hand, confusions, and what teacher forcing hides."""

import math
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.loop import fresh
from core.seq2seq import edits, score, tasks
from core.seq2seq.models import Recurrent
from core.seq2seq.tokens import EOS, PAD
from core.seq2seq.transformer import Transformer

SEQUENCES = st.lists(st.integers(3, 5), max_size=7).map(tuple)


@cache
def brute(a, b):
    """All edit scripts: the definition itself."""
    if not a or not b:
        return len(a) + len(b)
    return min(brute(a[1:], b) + 1, brute(a, b[1:]) + 1, brute(a[1:], b[1:]) + (a[0] != b[0]))


@given(SEQUENCES, SEQUENCES, SEQUENCES)
def test_edit_distance_is_the_fewest_edits(a, b, c):
    assert score.distance(a, b) == brute(a, b) == score.distance(b, a)
    assert edits.distances(a, b) == [[brute(a[:i], b[:j]) for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    assert (score.distance(a, b) == 0) == (a == b) and score.distance(a, c) <= score.distance(a, b) + score.distance(
        b, c
    )


@given(SEQUENCES, SEQUENCES)
def test_an_alignment_has_both_sequences_and_costs_the_distance(a, b):
    pairs = score.aligned(a, b)
    assert (
        tuple(mine for mine, _ in pairs if mine != PAD) == a
        and tuple(theirs for _, theirs in pairs if theirs != PAD) == b
    )
    assert sum(mine != theirs for mine, theirs in pairs) == score.distance(a, b)


def part_of(answers, reads=None):
    x = [[3] * many for many in reads or [2] * len(answers)]
    return tasks.Part(tasks.padded(x), tasks.padded([(1, *ways[0], EOS) for ways in answers]), tuple(answers))


def test_the_nearest_right_answer_counts():
    verdict = score.judged(
        [(3, 4), (5,), (3, 3, 3)], part_of([((9, 9), (3, 4)), ((5, 6), (5, 6, 7)), ((4,),)], [1, 2, 2])
    )
    assert (
        verdict.edits.tolist() == [0, 1, 3]
        and verdict.right == ((3, 4), (5, 6), (4,))
        and verdict.lengths.tolist() == [2, 2, 1]
    )
    assert score.per(verdict.edits, verdict.lengths) == pytest.approx(100 * 4 / 5), "all edits over all tokens"
    assert score.wer(verdict.edits) == pytest.approx(100 * 2 / 3)
    assert score.by_length(verdict) == [(1, 1, 0.0, 0.0), (2, 2, 100.0, pytest.approx(100 * 4 / 3))]
    assert score.nearest((3,), ((3, 4), (3, 4, 5, 6), (3, 5))) == (1, (3, 4))
    assert score.nearest((3, 4), ((3,), (3, 4, 5))) == (1, (3, 4, 5)), "of equally near ones the longer"


def test_confusions_count_every_token_once():
    verdict = score.judged([(3, 4, 5), (3, 3), (4,)], part_of([((3, 5, 5),), ((3,),), ((4, 6),)]))
    table = score.confusions(verdict, 8)
    assert (
        table[5, 4] == 1
        and table[3, 3] == 2
        and table[5, 5] == 1
        and table[PAD, 3] == 1
        and table[6, PAD] == 1
        and table[4, 4] == 1
    )
    assert table[1:].sum() == sum(map(len, verdict.right)) and table[:, 1:].sum() == sum(map(len, verdict.said))
    assert table.sum() - np.trace(table) == verdict.edits.sum()


# ---- a network that was hardly trained, on a small task ----


@pytest.fixture(scope="module", params=["recurrent", "transformer"])
def net(request):
    if request.param == "recurrent":
        return fresh(Recurrent, 0, 7, 7, "lstm", "additive", 8, 16).eval().requires_grad_(False)
    return fresh(Transformer, 2, 7, 7, 16, 2, 1, 1).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def dataset():
    return tasks.toy("reverse", 4, 6)


def test_answers_stand_in_the_order_of_the_part(net, dataset):
    part = dataset.test.first(60)
    said = score.answers_of(net, dataset, part)
    beamed = score.beamed(net, dataset, part, 2, 1.0)
    assert [answers[0] for answers in score.finalists(net, dataset, part, 2, 1.0)] == beamed
    for i in (0, 7, 23, 59):
        one = tasks.Part(part.x[i : i + 1], part.y[i : i + 1], part.answers[i : i + 1])
        assert score.answers_of(net, dataset, one) == [said[i]] and score.beamed(net, dataset, one, 2, 1.0) == [
            beamed[i]
        ]
    assert sorted(torch.cat(score.alike(part.x, 7)).tolist()) == list(range(60))


def test_what_teacher_forcing_shows_by_hand(net, dataset):
    part = dataset.dev.first(40)
    lost, wrong, many, off = 0.0, 0, 0, 0.0
    for x, y in zip(part.x, part.y):
        x, y = x[x != PAD].long().unsqueeze(0), y[y != PAD].long()
        logits, looked = net.along(net.read(x), y[:-1].unsqueeze(0))
        p = logits[0].log_softmax(1)
        n, t = torch.arange(1, x.shape[1] + 1) / x.shape[1], torch.arange(1, len(y)) / (len(y) - 1)
        off += float((looked[0] * (n - t.unsqueeze(1)).abs()).sum())
        lost -= float(p[range(len(y) - 1), y[1:]].sum())
        wrong += int((p.argmax(1) != y[1:]).sum())
        many += len(y) - 1
    by_hand = (lost / many, 100 * wrong / many, 100 * off / many)
    assert score.forced(net, part) == pytest.approx(by_hand, rel=1e-4)


def test_exposure_by_hand(net, dataset):
    part = dataset.dev.first(200)
    found = score.exposure(net, dataset, part)
    said = score.answers_of(net, dataset, part)
    firsts, rest, free, forced = [], 0, 0, 0
    wrong_at, reach_at, astray_at = [0] * 9, [0] * 9, [0] * 9
    for x, ways, mine in zip(part.x, part.answers, said):
        right, mine = (*ways[0], EOS), (*mine, EOS)
        p = net.teach(net.read(x[x != PAD].long().unsqueeze(0)), torch.tensor([(1, *ways[0])]))[0].argmax(1).tolist()
        first = next((t for t in range(len(right)) if t >= len(mine) or mine[t] != right[t]), None)
        firsts.append(first)
        assert (first is None) == (tuple(p) == right), "a greedy answer is right exactly when every taught token is"
        for t in range(len(right)):
            reach_at[t] += 1
            wrong_at[t] += p[t] != right[t]
            astray_at[t] += first is not None and first <= t
        if first is not None:
            rest += len(right) - first - 1
            free += score.distance(mine[first + 1 :], right[first + 1 :])
            forced += sum(p[t] != right[t] for t in range(first + 1, len(right)))
    assert found.rest == rest
    assert (found.after_free, found.after_forced) == pytest.approx((100 * free / rest, 100 * forced / rest))
    assert found.positions == tuple(t + 1 for t in range(9) if reach_at[t] >= score.ENOUGH)
    assert found.forced == pytest.approx([100 * wrong_at[t - 1] / reach_at[t - 1] for t in found.positions])
    assert found.astray == pytest.approx([100 * astray_at[t - 1] / reach_at[t - 1] for t in found.positions])


# ---- the diagonal ----


def test_distance_from_the_diagonal_by_hand():
    """Two sequences of 3 and 2 letters, answered in 2 and 3 tokens: every weight is summed by hand."""
    letters = torch.tensor([[True, True, True], [True, True, False]])
    tokens = torch.tensor([[True, True, False], [True, True, True]])
    looked = torch.rand(2, 3, 3, generator=torch.Generator().manual_seed(5)) * letters.unsqueeze(1)
    looked = looked / looked.sum(2, keepdim=True)
    near = far = 0.0
    for i, (n_all, t_all) in enumerate(((3, 2), (2, 3))):
        for n, t in product(range(n_all), range(t_all)):
            gap = (n + 1) / n_all - (t + 1) / t_all
            near += float(looked[i, t, n]) * (1 - math.exp(-(gap**2) / (2 * 0.2**2)))
            far += float(looked[i, t, n]) * abs(gap)
    assert float(score.guided(looked, letters, tokens)) == pytest.approx(near / 5, abs=1e-6)
    assert float(score.off_diagonal(looked, letters, tokens)) == pytest.approx(far / 5, abs=1e-6)


def test_the_diagonal_costs_nothing_and_even_attention_is_a_third_away():
    many = torch.ones(1, 60, dtype=torch.bool)
    assert (
        score.guided(torch.eye(60).unsqueeze(0), many, many) == 0 == score.off_diagonal(torch.eye(60)[None], many, many)
    )
    assert float(score.off_diagonal(torch.full((1, 60, 60), 1 / 60), many, many)) == pytest.approx(1 / 3, abs=0.001)
    assert float(score.guided(torch.eye(60).flip(0)[None], many, many)) > 0.5, "backwards is dear"
