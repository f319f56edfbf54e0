"""Pipelines by REST and by the SDK: settings, rights, and the tables that are theirs."""

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, NotFound, PermissionDenied
from databricks.sdk.service.pipelines import FileLibrary, PipelineLibrary, RunAs

from tests.localcloud.core import Core

FILE = [PipelineLibrary(file=FileLibrary(path="/Workspace/Shared/credit.py"))]


@pytest.fixture
def admin(core: Core) -> WorkspaceClient:
    """The admin, in a workspace with the schema of a pipeline."""
    admin = core.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_pipeline", "prod")
    return admin


def _made(admin: WorkspaceClient, name: str = "credit-pipeline", **more: Any) -> str:
    made = admin.pipelines.create(
        name=name, catalog="prod", schema="credit_pipeline", serverless=True, libraries=FILE, **more
    )
    assert made.pipeline_id is not None
    return made.pipeline_id


def _said(call: Any) -> str:
    with pytest.raises(DatabricksError) as refused:
        call()
    return f"{refused.value.error_code}: {refused.value}"


def test_a_pipeline_is_made_changed_listed_and_deleted(admin: WorkspaceClient) -> None:
    """By the SDK; a name is given once, and a change keeps the id."""
    pipeline_id = _made(admin)
    other = _made(admin, "demand-pipeline")
    assert "already used" in _said(lambda: _made(admin))
    found = admin.pipelines.get(pipeline_id)
    assert (found.name, found.run_as_user_name, str(found.state)) == (
        "credit-pipeline",
        "admin@localcloud",
        "PipelineState.IDLE",
    )
    admin.pipelines.update(
        pipeline_id, name="credit", catalog="prod", schema="credit_pipeline", serverless=True, libraries=FILE
    )
    assert [each.name for each in admin.pipelines.list_pipelines()] == ["demand-pipeline", "credit"]
    assert [each.pipeline_id for each in admin.pipelines.list_pipelines(filter="name LIKE 'demand%'")] == [other]
    assert "filter" in _said(lambda: list(admin.pipelines.list_pipelines(filter="notebook='/a'")))
    admin.pipelines.delete(pipeline_id)
    with pytest.raises(NotFound):
        admin.pipelines.get(pipeline_id)


def test_an_update_of_what_is_not_run_here_is_refused(admin: WorkspaceClient) -> None:
    """The pipeline itself is kept; it has no updates and no events, and nothing is there to stop."""
    made = admin.pipelines.create(name="on a cluster", catalog="prod", schema="credit_pipeline", libraries=FILE)
    assert made.pipeline_id is not None
    pipeline_id = made.pipeline_id
    assert "it is not serverless" in _said(lambda: admin.pipelines.start_update(pipeline_id))
    assert admin.pipelines.list_updates(pipeline_id).updates in (None, [])
    assert list(admin.pipelines.list_pipeline_events(pipeline_id)) == []
    admin.pipelines.stop(pipeline_id)
    assert "was not found" in _said(lambda: admin.pipelines.get_update(pipeline_id, "none"))


def test_rights_on_a_pipeline(core: Core, admin: WorkspaceClient) -> None:
    """Who holds nothing does not see it; CAN_VIEW reads, CAN_RUN starts, and nobody acts as whom they may not name."""
    principal = core.application("prod-credit-ingest")
    pipeline_id = _made(admin, run_as=RunAs(service_principal_name=principal))
    caller = core.sdk(principal)
    with pytest.raises(PermissionDenied):
        caller.pipelines.get(pipeline_id)
    assert list(caller.pipelines.list_pipelines()) == []
    entries = [{"service_principal_name": principal, "permission_level": "CAN_VIEW"}]
    url = f"{core.url('prod')}/api/2.0/permissions/pipelines/{pipeline_id}"
    answer = core.call("PUT", url, json={"access_control_list": entries})
    assert answer.status_code == 200, answer.text
    assert caller.pipelines.get(pipeline_id).name == "credit-pipeline"
    for refused in (
        lambda: caller.pipelines.start_update(pipeline_id),
        lambda: caller.pipelines.delete(pipeline_id),
        lambda: _made(caller, "mine", run_as=RunAs(service_principal_name=core.application("other"))),
    ):
        with pytest.raises(PermissionDenied):
            refused()


def test_a_pipelines_tables_are_written_by_it_alone(core: Core, admin: WorkspaceClient) -> None:
    """Made with CREATE_MATERIALIZED_VIEW by its principal; read without a past; gone with the pipeline."""
    principal = core.application("prod-credit-ingest")
    pipeline_id = _made(admin, run_as=RunAs(service_principal_name=principal))
    url, token = f"{core.url('prod')}/local/pipelines/{pipeline_id}/tables", core.token(principal)
    body = {"name": "labels", "comment": "Labels.", "columns": [{"name": "a", "type_text": "int", "position": 0}]}
    core.grant("catalog", "prod", principal, "USE_CATALOG")
    core.grant("schema", "prod.credit_pipeline", principal, "USE_SCHEMA")
    assert core.call("POST", url, token, json=body).status_code == 403
    core.grant("schema", "prod.credit_pipeline", principal, "CREATE_MATERIALIZED_VIEW")
    assert core.call("POST", url, json=body).status_code == 403
    place = core.call("POST", url, token, json=body).json()["storage_location"]
    assert core.call("POST", url, token, json=body).json()["storage_location"] == place
    table = admin.tables.get("prod.credit_pipeline.labels")
    assert (str(table.table_type), table.owner) == ("TableType.MATERIALIZED_VIEW", principal)
    asked = [{"operation": "READ"}, {"operation": "READ_WRITE"}, {"operation": "READ", "past": "TIME_TRAVEL"}]
    credentials = f"{core.url('prod')}/api/2.1/unity-catalog/temporary-table-credentials"
    answers = [core.call("POST", credentials, token, json={"table_id": table.table_id, **each}) for each in asked]
    assert [answer.status_code for answer in answers] == [200, 400, 400]
    core.table("prod.credit_pipeline.others")
    assert core.call("POST", url, token, json=body | {"name": "others"}).status_code == 409
    admin.pipelines.delete(pipeline_id)
    left = [each.name for each in admin.tables.list("prod", "credit_pipeline")]
    assert left == ["others"]
