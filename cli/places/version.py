"""The version for a place other than Databricks, and whether the environment serves it there."""

from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.models import NamedModel
from cli.warehouse import Warehouse
from ml.declarations.errors import DeclarationError

if TYPE_CHECKING:
    from cli.places.placed import Placed
    from infra.spec import Environment, Spec


def require_served(spec: "Spec", environment: "Environment", named: NamedModel, place: str) -> None:
    """Raise CommandError if the environment does not serve the model there."""
    from infra.spec.served import other_places, served  # noqa: PLC0415 - other commands do not need it

    known = [each.model.name for each in served(spec, environment) if each.use_case.name == named.use_case]
    there = other_places(environment)
    if named.name not in known or not there or place not in ("image", *there):
        serves = ", ".join(there) or "only Databricks"
        raise CommandError(
            f"{environment.name} does not serve {named.handle} at {place}: its file names {serves}, and serving for "
            f"{', '.join(known) or 'none of its models'}; see docs/guides/other-places-to-serve.md",
            2,
        )


def placed_version(
    spec: "Spec",
    environment: "Environment",
    named: NamedModel,
    version: int,
    *,
    image: str,
    looks_up: bool,
    client_id: str | None,
    colour: str | None,
    host: str | None,
) -> "Placed":
    """The version to place; without `colour`, in the colour that the recorded moves give.

    Raises CommandError for an image that is not named by its digest.
    """
    from cli.places.export import live_colour  # noqa: PLC0415 - takes seconds
    from cli.places.placed import Colour, Placed  # noqa: PLC0415
    from infra.spec.served import Served  # noqa: PLC0415

    try:
        return Placed(
            spec=spec,
            environment=environment,
            served=Served(use_case=spec.use_cases[named.use_case], model=named.declared),
            version=version,
            colour=Colour(colour) if colour else live_colour(named, Warehouse(named.env, host=host)),
            image=image,
            looks_up=looks_up,
            client_id=client_id,
        )
    except DeclarationError as error:
        raise CommandError(str(error), 2) from error
