"""`mlops console`."""

import webbrowser

import click

from cli.cloud import local_call
from cli.output import progress


@click.command()
@click.option("--open", "opens", is_flag=True, help="Open it in the browser too.")
def console(opens: bool) -> None:
    """Print a link to the pages of the local cloud: jobs, data, models, endpoints. It works once."""
    link = local_call("POST", "console")
    click.echo(link["url"])
    progress.print(f"It works once, within {link['expires_in_s'] // 60} minutes.")
    if opens and not webbrowser.open(link["url"]):
        progress.print("No browser was found: open the link yourself.")
