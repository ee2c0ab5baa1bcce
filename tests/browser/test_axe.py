"""Everyone can use every page: axe-core finds nothing serious on any of them, light and dark."""

from pathlib import Path

import axe_playwright_python
import pytest

from core import labs
from tests.browser.conftest import arrived, staged

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
SERIOUS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .flatMap(found => found.nodes.map(node => `${found.id}: ${node.target} ${node.html.slice(0, 160)}`))"""
# Streamlit's own elements, which no page of ours can mend
THEIRS = ()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_stands_in_anybodys_way(visit, scheme):
    found = {}
    for name in ("", *labs.LABS, "runs"):
        page = visit(labs.of(name).page if name in labs.LABS else name)
        page.emulate_media(color_scheme=scheme)
        (staged if name in labs.LABS else arrived)(page)
        page.evaluate(AXE)
        found[name] = [line for line in page.evaluate(SERIOUS) if not line.startswith(THEIRS)]
    wrong = {name: lines for name, lines in found.items() if lines}
    assert not wrong, "\n".join(f"{name or 'home'}: {line}" for name, lines in wrong.items() for line in lines)
