"""What a beam is worth, counted example by example."""

from dataclasses import replace

import numpy as np
import pytest

from core import runs
from core.seq2seq import score
from core.seq2seq.analysis import network, worth
from tests.core.seq2seq.records import GREEDY_OR_BEAM, SAY, TOY, record, tiny


@pytest.mark.parametrize("run_id, width, alpha", [(GREEDY_OR_BEAM, 5, 1.0), (TOY, 3, 0.5)])
def test_example_by_example(run_id, width, alpha):
    net, dataset = network.opened(record(run_id))
    found, part = worth.measured(record(run_id), width, alpha), dataset.test.first(worth.JUDGED)
    greedy, wide = score.answers_of(net, dataset, part), score.beamed(net, dataset, part, width, alpha)
    ok = np.array([(g in a, w in a) for g, w, a in zip(greedy, wide, part.answers)])
    assert found.many == len(ok) and found.wrong == (~ok[:, 0]).sum()
    assert found.mended == (~ok[:, 0] & ok[:, 1]).sum() and found.spoilt == (ok[:, 0] & ~ok[:, 1]).sum()
    assert found.greedy[1] == pytest.approx(100 * (~ok[:, 0]).mean())
    assert found.beam[1] == pytest.approx(100 * (~ok[:, 1]).mean())
    assert found.wrong - found.mended + found.spoilt == (~ok[:, 1]).sum()
    for text, said, other, right in found.parted:
        assert right in (said, other) and said != other and right in [tuple(way) for way in dataset.known(text)]
    errors, changed = worth.compared(found, width)
    assert (errors.numbers["per"], errors.numbers["wer"]) == found.greedy
    assert (errors.numbers["beam_per"], errors.numbers["beam_wer"]) == found.beam
    assert changed.case == ("beam-mends" if found.wrong else "beam-spoils")
    assert changed.numbers["spoilt"] == found.spoilt and changed.numbers.get("mended", 0) == found.mended
    assert worth.compared(replace(found, wrong=0), width)[1].case == "beam-spoils", "where none is wrong none is mended"


def test_a_beam_of_one_changes_nothing():
    found = worth.measured(record(SAY), 1, 1.0)
    assert found.parted == () and found.greedy == found.beam


def test_the_whole_test_part_is_told_where_it_can_be_compared():
    [told] = worth.whole_part(record(SAY))
    summary = runs.load(SAY).about.summary
    assert {name: summary[name] for name in ("per", "wer", "beam_per", "beam_wer")} == {
        name: value for name, value in told.numbers.items() if name not in ("width", "alpha")
    }
    assert worth.whole_part(record(TOY)) == [] == worth.whole_part(tiny("told"))
