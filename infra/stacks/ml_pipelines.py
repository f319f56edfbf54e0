"""Declarative pipelines of the stack `<env>-ml`: one next to the ingest job of each use case, if enabled."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra import names
from infra.access.objects import pipeline_permissions
from infra.cdktf_seam import Resource, Scope
from infra.constructs.compute.pipeline import PipelineProps, pipeline
from infra.constructs.workspace.directory import DirectoryProps, directory
from infra.constructs.workspace.permissions import Permission
from infra.pipelines.source import pipeline_source
from infra.release import Release
from infra.runtimes import serverless
from infra.spec import Environment, Spec
from ml.declarations.pipelined import pipeline_schema


@dataclass(frozen=True, kw_only=True)
class Pipelines:
    """The inputs of the pipelines. `run_as` has the application id of each use case's ingest principal."""

    stack: Scope
    spec: Spec
    environment: Environment
    release: Release
    run_as: Mapping[str, str]


def pipelines(parts: Pipelines) -> dict[str, str]:
    """A reference to the id of each use case's pipeline, by use case; empty if the environment has them disabled."""
    if not parts.run_as:
        return {}
    place = _place(parts)
    return {use_case: _pipeline(parts, use_case, place) for use_case in parts.run_as}


def _place(parts: Pipelines) -> Resource:
    """The folder of their sources, which their principals can read and only the owners can change."""
    readers = tuple(Permission(level="CAN_READ", service_principal=who) for who in parts.run_as.values())
    path = names.pipelines_directory(parts.environment.catalog)
    return directory(parts.stack, "pipelines", DirectoryProps(path=path, permissions=readers))


def _pipeline(parts: Pipelines, use_case: str, place: Resource) -> str:
    environment, release = parts.environment, parts.release
    wheels = (*release.libraries.get(serverless().key, ()), release.wheel)
    props = PipelineProps(
        name=names.job(use_case, "pipeline"),
        source=pipeline_source(parts.spec.use_cases[use_case], environment.catalog),
        path=f"{names.pipelines_directory(environment.catalog)}/{use_case}.py",
        place=place,
        wheels=tuple(names.wheel_path(environment.catalog, one.sha256, one.path.name) for one in wheels),
        catalog=environment.catalog,
        schema=pipeline_schema(use_case),
        run_as=parts.run_as[use_case],
        tags={"environment": environment.name, "use_case": use_case},
        notify=environment.notify,
        permissions=pipeline_permissions(parts.run_as[use_case], environment.use_cases[use_case].access),
    )
    return pipeline(parts.stack, f"{use_case}-pipeline", props).id
