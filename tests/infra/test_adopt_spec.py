"""What cannot be adopted, or not together, is named with its file and line before anything is built."""

import shutil
from pathlib import Path

import pytest

from infra.spec import SpecError, load
from infra.wheel import ROOT
from tests.infra.conftest import edit

EXAMPLE = ROOT / "docs" / "examples" / "adopted"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups"
OTHER = SUBSCRIPTION.replace("0001/", "0002/")
LAKE = "/data/providers/Microsoft.Storage/storageAccounts/risklake"
NETWORK = """network:
  address_space: 10.43.0.0/20
  subnets: {host: 10.43.0.0/22, container: 10.43.4.0/22, endpoints: 10.43.8.0/26}
"""


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example, to change."""
    copy = tmp_path / "example"
    shutil.copytree(EXAMPLE, copy)
    return copy


def _problems(directory: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(directory)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "prod.yaml",
            f"lake: {SUBSCRIPTION}{LAKE}",
            "lake: risklake",
            "prod.yaml:17: adopt.lake: given 'risklake'; allowed an id, with Azure's upper and lower case: "
            "/subscriptions/<UUID>/resourceGroups/<group>/providers/Microsoft.Storage/storageAccounts/<name>; "
            "correct it",
        ),
        (
            "prod.yaml",
            f"lake: {SUBSCRIPTION}{LAKE}",
            f"lake: {SUBSCRIPTION}/data/providers/Microsoft.KeyVault/vaults/risk-prod",
            "prod.yaml:17: adopt.lake: given",
        ),
        (
            "prod.yaml",
            f"lake: {SUBSCRIPTION}{LAKE}",
            f"lake: {OTHER}{LAKE}",
            f"prod.yaml:17: adopt.lake: given '{OTHER}{LAKE}'; allowed an id in the subscription "
            "00000000-0000-0000-0000-000000000001 of azure.subscription_id; adopt one of that subscription",
        ),
        (
            "platform.yaml",
            f"virtual_network: {SUBSCRIPTION}/connectivity",
            f"virtual_network: {OTHER}/connectivity",
            "adopt.hub.virtual_network: given",
        ),
        (
            "prod.yaml",
            "/virtualNetworks/risk/subnets/databricks-host",
            "/virtualNetworks/other/subnets/databricks-host",
            f"adopt.network.subnets.host: given '{SUBSCRIPTION}/networks/providers/Microsoft.Network/virtualNetworks/"
            f"other/subnets/databricks-host'; allowed {SUBSCRIPTION}/networks/providers/Microsoft.Network/"
            "virtualNetworks/risk/subnets/<name>; adopt a subnet of that network, or correct virtual_network",
        ),
        (
            "prod.yaml",
            "workspace:\n  url",
            f"{NETWORK}\nworkspace:\n  url",
            "allowed none beside adopt.network; remove network: its ranges are read from the adopted one",
        ),
        (
            "prod.yaml",
            "      endpoints:",
            "      # endpoints:",
            "adopt.network.subnets.endpoints: given None; allowed endpoints in the profile private; add endpoints",
        ),
        (
            "prod.yaml",
            "  monthly_budget: 5000\n",
            "  monthly_budget: 5000\n  redundancy: LRS\n",
            "azure.redundancy: given 'LRS'; allowed none beside adopt.lake; remove it",
        ),
        (
            "prod.yaml",
            "  monthly_budget: 5000\n",
            "  monthly_budget: 5000\n  compliance: {monitoring: true}\n",
            "azure.compliance: given {'monitoring': True}; allowed none beside adopt.workspace; remove it",
        ),
        (
            "prod.yaml",
            "  catalog: prod\n",
            "  catalog: risk\n",
            "adopt.catalog: given 'risk'; allowed 'prod'; write the name of catalog",
        ),
        (
            "prod.yaml",
            "gold: risk-gold}",
            "gold: risk-gold, models: risk-models}",
            "adopt.locations.models: given 'risk-models'; allowed none beside adopt.catalog, which has its own root; "
            "remove it: nothing would lie there",
        ),
        (
            "prod.yaml",
            "  lake: /",
            "  # lake: /",
            "adopt.locations: given {'landing': 'risk-landing', 'gold': 'risk-gold'}; "
            "allowed locations together with lake; add adopt.lake",
        ),
        (
            "platform.yaml",
            f"    - {SUBSCRIPTION}/names/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net\n",
            "",
            "fix",
        ),
        (
            "platform.yaml",
            "privateDnsZones/privatelink.queue.core.windows.net",
            "privateDnsZones/privatelink.file.core.windows.net",
            "adopt.private_dns_zones.3: given",
        ),
        (
            "platform.yaml",
            "    browser_sign_in: prod\n",
            "    browser_sign_in: staging\n",
            "adopt.hub.browser_sign_in: given 'staging'; allowed one of prod; name an environment",
        ),
        (
            "platform.yaml",
            "    clients: [10.10.0.0/16]\n",
            "    clients: []\n",
            "adopt.hub.clients: given []; allowed a list with at least one item",
        ),
    ],
)
def test_a_mistake_is_named(example: Path, file: str, old: str, new: str, expected: str) -> None:
    """The setting, what was given, what is allowed, and the fix."""
    edit(example / file, old, new)
    wanted = "add the id of privatelink.vaultcore.azure.net, or adopt none" if expected == "fix" else expected
    assert [problem for problem in _problems(example) if wanted in problem]


def test_one_mistake_is_one_problem(example: Path) -> None:
    """An adopted network beside a described one is refused once, at the line of the described one."""
    edit(example / "prod.yaml", "workspace:\n  url", f"{NETWORK}\nworkspace:\n  url")
    [problem] = _problems(example)
    line = (example / "prod.yaml").read_text(encoding="utf-8").splitlines().index("network:") + 1
    assert problem.startswith(f"prod.yaml:{line}: network: given ")


def test_an_adopted_network_has_an_adopted_hub(example: Path, workspaces: Path) -> None:
    """Our own firewall lets out only the networks that we make."""
    shutil.copy(workspaces / "platform.yaml", example / "platform.yaml")
    problems = _problems(example)
    assert [problem for problem in problems if "allowed an adopted network beside an adopted hub" in problem]


def test_a_hub_is_made_or_adopted(example: Path, workspaces: Path) -> None:
    """Ranges and egress of a hub say nothing about another team's."""
    text = (workspaces / "platform.yaml").read_text(encoding="utf-8")
    hub = text[text.index("hub:\n") : text.index("account:\n")]
    edit(example / "platform.yaml", "account:\n", f"{hub}account:\n")
    [problem] = _problems(example)
    assert "allowed none beside adopt.hub; remove hub" in problem


