"""Endpoints that answer features without a model."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ml.declarations import FeatureServing
from ml.usecases import USE_CASES
from tests.infra.conftest import Documents
from tests.infra.find import grants, permissions

_CREDIT = USE_CASES["credit"]
_FEATURES = ("longest_delay", "months_late")
_DECLARED = FeatureServing(endpoint="client-features", table="client_features", features=_FEATURES)


def test_an_endpoint_serves_a_specification_that_ingest_may_make(
    synthesized: Callable[[], Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a version, to those who may ask models; staging, which serves nothing, has none of it."""
    monkeypatch.setitem(USE_CASES, "credit", replace(_CREDIT, feature_serving=(_DECLARED,)))
    made = synthesized()
    endpoint = made["prod-serving"]["resource"]["databricks_model_serving"]["credit-client-features-endpoint"]
    [entity] = endpoint["config"]["served_entities"]
    assert entity == {
        "name": "features",
        "entity_name": _DECLARED.full_name("prod", "credit"),
        "workload_size": "Small",
        "scale_to_zero_enabled": True,
    }
    assert endpoint["name"] == "client-features"
    assert permissions(made, "prod-serving", "credit-client-features-endpoint-permissions") == {
        "ml-engineers": "CAN_QUERY",
        "model-risk": "CAN_VIEW",
    }
    assert "CREATE_FUNCTION" in grants(made, "prod-workspace", "credit_features-grants")["prod-credit-ingest"]
    elsewhere = made.get("staging-serving", {"resource": {}})["resource"]
    assert "databricks_model_serving" not in elsewhere


def test_as_shipped_nobody_makes_functions_among_features(documents: Documents) -> None:
    """The right is given with the declaration alone."""
    held = grants(documents, "prod-workspace", "credit_features-grants")
    assert not [who for who, privileges in held.items() if "CREATE_FUNCTION" in privileges]
