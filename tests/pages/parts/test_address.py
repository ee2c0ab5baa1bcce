"""The address holds the tab, the view, the runs that are compared and the sweep, and opens them for whoever follows it."""

import pytest

from core import labs
from pages.parts import tabs
from pages.views import gan
from tests.pages.conftest import PAGES, check

PAGE = PAGES["gan"]
OTHER = "gan-dcgan-on-digits"
VIEW = f"inside/gan/{labs.of('gan').scenes[0].slug}"  # its choice in the first scene


def query_of(visitor):
    return dict(visitor.query_params)


def open_tab(visitor):
    return [tab.label for tab in visitor.tabs if tab.children]


@pytest.mark.parametrize("name", tabs.names())
def test_a_link_opens_its_tab_and_says_so_again(visit, name):
    visitor = check(visit(PAGE, address={} if name == "inside" else {"tab": name}))
    assert open_tab(visitor) == [tabs.names()[name]]
    assert query_of(visitor).get("tab", "inside") == name


def test_a_view_is_in_the_link_where_it_was_chosen(visit):
    visitor = check(visit(PAGE))
    assert "view" not in query_of(visitor), "the view that the run opens with by itself"
    other = gan.VIEWS[1]
    check(visitor.segmented_control(key=VIEW).set_value(other).run())
    assert query_of(visitor)["view"] == other
    follower = check(visit(PAGE, address=query_of(visitor)))
    assert follower.segmented_control(key=VIEW).value == other


def test_runs_that_are_compared_are_in_the_link(visit):
    visitor = check(visit(PAGE, tab="Compare"))
    check(visitor.multiselect(key="gan/compare/pick").set_value([OTHER]).run())
    assert query_of(visitor)["compare"] == OTHER
    follower = check(visit(PAGE, address=query_of(visitor), seed="7"))
    assert follower.multiselect(key="gan/compare/pick").value == [OTHER] and follower.table
    gone = check(visit(PAGE, address={"tab": "compare", "compare": f"gan-no-such-run,{OTHER},"}))
    assert gone.multiselect(key="gan/compare/pick").value == [OTHER]


def test_back_closes_what_was_opened(visit, monkeypatch):
    monkeypatch.setattr("pages.parts.address.SETTLED", 0.0)
    visitor = check(visit(PAGE, address={"tab": "takeaway", "compare": OTHER}))
    visitor.query_params.clear()
    visitor.query_params["scene"] = labs.of("gan").scenes[0].slug
    check(visitor.run())
    assert open_tab(visitor) == ["Look inside"] and not visitor.session_state["gan/compare"]


def test_the_view_of_a_link_stands_in_the_address_from_the_first_moment(visit):
    """Whoever follows a link and shares the page at once shares what is seen."""
    visitor = check(visit(PAGES["gan"], address={"scene": "dcgan-on-digits", "view": "latent"}))
    assert dict(visitor.query_params)["view"] == "latent"
