"""The libraries installed in a cluster's runtime or a serverless environment.

The manifests are data of `ml/runtimes/`, read as JSON: one list of what a runtime brings for product and local cloud.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "ml" / "runtimes"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A runtime's name, Python version, and libraries: normalized name to version."""

    name: str
    python: str
    libraries: Mapping[str, str]


def of_cluster(spark_version: str) -> Runtime | None:
    """The runtime in a cluster's `spark_version`; None if there is no manifest for it."""
    return next((_runtime(m) for m in _manifests() if spark_version in m["spark_versions"]), None)


def of_environment(version: str) -> Runtime | None:
    """The serverless environment of this version; None if there is no manifest for it."""
    return next((_runtime(m) for m in _manifests() if m["environment_version"] == version), None)


def newest_environment() -> str:
    """The newest version of serverless environments that has a manifest."""
    named = [manifest["environment_version"] for manifest in _manifests() if manifest["environment_version"]]
    return str(max(named, key=int))


@cache
def _manifests() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json")))


def _runtime(manifest: Mapping[str, Any]) -> Runtime:
    return Runtime(name=manifest["name"], python=manifest["python"], libraries=manifest["libraries"])
