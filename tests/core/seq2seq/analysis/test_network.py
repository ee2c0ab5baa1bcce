"""Which network is asked, which one stands in for a run without one, and the rule beside every score."""

import pytest

from core import runs
from core.runs import RunError
from core.seq2seq import analysis, trivial
from core.seq2seq.analysis import network
from core.seq2seq.settings import SHIPPED, Dates, Long, OneVector, Pronounce, Seq2SeqSettings, Toy
from tests.core.seq2seq.records import DATES, SAY, TOY, VECTOR, record, stored, tiny


def test_analyses_are_loaded_when_they_are_asked_for(python):
    done = python(
        "import sys\nfrom core.seq2seq import analysis, pictures\nimport pages.views.seq2seq\n"
        "assert not {'torch', 'captum', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "analysis.beam.search\nassert 'torch' in sys.modules"
    )
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError, match="no analysis called 'tea_leaves'"):
        analysis.tea_leaves  # noqa: B018


def test_a_stored_network_is_loaded_once_and_never_learns():
    net, dataset = network.opened(record(SAY))
    assert network.opened(record(SAY))[0] is net and not net.training
    assert (
        not any(p.requires_grad for p in net.parameters()) and network.tokens_of(record(SAY)) == dataset.target.tokens
    )


def test_a_run_without_a_network_and_one_that_is_gone():
    assert network.has_network(record(SAY)) and not network.has_network(record(stored("told", 4, "stopped")))
    gone = stored("told")
    runs.delete(gone.about.id)
    with pytest.raises(RunError, match="no stored run"):
        network.opened(record(gone))


def test_a_shipped_run_of_the_same_task_stands_in():
    assert network.stand_in(Seq2SeqSettings(network=OneVector(), effort=Long())) == "seq2seq-one-vector"
    assert network.stand_in(Seq2SeqSettings(network=OneVector())) == VECTOR
    assert network.stand_in(Seq2SeqSettings(task=Dates(), network=OneVector())) == DATES
    assert network.stand_in(tiny("told").settings) == TOY and network.stand_in(tiny("strange").settings) is None
    assert all(SHIPPED[network.stand_in(settings)].task == settings.task for settings in SHIPPED.values())


@pytest.mark.parametrize(
    "task, case", [(Pronounce(), "rule-sounds"), (Dates(), "rule-dates"), (Toy(longest=5), "rule-toy")]
)
def test_the_rule_of_a_task(task, case):
    found = network.rule(task)
    assert found.case == case
    assert (found.numbers["tokens"], found.numbers["answers"]) == (trivial.level(task, 0), trivial.level(task, 1))
