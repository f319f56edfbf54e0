"""Errors that end a command with a message instead of a stack trace."""

from typing import IO

import click


class CommandError(click.ClickException):
    """The value given, the values allowed, and the change to make; ends the command with `exit_code`."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it on the class

    def show(self, file: IO[str] | None = None) -> None:
        """Print to `file`, or to standard error."""
        click.echo(f"error: {self.message}", file=file, err=file is None)
