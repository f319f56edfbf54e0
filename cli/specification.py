"""The declarations in `workspaces/`, for commands that compare them with a deployment."""

from typing import TYPE_CHECKING

from cli.errors import CommandError

if TYPE_CHECKING:
    from infra.spec import Environment, Spec


def declared(env: str) -> "tuple[Spec, Environment]":
    """The whole specification and its environment `env`. Raises CommandError if it is not declared."""
    from infra.spec import SpecError, load  # noqa: PLC0415 - other commands do not need it
    from infra.wheel import ROOT  # noqa: PLC0415

    try:
        spec = load(ROOT / "workspaces")
    except SpecError as error:
        raise CommandError(str(error), 2) from error
    found = next((each for each in spec.environments if each.name == env), None)
    if found is None:
        known = ", ".join(each.name for each in spec.environments)
        raise CommandError(f"--env {env} is not declared; declared are {known}", 2)
    return spec, found
