"""Who may look inside, and from where."""

import re

import httpx

from localcloud.services.console.sessions import LINK_LIFETIME_S, SESSION_LIFETIME_S, Sessions
from tests.localcloud.services.console.site import ENDPOINT, Site, add_endpoint, add_model

PAGES = ("", "/jobs", "/runs", "/catalogs", "/models", "/endpoints", "/experiments", "/calls", "/clock")


def cookie(site: Site) -> httpx.Cookies:
    """The cookies that the browser holds."""
    return site.http.cookies


def test_only_an_admin_gets_a_link(site: Site) -> None:
    """401 without a token, 403 with a wrong one and with one of somebody who is no admin."""
    core, url = site.core, f"{site.core.account_url}/local/console"
    core.application("runner")
    answers = [core.call("POST", url, token).status_code for token in ("", "dapi123", core.token("runner", "prod"))]
    here = core.call("POST", f"{core.url('prod')}/local/console", core.token("runner")).status_code
    assert (answers, here) == ([401, 403, 403], 403)


def test_without_a_session_there_is_no_page(site: Site) -> None:
    """401 without a cookie, 403 with one that opens nothing; the admin's own token opens nothing here."""
    name, token = f"localcloud_console_{site.core.cloud.account_port}", site.core.admin_token
    cookies = [{"cookie": f"{name}={wrong}"} for wrong in ("guess", token)]
    for path in PAGES:
        without = site.get(path)
        assert (path, without.status_code, "Nobody is signed in here" in without.text) == (path, 401, True)
        for headers in cookies:
            refused = site.get(path, headers=headers)
            assert (path, refused.status_code, "This session is over" in refused.text) == (path, 403, True)
        assert site.get(path, headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_a_link_opens_one_session(site: Site) -> None:
    """It sets a cookie that scripts do not see and other sites do not send, and opens nothing again."""
    link = site.link()
    opened = site.http.get(link)
    set_cookie = opened.headers["set-cookie"]
    assert opened.status_code == 200
    assert {part.strip().split("=")[0].lower() for part in set_cookie.split(";")[1:]} == {
        "httponly", "max-age", "path", "samesite",
    }  # fmt: skip
    assert ("SameSite=strict" in set_cookie, "Path=/console" in set_cookie) == (True, True)
    assert site.get("").status_code == 200
    again = Site(site.core)
    refused = again.http.get(link)
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    assert again.get("").status_code == 401


def test_a_made_up_link_opens_nothing(site: Site) -> None:
    """403, as without a code."""
    for query in ("?code=guess", ""):
        assert site.get(f"/sign-in{query}").status_code == 403


def test_links_and_sessions_end() -> None:
    """A link is taken for ten minutes, a session for twelve hours."""
    now = 1000.0
    sessions = Sessions(lambda: now)
    late, code = sessions.link("ann"), sessions.link("ann")
    now += LINK_LIFETIME_S - 1
    token = sessions.open(code)
    assert token is not None
    now += 1
    assert sessions.open(late) is None
    now += SESSION_LIFETIME_S - 2
    found = sessions.find(token)
    assert found is not None
    assert found.principal == "ann"
    now += 1
    assert sessions.find(token) is None


def test_sign_out_ends_the_session(site: Site) -> None:
    """The old cookie opens nothing afterwards."""
    site.enter()
    held = dict(cookie(site))
    answer = site.post("/sign-out", {"csrf": site.csrf("")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/signed-out")
    assert "Signed out" in site.page("/signed-out")
    name, value = next(iter(held.items()))
    assert site.get("", headers={"cookie": f"{name}={value}"}).status_code == 403


def test_who_is_no_admin_any_more_sees_nothing(site: Site) -> None:
    """Rights are looked up for every page."""
    core = site.core
    core.call("POST", f"{core.url('prod')}/api/2.0/preview/scim/v2/Users", json={"userName": "ann@example.com"})
    site.enter()
    sessions = core.cloud.parts["console"]
    token = sessions.open(sessions.link("ann@example.com"))
    name = f"localcloud_console_{core.cloud.account_port}"
    refused = Site(core).get("", headers={"cookie": f"{name}={token}"})
    assert (refused.status_code, "Only an admin may look inside" in refused.text) == (403, True)


def test_a_form_of_another_site_is_refused(site: Site) -> None:
    """Without what the page gave, nothing is done: the session goes on, the endpoint is not asked."""
    add_model(site.core)
    add_endpoint(site.core)
    site.enter()
    forged: list[dict[str, str]] = [{}, {"csrf": ""}, {"csrf": "guess"}]
    for path in ("/sign-out", f"/endpoints/prod/{ENDPOINT}"):
        for fields in forged:
            refused = site.post(path, {**fields, "request": "{}"})
            assert (refused.status_code, "not one that this page gave you" in refused.text) == (403, True)
    assert site.get("").status_code == 200


def test_another_sites_name_does_not_lead_here(site: Site) -> None:
    """A name that leads to this machine (DNS rebinding) is refused, with a session and without."""
    site.enter()
    port = site.core.cloud.account_port
    paths = ("", "/sign-in?code=x", "/static/console.css")
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}"):
        assert [site.get(path, headers={"host": host}).status_code for path in paths] == [400, 400, 400]
    assert site.get("/static/console.css", headers={"host": f"localhost:{port}"}).status_code == 200


def test_a_workspace_has_no_pages(site: Site) -> None:
    """They are the account's; the refusal says where."""
    refused = site.http.get(f"{site.core.url('prod')}/console")
    assert refused.status_code == 404
    assert f"127.0.0.1:{site.core.cloud.account_port}/console" in refused.text


def test_every_answer_says_what_it_may_load(site: Site) -> None:
    """Pages, refusals and files have the policy: nothing of others, no code in the page, no frame around it."""
    signed_out = [site.get(""), site.get("/sign-in?code=x"), site.get("/static/console.js")]
    site.enter()
    answers = [*signed_out, *(site.get(path) for path in PAGES), site.get("/runs/999")]
    assert [answer.status_code for answer in answers[3:]] == [200] * len(PAGES) + [404]
    for answer in answers:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
        assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
        assert (policy["frame-ancestors"], policy["form-action"], policy["base-uri"]) == ("'none'", "'self'", "'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    for answer in answers[3:]:
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?! src=\"/console/static/)|<style|\sstyle=|\son[a-z]+=", answer.text)


def test_no_page_holds_a_token(site: Site) -> None:
    """Neither the administrator's, nor the session's, nor the code of the link."""
    link = site.link()
    first = site.http.get(link).text
    secrets = [site.core.admin_token, link.partition("code=")[2], *cookie(site).values()]
    assert len(secrets) == 3
    for text in (first, *(site.page(path) for path in PAGES)):
        assert [secret for secret in secrets if secret in text] == []


def test_an_address_that_makes_no_sense_is_a_page_too(site: Site) -> None:
    """400 in words, no stack trace and no JSON."""
    site.enter()
    for path in ("/runs/none", "/runs?page=0", "/data/secret/x", "/calls?only=some"):
        answer = site.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
        assert "is not understood" in answer.text
