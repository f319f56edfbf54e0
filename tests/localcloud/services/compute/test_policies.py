"""Cluster policies."""

import json
from typing import Any

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.services.compute.policies import parse, violations, with_defaults

GPU = {
    "node_type_id": {"type": "allowlist", "values": ["Standard_NC4as_T4_v3"], "defaultValue": "Standard_NC4as_T4_v3"},
    "num_workers": {"type": "range", "maxValue": 2, "defaultValue": 1},
    "spark_version": {"type": "regex", "pattern": r"\d+\.\d\.x-gpu-ml-.*"},
    "data_security_mode": {"type": "fixed", "value": "SINGLE_USER"},
    "custom_tags.team": {"type": "fixed", "value": "risk"},
    "spark_conf.spark.databricks.cluster.profile": {"type": "forbidden"},
    "dbus_per_hour": {"type": "range", "maxValue": 4},
}
FITS = {"spark_version": "17.3.x-gpu-ml-scala2.13"}


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        (FITS, []),
        ({**FITS, "num_workers": 2, "node_type_id": "Standard_NC4as_T4_v3"}, []),
        ({**FITS, "num_workers": 3}, ["num_workers is 3, allowed is -∞ to 2"]),
        ({**FITS, "num_workers": "many"}, ["num_workers is 'many', allowed is -∞ to 2"]),
        (
            {**FITS, "node_type_id": "Standard_D4ads_v5"},
            ["node_type_id is 'Standard_D4ads_v5', allowed is one of Standard_NC4as_T4_v3"],
        ),
        ({}, [r"spark_version must be set (what matches \d+\.\d\.x-gpu-ml-.*)"]),
        (
            {"spark_version": "17.3.x-scala2.13"},
            [r"spark_version is '17.3.x-scala2.13', allowed is what matches \d+\.\d\.x-gpu-ml-.*"],
        ),
        (
            {
                **FITS,
                "custom_tags": {"team": "sales"},
                "spark_conf": {"spark.databricks.cluster.profile": "serverless"},
            },
            [
                "custom_tags.team is 'sales', allowed is only 'risk'",
                "spark_conf.spark.databricks.cluster.profile must not be set, and is 'serverless'",
            ],
        ),
    ],
)
def test_every_violation_is_named(cluster: dict[str, Any], expected: list[str]) -> None:
    """In the policy's order, with what was given and what is allowed; `dbus_per_hour` is never checked."""
    assert violations(GPU, cluster) == expected
    assert violations(json.dumps(GPU), cluster) == expected


def test_defaults_and_fixed_values_fill_what_is_not_said() -> None:
    """Nested paths too; what the cluster says itself stays."""
    assert with_defaults(GPU, {"num_workers": 2}) == {
        "num_workers": 2,
        "node_type_id": "Standard_NC4as_T4_v3",
        "data_security_mode": "SINGLE_USER",
        "custom_tags": {"team": "risk"},
    }


@pytest.mark.parametrize(
    ("rule", "value", "fits"),
    [
        ({"type": "unlimited"}, "anything", True),
        ({"type": "blocklist", "values": ["a"]}, "a", False),
        ({"type": "blocklist", "values": ["a"]}, "b", True),
        ({"type": "range", "minValue": 10, "maxValue": 60}, 9, False),
        ({"type": "range", "minValue": 10, "maxValue": 60}, "10", True),
        ({"type": "fixed", "value": True}, "true", True),
        ({"type": "fixed", "value": 0}, 1, False),
        ({"type": "allowlist", "values": ["x"], "isOptional": True}, None, True),
        ({"type": "allowlist", "values": ["x"]}, None, False),
    ],
)
def test_each_type_of_rule(rule: dict[str, Any], value: Any, fits: bool) -> None:
    """What conforms to a single rule; None stands for an attribute that is not set."""
    assert (violations({"a": rule}, {"a": value}) == []) is fits


def test_a_definition_that_cannot_be_used_is_refused_whole() -> None:
    """All problems at once, each with its attribute."""
    text = json.dumps({"a": {"type": "fixed"}, "b": {"type": "odd"}, "c": {"type": "range"}})
    with pytest.raises(ApiError) as raised:
        parse(text)
    assert raised.value.message == (
        "The policy's definition has 3 problem(s): a is of type fixed and needs 'value'; b has type 'odd', allowed are"
        " fixed, forbidden, allowlist, blocklist, regex, range, unlimited; c is of type range and needs 'minValue' or"
        " 'maxValue'"
    )
