"""How soon the first slider of each lab that needs no training is answered by a figure, beside a page that has nothing but a
slider and Streamlit's own Plotly chart, and beside one without even that."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Locator, Page

from core import labs
from tests.bench.browser import CLOCK, FLOOR, TITLE, Row, against, median, opened, p95, page_of, servers
from tests.bench.opening import PICTURE
from tests.browser.conftest import Server, arrived

INSIDE = "[data-testid=stTabs] [data-testid=stSlider]"
FIGURES = "[...document.querySelectorAll('[data-testid=stTabs] .lectern-chart')]"
DRAWN = f"{FIGURES}.map(e => e.dataset.drawn ?? 0).join()"  # how often each figure was drawn
OTHERS = """[...document.querySelectorAll(
    '[data-testid=stTabs] :is(img, .lectern-superpixels, [data-testid=stMetricValue])')]
    .map(e => e.src || e.innerText || e.innerHTML.length).join()"""  # of a view without figures
NUMBER = "document.querySelector('h1').innerText"
BARS = "document.querySelector('.bars path')?.getAttribute('d')"


@dataclass
class Slider:
    """A slider on an open page, and JavaScript of what changes when it has been answered."""

    page: Page
    thumb: Locator
    answer: str
    towards: str = "ArrowRight"

    def move(self) -> float:
        """Milliseconds from the key press until the answer is drawn."""
        self.page.bring_to_front()
        low, high, now = (float(x) for x in self.thumb.evaluate("t => [t.min, t.max, t.value]"))
        step = max(1.0, (high - low) / 50)
        if now >= high - 2 * step or now <= low + 2 * step:
            self.towards = "ArrowLeft" if now >= high - 2 * step else "ArrowRight"
        self.thumb.focus()
        before = self.page.evaluate(f"String({self.answer})")
        self.page.evaluate(
            CLOCK.replace("60000", "8000"), ["keydown", f"String({self.answer}) !== {json.dumps(before)}"]
        )
        self.thumb.press(self.towards)
        taken = self.page.evaluate("window.measured")
        arrived(self.page)
        self.page.wait_for_timeout(150)  # figures that are drawn after the first
        return taken


def first_slider(page: Page) -> Slider:
    """That of the view which opens, or else of the first view that has one."""
    views = page.locator("[data-testid=stTabs] [data-testid=stButtonGroup]").first.get_by_role("radio")
    for view in [None, *range(views.count())]:
        if view is not None:
            views.nth(view).click()
            arrived(page)
        found = page.locator(f"{INSIDE} input[type=range]:enabled")
        for i in range(found.count()):
            with suppress(
                Error
            ):  # it moves something that is no figure, not at each step, or is not there yet: the next one
                found.nth(i).scroll_into_view_if_needed()
                page.wait_for_timeout(1500)  # figures that came near are drawn
                slider = Slider(page, found.nth(i), DRAWN if page.evaluate(f"{FIGURES}.length") else OTHERS)
                for _ in range(3):
                    slider.move()
                return slider
    raise LookupError("no view has a slider")


def slider_of(browser: Browser, server: Server, lab: str) -> Slider:
    """That of the scene which opens, or else of the first scene that has one."""
    for scene in labs.of(lab).scenes:
        page = opened(browser, server.url(page_of(lab), scene=scene.slug), PICTURE)
        with suppress(LookupError):
            return first_slider(page)
        page.context.close()
    raise LookupError(f"no scene of {lab} has a slider")


def answers(moved: Mapping[str, Slider], moves: int) -> dict[str, list[float]]:
    """Milliseconds of each slider; they take turns."""
    for slider in moved.values():
        slider.move()  # what is computed once is computed now
    times: dict[str, list[float]] = {name: [] for name in moved}
    for _ in range(moves):
        for name, slider in moved.items():
            times[name].append(slider.move())
    return times


def measure(
    browser: Browser, folder: Path, chosen: Sequence[str], moves: int, trainings: Callable[..., Any] | None = None
) -> list[Row]:
    """trainings: makes a context in which so many runs go on; the sliders are moved in it as well."""
    floors = {name: FLOOR.format(name) for name in ("slider", "slider_chart")}
    with servers(folder, floors, before=False, LECTERN_WORKERS="2") as running:
        bare = opened(browser, running["slider"].address, TITLE)
        drawn = opened(browser, running["slider_chart"].address, BARS)
        moved = {
            "empty": Slider(bare, bare.get_by_role("slider").first, NUMBER),
            "floor": Slider(drawn, drawn.get_by_role("slider").first, BARS),
        }
        moved |= {lab: slider_of(browser, running["lectern"], lab) for lab in chosen}
        found = [("", answers(moved, moves), 1.5)]
        if trainings:
            with trainings(browser, running["lectern"], 2):
                found.append((" while two trainings run", answers(moved, moves), 2))
        for slider in moved.values():
            slider.page.context.close()
    floor = {name: found[0][1][name] for name in ("empty", "floor")}
    return [
        against(
            f"{lab}: first slider → figure{state}, {which}",
            of(times[lab]) / 1000,
            of(floor["floor"]) / 1000,
            budget,
            note=f" ({of(times[lab]) / of(floor['empty']):.1f}× an empty page)",
        )
        for lab in chosen
        for state, times, budget in found
        for which, of in (("median", median), ("p95", p95))
    ]
