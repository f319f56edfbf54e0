"""Moves a live version to a place other than Databricks: image, features, pods or deployment, and then the traffic."""

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.models import NamedModel
from cli.places import export, features, image, programs, steps
from cli.places.version import placed_version, require_served
from cli.warehouse import Warehouse
from infra import azure_names
from infra.spec.served import other_places, served

if TYPE_CHECKING:
    from cli.places.placed import Placed
    from infra.spec import Environment, Spec

PROGRAMS = {"aks": ("az", "docker", "kubelogin", "kubectl"), "azure-ml": ("az", "docker")}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
Move = tuple[NamedModel, str]


def wanted(spec: "Spec", environment: "Environment", named: NamedModel | None, where: str | None) -> list[Move]:
    """The moves to make: `named`, or every served model, to `where`, or to every place of the environment.

    Empty if it has no such place. Raises CommandError if `named` is not served there.
    """
    places = [each for each in other_places(environment) if where in (None, each)]
    if named:
        require_served(spec, environment, named, where or next(iter(places), "aks"))
        return [(named, each) for each in places]
    models = [
        NamedModel(env=environment.name, use_case=each.use_case.name, name=each.model.name)
        for each in served(spec, environment)
    ]
    return [(model, each) for model in models for each in places]


def move(
    spec: "Spec",
    environment: "Environment",
    moved: Move,
    *,
    colour: str | None,
    host: str | None,
    sign_in: Callable[[], None],
) -> str:
    """Move it; returns in words what answers there now. Raises CommandError; then the previous version still answers.

    `sign_in` is called before each step that may start long after the previous one.
    """
    named, where = moved
    version = export.live_version(named, host)
    with export.fetched(named, version, host) as folder, tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        sign_in()
        name, is_new = _pushed(work, folder, spec, environment, named=named, version=version)
        sign_in()
        looks_up = where == "aks" and features.specification(folder) is not None
        placed = placed_version(
            spec,
            environment,
            named,
            version,
            image=name,
            looks_up=looks_up,
            client_id=_client_id(spec, environment, named) if looks_up else None,
            colour=colour,
            host=host,
        )
        if where == "aks":
            _aks(work, folder, placed, named, host, restart=not is_new)
        else:
            for command in steps.azure_ml(export.write_calls(work, placed, environment), work):
                programs.run(command)
    return f"version {version} of {named.full_name} answers at {where}, as {placed.colour}"


def _pushed(
    work: Path, folder: Path, spec: "Spec", environment: "Environment", *, named: NamedModel, version: int
) -> tuple[str, bool]:
    """The version's image by its digest, and whether it was built now: each version is built once."""
    registry, said = steps.registry(spec, environment), work / "pushed.json"
    name = azure_names.served_name(spec.use_cases[named.use_case].label(named.declared))
    tagged = f"{name}:{version}"
    digest = programs.tried(steps.known_digest(registry, tagged)) or ""
    is_new = _DIGEST.fullmatch(digest) is None
    if is_new:
        export.write_image(work, folder, spec, version)
        for command in steps.image(registry, tagged, work / export.IMAGE, image.FILE, said):
            programs.run(command)
        digest = str(json.loads(said.read_text(encoding="utf-8")).get("containerimage.digest"))
    return f"{registry}.azurecr.io/{name}@{digest}", is_new


def _client_id(spec: "Spec", environment: "Environment", named: NamedModel) -> str:
    label = spec.use_cases[named.use_case].label(named.declared)
    return programs.run(steps.client_id(spec, environment, label))


def _aks(work: Path, folder: Path, placed: "Placed", named: NamedModel, host: str | None, *, restart: bool) -> None:
    if placed.looks_up:
        export.write_features(work, named, folder, Warehouse(named.env, host=host), host)
        programs.run(steps.features(placed, work / export.STORE))
    export.write_manifests(work, placed)
    files = (work / export.SERVER, work / export.SWITCH, work / "kubeconfig")
    for command in steps.aks(placed, *files, restart=restart and placed.looks_up):
        programs.run(command)
