"""What only Azure knows: the doctor asks the Azure CLI, and finds each fault in its answers."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from cli.doctor.azure import azure_cli
from cli.doctor.check import Result
from cli.doctor.deployed_environment import DeployedEnvironment
from infra.spec import load
from infra.wheel import ROOT
from tests.cli.doctor.conftest import Examined


def _az(folder: Path, **answers: Any) -> Path:
    """A program `az` that answers as Azure's would, by the words that it is called with."""
    folder.mkdir()
    (folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")
    program = folder / "az"
    program.write_text(
        "#!/usr/bin/env python3\nimport json, pathlib, sys\n"
        "answers = json.loads(pathlib.Path(__file__).with_name('answers.json').read_text())\n"
        "words = ' '.join(sys.argv[1:])\n"
        "found = [a for k, a in answers.items() if words.startswith(k.replace('_', ' '))]\n"
        "sys.exit('not known here') if not found else print(json.dumps(found[0]))\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return folder


TENANT = {"tenantId": "00000000-0000-0000-0000-00000000000a"}


def _usage(name: str, used: int, limit: int) -> dict[str, Any]:
    return {"name": {"value": name}, "currentValue": str(used), "limit": str(limit)}


def _sku(name: str, family: str, cores: int) -> dict[str, Any]:
    return {"name": name, "family": family, "capabilities": [{"name": "vCPUs", "value": str(cores)}]}


CORES = _usage("cores", 10, 200)
FAMILIES = [_usage("standardDADSv5Family", 0, 100), _usage("standardEADSv5Family", 0, 8)]
GPUS = [_usage("Standard NCASv3_T4 Family", 0, 8), _usage("StandardNCADSA100v4Family", 0, 48)]
SKUS = [
    _sku("Standard_D4ads_v5", "standardDADSv5Family", 4),
    _sku("Standard_D8ads_v5", "standardDADSv5Family", 8),
    _sku("Standard_E8ads_v5", "standardEADSv5Family", 8),
    _sku("Standard_NC4as_T4_v3", "Standard NCASv3_T4 Family", 4),
    _sku("Standard_NC8as_T4_v3", "Standard NCASv3_T4 Family", 8),
]
HEALTHY = {
    "account_show": TENANT,
    "storage_blob_list": [{"name": "prod-ml.tfstate", "properties": {"lease": {"state": "available"}}}],
    "vm_list-usage": [CORES, *FAMILIES, *GPUS],
    "vm_list-skus": SKUS,
    "network_vnet_subnet_show": {"delegations": [{"serviceName": "Microsoft.Databricks/workspaces"}]},
    "storage_account_show": {"allowSharedKeyAccess": False, "publicNetworkAccess": "Disabled"},
}
AZURE = ("azure is the right tenant", "nobody holds a state", "the region has quota", "every family has quota")
ADOPTED = ("adopted subnets are delegated", "an adopted lake is closed")


def _with_azure(
    deployed: DeployedEnvironment, folder: Path, *, adopted: bool = True, **answers: Any
) -> DeployedEnvironment:
    path = f"{_az(folder, **(HEALTHY | answers))}:/usr/bin:/bin"
    spec = load(ROOT / "docs" / "examples" / "adopted") if adopted else deployed.spec
    environment = spec.environments[0] if adopted else deployed.environment
    return dataclasses.replace(deployed, spec=spec, environment=environment, azure=azure_cli(path))


def test_a_healthy_azure_has_no_findings(deployed: DeployedEnvironment, examined: Examined, tmp_path: Path) -> None:
    """All of Azure's checks are asked and met, adopted things included."""
    found = examined(*AZURE, *ADOPTED, who=_with_azure(deployed, tmp_path / "bin"))
    assert {line.result for lines in found.values() for line in lines} == {Result.OK}


@pytest.mark.parametrize(
    "fault",
    [
        ({"account_show": {"tenantId": "other"}}, AZURE[0], ["is signed in to other"]),
        (
            {"storage_blob_list": [{"name": "prod-ml.tfstate", "properties": {"lease": {"state": "leased"}}}]},
            AZURE[1],
            ["is locked"],
        ),
        ({"vm_list-usage": [_usage("cores", 200, 200)]}, AZURE[2], ["uses 200 of 200 cores in westeurope"]),
        (
            {"network_vnet_subnet_show": {"delegations": []}},
            ADOPTED[0],
            ["is delegated to nobody, not to Microsoft.Databricks/workspaces"] * 2,
        ),
        (
            {"storage_account_show": {"allowSharedKeyAccess": True, "publicNetworkAccess": "Enabled"}},
            ADOPTED[1],
            ["is open to holders of its account keys", "is reachable from the internet"],
        ),
    ],
)
def test_a_fault_in_azure_is_found(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path, fault: tuple[dict[str, Any], str, list[str]]
) -> None:
    """By what the Azure CLI answers."""
    answers, name, wrong = fault
    lines = examined(name, who=_with_azure(deployed, tmp_path / "bin", **answers))[name]
    assert [(line.result, line.what) for line in lines] == [(Result.WRONG, each) for each in wrong]


def test_what_azure_does_not_answer_is_unknown(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """A refusal of the Azure CLI is no pass."""
    folder = _az(tmp_path / "bin", account_show=TENANT)
    asked = dataclasses.replace(deployed, azure=azure_cli(f"{folder}:/usr/bin:/bin"))
    [line] = examined("the region has quota", who=asked)["the region has quota"]
    assert line.result is Result.UNKNOWN
    assert "not known here" in line.what


def test_without_a_signed_in_azure_cli_nothing_of_azure_is_asked(tmp_path: Path) -> None:
    """No program, or one that nobody signed in to."""
    assert azure_cli(str(tmp_path)) is None
    assert azure_cli(f"{_az(tmp_path / 'bin')}:/usr/bin:/bin") is None


def test_a_cluster_larger_than_its_family_is_found(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """Nine machines of eight cores: 72 are asked for where 64 are left; one machine still starts."""
    usages = [CORES, _usage("standardDADSv5Family", 36, 100), *FAMILIES[1:], *GPUS]
    asked = _with_azure(deployed, tmp_path / "bin", adopted=False, **{"vm_list-usage": usages})
    [line] = examined(AZURE[3], who=asked)[AZURE[3]]
    assert (line.result, line.subject) == (Result.WRONG, "policies.cpu_autoscaling")
    assert line.what == ("a cluster of Standard_D8ads_v5 takes up to 72 cores, standardDADSv5Family has 64 of 100 left")
    assert line.fix.startswith("ask for more in the portal under Usage + quotas")


def test_a_family_that_azure_does_not_count_is_unknown(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """It hides nothing that was found before."""
    usages = [CORES, _usage("standardDADSv5Family", 100, 100)]
    asked = _with_azure(deployed, tmp_path / "bin", adopted=False, **{"vm_list-usage": usages})
    lines = examined(AZURE[3], who=asked)[AZURE[3]]
    assert [line.result for line in lines] == [Result.UNKNOWN, Result.WRONG, Result.WRONG]
    assert lines[0].what.endswith("az vm list-usage does not count standardEADSv5Family")
    assert "Standard_D4ads_v5 takes up to 4 cores, standardDADSv5Family has 0 of 100 left" in lines[1].what


def test_a_machine_that_azure_does_not_list_is_unknown(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """Nothing says how many cores it has."""
    asked = _with_azure(deployed, tmp_path / "bin", adopted=False, **{"vm_list-skus": SKUS[1:]})
    [line] = examined(AZURE[3], who=asked)[AZURE[3]]
    assert (line.result, line.what) == (
        Result.UNKNOWN,
        "UnknownAnswerError: az vm list-skus names no family and cores of Standard_D4ads_v5",
    )
