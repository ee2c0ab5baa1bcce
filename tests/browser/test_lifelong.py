"""The life-long learning page in a real browser: a matrix that a run fills."""

from tests.browser.conftest import expect, keyed, staged
from tests.browser.stage import WINDOW, a_run_begins_goes_on_and_ends


def test_the_matrix_is_filled_live(visit):
    page = staged(visit("lifelong_learning", WINDOW, tasks=3, epochs=1, batch=256, seed=7))
    cells = keyed(page, "stage/matrix").locator(".textpoint")
    expect(cells).to_have_count(25)  # the shipped run of the scene: five tasks
    a_run_begins_goes_on_and_ends(page, "lifelong")
    expect(cells).to_have_count(9)
