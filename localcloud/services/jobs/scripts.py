"""Code in the workspace or a volume: the file of a `spark_python_task`, a notebook, a pipeline's source."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import Caller
from localcloud.services.jobs.notebooks import NotebookError, program
from localcloud.services.unity import volume_paths
from localcloud.services.workspace import objects

_VOLUMES, _DBFS = "/Volumes/", "dbfs:"


class ScriptError(ValueError):
    """Missing code, or code that cannot be run here."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """The code, its name in traces, and its input: a notebook's parameters or a file's arguments.

    `pipeline` says of a pipeline's source which one it is of, and where its tables go.
    """

    name: str
    code: str
    arguments: list[str] = field(default_factory=list)
    widgets: Mapping[str, str] | None = None
    pipeline: Mapping[str, Any] | None = None


def script_of(cloud: Cloud, caller: Caller, task: Mapping[str, Any]) -> Script | None:
    """The code of a task, read as `caller`; None for a task of another kind. Raises ScriptError."""
    try:
        if task.get("notebook_task") is not None:
            return _notebook(cloud, caller, task["notebook_task"])
        if task.get("spark_python_task") is not None:
            return _file(cloud, caller, task["spark_python_task"])
        if task.get("pipeline_source") is not None:
            source = task["pipeline_source"]
            return replace(_file(cloud, caller, source), pipeline=source["pipeline"])
    except ApiError as error:
        raise ScriptError(error.message) from error
    return None


def _notebook(cloud: Cloud, caller: Caller, wanted: Mapping[str, Any]) -> Script:
    path = str(wanted["notebook_path"])
    found = objects.require(cloud, caller, path, "CAN_READ")
    if found["object_type"] != objects.NOTEBOOK:
        raise ScriptError(f"{path} is a {found['object_type']}, not a notebook")
    content = base64.b64decode(found["content"]).decode()
    try:
        code = program(content, language=found["language"], form=found.get("format", "SOURCE"))
    except NotebookError as error:
        raise ScriptError(f"{path}: {error}") from error
    given = {name: str(value) for name, value in (wanted.get("base_parameters") or {}).items()}
    return Script(name=path, code=code, widgets=given)


def _file(cloud: Cloud, caller: Caller, wanted: Mapping[str, Any]) -> Script:
    path = str(wanted["python_file"]).removeprefix(_DBFS)
    code = content_of(cloud, caller, path).decode()
    return Script(name=path, code=code, arguments=list(wanted.get("parameters") or []))


def content_of(cloud: Cloud, caller: Caller, path: str) -> bytes:
    """The content of a file in a volume or the workspace, if `caller` may read it. Raises ApiError and ScriptError."""
    if path.startswith(_VOLUMES):
        return volume_paths.require_file(volume_paths.resolve(cloud, caller, path, write=False)).read_bytes()
    found = objects.require(cloud, caller, path, "CAN_READ")
    if found["object_type"] != objects.FILE:
        raise ScriptError(f"{path} is a {found['object_type']}, not a file")
    return base64.b64decode(found["content"])
