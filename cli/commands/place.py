"""`mlops place`."""

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.cloud import HOST
from cli.models import NamedModel, named_model
from cli.places import programs
from cli.places.version import placed_version, require_served
from cli.specification import declared
from cli.warehouse import Warehouse

if TYPE_CHECKING:
    from cli.places.placed import Placed
    from infra.spec import Environment, Spec

_PROGRAMS = {"aks": ("az", "docker", "kubelogin", "kubectl"), "azure-ml": ("az", "docker")}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@click.command()
@click.argument("model")
@click.option("--to", "where", type=click.Choice(tuple(_PROGRAMS)), required=True, help="Where to serve it too.")
@click.option(
    "--colour",
    type=click.Choice(("blue", "green")),
    help="Deployment to use, if a release was skipped there [follows from the recorded moves].",
)
@click.option("--env", help="Environment [prod, or that of the full name].")
@click.option("--host", help=HOST)
def place(*, model: str, where: str, colour: str | None, env: str | None, host: str | None) -> None:
    """Deploy the live version of MODEL to AKS or Azure ML too.

    Run it after a release or a roll-back. Builds and pushes the image unless the registry has it, uploads the features,
    starts pods or a deployment, and moves the traffic once they answer.
    Needs docker and az, and for aks kubelogin and kubectl, from inside the network.
    """
    named = named_model(model, env)
    spec, environment = declared(named.env)
    require_served(spec, environment, named, where)
    programs.require(_PROGRAMS[where])
    from cli.places import export as places  # noqa: PLC0415 - takes seconds
    from cli.places import features  # noqa: PLC0415

    version = places.live_version(named, host)
    with places.fetched(named, version, host) as folder, tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        image, is_new = _pushed(work, folder, spec, environment, named=named, version=version)
        looks_up = where == "aks" and features.specification(folder) is not None
        placed = placed_version(
            spec,
            environment,
            named,
            version,
            image=image,
            looks_up=looks_up,
            client_id=_client_id(spec, environment, named) if looks_up else None,
            colour=colour,
            host=host,
        )
        if where == "aks":
            _aks(work, folder, placed, named, host, restart=not is_new)
        else:
            _azure_ml(work, placed, environment)
    click.echo(f"version {version} of {named.full_name} answers at {where}, as {placed.colour}")


def _pushed(
    work: Path, folder: Path, spec: "Spec", environment: "Environment", *, named: NamedModel, version: int
) -> tuple[str, bool]:
    """The version's image by its digest, and whether it was built now: each version is built once."""
    from cli.places import export as places  # noqa: PLC0415 - takes seconds
    from cli.places import image, steps  # noqa: PLC0415
    from infra import azure_names  # noqa: PLC0415

    registry, said = steps.registry(spec, environment), work / "pushed.json"
    name = azure_names.served_name(spec.use_cases[named.use_case].label(named.declared))
    tagged = f"{name}:{version}"
    digest = programs.tried(steps.known_digest(registry, tagged)) or ""
    is_new = _DIGEST.fullmatch(digest) is None
    if is_new:
        places.write_image(work, folder, spec, version)
        for command in steps.image(registry, tagged, work / places.IMAGE, image.FILE, said):
            programs.run(command)
        digest = str(json.loads(said.read_text(encoding="utf-8")).get("containerimage.digest"))
    return f"{registry}.azurecr.io/{name}@{digest}", is_new


def _client_id(spec: "Spec", environment: "Environment", named: NamedModel) -> str:
    from cli.places import steps  # noqa: PLC0415 - takes seconds

    label = spec.use_cases[named.use_case].label(named.declared)
    return programs.run(steps.client_id(spec, environment, label))


def _aks(work: Path, folder: Path, placed: "Placed", named: NamedModel, host: str | None, *, restart: bool) -> None:
    from cli.places import export as places  # noqa: PLC0415 - takes seconds
    from cli.places import steps  # noqa: PLC0415

    if placed.looks_up:
        places.write_features(work, named, folder, Warehouse(named.env, host=host), host)
        programs.run(steps.features(placed, work / places.STORE))
    places.write_manifests(work, placed)
    files = (work / places.SERVER, work / places.SWITCH, work / "kubeconfig")
    for command in steps.aks(placed, *files, restart=restart and placed.looks_up):
        programs.run(command)


def _azure_ml(work: Path, placed: "Placed", environment: "Environment") -> None:
    from cli.places import export as places  # noqa: PLC0415 - takes seconds
    from cli.places import steps  # noqa: PLC0415

    for command in steps.azure_ml(places.write_calls(work, placed, environment), work):
        programs.run(command)
