"""What the live picture takes from a run, without PyTorch: a visitor waits for it."""

import numpy as np
import pytest

from core.attribution.settings import Lime, Saliency
from core.explain.analysis import stage
from core.explain.pictures import PAINTED, PAINTED_PLAIN
from core.explain.settings import ExplainSettings
from core.record import Record
from tests.core.explain.records import of, record


@pytest.mark.parametrize("count, many, expected", [(0, 3, []), (1, 3, [0]), (3, 3, [0, 1, 2]), (9, 3, [0, 4, 8])])
def test_places_go_evenly_from_the_first_to_the_last(count, many, expected):
    assert stage.places(count, many) == expected
    assert stage.spread(list("abcdefghi")[:count], many) == ["abcdefghi"[i] for i in expected] + [None] * (
        many - len(expected)
    )


@pytest.mark.parametrize("kind", [PAINTED, PAINTED_PLAIN])
def test_a_painting_is_the_runs(kind):
    shown = record("explain-what-excites-this-filter")
    found, every = stage.painting(shown, kind, 4), shown.pictures(kind)
    assert np.array_equal(found.now, every[-1].array) and found.probability is None, "a filter has no probability"
    steps = [step for step, _ in found.before]
    assert steps[0] == every[0].step and steps[-1] == every[-1].step and steps == sorted(set(steps))
    assert found.excited == shown.summary["excited" + kind.name.removeprefix("painted")]


def test_a_painting_that_has_not_begun_is_empty():
    found = stage.painting(of(subject="digit", method="excite"), PAINTED, 4)
    assert (found.now, found.before, found.excited, found.probability) == (None, [None] * 4, None, None)


def test_nothing_heavy_is_loaded_for_the_first_picture(python):
    done = python(
        "import sys; import pages.views.explain; from core.explain import analysis; analysis.stage.measured_by;"
        "print({'torch', 'captum', 'sklearn', 'lime', 'scipy.stats'} & set(sys.modules))"
    )
    assert done.returncode == 0 and done.stdout.strip() == "set()", done.stderr


def test_a_view_opens_with_its_method_and_a_long_name_is_cut():
    lime, saliency = (Record("", ExplainSettings(method=method), [], None) for method in (Lime(), Saliency()))
    assert stage.opens_with(Lime)(lime) and not stage.opens_with(Lime)(saliency)
    assert not stage.opens_with(Lime)(Record("", None, [], None))
    assert stage.short("Egyptian cat 1") == "Egyptian cat 1" and stage.short("Egyptian cat 12") == "Egyptian cat …"
