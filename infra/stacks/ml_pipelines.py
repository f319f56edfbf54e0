"""Declarative pipelines of the stack `<env>-ml`, if enabled: next to the ingest job of each use case, and next to the
monitoring job of each model.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from infra import names
from infra.access.objects import pipeline_permissions
from infra.cdktf_seam import Resource, Scope
from infra.constructs.compute.pipeline import PipelineProps, pipeline
from infra.constructs.workspace.directory import DirectoryProps, directory
from infra.constructs.workspace.permissions import Permission
from infra.jobs.declared import pipelined
from infra.pipelines.source import monitoring_source, pipeline_source
from infra.release import Release
from infra.runtimes import serverless
from infra.spec import Environment, Spec
from ml.declarations.pipelined import pipeline_schema


@dataclass(frozen=True, kw_only=True)
class Pipelines:
    """The inputs of the pipelines. `run_as`: the application id of a use case's principal of a stage."""

    stack: Scope
    spec: Spec
    environment: Environment
    release: Release
    run_as: Callable[[str, str], str]


@dataclass(frozen=True, kw_only=True)
class _Pipeline:
    """One pipeline: the job that updates it, whose principal it runs as, and its file in the sources' folder."""

    name: str
    job: str
    use_case: str
    run_as: str
    file: str
    source: str


def pipelines(parts: Pipelines) -> dict[str, str]:
    """A reference to the id of each pipeline, by the job that updates it; empty if they are disabled."""
    declared = [each for use_case in pipelined(parts.environment) for each in _declared(parts, use_case)]
    if not declared:
        return {}
    place = _place(parts, dict.fromkeys(each.run_as for each in declared))
    return {each.job: _pipeline(parts, each, place) for each in declared}


def _declared(parts: Pipelines, name: str) -> Iterator[_Pipeline]:
    use_case, environment = parts.spec.use_cases[name], parts.environment
    yield _Pipeline(
        name=names.job(name, "pipeline"),
        job=names.job(name, "ingest"),
        use_case=name,
        run_as=parts.run_as(name, "ingest"),
        file=name,
        source=pipeline_source(use_case, environment.catalog),
    )
    if environment.use_cases[name].jobs.monitoring is None:
        return
    for model in use_case.models:
        job = names.job(use_case.label(model), "monitoring")
        yield _Pipeline(
            name=f"{job}-pipeline",
            job=job,
            use_case=name,
            run_as=parts.run_as(name, "monitoring"),
            file=job,
            source=monitoring_source(use_case, model, environment.catalog),
        )


def _place(parts: Pipelines, readers: Iterable[str]) -> Resource:
    """The folder of their sources, which their principals can read and only the owners can change."""
    permissions = tuple(Permission(level="CAN_READ", service_principal=who) for who in readers)
    path = names.pipelines_directory(parts.environment.catalog)
    return directory(parts.stack, "pipelines", DirectoryProps(path=path, permissions=permissions))


def _pipeline(parts: Pipelines, declared: _Pipeline, place: Resource) -> str:
    environment, release = parts.environment, parts.release
    wheels = (*release.libraries.get(serverless().key, ()), release.wheel)
    props = PipelineProps(
        name=declared.name,
        source=declared.source,
        path=f"{names.pipelines_directory(environment.catalog)}/{declared.file}.py",
        place=place,
        wheels=tuple(names.wheel_path(environment.catalog, one.sha256, one.path.name) for one in wheels),
        catalog=environment.catalog,
        schema=pipeline_schema(declared.use_case),
        run_as=declared.run_as,
        tags={"environment": environment.name, "use_case": declared.use_case},
        notify=environment.notify,
        permissions=pipeline_permissions(declared.run_as, environment.use_cases[declared.use_case].access),
    )
    return pipeline(parts.stack, declared.name, props).id
