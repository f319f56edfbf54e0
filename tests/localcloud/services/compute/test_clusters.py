"""All-purpose clusters."""

import json
from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service import compute as sdk

from tests.localcloud.core import Core

FITS: dict[str, Any] = {
    "cluster_name": "exploring",
    "spark_version": "17.3.x-scala2.13",
    "node_type_id": "Standard_DS3_v2",
    "num_workers": 2,
    "data_security_mode": sdk.DataSecurityMode.SINGLE_USER,
    "autotermination_minutes": 30,
}


def _clusters(core: Core) -> sdk.ClustersAPI:
    """Only `create` of the SDK looks whether a policy is needed, so the plain API."""
    return core.admin().clusters


def test_a_cluster_lives_and_dies(core: Core) -> None:
    """Made and running, read with what Databricks adds, changed, terminated, started, pinned and forgotten."""
    clusters = _clusters(core)
    made = clusters.create_and_wait(**FITS)
    identifier = str(made.cluster_id)
    assert (made.state, made.cluster_source) == (sdk.State.RUNNING, sdk.ClusterSource.API)
    assert (made.driver_node_type_id, made.enable_elastic_disk) == ("Standard_DS3_v2", True)
    assert made.azure_attributes is not None
    assert made.azure_attributes.availability is sdk.AzureAvailability.ON_DEMAND_AZURE
    clusters.edit_and_wait(identifier, **{**FITS, "num_workers": 3, "custom_tags": {"team": "risk"}})
    changed = clusters.get(identifier)
    assert (changed.num_workers, changed.custom_tags) == (3, {"team": "risk"})
    clusters.delete_and_wait(identifier)
    clusters.start_and_wait(identifier)
    clusters.restart_and_wait(identifier)
    clusters.pin(identifier)
    pinned = sdk.ListClustersFilterBy(is_pinned=True)
    assert [each.cluster_id for each in clusters.list(filter_by=pinned)] == [identifier]
    clusters.unpin(identifier)
    assert list(clusters.list(filter_by=pinned)) == []
    assert [each.cluster_id for each in clusters.list()] == [identifier]
    clusters.permanent_delete(identifier)
    with pytest.raises(NotFound):
        clusters.get(identifier)


def test_what_has_another_shape_is_refused(core: Core) -> None:
    """Text where an object belongs."""
    cluster = {name: value for name, value in FITS.items() if name not in ("num_workers", "data_security_mode")}
    cluster |= {"autoscale": "a", "azure_attributes": "spot"}
    answer = core.call("POST", f"{core.url('prod')}/api/2.1/clusters/create", json=cluster)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    for said in ("autoscale is 'a': give an object", "azure_attributes is 'spot': give an object"):
        assert said in answer.json()["message"]


def test_what_stands_against_itself_is_refused(core: Core) -> None:
    """Every problem at once: a mode that there is not, two sizes, two places, an idle time that is too short."""
    cluster = {**FITS, "data_security_mode": "SHARED", "autoscale": {"min_workers": 3, "max_workers": 2}}
    cluster |= {"instance_pool_id": "pool-1", "autotermination_minutes": 5, "colour": "red"}
    answer = core.call("POST", f"{core.url('prod')}/api/2.1/clusters/create", json=cluster)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    problems = answer.json()["message"]
    for said in (
        "has 6 problem(s)",
        "field(s) colour are not understood",
        "node_type_id and instance_pool_id are given: keep one",
        "num_workers and autoscale are given: keep one",
        "data_security_mode is 'SHARED': use one of NONE, SINGLE_USER, USER_ISOLATION",
        "autoscale is 3 to 2 workers",
        "autotermination_minutes is 5: give 0 for never, or 10 to 10000",
    ):
        assert said in problems


def test_a_policy_holds_a_cluster(core: Core) -> None:
    """Its values fill what is asked for, a violation is refused, and who may not use it gets no cluster."""
    definition = {"num_workers": {"type": "fixed", "value": 1}}
    policy = core.admin().cluster_policies.create(name="small", definition=json.dumps(definition)).policy_id
    clusters = _clusters(core)
    fits = {**FITS, "policy_id": policy}
    with pytest.raises(InvalidParameterValue, match="num_workers is 2, allowed is only 1"):
        clusters.create(**fits)
    sizeless = {name: value for name, value in fits.items() if name != "num_workers"}
    made = clusters.create_and_wait(**sizeless, apply_policy_default_values=True)
    assert made.num_workers == 1
    core.application("runner")
    with pytest.raises(PermissionDenied):
        core.sdk("runner").clusters.create(**{**fits, "num_workers": 1})
    with pytest.raises(PermissionDenied):
        core.sdk("runner").clusters.get(str(made.cluster_id))
    assert list(core.sdk("runner").clusters.list()) == []


def test_a_state_that_does_not_fit_is_refused(core: Core) -> None:
    """What runs is not started, and what does not run is not restarted."""
    clusters = _clusters(core)
    identifier = str(clusters.create_and_wait(**FITS).cluster_id)
    with pytest.raises(BadRequest, match="unexpected state Running"):
        clusters.start(identifier)
    clusters.delete_and_wait(identifier)
    with pytest.raises(BadRequest, match="unexpected state Terminated"):
        clusters.restart(identifier)
