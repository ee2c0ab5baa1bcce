"""The stage of every lab and scene, measured in the browser: what is seen without scrolling, at every size of window."""

from pathlib import Path

from core import labs
from pages.parts import lecture
from tests.browser import stage
from tests.browser.conftest import PHONE, go, resized, scene, staged

SIZES = [(*stage.WINDOW.values(), stage.faults), (1440, 900, stage.faults), (*PHONE.values(), stage.phone_faults)]
ONCE = [(1366, 768, stage.faults), (1920, 1080, stage.faults), (853, 480, stage.cut_faults)]  # the last: 150 % of 1280


def test_knobs_buttons_numbers_and_the_whole_picture_are_seen_without_scrolling(visit):
    """Every lab is reached from the line at the top, and every scene by its pill."""
    page, wrong = visit("", stage.WINDOW), []
    for lab in labs.LABS.values():
        resized(page, *stage.WINDOW.values())
        staged(go(page, lab.name, lecture.read(lab.id).title))
        for i, each in enumerate(lab.scenes):
            sizes = SIZES[:: 2 if each.more else 1]
            sizes = sizes[:: -1 if i % 2 else 1]  # each scene begins with the size at which the one before has ended
            if i:
                scene(page, lab.id, each.slug)
            for width, height, faults in sizes if i else ONCE + sizes:
                resized(page, width, height)
                found = stage.soon(lambda faults=faults, width=width, height=height: faults(page, width, height))
                wrong += [f"{each.slug} at {width} x {height}: {fault}" for fault in found]
    assert not wrong, "\n".join(wrong)
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(r => r.name).filter(name => name.includes('plotly-'))"
    )
    assert loaded and not [name for name in loaded if "gl3d" in name], "no stage needs the 3-D bundle"


def test_every_lab_has_a_run_that_was_watched_frame_by_frame():
    for lab in labs.LABS:
        assert stage.a_run_begins_goes_on_and_ends.__name__ in (Path(__file__).parent / f"test_{lab}.py").read_text()
