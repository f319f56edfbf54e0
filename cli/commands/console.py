"""`mlops console`."""

import webbrowser

import click

from cli.cloud import local_call
from cli.output import progress


@click.command()
@click.option("--open", "opens", is_flag=True, help="Also open it in the browser.")
def console(opens: bool) -> None:
    """Print a one-time link to the local cloud's web pages.

    They show jobs, data, models and endpoints.
    """
    link = local_call("POST", "console")
    click.echo(link["url"])
    progress.print(f"It works once, within {link['expires_in_s'] // 60} minutes.")
    if opens and not webbrowser.open(link["url"]):
        progress.print("No browser was found: open the link yourself.")
