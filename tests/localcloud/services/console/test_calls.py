"""The calls that the console shows."""

import re

from localcloud.kernel.calls import Call, Calls
from tests.localcloud.services.console.site import Site, words


def _call(number: int) -> Call:
    return Call(at_s=0, port=1, method="GET", path=f"/{number}", principal="", status=200, took_ms=1.0)


def test_only_so_many_are_kept() -> None:
    """The oldest go, the newest come first."""
    calls = Calls(kept=3)
    for number in range(5):
        calls.add(_call(number))
    assert [call.path for call in calls.newest_first()] == ["/4", "/3", "/2"]


def test_a_call_is_kept_with_who_made_it_and_what_came_of_it(site: Site) -> None:
    """Refused calls too; pages of the console are no calls."""
    core = site.core
    core.application("runner")
    site.enter()
    token = core.token("runner")
    core.call("GET", f"{core.url('prod')}/api/2.1/unity-catalog/tables/prod.credit_gold.scores", token)
    core.call("GET", f"{core.url('dev')}/api/2.0/preview/scim/v2/Me", "dapi-wrong")
    core.call("GET", f"{core.account_url}/api/2.0/unheard-of")
    page = site.page("/calls")
    rows = [words(row) for row in page.partition("<tbody>")[2].split("</tr>")[:3]]
    assert [re.sub(r"^[\d-]+ [\d:]+ | [\d.]+ ms$", "", row) for row in rows] == [
        "501 GET /api/2.0/unheard-of \N{EN DASH} account",
        "403 GET /api/2.0/preview/scim/v2/Me \N{EN DASH} dev",
        "403 GET /api/2.1/unity-catalog/tables/prod.credit_gold.scores runner prod",
    ]
    assert "/console/" not in page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_only_what_was_refused_is_shown_if_asked_for(site: Site) -> None:
    """400 and above."""
    core = site.enter().core
    core.call("GET", f"{core.url('prod')}/api/2.0/preview/scim/v2/Me")
    core.call("GET", f"{core.url('prod')}/api/2.0/unheard-of")
    both, refused = site.page("/calls"), site.page("/calls?only=refused")
    assert ("scim/v2/Me" in both, "unheard-of" in both) == (True, True)
    assert ("scim/v2/Me" in refused, "unheard-of" in refused) == (False, True)


def test_a_call_is_kept_without_its_secrets(site: Site) -> None:
    """Neither a query, nor the key of a link that needs no token, nor the token of a header."""
    core = site.enter().core
    path = "/Volumes/prod/credit_gold/landing/a.csv"
    body = {"path": path, "expire_time": "2999-01-01T00:00:00Z"}
    signed = core.call("POST", f"{core.url('prod')}/api/2.0/fs/create-upload-url", json=body)
    assert signed.status_code == 200, signed.text
    url = str(signed.json()["url"])
    key = url.rpartition("/")[2]
    assert core.call("PUT", url, "", content=b"a").status_code == 204
    core.call("GET", f"{core.url('prod')}/api/2.0/unheard-of?password=pass-1234")
    page = site.page("/calls")
    assert "/local/signed/{key}" in page
    assert [secret for secret in (key, "pass-1234", core.admin_token) if secret in page] == []


def test_calls_come_in_pages(site: Site) -> None:
    """Fifty on one, and a way to the next that keeps what was asked for."""
    core = site.enter().core
    for number in range(60):
        core.call("GET", f"{core.url('prod')}/api/2.0/unheard-of/{number}")
    first, second = site.page("/calls?only=refused"), site.page("/calls?only=refused&page=2")
    assert ("unheard-of/59<" in first, "unheard-of/10<" in first, "unheard-of/9<" in first) == (True, True, False)
    assert ("unheard-of/9<" in second, "unheard-of/10<" in second) == (True, False)
    assert 'href="?only=refused&amp;page=2"' in first
