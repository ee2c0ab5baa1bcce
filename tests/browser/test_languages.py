"""In the browser: the language of the visitor, the link that changes it, and a stage on which Chinese has room."""

import re

from playwright.sync_api import Browser, expect

from core import labs
from pages.parts import lecture
from tests.browser import stage
from tests.browser.conftest import PHONE, Server, arrived, go, keyed, resized, staged

CHINESE = "zh_CN"


def test_a_browser_that_prefers_chinese_reads_chinese(browser: Browser, server: Server):
    context = browser.new_context(locale="zh-CN", viewport=stage.WINDOW)
    page = context.new_page()
    page.goto(server.url(""))
    expect(page.get_by_test_id("stTopNav").get_by_role("link", name="首页")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page).to_have_url(re.compile("lang=zh_CN"))
    context.close()


def test_the_link_changes_the_language_and_keeps_scene_knobs_and_view(visit):
    slug = labs.of("gan").scenes[1].slug
    page = staged(visit("gan", stage.WINDOW, scene=slug, seed="7", view="latent"))
    keyed(page, "language").get_by_role("link", name="中文").click()
    text = lecture.read("gan", CHINESE)
    expect(
        page.locator(".st-key-headline").get_by_role("radio", name=text.scenes[slug].title, exact=True)
    ).to_be_checked()
    expect(page).to_have_url(re.compile(f"(?=.*scene={slug})(?=.*seed=7)(?=.*view=latent)(?=.*lang=zh_CN)"))
    expect(page.get_by_role("radio", name="在编码间漫步")).to_be_checked()
    keyed(staged(page), "language").get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(f"(?=.*scene={slug})(?=.*seed=7)(?!.*lang=zh_CN)"))
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_chinese_stage_is_seen_whole(visit):
    page, wrong = visit("", stage.WINDOW, lang=CHINESE), []
    for lab in labs.LABS:
        resized(page, *stage.WINDOW.values())
        staged(go(page, lecture.read(lab, CHINESE).title, lecture.read(lab, CHINESE).title))
        for width, height, faults in ((*stage.WINDOW.values(), stage.faults), (*PHONE.values(), stage.phone_faults)):
            resized(page, width, height)
            found = stage.soon(lambda faults=faults, width=width, height=height: faults(page, width, height))
            wrong += [f"{lab} at {width} x {height}: {fault}" for fault in found]
    assert not wrong, "\n".join(wrong)


def test_a_phone_has_the_link_too(visit):
    page = arrived(visit("gan", PHONE))
    keyed(page, "language").get_by_role("link", name="中文").click()
    expect(page.locator("h1").first).to_have_text(lecture.read("gan", CHINESE).title)
    expect(keyed(page, "language").get_by_role("link", name="English")).to_be_in_viewport()
