"""The console, as a person meets it in a browser."""

from typing import TYPE_CHECKING

import pytest

from tests.localcloud.services.console.site import (
    ENDPOINT,
    HOSTILE,
    MODEL,
    TABLE,
    Site,
    add_endpoint,
    add_job,
    add_model,
    add_run,
    describe_table,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BACKGROUNDS = {"light": "rgb(247, 247, 245)", "dark": "rgb(20, 21, 23)"}


@pytest.fixture
def paths(site: Site) -> tuple[str, ...]:
    """A page of each kind, with something on it."""
    job = add_job(site.core, name=HOSTILE)
    run = add_run(site.core, job, result="FAILED", said="x" * 300, log=HOSTILE + "y" * 300)
    describe_table(site.core, HOSTILE)
    add_model(site.core, comment=HOSTILE)
    add_endpoint(site.core)
    return (
        "", "/jobs", f"/jobs/{job['job_id']}", "/runs", f"/runs/{run['run_id']}",
        f"/logs/{run['attempts'][0]['run_id']}", "/catalogs", "/catalogs?find=o",
        "/data/schema/prod.credit_gold", f"/data/table/{TABLE}",
        "/models", f"/models/{MODEL}", f"/models/{MODEL}/1", "/endpoints", f"/endpoints/prod/{ENDPOINT}",
        "/experiments", "/calls", "/clock",
    )  # fmt: skip


@pytest.mark.parametrize(("scheme", "width_px"), [("light", 1440), ("dark", 360)])
def test_every_page_fits_and_asks_nobody_else(
    browser: "Browser", site: Site, paths: tuple[str, ...], scheme: str, width_px: int
) -> None:
    """By the one-time link into every page: none is wider than the screen, logs an error or leaves the local cloud."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width_px, "height": 800})  # type: ignore[arg-type]
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    _sign_in(page, site)
    for path in paths:
        page.goto(f"{site.core.account_url}/console{path}")
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, width_px)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == BACKGROUNDS[scheme]
        assert page.locator("h1").count() == 1
    held = page.evaluate("document.cookie")
    context.close()
    assert (said, held) == ([], "")
    assert [url for url in asked if not url.startswith(f"{site.core.account_url}/console")] == []


def test_the_form_shows_an_answer_without_leaving_the_page(browser: "Browser", site: Site) -> None:
    """What is no JSON is not sent; what is answered appears below the form, and the request stays as it was typed."""
    add_model(site.core)
    add_endpoint(site.core)
    page = browser.new_page()
    _sign_in(page, site)
    page.goto(f"{site.core.account_url}/console/endpoints/prod/{ENDPOINT}")
    page.get_by_label("Request, as JSON").fill("{not json")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("alert").inner_text().startswith("This is no JSON: ")
    assert page.locator("#answer pre").count() == 0
    page.get_by_label("Request, as JSON").fill('{"dataframe_records": []}')
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector("#answer pre")
    answer = page.locator("#answer").inner_text()
    kept = page.get_by_label("Request, as JSON").input_value()
    warned = page.get_by_role("alert").count()
    page.close()
    assert ("503" in answer, "are not running yet" in answer) == (True, True)
    assert (kept, warned) == ('{"dataframe_records": []}', 0)


def _sign_in(page: "Page", site: Site) -> None:
    page.goto(site.link())
    page.wait_for_url("**/console")
