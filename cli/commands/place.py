"""`mlops place`."""

import click

from cli.cloud import HOST
from cli.errors import CommandError
from cli.models import named_model
from cli.specification import declared


@click.command()
@click.argument("model", required=False)
@click.option("--to", "where", type=click.Choice(("aks", "azure-ml")), help="Where to serve it too [every place].")
@click.option(
    "--colour",
    type=click.Choice(("blue", "green")),
    help="Deployment to use, if a release was skipped there [follows from the recorded moves].",
)
@click.option("--env", help="Environment [prod, or that of the full name].")
@click.option("--host", help=HOST)
def place(*, model: str | None, where: str | None, colour: str | None, env: str | None, host: str | None) -> None:
    """Deploy the live version of MODEL, or of every served model, to AKS and Azure ML too.

    Run it after a release or a roll-back, as `make place` does in a pipeline. Builds and pushes the image unless the
    registry has it, uploads the features, starts pods or a deployment, and moves the traffic once they answer. If one
    move fails, the others are made; what was left behind is named.
    Needs docker and az, and for aks kubelogin and kubectl, from inside the network.
    """
    if colour and not (model and where):
        raise CommandError("--colour is of one model at one place: name MODEL and --to too", 2)
    named = named_model(model, env) if model else None
    spec, environment = declared(named.env if named else env or "prod")
    from cli.places import move, programs, sign_in  # noqa: PLC0415 - takes seconds

    wanted = move.wanted(spec, environment, named, where)
    if not wanted:
        click.echo(f"nothing to place: {environment.name} does not serve at {where or 'aks or azure-ml'}")
        return
    programs.require(dict.fromkeys(name for _, each in wanted for name in move.PROGRAMS[each]))
    left = []
    with sign_in.signed_in(environment.azure.subscription_id) as renew:
        for served, to in wanted:
            try:
                said = move.move(spec, environment, (served, to), colour=colour, host=host, sign_in=renew)
            except CommandError as error:
                left.append(f"{served.full_name} was left behind at {to}: {error.message}")
            else:
                click.echo(said)
    if left:
        raise CommandError("\n".join([*left, "what answered there still does; run this again after the fix"]))
