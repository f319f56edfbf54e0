"""A declarative pipeline on serverless compute, with its source and its service principal."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions

# A failed flow fails its update, so people hear of each failed update once.
_ALERTS = ("on-update-failure", "on-update-fatal-failure")
# The same Spark settings as in the jobs, which `ml.runtime` sets.
_SETTINGS = {"spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "UTC"}


@dataclass(frozen=True, kw_only=True)
class PipelineProps:
    """`source` is the text of its one file, at `path` in the workspace folder `place`.

    `wheels` are the wheels that it imports, in installation order. `run_as` is an application id; tables go
    to `schema` of `catalog`; `notify` are e-mail addresses.
    """

    name: str
    source: str
    path: str
    place: Resource
    wheels: tuple[str, ...]
    catalog: str
    schema: str
    run_as: str
    tags: Mapping[str, str]
    notify: tuple[str, ...]
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, kw_only=True)
class PipelineOutputs:
    """A reference to the pipeline's id."""

    id: str


def pipeline(scope: Scope, id_: str, props: PipelineProps) -> PipelineOutputs:
    """The pipeline, its source, and its permissions. An update ends once every table is computed."""
    kinds = databricks.pipeline
    source = databricks.workspace_file.WorkspaceFile(
        scope,
        f"{id_}-source",
        path=props.path,
        content_base64=base64.b64encode(props.source.encode()).decode(),
        depends_on=[props.place],
    )
    made = kinds.Pipeline(
        scope,
        id_,
        name=props.name,
        catalog=props.catalog,
        schema=props.schema,
        serverless=True,
        continuous=False,
        channel="CURRENT",
        library=[kinds.PipelineLibrary(file=kinds.PipelineLibraryFile(path=f"/Workspace{props.path}"))],
        environment=kinds.PipelineEnvironment(dependencies=list(props.wheels)),
        configuration=_SETTINGS,
        run_as=kinds.PipelineRunAs(service_principal_name=props.run_as),
        notification=[kinds.PipelineNotification(email_recipients=list(props.notify), alerts=list(_ALERTS))],
        tags=dict(props.tags),
        depends_on=[source],
    )
    permissions(scope, f"{id_}-permissions", "pipeline_id", made.id, props.permissions)
    return PipelineOutputs(id=made.id)
