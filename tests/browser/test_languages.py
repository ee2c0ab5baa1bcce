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


def test_the_lecture_desk_works_in_chinese(visit):
    """Presenter mode, a tour, a lesson and a sweep."""
    page = visit(labs.of("anomaly").page, stage.WINDOW, present="1", lang=CHINESE)
    forth = keyed(page, "present/next").get_by_role("button")
    expect(forth).to_contain_text("训练")
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile("run=anomaly-"))
    page.keyboard.press("a")
    expect(page.locator(".st-key-question")).to_contain_text("答案：")
    arrived(page).keyboard.press("Escape")
    expect(page.get_by_role("tab", name="看内部")).to_be_visible()

    page = arrived(visit("gan", stage.WINDOW, lesson="tour-gan", lang=CHINESE))
    keyed(page, "lesson/next").get_by_role("button").click()
    expect(page).to_have_url(re.compile("step=2"))
    arrived(page).locator(".st-key-question").get_by_role("radio").first.click()
    expect(keyed(page, "lesson/next").locator('[data-testid="stBaseButton-primary"]')).to_be_visible()

    keyed(arrived(page), "share/gan").get_by_role("button").click()
    page.get_by_role("tab", name="一节课").click()
    page.get_by_role("textbox", name="这一步的标题").fill("第一步")
    page.get_by_role("button", name="把这个页面加为一步").click()
    expect(page.get_by_text("GAN · 第一步")).to_be_visible()

    page = arrived(visit(labs.of("anomaly").page, stage.WINDOW, tab="compare", lang=CHINESE))
    page.get_by_role("button", name="全部训练").click()
    expect(page.get_by_text("95 % 置信区间").first).to_be_visible()
