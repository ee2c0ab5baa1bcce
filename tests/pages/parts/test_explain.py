"""The tab Explain of every lab: each network of the shelf answers by every method, with a map or a sentence."""

import pytest

from core import labs, runs
from core.attribution.settings import METHOD_NAMES, METHODS
from core.data import digits
from core.explain.settings import ExplainSettings
from core.subject.models import digit_net
from pages.parts import shown
from tests.pages.conftest import PAGES, ROOT, check
from tests.pages.drawn import drawn

OWN_TABS = {lab for lab, page in PAGES.items() if "explain=" in (ROOT / page).read_text()}


@pytest.mark.parametrize("lab", [lab for lab in labs.LABS if lab not in OWN_TABS])
def test_explain_answers_by_every_method_with_a_map_or_a_sentence(visit, lab):
    visitor = check(visit(PAGES[lab], tab="Explain"))
    key = f"{lab}/explain/method"
    assert visitor.get_by_key(key).options == [METHOD_NAMES[method] for method in METHODS]
    seen = []
    for method in METHODS:
        check(visitor.get_by_key(key).set_value(METHOD_NAMES[method]).run())
        found = [(alt, url) for alt, url in drawn(visitor) if alt.startswith("Why")]
        refused = [info.value for info in visitor.info if info.value.endswith(".") and len(info.value) > 30]
        columns = [
            markdown.value
            for markdown in visitor.markdown
            if " says **" in markdown.value or "** · says" in markdown.value
        ]
        assert len(columns) == len(found) + len(refused) >= 1, method
        seen += found
    assert len({url for _, url in seen}) >= 8, "other methods, other maps"


def test_a_knob_of_the_tab_redraws_its_map(visit):
    visitor = check(visit(PAGES["compression"], tab="Explain"))
    check(visitor.get_by_key("compression/explain/method").set_value("Occlusion").run())
    before = drawn(visitor)
    check(visitor.get_by_key("compression/explain/window").set_value(40).run())
    assert drawn(visitor) != before


def test_every_digit_classifier_of_every_lab_can_be_asked():
    offered = shown.choices("explain", "digit classifier")
    kept = [about for about in runs.listing()[0] if about.models]
    assert {runs.load(name.partition("/")[0]).about.lab for name in offered} == {about.lab for about in kept}
    assert len(offered) == sum(len(about.models) for about in kept), "all networks of a run, not only the first"
    assert len(set(offered.values())) == len(offered), "two that are called the same cannot be told apart"
    x = digits.load().test_x[:20]
    for name in list(offered)[::4]:
        assert ExplainSettings(subject={"name": "digit", "network": name})
        assert digit_net(name)(x).shape == (20, 10), name