def test_a_workspace_is_adopted_with_its_network(workspaces: Path) -> None:
    """A workspace cannot move into the network that we would make."""
    workspace = f"{SUBSCRIPTION}/risk/providers/Microsoft.Databricks/workspaces/risk"
    edit(workspaces / "prod.yaml", "workspace:\n", f"adopt:\n  workspace: {workspace}\n\nworkspace:\n")
    problems = _problems(workspaces)
    assert [problem for problem in problems if "allowed workspace together with network; add adopt.network" in problem]


def test_no_two_environments_adopt_the_same(workspaces: Path) -> None:
    """Keys, roles and containers of one would be in the other's way."""
    for name in ("dev", "prod"):
        edit(workspaces / f"{name}.yaml", "workspace:\n", f"adopt:\n  lake: {SUBSCRIPTION}{LAKE}\n\nworkspace:\n")
    [problem] = _problems(workspaces)
    assert "adopt.lake" in problem
    assert "allowed one that dev.yaml does not adopt; give each environment its own" in problem


def test_without_a_hub_nothing_is_shared(example: Path) -> None:
    """In the profile ip-allow-list an environment adopts in its own file."""
    edit(example / "platform.yaml", "network: private", "network: ip-allow-list")
    problems = _problems(example)
    for setting in ("adopt.hub", "adopt.log_analytics", "adopt.private_dns_zones", "adopt.resource_group"):
        assert [problem for problem in problems if f" {setting}: given" in problem], setting


def test_an_environment_has_a_network(example: Path) -> None:
    """Neither described nor adopted: refused."""
    text = (example / "prod.yaml").read_text(encoding="utf-8")
    start, end = text.index("  network:\n"), text.index("  lake: ")
    (example / "prod.yaml").write_text(text[:start] + text[end:], encoding="utf-8")
    problems = _problems(example)
    assert [problem for problem in problems if "network: given None; allowed network, or adopt.network" in problem]
