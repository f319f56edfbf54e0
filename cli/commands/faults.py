"""`mlops faults`."""

from typing import Any

import click

from cli.cloud import local_call
from cli.output import format_option, progress, show

_COLUMNS = ("number", "kind", "method", "route", "rate", "seed", "saw", "hit")


@click.group()
def faults() -> None:
    """Make calls to the local cloud fail on demand.

    Faults are refusals, errors, slow answers and dropped connections. A seed decides which calls are hit. Faults end
    when they are cleared, and with `mlops down`.
    """


@faults.command(name="list")
@format_option
def list_(form: str) -> None:
    """Show the active faults, and how many calls each saw and hit."""
    show(local_call("GET", "faults")["faults"], form=form, columns=_COLUMNS)


@faults.command()
@click.argument("kind", metavar="KIND")
@click.option("--route", required=True, help="Paths to hit: * matches anything without a slash, ** anything.")
@click.option("--method", help="GET, POST, … [all].")
@click.option("--rate", type=float, default=1, show_default=True, help="Share of the calls to hit, 0 to 1.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed chooses the same calls.")
@click.option("--error-code", help="For 429: RESOURCE_EXHAUSTED or REQUEST_LIMIT_EXCEEDED [the first].")
@click.option("--retry-after", "retry_after_s", type=int, help="For 429 and 503: Retry-After in seconds [1].")
@click.option("--delay", "delay_s", type=float, help="For slow: delay in seconds [1].")
@format_option
def add(form: str, **given: Any) -> None:
    """Add a fault. KIND is 429, 500, 503, slow or dropped."""
    body = {name: value for name, value in given.items() if value is not None}
    show([local_call("POST", "faults", body)], form=form, columns=_COLUMNS)


@faults.command()
@click.argument("number", type=int, required=False)
def clear(number: int | None) -> None:
    """Remove the fault NUMBER, or all of them."""
    path = "faults" if number is None else f"faults/{number}"
    cleared = local_call("DELETE", path)["cleared"]
    progress.print(f"{cleared} cleared")
