"""The runtimes of jobs, as `ml/runtimes/` describes them: Python, and every library with its version."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).resolve().parent.parent / "ml" / "runtimes"
# The environment version of serverless jobs: the newest one with a manifest here.
SERVERLESS = "5"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """`key` is the manifest's file name; `libraries` are by normalized name."""

    key: str
    name: str
    python: str
    clusters: tuple[str, ...]
    environment_version: str | None
    libraries: Mapping[str, str]

    def lacks(self, needs: Iterable[Requirement]) -> tuple[Requirement, ...]:
        """Those of `needs` that the runtime does not satisfy."""
        return tuple(need for need in needs if not satisfies(need, self.libraries))


def satisfies(need: Requirement, held: Mapping[str, str]) -> bool:
    """Whether the libraries `held` (normalized name to version) satisfy `need`."""
    version = held.get(canonicalize_name(need.name))
    return version is not None and need.specifier.contains(version, prereleases=True)


@cache
def runtimes() -> tuple[Runtime, ...]:
    """Every runtime that has a manifest."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.json")))


def of_cluster(spark_version: str) -> Runtime | None:
    """The runtime with the `spark_version` of a cluster; None if it has no manifest."""
    return next((runtime for runtime in runtimes() if spark_version in runtime.clusters), None)


def serverless() -> Runtime:
    """The environment of serverless jobs."""
    return next(runtime for runtime in runtimes() if runtime.environment_version == SERVERLESS)


def _read(path: Path) -> Runtime:
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return Runtime(
        key=path.stem,
        name=manifest["name"],
        python=manifest["python"],
        clusters=tuple(manifest["spark_versions"]),
        environment_version=manifest["environment_version"],
        libraries=manifest["libraries"],
    )
