"""`mlops new-usecase`."""

import subprocess
import sys

import click

from cli.new_usecase.create import create
from cli.output import console
from cli.paths import ROOT
from ml.declarations import Period

# Generated from the stacks, and pinned by tests: the addresses of all resources, and the diagram of the platform.
_WRITTEN_FROM_STACKS = ("tests.infra.pin_addresses", "infra.drawing")


@click.command("new-usecase")
@click.argument("name")
@click.option("--problem", required=True, help="Kind of problem: classification, multiclass, regression, forecasting.")
@click.option(
    "--period",
    type=click.Choice([period.value for period in Period]),
    default=Period.MONTH.value,
    show_default=True,
    help="Length of a period.",
)
@click.option("--serving", is_flag=True, help="Also serve the model on an endpoint.")
def new_usecase(name: str, problem: str, period: str, serving: bool) -> None:
    """Write a new use case that runs at once.

    NAME gets a declaration, tables, features, a story, tests and a page. It is enabled in every environment, like the
    first use case there. Its data is generated; replace it step by step, as the guide describes.
    """
    written = create(ROOT, name, problem, Period(period), serving=serving)
    for path in written:
        console.print(f"  {path}", markup=False, soft_wrap=True)
    for module in _WRITTEN_FROM_STACKS:
        subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    console.print(f"\nNext: make test-fast, then make demo USECASE={name}; docs/guides/add-a-use-case.md continues.")
