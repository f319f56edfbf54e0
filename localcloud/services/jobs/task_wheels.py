"""The wheels of a task: which ones, in which order, and whether they fit its runtime."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.services.compute import runtimes
from localcloud.services.jobs import libraries
from localcloud.services.jobs.clusters import cluster_of
from localcloud.services.jobs.wheels import WheelError


def wheel_paths(task: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str]:
    """The wheels of a task: from its libraries, else from its environment's dependencies.

    Raises WheelError for a task without any, and for a library that only an index has.
    """
    attached = [part for library in task.get("libraries") or [] for part in _parts(library)]
    paths = attached or [str(path) for path in _environment(task, settings).get("dependencies") or []]
    foreign = [path for path in paths if not path.endswith(".whl")]
    if foreign:
        raise WheelError(f"{', '.join(foreign)}: no index is reached from here; let it travel as a wheel in a volume")
    if not paths and all(task.get(kind) is None for kind in ("notebook_task", "spark_python_task", "pipeline_source")):
        raise WheelError("the task names 0 wheels (none): name its own, and with it those that its runtime lacks")
    return paths


def _parts(library: Mapping[str, Any]) -> list[str]:
    """The parts of a library: a file, or a package from an index."""
    return [str(value.get("package") or value) if isinstance(value, dict) else str(value) for value in library.values()]


def own_first(folders: list[Path], task: Mapping[str, Any]) -> list[Path]:
    """The unpacked wheels, with that of a wheel task's package first; unchanged if none has that name."""
    wanted = str((task.get("python_wheel_task") or {}).get("package_name")).replace("_", "-").lower()
    return sorted(folders, key=lambda folder: (held := libraries.read(folder)) is None or held.name != wanted)


def require_fit(folders: list[Path], task: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Raise WheelError unless the runtime and the other wheels satisfy all requirements of the task's wheels."""
    held = [library for library in map(libraries.read, folders) if library is not None]
    if not any(library.needs for library in held):
        return
    named, runtime = _runtime(task, settings)
    if runtime is None:
        raise WheelError(
            f"{named} has no manifest in ml/runtimes/, so what it lacks is unknown: add one, or name another"
        )
    found = libraries.problems(held, runtime)
    if found:
        fix = "widen the range, or let a wheel that fits travel in the task's libraries"
        raise WheelError(f"{'; '.join(found)}: {fix}")


def _runtime(task: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[str, runtimes.Runtime | None]:
    cluster = cluster_of(task, settings)
    if cluster is not None:
        version = str(cluster.get("spark_version"))
        return f"runtime {version!r}", runtimes.of_cluster(version)
    version = environment_version(task, settings)
    return f"serverless environment {version!r}", runtimes.of_environment(version)


def environment_version(task: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """The version of the serverless environment of the task."""
    spec = _environment(task, settings)
    return str(spec.get("environment_version") or spec.get("client"))


def _environment(task: Mapping[str, Any], settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The specification of the task's serverless environment; empty if it names none."""
    environments = {e["environment_key"]: e.get("spec") or {} for e in settings.get("environments") or []}
    found: Mapping[str, Any] = environments.get(task.get("environment_key"), {})
    return found
