"""`mlops export`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.cloud import HOST
from cli.errors import CommandError
from cli.models import NamedModel, named_model
from cli.places.version import placed_version, require_served
from cli.specification import declared
from cli.warehouse import Warehouse

if TYPE_CHECKING:
    from cli.places.placed import Placed
    from infra.spec import Environment, Spec

_TO = ("image", "aks", "azure-ml")


@click.command()
@click.argument("model")
@click.option("--to", "place", type=click.Choice(_TO), required=True, help="What to write: see below.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to.")
@click.option("--image", help="For aks and azure-ml: the pushed image, REGISTRY/NAME@sha256:DIGEST.")
@click.option("--client-id", help="For aks: the client id of the model's identity, created by the stack <env>-images.")
@click.option(
    "--colour",
    type=click.Choice(("blue", "green")),
    help="For aks and azure-ml: the deployment, if a release was left out there [by the recorded moves].",
)
@click.option("--env", help="Environment [prod, or that of the full name].")
@click.option("--host", help=HOST)
def export(
    *,
    model: str,
    place: str,
    out: Path,
    image: str | None,
    client_id: str | None,
    colour: str | None,
    env: str | None,
    host: str | None,
) -> None:
    """Package the live version of MODEL for use elsewhere.

    image: the build recipe of the server's container image, and its published features. aks: Kubernetes manifests for
    one colour of a blue-green deployment, and the service's switch. azure-ml: request bodies for Azure's REST API.
    Nothing is sent anywhere: the next steps are printed. MODEL is a use case, USECASE/MODEL, or a model's full name.
    """
    named = named_model(model, env)
    spec, environment = declared(named.env)
    require_served(spec, environment, named, place)
    if place == "image":
        _image(named, spec, out, host)
        return
    if image is None:
        raise CommandError(
            f"--to {place} needs --image with its digest: first export --to image, then build and push it", 2
        )
    placed = _placed(spec, environment, named, image=image, client_id=client_id, colour=colour, host=host)
    if place == "aks":
        _aks(placed, out)
    else:
        _azure_ml(placed, environment, out)


def _placed(
    spec: "Spec",
    environment: "Environment",
    named: NamedModel,
    *,
    image: str,
    client_id: str | None,
    colour: str | None,
    host: str | None,
) -> "Placed":
    """The live version in the pushed image, and whether it looks up features."""
    from cli.places import export as places  # noqa: PLC0415 - takes seconds
    from cli.places import features  # noqa: PLC0415

    version = places.live_version(named, host)
    with places.fetched(named, version, host) as folder:
        looks_up = features.specification(folder) is not None
    return placed_version(
        spec,
        environment,
        named,
        version,
        image=image,
        looks_up=looks_up,
        client_id=client_id,
        colour=colour,
        host=host,
    )


def _image(named: NamedModel, spec: "Spec", out: Path, host: str | None) -> None:
    from cli.places import export as places  # noqa: PLC0415 - takes seconds

    version = places.live_version(named, host)
    with places.fetched(named, version, host) as folder:
        places.write_image(out, folder, spec, version)
        rows = places.write_features(out, named, folder, Warehouse(named.env, host=host), host)
    click.echo(f"version {version} of {named.full_name}: {out / places.IMAGE}")
    if rows is not None:
        click.echo(f"{rows} keys with their features: {out / places.STORE}, for the container of the model's features")


def _aks(placed: "Placed", out: Path) -> None:
    from cli.places import export as places  # noqa: PLC0415 - takes seconds

    if placed.looks_up and placed.client_id is None:
        name = f"{placed.spec.platform.azure.prefix}-{placed.environment.name}-serves-{placed.name}"
        asked = f"az identity show --name {name} --resource-group GROUP --query clientId"
        raise CommandError(f"the version looks features up, so its pods need --client-id: {asked}", 2)
    places.write_manifests(out, placed)
    click.echo(f"version {placed.version} as {placed.colour}; then, from inside the network:")
    click.echo(f"  kubectl apply -f {out / places.SERVER}")
    click.echo(f"  kubectl -n {placed.name} rollout status deployment/{placed.name}-{placed.colour}")
    click.echo(f"  kubectl apply -f {out / places.SWITCH}")


def _azure_ml(placed: "Placed", environment: "Environment", out: Path) -> None:
    from cli.places import export as places  # noqa: PLC0415 - takes seconds

    calls = places.write_calls(out, placed, environment)
    click.echo(
        f"version {placed.version} as {placed.colour}; then, in order, each once the previous one has succeeded:"
    )
    for call in calls:
        click.echo(f"  az rest --method {call.method} --url '{call.url}' --body @{out / call.name}.json")
