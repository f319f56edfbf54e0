"""`mlops console`."""

import webbrowser

import pytest
from click.testing import CliRunner

from cli.main import mlops
from localcloud.kernel import loopback
from tests.localcloud.core import Core


def test_it_prints_a_link_that_works_once(commands: CliRunner, served: Core) -> None:
    """The link alone is on standard output, so that a program can take it."""
    result = commands.invoke(mlops, ["console"])
    assert result.exit_code == 0, result.stderr
    link = result.stdout.strip()
    assert link.startswith(f"{served.account_url}/console/sign-in?code=")
    with loopback.client() as browser:
        assert [browser.get(link).status_code for _ in range(2)] == [200, 403]
        assert browser.get(f"{served.account_url}/console").status_code == 200


def test_it_opens_the_link_if_asked(commands: CliRunner, served: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a browser it says so, and the link is there all the same."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or len(opened) == 1)
    first, second = (commands.invoke(mlops, ["console", "--open"]) for _ in range(2))
    assert opened == [first.stdout.strip(), second.stdout.strip()]
    assert ("No browser was found" in first.stderr, "No browser was found" in second.stderr) == (False, True)
    assert (first.exit_code, second.exit_code) == (0, 0)


def test_status_says_where_the_pages_are(commands: CliRunner, served: Core) -> None:
    """And how to sign in; it makes no link itself."""
    result = commands.invoke(mlops, ["status", "--format", "json"])
    assert f"{served.account_url}/console; sign in: mlops console" in result.stdout
    assert "code=" not in result.stdout
