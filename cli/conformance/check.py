"""What is asked of each stack: apply, a second plan that is empty, and at the end destroy, in reverse order."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cli.conformance.stacks import Stack

_NO_CHANGES, _CHANGES = 0, 2
_TAIL_LINES = 20
_TIMEOUT_S = 1800


class UnavailableError(RuntimeError):
    """The providers cannot be had here; the message is Terraform's own."""


@dataclass
class Row:
    """What became of a stack: `ok`, `failed`, `changes` for a plan that is not empty, or `-` for not tried."""

    stack: Stack
    applied: str = "-"
    planned: str = "-"
    destroyed: str = "-"
    # The end of what Terraform said where it failed.
    said: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether all went well."""
        return (self.applied, self.planned, self.destroyed) == ("ok", "ok", "ok")


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """The program, and the environment in which it reaches the local cloud instead of the real ones."""

    program: str
    environment: Mapping[str, str]

    def run(self, stack: Stack, *words: str) -> tuple[int, str]:
        """Exit code and output of one command in the stack's folder."""
        command = [self.program, f"-chdir={stack.folder}", *words]
        done = subprocess.run(
            command,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
        return done.returncode, done.stdout


def initialize(terraform: Terraform, stacks: Sequence[Stack]) -> None:
    """Get the providers, from wherever Terraform's own configuration finds them. Raises UnavailableError."""
    for stack in stacks:
        code, output = terraform.run(stack, "init", "-input=false", "-no-color")
        if code != 0:
            raise UnavailableError(f"terraform init of {stack.name}:\n{_tail(output)}")


def conform(terraform: Terraform, stacks: Sequence[Stack], progress: Callable[[str], None]) -> list[Row]:
    """A row per stack. A stack after one that failed is tried all the same: it may not need it."""
    rows = [Row(stack) for stack in stacks]
    for row in rows:
        progress(f"{row.stack.name}: apply, then plan")
        row.applied = _did(terraform, row, "apply", "-auto-approve")
        if row.applied == "ok":
            code, output = terraform.run(row.stack, "plan", "-detailed-exitcode", "-input=false", "-no-color")
            row.planned = {_NO_CHANGES: "ok", _CHANGES: "changes"}.get(code, "failed")
            row.said += [_tail(output)] if row.planned != "ok" else []
    for row in reversed(rows):
        progress(f"{row.stack.name}: destroy")
        row.destroyed = _did(terraform, row, "destroy", "-auto-approve")
    return rows


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown, then what Terraform said of those that did not pass."""
    lines = ["| stack | resources | apply | second plan | destroy |", "|---|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {row.stack.name} | {row.stack.resources} | {row.applied} | {row.planned} | {row.destroyed} |")
    passed = sum(row.passed for row in rows)
    said = [f"\n{row.stack.name}:\n{text}" for row in rows for text in row.said]
    return "\n".join([*lines, f"\n{passed} of {len(rows)} stacks conform.", *said])


def _did(terraform: Terraform, row: Row, *words: str) -> str:
    code, output = terraform.run(row.stack, *words, "-input=false", "-no-color")
    row.said += [_tail(output)] if code else []
    return "failed" if code else "ok"


def _tail(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-_TAIL_LINES:])
