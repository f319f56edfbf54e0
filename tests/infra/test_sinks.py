"""The optional event hubs and PostgreSQL server of an environment: private, without passwords, for declared sinks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from infra import azure_names
from infra.cdktf_seam import App
from infra.deploy import DeployError, stacks_of
from infra.spec import SpecError, load
from infra.stacks.hub import hub_stack
from infra.stacks.sinks import sinks_stack
from ml.declarations import KafkaSink, Login, PostgresSink
from ml.usecases import USE_CASES
from policies.scan.run import files_in, scan
from policies.scan.waivers import read_waivers
from tests.infra.conftest import Documents, credit_alone, edit, read_documents
from tests.infra.provider_schema import SCHEMAS, document_problems

SENDER, GROUP = "00000000-0000-0000-0000-0000000000ab", "00000000-0000-0000-0000-0000000000aa"
_BLOCK = f"""
sinks:
  event_hubs:
    senders: {{credit: {SENDER}}}
  postgres:
    administrators_group_id: {GROUP}
    administrators_group_name: database-admins
"""
_CREDIT = USE_CASES["credit"]
_SINKS = (
    KafkaSink(topic="credit-scores", secrets="bus", login=Login.OAUTH),
    KafkaSink(topic="elsewhere", secrets="other", login=Login.SASL_PLAIN),
    PostgresSink(table="risk.scores", secrets="scores", entra=True),
)


@contextmanager
def _declared() -> Iterator[None]:
    """Credit with sinks, two of them of ours."""
    with pytest.MonkeyPatch.context() as patch:
        model = replace(_CREDIT.models[0], sinks=_SINKS)
        patch.setitem(USE_CASES, "credit", replace(_CREDIT, models=(model,)))
        yield


def _switch_on(workspaces: Path) -> Path:
    """What somebody writes who wants both in prod."""
    for name, text in (("platform.yaml", "\nsinks: true\n"), ("prod.yaml", _BLOCK)):
        path = workspaces / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return workspaces


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the stack of prod's sinks, and of the hub, whose zones change with it."""
    folder = tmp_path_factory.mktemp("sinks")
    with _declared():
        spec = load(_switch_on(credit_alone(folder / "workspaces")))
        [prod] = [each for each in spec.environments if each.name == "prod"]
        app = App(outdir=str(folder / "out"))
        assert prod.sinks
        hub_stack(app, spec)
        sinks_stack(app, spec, prod, prod.sinks)
        app.synth()
    return folder / "out"


@pytest.fixture(scope="module")
def made(out: Path) -> Documents:
    """Both documents."""
    return read_documents(out)


@pytest.fixture
def switched(workspaces: Path) -> Iterator[Path]:
    """Workspaces whose prod has both."""
    with _declared():
        yield _switch_on(workspaces)


def _one(documents: Documents, type_: str, name: str) -> dict[str, Any]:
    return dict(documents["prod-sinks"]["resource"][type_][name])


def test_the_hubs_are_those_of_declared_sinks_and_know_no_connection_strings(made: Documents) -> None:
    """A topic elsewhere is none of ours. Its sender may send to the hub, and nothing else."""
    namespace = _one(made, "azurerm_eventhub_namespace", "events")
    assert (namespace["name"], namespace["sku"]) == ("mlops-prod-events", "Premium")
    assert (namespace["local_authentication_enabled"], namespace["public_network_access_enabled"]) == (False, False)
    assert namespace["minimum_tls_version"] == "1.2"
    assert set(made["prod-sinks"]["resource"]["azurerm_eventhub"]) == {"hub-credit-scores"}
    hub = _one(made, "azurerm_eventhub", "hub-credit-scores")
    assert hub["retention_description"] == {"cleanup_policy": "Delete", "retention_time_in_hours": 168}
    key = _one(made, "azurerm_eventhub_namespace_customer_managed_key", "events-encryption")
    assert key["key_vault_key_ids"] == ["${azurerm_key_vault_key.events-key.versionless_id}"]
    sends = _one(made, "azurerm_role_assignment", "credit-sends-credit-scores")
    assert (sends["role_definition_name"], sends["principal_id"], sends["scope"]) == (
        "Azure Event Hubs Data Sender",
        SENDER,
        "${azurerm_eventhub.hub-credit-scores.id}",
    )


