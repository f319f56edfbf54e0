"""Both hosts, for tests that hold for either."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.host import Host
from delivery.hosts import host
from tests.delivery.hosts import AZURE_DEVOPS, GITHUB, TOKEN, Kept, running


@pytest.fixture
def kept() -> Kept:
    """What the host has; empty at first."""
    return Kept()


@pytest.fixture
def environment(request: pytest.FixtureRequest, kept: Kept, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of a run for pull request 7, on the host that the test names."""
    if request.param == "github":
        event = tmp_path / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 7}}))
        with running(GITHUB, kept) as url:
            yield {
                "GITHUB_ACTIONS": "true",
                "GITHUB_TOKEN": TOKEN,
                "GITHUB_REPOSITORY": "o/r",
                "GITHUB_API_URL": url,
                "GITHUB_EVENT_PATH": str(event),
            }
    else:
        with running(AZURE_DEVOPS, kept) as url:
            yield {
                "TF_BUILD": "True",
                "SYSTEM_ACCESSTOKEN": TOKEN,
                "SYSTEM_COLLECTIONURI": f"{url}/",
                "SYSTEM_TEAMPROJECTID": "p",
                "BUILD_REPOSITORY_ID": "r",
                "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
            }


@pytest.fixture
def place(environment: dict[str, str]) -> Host:
    """The host of the run."""
    return host(environment)
