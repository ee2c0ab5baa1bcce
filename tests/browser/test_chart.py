"""The arithmetic of chart.js: labels that mean the number, ticks that lie on the axis. Run in the browser itself."""

import itertools
from pathlib import Path

import pytest

from pages.shared import chart

SOURCE = (Path(chart.__file__).parent / "chart.js").read_text().replace("export default function", "function main")


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.evaluate(f"() => {{ window.chart = new Function({SOURCE!r} + '; return {{short, ticks, scale}};')(); }}")
    yield page
    page.close()


@pytest.mark.parametrize("value, label", [
    (0, "0"), (1, "1"), (-2.5, "-2.5"), (0.1 + 0.2, "0.3"), (99.95, "99.95"), (1000, "1000"), (12_500, "12.5k"),
    (100_000, "100k"), (999_960, "1M"), (1_000_000, "1M"), (120_000_000, "120M"), (0.00012, "1.2e-4"), (1e-5, "1e-5")])
def test_a_label_says_the_number(page, value, label):
    assert page.evaluate("v => chart.short(v)", value) == label


ENDS = [-1000, -1, -0.003, 0, 0.5, 1, 97.3, 98.6, 1e6]


@pytest.mark.parametrize("low, high", list(itertools.combinations(ENDS, 2)))
@pytest.mark.parametrize("count", [3, 6])
def test_ticks_rise_evenly_and_lie_on_the_axis(page, low, high, count):
    found = page.evaluate("([d, n]) => chart.ticks(d, n, false)", [[low, high], count])
    assert 2 <= len(found) <= count + 2
    slack = 1e-9 * (high - low)
    assert all(low - slack <= t <= high + slack for t in found)
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert min(steps) > 0 and max(steps) == pytest.approx(min(steps))


@pytest.mark.parametrize("low, high", [(0.1, 1000), (1e-7, 10), (0.03, 0.5), (2, 3), (5, 5.1)])
def test_logarithmic_ticks_lie_on_the_axis(page, low, high):
    found = page.evaluate("d => chart.ticks(d, 6, true)", [low, high])
    assert found == sorted(found) and all(low * 0.998 <= t <= high * 1.002 for t in found) and len(found) <= 7


@pytest.mark.parametrize("log", [False, True])
def test_a_scale_goes_there_and_back(page, log):
    there = page.evaluate("log => { const s = chart.scale([1, 100], 40, 640, log); return [s(1), s(100), s.back(s(7))]; }", log)
    assert there == [40, 640, pytest.approx(7)]
