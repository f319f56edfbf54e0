"""Validation of a pipeline's settings, and the part of them that the local cloud supports. Pure.

What is kept and not run is said when an update is asked for: a pipeline that Databricks would take can be declared.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_FIELDS = frozenset(
    {"name", "catalog", "schema", "target", "storage", "root_path", "libraries", "environment", "configuration"}
    | {"serverless", "photon", "edition", "channel", "continuous", "development", "clusters", "tags", "filters"}
    | {"notifications", "run_as", "budget_policy_id", "usage_policy_id", "event_log", "restart_window", "deployment"}
    | {"trigger", "allow_duplicate_names"}
)
_LISTS = ("libraries", "notifications", "clusters")
_OBJECTS = ("environment", "configuration", "tags", "run_as", "filters", "event_log")
_LIBRARY = frozenset({"file", "notebook", "glob", "jar", "maven"})
_NOTIFICATION = frozenset({"email_recipients", "alerts"})
_ALERTS = ("on-update-success", "on-update-failure", "on-update-fatal-failure", "on-flow-failure")
_CHANNELS = ("CURRENT", "PREVIEW")
_NOTHING: tuple[object, ...] = (None, "", False, [], {})


def problems(spec: Mapping[str, Any]) -> list[str]:
    """All problems of `spec`; empty if a pipeline can be created from it."""
    return [*_fields(spec), *_place(spec), *_parts(spec)]


def _fields(spec: Mapping[str, Any]) -> Iterator[str]:
    unknown = sorted(name for name, value in spec.items() if name not in _FIELDS and value not in _NOTHING)
    if unknown:
        yield f"{', '.join(unknown)} is not understood; understood are {', '.join(sorted(_FIELDS))}"
    if not isinstance(spec.get("name"), str) or not spec["name"].strip():
        yield f"name is {spec.get('name')!r}: give one"
    for names, kind, wanted in ((_LISTS, list, "a list"), (_OBJECTS, dict, "an object")):
        for name in names:
            if spec.get(name) is not None and not isinstance(spec[name], kind):
                yield f"{name} is {spec[name]!r}: give {wanted}"


def _place(spec: Mapping[str, Any]) -> Iterator[str]:
    """Tables in Unity Catalog need one catalog and schema; a storage folder is only for pipelines without it."""
    for name in ("catalog", "schema"):
        if not isinstance(spec.get(name), str) or not spec[name]:
            yield f"{name} is {spec.get(name)!r}: give the one of the pipeline's tables"
    for name in ("storage", "target"):
        if spec.get(name):
            yield f"{name} is of pipelines without Unity Catalog: use catalog and schema"


def _parts(spec: Mapping[str, Any]) -> Iterator[str]:
    if spec.get("channel") not in (None, "", *_CHANNELS):
        yield f"channel is {spec['channel']!r}: use one of {', '.join(_CHANNELS)}"
    for library in _objects(spec.get("libraries")):
        wrong = sorted(set(library) - _LIBRARY)
        if wrong:
            yield f"libraries has {', '.join(wrong)}; understood are {', '.join(sorted(_LIBRARY))}"
    for each in _objects(spec.get("notifications")):
        wrong = sorted(set(each) - _NOTIFICATION)
        if wrong:
            yield f"notifications has {', '.join(wrong)}; understood are {', '.join(sorted(_NOTIFICATION))}"
        alerts = each.get("alerts")
        strange = [alert for alert in alerts if alert not in _ALERTS] if isinstance(alerts, list) else []
        if strange:
            yield f"alerts of notifications are {strange}: use {', '.join(_ALERTS)}"
    configuration = spec.get("configuration")
    texts = isinstance(configuration, dict) and all(isinstance(value, str) for value in configuration.values())
    if isinstance(configuration, dict) and not texts:
        yield "configuration has values that are not text: give texts"


def _objects(given: object) -> list[Mapping[str, Any]]:
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def unrunnable(spec: Mapping[str, Any]) -> list[str]:
    """Why the local cloud cannot update the pipeline; empty if it can."""
    files = source_files(spec)
    return [
        *(() if spec.get("serverless") else ("it is not serverless, and the local cloud runs no pipeline's cluster",)),
        *(("it is continuous: an update would not end",) if spec.get("continuous") else ()),
        *(() if len(files) == 1 == len(spec.get("libraries") or ()) else ("it has other libraries than one file",)),
    ]


def source_files(spec: Mapping[str, Any]) -> list[str]:
    """Paths of the source files in the libraries."""
    files = [library.get("file") for library in _objects(spec.get("libraries"))]
    return [str(file["path"]) for file in files if isinstance(file, dict) and file.get("path")]
