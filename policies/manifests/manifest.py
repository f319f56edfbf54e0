"""Manifests, and the pods in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from policies.errors import RulesError
from policies.yaml_model import Text, checked

Manifest = Mapping[str, Any]

# The path of the pod in each kind of workload; all but the last two run indefinitely.
_PODS = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
_ENDING = ("Job", "CronJob")


class _Written(BaseModel):
    """What every manifest says. The rest of it is its kind's."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    kind: Text
    api_version: Text = Field(alias="apiVersion")
    metadata: dict[str, Any] | None = None
    spec: dict[str, Any] | None = None


class UnreadableManifestError(ValueError):
    """Files without valid manifests; the message names all mistakes in them."""


@dataclass(frozen=True, kw_only=True)
class Pod:
    """The pods of one workload. `place` is its name in messages, `spec` the specification of each pod."""

    place: str
    namespace: str
    labels: Mapping[str, str]
    spec: Manifest
    stays: bool

    @property
    def containers(self) -> Iterator[tuple[str, Manifest, bool]]:
        """(place, container, whether it runs as long as the pod) of every container."""
        for each in self.spec.get("initContainers") or ():
            yield f"{self.place} container {each.get('name')}", each, False
        for each in self.spec.get("containers") or ():
            yield f"{self.place} container {each.get('name')}", each, self.stays


def read(paths: Iterable[Path]) -> list[Manifest]:
    """Every manifest in the files, and in the `.yaml` and `.json` files below the folders, in order.

    Raises UnreadableManifestError.
    """
    found: list[Manifest] = []
    mistakes: list[str] = []
    for path in paths:
        files = (
            sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml")) if path.is_dir() else [path]
        )
        if not files:
            raise UnreadableManifestError(f"{path}: holds no .yaml file; write the manifests with mlops export")
        for file in files:
            try:
                found += _documents(file)
            except RulesError as error:
                mistakes.append(str(error))
    if mistakes:
        raise UnreadableManifestError("\n".join(mistakes))
    return found


def _documents(file: Path) -> list[Manifest]:
    """The manifests of a file. Raises RulesError with all mistakes of the first invalid one."""
    try:
        documents = [each for each in yaml.safe_load_all(file.read_text(encoding="utf-8")) if each is not None]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RulesError(f"{file}: is not YAML: {error}") from error
    for number, each in enumerate(documents, start=1):
        checked(f"{file}: document {number}", each, _Written)
    return documents


def name_of(manifest: Manifest) -> str:
    """`Kind namespace/name`."""
    metadata = manifest.get("metadata") or {}
    named = "/".join(str(metadata[key]) for key in ("namespace", "name") if metadata.get(key))
    return f"{manifest.get('kind')} {named}"


def pods(manifests: Sequence[Manifest]) -> Iterator[Pod]:
    """The pods of every workload."""
    for each in manifests:
        steps = _PODS.get(str(each.get("kind")))
        if steps is None:
            continue
        template: Any = each
        for step in steps:
            template = (template or {}).get(step) or {}
        yield Pod(
            place=name_of(each),
            namespace=str((each.get("metadata") or {}).get("namespace") or "default"),
            labels=(template.get("metadata") or {}).get("labels") or {},
            spec=template.get("spec") or {},
            stays=each.get("kind") not in _ENDING,
        )


def selects(selector: Manifest | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects pods with these labels. An empty one selects all; one with expressions, none."""
    given = selector or {}
    if given.get("matchExpressions"):
        return False
    wanted: Mapping[str, str] = given.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items())
