"""Output of results: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Row = Mapping[str, Any]

# Progress goes to standard error, so that with `--format json` standard output has only the data.
progress = Console(stderr=True, highlight=False)
# A file or a pipe gets the whole table, not only what fits 80 columns.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)

format_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format."
)


def show(rows: Sequence[Row], *, form: str, title: str = "", columns: Sequence[str] = ()) -> None:
    """Print `rows` as a table or as a JSON array. An empty table still shows its columns."""
    if form == "json":
        click.echo(json.dumps([dict(row) for row in rows], indent=2, default=str))
        return
    names = list(columns) or list(rows[0] if rows else [])
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name in names:
        table.add_column(escape(name), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    console.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = escape(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))
    colours = {"pass": "green", "SUCCESS": "green", "fail": "red", "FAILED": "red", "TIMEDOUT": "red"}
    colour = colours.get(str(value))
    return f"[{colour}]{text}[/{colour}]" if colour else text
