"""A version of credit as it is exported from workspaces whose prod serves it at both places."""

from collections.abc import Callable
from pathlib import Path

from cli.places.placed import Colour, Placed
from infra.spec import load
from infra.spec.served import served
from tests.infra.conftest import credit_alone
from tests.infra.serving_places import switch_on

IMAGE = f"mlopsprodimages.azurecr.io/credit@sha256:{'1' * 64}"
CLIENT = "00000000-0000-0000-0000-0000000000c1"
Place = Callable[..., Placed]


def exported(folder: Path) -> Place:
    """Version 3 of credit, of workspaces in `folder`; arguments change what is said of it."""
    workspaces = credit_alone(folder / "workspaces")
    switch_on(workspaces)
    spec = load(workspaces)
    [prod] = [each for each in spec.environments if each.name == "prod"]
    [credit] = served(spec, prod)

    def made(*, image: str = IMAGE, looks_up: bool = True, colour: Colour = Colour.GREEN) -> Placed:
        return Placed(
            spec=spec,
            environment=prod,
            served=credit,
            version=3,
            colour=colour,
            image=image,
            looks_up=looks_up,
            client_id=CLIENT if looks_up else None,
        )

    return made
