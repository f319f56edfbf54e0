"""The content of a branch or a folder changes without a release, a review or a gate."""

import re
from collections.abc import Iterator

from ..engine.api import Block, Expression, Resource, Scalar, Severity, Verdict, computed, failed, passed, rule, worst
from ..engine.environment import may_be_production

# For a pipeline, whose source is a separate file.
_SOURCES = ("file.path", "notebook.path", "glob.include")
_FILES = ("notebook_task.notebook_path", "spark_python_task.python_file")
# Folders of people and of Git: anyone who may edit there, or push, can change the job's code.
_EDITED = re.compile(r"^(?:/Workspace)?/(?:Repos|Users)/")


@rule(
    "CKV_MLOPS_91",
    Severity.HIGH,
    "databricks_job",
    "databricks_pipeline",
    rationale="Anyone who can push to the branch or edit the folder changes what runs with the job's rights.",
    fix="Run the wheel of a release, or name a `tag` or a `commit` in `git_source`.",
    control="Change management; SLSA: only reviewed builds run",
)
def production_runs_what_was_released(resource: Resource) -> Verdict:
    """Production's jobs and pipelines do not run from a branch or from a folder that people can edit."""
    if not may_be_production(resource):
        return passed("not in production")
    return worst([*_source(resource.block), *_tasks(resource), *_libraries(resource)])


def _source(job: Block) -> Iterator[Verdict]:
    for source in job.blocks("git_source"):
        branch = source.value("branch")
        if isinstance(branch, Expression):
            yield computed("git_source.branch", branch)
        elif branch is not None:
            yield failed(f"it runs from branch {branch}; allowed: a tag or a commit")
        elif not source.has("tag") and not source.has("commit"):
            yield failed("git_source names no tag and no commit, so the default branch runs")


def _tasks(resource: Resource) -> Iterator[Verdict]:
    for task in (*resource.block.blocks("task"), *resource.block.blocks("task.for_each_task.task")):
        for path in (value for file in _FILES for value in task.values(file)):
            yield from _path(resource, path)


def _libraries(resource: Resource) -> Iterator[Verdict]:
    for library in resource.block.blocks("library") if resource.type == "databricks_pipeline" else ():
        for path in (value for source in _SOURCES for value in library.values(source)):
            yield from _path(resource, path)


def _path(resource: Resource, path: Scalar) -> Iterator[Verdict]:
    if isinstance(path, Expression) and not _git_folder(resource, path):
        yield computed("the path of its code", path)
    elif isinstance(path, Expression) or _EDITED.match(str(path)) or _git_folder(resource, path):
        yield failed(f"it runs {path}, which changes there; allowed: a wheel, or git_source with a tag")


def _git_folder(resource: Resource, path: Scalar) -> bool:
    """Whether it is in a Git folder of the same document, which follows a branch."""
    referred = resource.referred(path)
    if referred is not None:
        return referred.type == "databricks_repo"
    folders = (each.block.value("path") for each in resource.document.resources if each.type == "databricks_repo")
    return any(folder is not None and str(path).startswith(f"{folder}/") for folder in folders)
