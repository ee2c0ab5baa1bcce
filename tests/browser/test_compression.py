"""From a press of Train to the shelf: a run of the compression page, its model, its numbers, and the end of its file."""

import re

from tests.browser.conftest import button, ended, expect, go, staged
from tests.browser.stage import WINDOW, a_run_begins_goes_on_and_ends


def test_a_run_ends_its_model_can_be_opened_and_its_file_deleted_alone(visit, server):
    page = staged(visit(size=WINDOW, epochs=1, seed=77))
    a_run_begins_goes_on_and_ends(page, "compression")
    page.get_by_role("tab", name="Explain").click()
    expect(page.get_by_text(re.compile("says")).first).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("^Why, "))).to_have_count(
        3
    )  # of the teacher, the student, and its twin
    page.get_by_role("tab", name="Take away").click()
    with page.expect_download() as download:
        button(page, "Numbers (CSV)").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("step,") and len(lines) > 3

    first = page.url
    button(page, "New seed").click()
    expect(page.locator(".st-key-stale")).to_contain_text("Press Train")
    button(page, "Train").click()
    expect(page).to_have_url(re.compile(f"run=(?!{run(first)})"))
    ended(page)
    second = page.url
    store = server.log.parent / "runs"
    before = set(store.iterdir())
    table = go(page, "Runs", "Runs").get_by_test_id("stDataFrame")
    expect(table.locator("canvas").first).to_be_visible()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 17, box["y"] + 36 + 17)  # the first row below the head: the visitor's newest run
    expect(button(page, "Delete")).to_be_enabled()
    button(page, "Delete").click()
    expect(page.get_by_text("Choose a row to see that run.")).to_be_visible()
    assert [file.stem for file in before - set(store.iterdir())] == [run(second)]


def run(address):
    return re.search(r"run=([a-z0-9-]+)", address)[1]