def test_the_server_knows_no_passwords(made: Documents) -> None:
    """Entra signs in; its administrators are a group; it stands in two zones, under a key of ours, and is not lost."""
    server = _one(made, "azurerm_postgresql_flexible_server", "scores")
    assert server["authentication"] == {
        "active_directory_auth_enabled": True,
        "password_auth_enabled": False,
        "tenant_id": "00000000-0000-0000-0000-00000000000a",
    }
    assert not [name for name in server if "password" in name or name == "administrator_login"]
    assert (server["public_network_access_enabled"], server["high_availability"]["mode"]) == (False, "ZoneRedundant")
    assert server["customer_managed_key"]["key_vault_key_id"] == "${azurerm_key_vault_key.scores-key.versionless_id}"
    assert server["lifecycle"]["prevent_destroy"] is True
    admins = _one(made, "azurerm_postgresql_flexible_server_active_directory_administrator", "scores-administrators")
    assert (admins["object_id"], admins["principal_type"]) == (GROUP, "Group")
    lock = _one(made, "azurerm_management_lock", "scores-lock")
    assert lock["scope"] == "${azurerm_postgresql_flexible_server.scores.id}"


def test_both_are_reached_by_private_endpoints_that_the_hub_names(made: Documents) -> None:
    """Each in its own zone, which is there only with the switch."""
    endpoints = made["prod-sinks"]["resource"]["azurerm_private_endpoint"]
    reached = {
        name: (
            each["private_service_connection"]["subresource_names"],
            each["private_dns_zone_group"]["private_dns_zone_ids"][0].rpartition("/")[2],
        )
        for name, each in endpoints.items()
    }
    assert reached == {
        "events-endpoint": (["namespace"], "privatelink.servicebus.windows.net"),
        "scores-endpoint": (["postgresqlServer"], "privatelink.postgres.database.azure.com"),
    }
    zones = {each["name"] for each in made["hub"]["resource"]["azurerm_private_dns_zone"].values()}
    assert zones - set(azure_names.DNS_ZONES.values()) == {zone for _, zone in reached.values()}


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_they_fit_the_provider_schemas(made: Documents) -> None:
    """Like every other stack."""
    assert {stack: document_problems(document) for stack, document in made.items()} == {"hub": [], "prod-sinks": []}


def test_the_scan_is_clean_with_waivers_that_name_what_stands(out: Path, root: Path) -> None:
    """Ours and checkov's; each waiver of the file is for something that is found."""
    names = ("waivers.yaml", "waivers.sinks.yaml")
    shipped, more = (read_waivers([root / "policies" / name]) for name in names)
    outcome = scan(files_in([out / "stacks" / "prod-sinks"]), [*shipped, *more], date.today())
    assert {(one.finding.rule, one.finding.place) for one in outcome.failures} == set()
    assert [line for line in outcome.waiver_problems if "-sinks/" in str(line)] == []


def test_the_stack_is_deployed_by_its_name(switched: Path) -> None:
    """And only where it is declared."""
    spec = load(switched)
    assert stacks_of(spec, "prod", "sinks") == ["prod-sinks"]
    assert "prod-sinks" not in stacks_of(spec, "prod")
    with pytest.raises(DeployError, match="staging has no sinks, so it has no stack staging-sinks"):
        stacks_of(spec, "staging", "sinks")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("platform.yaml", "sinks: true", "sinks: false", "allowed none while platform.yaml has it off"),
        ("platform.yaml", "network: private", "network: ip-allow-list", "allowed private beside sinks"),
        ("prod.yaml", "senders: {credit:", "senders: {demand:", "allowed those of use cases with a KafkaSink"),
        ("prod.yaml", _BLOCK, "\nsinks: {}\n", "given 'nothing'; allowed one of its parts at least"),
        ("prod.yaml", _BLOCK, "", "allowed true with an environment that uses it"),
        (
            "prod.yaml",
            "  postgres:\n",
            "  postgres:\n    size: B_Standard_B1ms\n",
            "burstable ones have",
        ),
    ],
)
def test_a_mistake_is_named(switched: Path, file: str, old: str, new: str, expected: str) -> None:
    """With what is allowed."""
    edit(switched / file, old, new)
    with pytest.raises(SpecError, match=expected):
        load(switched)


def test_a_server_that_no_sink_uses_is_refused(workspaces: Path) -> None:
    """The shipped use cases declare no sinks."""
    with pytest.raises(SpecError, match="given 'a server'; allowed one that a sink uses"):
        load(_switch_on(workspaces))
