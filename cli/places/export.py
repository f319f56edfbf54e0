"""Writes the files that deploy the live version at places other than Databricks."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from cli.cloud import deployed
from cli.errors import CommandError
from cli.models import NamedModel
from cli.places import azure_ml, features, image, kubernetes
from cli.places.placed import Colour, Placed, colour_of
from cli.registry import UNITY_CATALOG, registry
from cli.warehouse import RefusedError, Warehouse
from infra.wheel import build_wheel
from policies.manifests.judge import judge

if TYPE_CHECKING:
    from infra.spec import Environment, Spec

SERVER, SWITCH, STORE, IMAGE = "server.yaml", "switch.yaml", "online.db", "image"


class _Plain(yaml.SafeDumper):
    """YAML without anchors, which people misread and some tools do not support."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write repeated values in full."""
        del data
        return True


def live_version(named: NamedModel, host: str | None) -> int:
    """The version that @champion names. Raises CommandError if there is none."""
    listed = deployed(named.env, host).registered_models.get(named.full_name, include_aliases=True).aliases or []
    found = next((each.version_num for each in listed if each.alias_name == "champion"), None)
    if found is None:
        raise CommandError(f"{named.full_name} has no @champion, so there is nothing to export: run the promotion job")
    return int(found)


def live_colour(named: NamedModel, warehouse: Warehouse) -> Colour:
    """The colour of the live version, by the recorded moves."""
    statement = f"select alias, from_version, to_version from {named.ops('promotions')} where model = :model"
    try:
        return colour_of(warehouse.ask(statement, {"model": ("STRING", named.full_name)}).named())
    except RefusedError as error:
        if "NOT_FOUND" in error.message:
            return colour_of([])
        raise


@contextmanager
def fetched(named: NamedModel, version: int, host: str | None) -> Iterator[Path]:
    """The downloaded folder of the version, while the block lasts. Raises CommandError if it may not be read."""
    import mlflow  # noqa: PLC0415 - takes seconds
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    uri = f"models:/{named.full_name}/{version}"
    with registry(named.env, host=host), tempfile.TemporaryDirectory() as temporary:
        try:
            yield Path(mlflow.artifacts.download_artifacts(uri, dst_path=temporary, registry_uri=UNITY_CATALOG))
        except MlflowException as error:
            raise CommandError(f"{uri} cannot be read: {error}") from error


def write_image(out: Path, model: Path, spec: "Spec", version: int) -> None:
    """Write the folder `image` under `out`. Raises CommandError without a base image, or if the folder exists."""
    if spec.platform.serving_places is None:
        raise CommandError("platform.yaml has no serving_places with a base_image for the image: add it", 2)
    _require_new(out / IMAGE)
    image.write(
        out / IMAGE,
        model=model,
        base=spec.platform.serving_places.base_image,
        version=version,
        wheel=build_wheel(),
    )


def write_features(out: Path, named: NamedModel, model: Path, warehouse: Warehouse, host: str | None) -> int | None:
    """Write `online.db` under `out` and return its number of rows; None for a version without look-ups."""
    spec = features.specification(model)
    if spec is None:
        return None
    _require_new(out / STORE)
    event_time = named.declared.feature_table.event_time
    return features.export(out / STORE, spec, warehouse, deployed(named.env, host), event_time)


def write_manifests(out: Path, placed: Placed) -> None:
    """Write `server.yaml` and `switch.yaml` under `out`. Raises CommandError for manifests that break a policy."""
    server, switch = kubernetes.server(placed), kubernetes.switch(placed)
    findings = judge([*server, *switch])
    if findings:
        raise CommandError("\n".join(f"{each.place}: {each.reason}; {each.fix}" for each in findings))
    out.mkdir(parents=True, exist_ok=True)
    for name, manifests in ((SERVER, server), (SWITCH, switch)):
        (out / name).write_text(text(manifests), encoding="utf-8")


def text(manifests: Sequence[kubernetes.Manifest]) -> str:
    """The manifests as one file."""
    return yaml.dump_all(manifests, Dumper=_Plain, sort_keys=False, explicit_start=True)


def write_calls(out: Path, placed: Placed, environment: "Environment") -> list[azure_ml.Call]:
    """Write one JSON file under `out` per call of Azure Machine Learning's REST, and return the calls in order."""
    if environment.azure_ml is None:
        raise CommandError(f"{environment.name} has no azure_ml: see workspaces/{environment.name}.yaml", 2)
    found = azure_ml.calls(placed, environment.azure_ml)
    out.mkdir(parents=True, exist_ok=True)
    for call in found:
        (out / f"{call.name}.json").write_text(json.dumps(call.body, indent=2) + "\n", encoding="utf-8")
    return found


def _require_new(path: Path) -> None:
    """Raise CommandError if `path` exists: files of an earlier version would mix with those of this one."""
    if path.exists():
        raise CommandError(f"{path} exists already: remove it, or name another folder with --out", 2)
