"""Ranges that do not fit, overlap or lack room are named before anything is built, and a profile has what it needs."""

from pathlib import Path

import pytest

from infra.spec import SpecError, load
from tests.infra.conftest import edit
from tests.infra.networks import to_ip_allow_list


def _problems(directory: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(directory)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "dev.yaml",
            "endpoints: 10.41.8.0/26",
            "endpoints: 10.51.8.0/26",
            "network.subnets.endpoints: given '10.51.8.0/26'; allowed a range inside 10.41.0.0/20; move it there",
        ),
        (
            "platform.yaml",
            "runners: 10.40.2.0/26",
            "runners: 10.40.4.0/26",
            "hub.subnets.runners: given '10.40.4.0/26'; allowed a range inside 10.40.0.0/22",
        ),
        (
            "dev.yaml",
            "container: 10.41.4.0/22",
            "container: 10.41.2.0/23",
            "network.subnets.container: given '10.41.2.0/23'; "
            "allowed a range apart from 10.41.0.0/22 of dev.yaml network.subnets.host",
        ),
        (
            "prod.yaml",
            "address_space: 10.43.0.0/20",
            "address_space: 10.42.0.0/15",
            "network.address_space: given '10.42.0.0/15'; allowed a /16 to a /24",
        ),
        (
            "staging.yaml",
            "address_space: 10.42.0.0/20",
            "address_space: 10.40.0.0/16",
            "network.address_space: given '10.40.0.0/16'; "
            "allowed a range apart from 10.40.0.0/22 of platform.yaml hub.address_space",
        ),
        (
            "platform.yaml",
            "  browser_sign_in: prod\n",
            "  browser_sign_in: prod\n  clients: [10.43.0.0/24]\n",
            "hub.clients.0: given '10.43.0.0/24'; "
            "allowed a range apart from 10.43.0.0/20 of prod.yaml network.address_space",
        ),
        (
            "platform.yaml",
            "firewall: 10.40.0.0/26",
            "firewall: 10.40.0.0/27",
            "hub.subnets.firewall: given '10.40.0.0/27'; allowed a /26 or larger; enlarge it",
        ),
        (
            "dev.yaml",
            "endpoints: 10.41.8.0/26",
            "endpoints: 10.41.8.0/28",
            "network.subnets.endpoints: given '10.41.8.0/28'; allowed a /27 or larger",
        ),
        (
            "dev.yaml",
            "host: 10.41.0.0/22",
            "host: 10.41.0.0/27",
            "network.subnets.host: given '10.41.0.0/27'; allowed a /26 or larger",
        ),
        (
            "platform.yaml",
            "browser_sign_in: prod",
            "browser_sign_in: production",
            "hub.browser_sign_in: given 'production'; allowed one of dev, prod, staging",
        ),
        (
            "dev.yaml",
            ", endpoints: 10.41.8.0/26",
            "",
            "network.subnets.endpoints: given None; allowed endpoints in the profile private; add endpoints, or set",
        ),
        (
            "platform.yaml",
            "network: private",
            "network: ip-allow-list",
            "hub: given {'address_space': '10.40.0.0/22'",
        ),
        ("platform.yaml", "network: private", "network: open", "network: given 'open'; allowed one of 'private'"),
        (
            "dev.yaml",
            "host: 10.41.0.0/22",
            "host: 10.41.0.1/22",
            "network.subnets.host: given '10.41.0.1/22'; allowed a private IPv4 address range such as 10.40.0.0/22; "
            "it is no IPv4 range: 10.41.0.1/22 has host bits set",
        ),
        (
            "dev.yaml",
            "address_space: 10.41.0.0/20",
            "address_space: 20.41.0.0/20",
            "network.address_space: given '20.41.0.0/20'; allowed a private IPv4 address range",
        ),
        (
            "platform.yaml",
            "internet: [pypi.org,",
            "internet: ['https://pypi.org',",
            "hub.egress.internet.0: given 'https://pypi.org'; allowed a host such as pypi.example.com",
        ),
        (
            "platform.yaml",
            "internet: [pypi.org,",
            'internet: ["*",',
            "hub.egress.internet.0: given '*'; allowed a host",
        ),
        (
            "platform.yaml",
            "  region: westeurope\n  prefix: mlops\n",
            "  region: westeurope\n  prefix: ml-ops\n",
            "azure.prefix: given 'ml-ops'; allowed 2 to 10 lower-case letters and digits",
        ),
    ],
)
def test_a_mistake_is_named(workspaces: Path, file: str, old: str, new: str, expected: str) -> None:
    """Each says where it is, what was given and what is allowed."""
    edit(workspaces / file, old, new)
    found = _problems(workspaces)
    assert [problem for problem in found if expected in problem and problem.startswith(f"{file}:")], found


def test_a_cluster_that_has_no_addresses_is_refused(workspaces: Path) -> None:
    """A /26 has 59 addresses: a cluster of 80 workers and its driver would never start."""
    edit(workspaces / "dev.yaml", "host: 10.41.0.0/22", "host: 10.41.0.0/26")
    edit(workspaces / "dev.yaml", "max_workers: 4}", "max_workers: 80}")
    [found] = _problems(workspaces)
    assert "policies.cpu_autoscaling.size.max_workers: given 80; allowed at most 58" in found


def test_no_hub_is_taken_where_none_would_be_built(workspaces: Path) -> None:
    """In ip-allow-list the hub and the subnets for endpoints are refused, all together, and not ignored."""
    edit(workspaces / "platform.yaml", "network: private", "network: ip-allow-list")
    assert [problem.split(": given")[0].split(": ")[1] for problem in _problems(workspaces)] == [
        "network.subnets.endpoints",
        "hub",
        "network.subnets.endpoints",
        "network.subnets.endpoints",
    ]


def test_without_a_hub_networks_may_be_alike(workspaces: Path) -> None:
    """Networks that never meet may have the same addresses."""
    to_ip_allow_list(workspaces)
    (workspaces / "staging.yaml").write_text(
        (workspaces / "staging.yaml").read_text(encoding="utf-8").replace("10.42.", "10.41."), encoding="utf-8"
    )
    spaces = {each.name: each.network.address_space for each in load(workspaces).environments}
    assert spaces == {"dev": "10.41.0.0/20", "staging": "10.41.0.0/20", "prod": "10.43.0.0/20"}
