"""A renewal becomes a pull request, on either host."""

import subprocess
from pathlib import Path

import pytest

from delivery.host import DeliveryError, Host
from delivery.proposal import propose
from tests.delivery.hosts import Kept

both = pytest.mark.parametrize("environment", ["github", "azure-devops"], indirect=True)


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one list, and a remote called origin."""
    _git(tmp_path, "init", "-q", "--bare", "remote")
    _git(tmp_path, "clone", "-q", "remote", "checkout")
    folder = tmp_path / "checkout"
    (folder / "prices.yaml").write_text("a: 1\n")
    _git(folder, "add", ".")
    _git(folder, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "first")
    return folder


@both
def test_what_changed_is_proposed_once(place: Host, kept: Kept, checkout: Path) -> None:
    """A commit on its own branch, pushed, and one pull request, which a second run renews and does not repeat."""
    assert propose(place, checkout, "prices", "Renew the prices") == "prices: nothing new"
    for value in (2, 3):
        (checkout / "prices.yaml").write_text(f"a: {value}\n")
        assert propose(place, checkout, "prices", "Renew the prices") == "prices: proposed prices.yaml"
    assert len(kept.pulls) == 1
    assert _git(checkout.parent / "remote", "show", "renew/prices:prices.yaml") == "a: 3"
    assert (
        _git(checkout.parent / "remote", "log", "-1", "--format=%s %an", "renew/prices") == "Renew the prices renewal"
    )


@pytest.mark.parametrize("environment", ["github"], indirect=True)
def test_a_push_that_is_refused_proposes_nothing(place: Host, kept: Kept, checkout: Path) -> None:
    """Git's own words say why."""
    _git(checkout, "remote", "set-url", "origin", str(checkout.parent / "gone"))
    (checkout / "prices.yaml").write_text("a: 2\n")
    with pytest.raises(DeliveryError, match=r"git push --force origin renew/prices: .*gone"):
        propose(place, checkout, "prices", "Renew the prices")
    assert kept.pulls == []
