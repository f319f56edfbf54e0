"""The cluster policies cap what a cluster may be and cost."""

import json
import re
from typing import Any

import pytest

from tests.infra.conftest import Documents
from tests.infra.find import permissions, who

ENVIRONMENTS = ("dev", "prod", "staging")


def _rules(documents: Documents, environment: str) -> dict[str, dict[str, Any]]:
    policies = documents[f"{environment}-workspace"]["resource"]["databricks_cluster_policy"]
    return {policy["name"]: json.loads(policy["definition"]) for policy in policies.values()}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_policy_bounds_cost(documents: Documents, environment: str) -> None:
    """DBU an hour, idle time, clusters per person and workers are limited; nodes and runtime are listed."""
    for name, rules in _rules(documents, environment).items():
        assert rules["dbus_per_hour"]["maxValue"] > 0, name
        assert rules["autotermination_minutes"]["type"] == "fixed", name
        assert 10 <= rules["autotermination_minutes"]["value"] <= 120, name
        assert (rules["node_type_id"]["type"], rules["driver_node_type_id"]["type"]) == ("allowlist", "allowlist")
        assert rules["spark_version"]["type"] == "allowlist"
        assert rules["data_security_mode"] == {"type": "fixed", "value": "SINGLE_USER"}
        assert rules["custom_tags.environment"] == {"type": "fixed", "value": environment}
    for policy in documents[f"{environment}-workspace"]["resource"]["databricks_cluster_policy"].values():
        assert policy["max_clusters_per_user"] >= 1


def test_gpu_policies_cap_and_list_gpus_only(documents: Documents) -> None:
    """The GPU policies allow GPU node types and the GPU runtime only, up to the workers of the YAML."""
    rules = _rules(documents, "dev")
    for name in ("mlops-gpu-single-node", "mlops-gpu-distributed"):
        assert all(re.match(r"Standard_N[CDV]", node) for node in rules[name]["node_type_id"]["values"]), name
        assert [v.split("-")[1] for v in rules[name]["spark_version"]["values"]] == ["gpu"]
    assert rules["mlops-gpu-distributed"]["autoscale.max_workers"] == {"type": "range", "minValue": 1, "maxValue": 2}
    assert rules["mlops-gpu-distributed"]["num_workers"] == {"type": "forbidden"}
    assert rules["mlops-gpu-single-node"]["num_workers"] == {"type": "fixed", "value": 0}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_principal_uses_the_policies_of_its_jobs_only(documents: Documents, environment: str) -> None:
    """CAN_USE goes to those whose jobs name the policy, so a job's principal can make no other cluster by itself."""
    needed: dict[str, set[str]] = {}
    for job in documents[f"{environment}-ml"]["resource"]["databricks_job"].values():
        for entry in job.get("job_cluster", []):
            policy = entry["new_cluster"]["policy_id"].split(".")[2]
            needed.setdefault(policy, set()).add(who(job["run_as"]["service_principal_name"]))
    held = {
        policy: {
            principal
            for principal in permissions(documents, f"{environment}-workspace", f"{policy}-permissions")
            if principal.startswith(f"{environment}-")
        }
        for policy in documents[f"{environment}-workspace"]["resource"]["databricks_cluster_policy"]
    }
    assert {policy: principals for policy, principals in held.items() if principals} == needed


def test_who_uses_the_gpu_policies(documents: Documents) -> None:
    """The credit model's training on one GPU, by hand, in dev and prod; people on several, in dev and staging."""
    users = {
        (environment, policy): set(permissions(documents, f"{environment}-workspace", f"policy-{policy}-permissions"))
        for environment in ENVIRONMENTS
        for policy in ("gpu_single_node", "gpu_distributed")
        if f"policy-{policy}" in documents[f"{environment}-workspace"]["resource"]["databricks_cluster_policy"]
    }
    assert users == {
        ("dev", "gpu_single_node"): {"dev-credit-training", "ml-engineers", "data-scientists"},
        ("dev", "gpu_distributed"): {"ml-engineers"},
        ("prod", "gpu_single_node"): {"prod-credit-training"},
        ("staging", "gpu_single_node"): {"ml-engineers"},
        ("staging", "gpu_distributed"): {"ml-engineers"},
    }


def test_cpu_policies_list_no_gpu(documents: Documents) -> None:
    """A CPU policy never lets a GPU node in."""
    for name in ("mlops-cpu-single-node", "mlops-cpu-autoscaling"):
        values = _rules(documents, "dev")[name]["node_type_id"]["values"]
        assert values
        assert not [node for node in values if node.startswith("Standard_N")]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_jobs_clusters_conform_to_their_policies(documents: Documents, environment: str) -> None:
    """Every cluster of a job keeps the rules of the policy it names: fixed values, lists, ranges, prohibitions."""
    policies = documents[f"{environment}-workspace"]["resource"]["databricks_cluster_policy"]
    for job in documents[f"{environment}-ml"]["resource"]["databricks_job"].values():
        for entry in job.get("job_cluster", []):
            cluster = entry["new_cluster"]
            key = cluster["policy_id"].removeprefix("${data.databricks_cluster_policy.").removesuffix(".id}")
            flat = _flat(cluster)
            for attribute, rule in json.loads(policies[key]["definition"]).items():
                assert _conforms(flat.get(attribute), rule), (job["name"], attribute, flat.get(attribute), rule)


def _flat(cluster: dict[str, Any]) -> dict[str, Any]:
    flat = {}
    for key, value in cluster.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": item for inner, item in value.items()}
        else:
            flat[key] = value
    return flat


def _conforms(value: Any, rule: dict[str, Any]) -> bool:
    if value is None:
        # Fixed values are filled in; dbus_per_hour follows from the others; the rest must be optional or forbidden.
        return rule["type"] in ("fixed", "forbidden") or rule.get("isOptional", False) or "values" not in rule
    return {
        "fixed": lambda: value == rule["value"],
        "allowlist": lambda: value in rule["values"],
        "range": lambda: rule.get("minValue", 0) <= value <= rule["maxValue"],
        "forbidden": lambda: False,
    }[rule["type"]]()
