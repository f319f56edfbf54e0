"""`mlops up`, `mlops down`, `mlops status`."""

import click

from cli.cloud import endpoint
from cli.errors import CommandError
from cli.local_cloud import load_stacks, start_cloud
from cli.output import format_option, progress, show
from cli.paths import current_home
from cli.synthesis import synthesize


@click.command()
@click.option("--mend", is_flag=True, help="Restore every resource to its declared state, changed by hand or not.")
@click.option("--terraform", "real", is_flag=True, help="Deploy with the real Terraform, if it is installed.")
def up(mend: bool, real: bool) -> None:
    """Start the local Azure + Databricks and load the stacks."""
    from cli import terraform_up  # noqa: PLC0415 - few ask for it

    if mend and real:
        raise CommandError("--mend and --terraform were both given: leave --mend out, Terraform mends anyway", 2)
    if not real and terraform_up.deployed_by_terraform():
        raise CommandError("this local cloud was deployed with Terraform: use mlops up --terraform")
    start_cloud()
    names = synthesize()
    if not (real and terraform_up.deploy(names)):
        load_stacks(mend=mend)


@click.command()
def down() -> None:
    """Stop the local cloud; its state stays."""
    from localcloud import lifecycle  # noqa: PLC0415 - only commands that talk to the cloud pay for it

    stopped = lifecycle.stop(current_home())
    progress.print("local cloud stopped" if stopped else "the local cloud was not running")


@click.command()
@format_option
def status(form: str) -> None:
    """Show what runs, and at which URLs. Ends with 1 if nothing runs."""
    found = endpoint()
    rows = [{"what": f"workspace {name}", "where": url} for name, url in sorted(found.workspaces.items())]
    rows += [
        {"what": "account", "where": found.account_url},
        {"what": "MLflow", "where": found.mlflow_url},
        {"what": "Spark Connect", "where": found.spark_remote},
        {"what": "pages", "where": f"{found.account_url}/console; sign in: mlops console"},
        {"what": "state", "where": str(current_home())},
    ]
    show(rows, form=form)
