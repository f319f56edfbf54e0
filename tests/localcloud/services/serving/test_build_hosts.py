"""An image is built from package indexes; an endpoint whose network policy blocks them does not come up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.services.serving.build_hosts import needed, require_reachable
from localcloud.services.serving.fleet import LoadError
from tests.localcloud.services.serving.world import World, entity

PIP = {"pypi.org", "files.pythonhosted.org"}
OWN = "--index-url https://packages.example.com/simple\nmlflow==3.0.1\n"
CONDA = "channels: [{channels}]\ndependencies: [{dependencies}, pip: [mlflow]]\n"


@pytest.mark.parametrize(
    ("requirements", "conda", "hosts"),
    [
        ("mlflow==3.0.1\n", "", PIP),
        ("# nothing\n", "", set()),
        ("mlflow\n", CONDA.format(channels="conda-forge", dependencies="python=3.12"), PIP | {"conda.anaconda.org"}),
        ("mlflow\n", CONDA.format(channels="defaults", dependencies="python=3.12"), PIP | {"repo.anaconda.com"}),
        (OWN, CONDA.format(channels="conda-forge", dependencies="python=3.12, pip<=25"), {"packages.example.com"}),
        (
            OWN,
            CONDA.format(channels="https://conda.example.com/c", dependencies="python=3.12, openblas"),
            {"packages.example.com", "conda.example.com"},
        ),
        ("--extra-index-url=https://extra.example.com/simple\nmlflow\n", "", PIP | {"extra.example.com"}),
    ],
)
def test_the_hosts_that_a_version_is_installed_from(
    tmp_path: Path, requirements: str, conda: str, hosts: set[str]
) -> None:
    """Public indexes unless the requirements name their own; conda's channels unless only Python is wanted of them."""
    (tmp_path / "requirements.txt").write_text(requirements)
    if conda:
        (tmp_path / "conda.yaml").write_text(conda)
    assert needed(tmp_path) == hosts


def _account(world: World, method: str, path: str, body: Any) -> None:
    url = f"http://127.0.0.1:{world.cloud.account_port}/api/2.0/accounts/local/{path}"
    answer = world.http.request(method, url, json=body, headers={"Authorization": f"Bearer {world.admin_token}"})
    assert answer.status_code == 200, answer.text


def _policy(*domains: str) -> dict[str, Any]:
    destinations = [{"destination": name, "internet_destination_type": "DNS_NAME"} for name in domains]
    access = {"restriction_mode": "RESTRICTED_ACCESS", "allowed_internet_destinations": destinations}
    return {"network_policy_id": "mlops-prod", "egress": {"network_access": access}}


@pytest.fixture
def restricted(world: World) -> Iterator[World]:
    """The workspace reaches the private index and nothing else."""
    number = world.cloud.workspace("prod").workspace_id
    _account(world, "POST", "network-policies", _policy("packages.example.com"))
    _account(world, "PUT", f"workspaces/{number}/network", {"network_policy_id": "mlops-prod"})
    yield world
    _account(world, "PUT", f"workspaces/{number}/network", {"network_policy_id": "default-policy"})
    _account(world, "DELETE", "network-policies/mlops-prod", None)


def test_a_version_that_names_the_private_index_needs_no_other(restricted: World, tmp_path: Path) -> None:
    """The same version without that line is blocked."""
    (tmp_path / "conda.yaml").write_text(CONDA.format(channels="conda-forge", dependencies="python=3.12"))
    (tmp_path / "requirements.txt").write_text(OWN)
    require_reachable(restricted.cloud, "prod", tmp_path)
    (tmp_path / "requirements.txt").write_text(OWN.splitlines()[1])
    with pytest.raises(LoadError, match=r"blocks conda.anaconda.org, files.pythonhosted.org, pypi.org"):
        require_reachable(restricted.cloud, "prod", tmp_path)


def test_a_version_without_an_index_takes_the_workspaces(restricted: World, tmp_path: Path) -> None:
    """The default package repository, a secret with a sign-in, of which only the host is ever said."""
    (tmp_path / "requirements.txt").write_text("mlflow\n")
    secrets, scope = restricted.client().secrets, "databricks-package-management"
    secrets.create_scope(scope)
    try:
        secrets.put_secret(scope, "pip-index-url", string_value="https://ann:hidden@packages.example.com/simple")
        require_reachable(restricted.cloud, "prod", tmp_path)
        secrets.put_secret(scope, "pip-extra-index-urls", string_value="https://ann:hidden@more.example.com/simple")
        with pytest.raises(LoadError, match=r"blocks more.example.com\.") as refused:
            require_reachable(restricted.cloud, "prod", tmp_path)
        assert "hidden" not in str(refused.value)
        (tmp_path / "requirements.txt").write_text("--index-url https://other.example.com/simple\nmlflow\n")
        with pytest.raises(LoadError, match=r"blocks other.example.com\."):
            require_reachable(restricted.cloud, "prod", tmp_path)
    finally:
        secrets.delete_scope(scope)


def test_an_update_fails_where_the_policy_blocks_its_hosts(world: World) -> None:
    """It ends in UPDATE_FAILED and says which; once they are let out to, the same update comes up."""
    number = world.cloud.workspace("prod").workspace_id
    _account(world, "POST", "network-policies", _policy())
    _account(world, "PUT", f"workspaces/{number}/network", {"network_policy_id": "mlops-prod"})
    endpoints = world.client().serving_endpoints
    with pytest.raises(Exception, match="UPDATE_FAILED"):
        world.endpoint("blocked", world.versions["one"])
    held = endpoints.get("blocked")
    assert held.pending_config is not None
    [served] = held.pending_config.served_entities or []
    said = str(served.state and served.state.deployment_state_message)
    assert "the network policy of workspace 'prod' blocks" in said
    assert "pypi.org" in said
    everything = ("conda.anaconda.org", "files.pythonhosted.org", "pypi.org", "repo.anaconda.com")
    _account(world, "PUT", "network-policies/mlops-prod", _policy(*everything))
    try:
        endpoints.update_config_and_wait("blocked", served_entities=[entity(world.versions["one"])])
        assert str(endpoints.get("blocked").state.ready) == "EndpointStateReady.READY"  # type: ignore[union-attr]
    finally:
        endpoints.delete("blocked")
        _account(world, "PUT", f"workspaces/{number}/network", {"network_policy_id": "default-policy"})
        _account(world, "DELETE", "network-policies/mlops-prod", None)
