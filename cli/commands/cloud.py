"""`mlops up`, `mlops down`, `mlops status`."""

import click

from cli.cloud import endpoint
from cli.local_cloud import load_stacks, start_cloud
from cli.output import format_option, progress, show
from cli.paths import current_home
from cli.synthesis import synthesize


@click.command()
@click.option("--mend", is_flag=True, help="Write again what did not change, as it may have been changed by hand.")
def up(mend: bool) -> None:
    """Start the local Azure + Databricks and load the synthesized stacks."""
    start_cloud()
    synthesize()
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
    """Say what runs, and where. Exits with 1 where nothing runs."""
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
