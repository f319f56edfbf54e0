"""Which tables the doctor asks for, by what the spec declares. Nothing is started: what exists is given."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from databricks.sdk import WorkspaceClient

from cli.doctor.data import every_declared_table_exists
from cli.doctor.deployed_environment import DeployedEnvironment
from infra.main import WORKSPACES
from infra.spec import MaskedReads, Spec, load

UNMASKED = "prod.credit_gold.client_features_unmasked"


def _asked_for(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that are missing where bronze alone is there."""
    monkeypatch.setattr(DeployedEnvironment, "tables", frozenset({"prod.credit_bronze.applications"}))
    [prod] = [each for each in spec.environments if each.name == "prod"]
    deployed = DeployedEnvironment(spec=spec, environment=prod, workspace=cast(WorkspaceClient, None), stacks=Path())
    return [fault.subject for fault in every_declared_table_exists.ask(deployed)]


def test_the_features_without_sensitive_columns_are_asked_for_where_scoring_reads_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By default there is no such table, and nothing asks for it."""
    spec = load(WORKSPACES)
    shipped = _asked_for(spec, monkeypatch)
    assert "prod.credit_gold.client_features" in shipped
    assert UNMASKED not in shipped
    platform = spec.platform.model_copy(update={"masked_reads": MaskedReads.UNMASKED_TABLE})
    chosen = _asked_for(replace(spec, platform=platform), monkeypatch)
    assert set(chosen) - set(shipped) == {UNMASKED}
