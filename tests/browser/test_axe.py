"""Everyone can use every page: axe-core finds nothing serious on any of them, light and dark."""

from pathlib import Path

import axe_playwright_python

from core import labs
from tests.browser.conftest import arrived, staged

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# inside of a figure each line and letter would be asked about; what it says stands in its name and its table
SERIOUS = """async rules => (await axe.run({ exclude: [".main-svg"] }, { resultTypes: ["violations"], ...rules })).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .flatMap(found => found.nodes.map(node => `${found.id}: ${node.target} ${node.html.slice(0, 160)}`))"""
# the page's own style sheet has the colours of the scheme (static/chart.js tells it), where there is a figure to tell it
COLOURED = """() => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = document.documentElement.style.getPropertyValue("--st-background-color");
    const same = getComputedStyle(probe).color === getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    probe.remove();
    return same || !document.querySelector(".lectern-chart");
}"""


def test_nothing_serious_stands_in_anybodys_way(visit):
    wrong = []
    for name in ("", *labs.LABS, "runs"):
        page = visit(labs.of(name).page if name in labs.LABS else name)
        (staged if name in labs.LABS else arrived)(page).evaluate(AXE)
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):  # the rest is the same in both
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(COLOURED)
            page.wait_for_timeout(300)  # colours fade from one scheme to the other
            wrong += [f"{name or 'home'}, {scheme}: {line}" for line in page.evaluate(SERIOUS, rules)]
        page.emulate_media(color_scheme="light")
    assert not wrong, "\n".join(wrong)
